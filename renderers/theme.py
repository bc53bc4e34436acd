"""The colours, as one table (SPEC S3.3).

In: a role. Out: the text in that role's colour, or plain where colour is off. Codes are SGR parameters (ECMA-48
8.3.117).
"""

from __future__ import annotations

from collections.abc import Mapping

SGR: Mapping[str, str] = {
    "prompt": "33",
    "text": "35",
    "thinking": "96",
    "tool": "93",
    "arguments": "32",
    "result": "2",
    "speaker": "1",
    "end": "2",
    "error": "91",
}


class Theme:
    """Styles text by role. `colour` off gives the text as it is."""

    def __init__(self, colour: bool) -> None:
        self._codes = SGR if colour else {}

    def style(self, role: str, text: str) -> str:
        """Coloured line by line, so that a pager or a scrolled screen keeps the colour and a cut line resets it."""
        code = self._codes.get(role)
        if not code or not text:
            return text
        return "\n".join(f"\x1b[{code}m{line}\x1b[0m" if line else "" for line in text.split("\n"))

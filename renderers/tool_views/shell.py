"""Shell commands: `$ ` and the command as the shell gets it.

In: arguments of any dialect: `{"command": "…"}`, `{"cmd": "…"}`, `{"commands": ["…"]}`, or an argument list
`{"command": ["bash", "-lc", "…"]}`, of which only the script is shown. Out: the command, unescaped; a patch in it
(`apply_patch <<'EOF'`) in a patch's colours.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from renderers.json_paths import Path
from renderers.tool_views.argument_list import ArgumentList
from renderers.tool_views.fields import FLAG, HIDDEN, OWN, FieldsView, body, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Patch

PROMPT: Final = "$ "
INPUT: Final = "› "
"""Before what a running program is given."""

COMMAND = partial(Patch, outside="command")

_COMMAND = body(COMMAND, PROMPT)

FIELDS = {
    "command": _COMMAND,
    "cmd": _COMMAND,
    "script": _COMMAND,
    "commands.*": _COMMAND,
    "chars": body(COMMAND, INPUT),  # of write_stdin
    "description": header("note"),
    "command.*": OWN,
    "cmd.*": OWN,
    "argv.*": OWN,
    "is_background": FLAG,
    "isBackground": FLAG,
    "run_in_background": FLAG,
    "type": HIDDEN,  # of a local_shell_call: always `exec`
}


class Shell(FieldsView):
    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet, FIELDS)
        self._list: Path = ()
        self._words = ArgumentList()
        self._text: Patch | None = None

    def own_piece(self, path: Path, piece: str) -> None:
        if path[:-1] != self._list:
            self.ended()
            self._list, self._words = path[:-1], ArgumentList()
        index = path[-1]
        self._show(self._words.piece(index, piece) if isinstance(index, int) else "")

    def own_end(self, path: Path) -> None:
        if path[:-1] == self._list:
            self._show(self._words.end())

    def ended(self) -> None:
        if self._list:
            self._show(self._words.close())
        self._list, self._text = (), None

    def _show(self, text: str) -> None:
        if not text:
            return
        if self._text is None:
            self.body_line(PROMPT)
            self._text = COMMAND(self.sheet)
        self._text.feed(text)

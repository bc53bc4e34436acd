"""Text for mitmproxy's screens: bounded, folded, and without a control character.

In: text of any size, as a model or a client wrote it. Out: text that neither console nor browser has trouble with.
urwid, which draws the console, takes time by the square of a line's length (a hundred thousand characters without a
blank: seconds), so long lines are folded; what is too long loses its middle, and says how much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from addons.wire.json_text import dump_json, parse_json
from renderers.sanitise import sanitise

LINE_CHARS = 1_000
BLOCK_CHARS = 40_000
"""Of one block: a thought, a text, a call's arguments, a message's piece."""

TEXT_CHARS = 200_000
"""Of all that one view shows."""

_TAIL_SHARE = 4
_LONG_LINE = re.compile(rf"[^\n]{{{LINE_CHARS + 1},}}")
_FOLD = re.compile(rf".{{1,{LINE_CHARS - 1}}}(?:\s|$)|.{{1,{LINE_CHARS}}}", re.DOTALL)
"""At a blank where there is one, else anywhere."""


def without_middle(text: str, most_chars: int) -> str:
    """The beginning and the end, with how much is left out between them."""
    if len(text) <= most_chars:
        return text
    tail = most_chars // _TAIL_SHARE
    left_out = len(text) - most_chars
    return f"{text[: most_chars - tail]}\n[… {left_out:,} characters are not shown here …]\n{text[-tail:]}"


def presentable(text: str, most_chars: int = TEXT_CHARS) -> str:
    """`text` as it may go to a screen."""
    return _LONG_LINE.sub(_folded, sanitise(without_middle(text, most_chars)))


def pretty(body: bytes | str) -> str:
    """JSON over several lines; what is none as it is."""
    try:
        return pretty_value(parse_json(body))
    except ValueError:
        return body if isinstance(body, str) else body.decode("utf-8", errors="replace")


def pretty_value(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        # Lone surrogates, integers beyond 64 bits, deep nesting.
        return dump_json(value).decode()


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else "" for line in text.split("\n"))


def sections(parts: Iterable[str]) -> str:
    """What there is of them, an empty line between."""
    return "\n\n".join(part for part in parts if part)


def _folded(line: re.Match[str]) -> str:
    return "\n".join(piece.rstrip() for piece in _FOLD.findall(line[0]))

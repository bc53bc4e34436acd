"""The decoded view: text as it reads once JSON escapes and percent-encoding of ASCII are undone, with the way back.

In: text as it stands. Out: `View`, its decoded text and the raw offset of each of its characters. Escapes of any depth
count (`\\\\u0073`, `%2573`), because a tool's arguments are JSON inside JSON. Letter escapes (`\\n`) stay as they are:
what follows them may start a secret, and the rules know that; so nothing is lost when it was no escape after all. The
last letter of a terminal's control sequence is no letter here: a word starts after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final

from addons.redaction.shapes import STANDINS

_JSON: Final = r"\\{0,15}(?:u00([0-7][0-9A-Fa-f])|/)"
_PERCENT: Final = r"(?:25)*([0-7][0-9A-Fa-f])"
_ANY_JSON: Final = re.compile(rf"\\{_JSON}", re.ASCII)
_ANY_PERCENT: Final = re.compile(f"%{_PERCENT}", re.ASCII)
_ESCAPE: Final = re.compile(rf"[\\%](?:(?<=\\){_JSON}|(?<=%){_PERCENT})", re.ASCII)
_CUT_ESCAPE: Final = re.compile(r"(?:\\{1,16}(?:u(?:0(?:0[0-7]?)?)?)?|%(?:25)*(?:[0-7])?)\Z", re.ASCII)
_CONTROL: Final = re.compile(r"\[(?:(?<=\x1b\[)[0-9:;<=>?]{0,24}[A-Za-z]|[0-9;]{1,24}m)")
"""A terminal's control sequence (ECMA-48, section 5.4), or a colour whose ESC is written otherwise or gone."""
LONGEST_ESCAPE: Final = 24
SLICE: Final = 8_192
"""Characters. A long text is searched in slices: a regex keeps the interpreter for itself while it runs, here for less
than a millisecond."""


class View:
    __slots__ = ("_raw_ends", "_view_starts", "raw", "text")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text = raw
        self._view_starts: list[int] = []
        """Where in the view an escape's character stands, in ascending order."""
        self._raw_ends: list[int] = []
        """Where in the raw text that escape ends."""
        if ("\\" in raw and _occurs(_ANY_JSON, raw)) or ("%" in raw and _occurs(_ANY_PERCENT, raw)):
            self._decode()
        if "[" in self.text:
            self.text = _CONTROL.sub(lambda found: found[0][:-1] + "\x1b", self.text)

    def _decode(self) -> None:
        pieces: list[str] = []
        done = length = 0
        for escape in _ESCAPE.finditer(self.raw):
            start, end = escape.span()
            json_hex, percent_hex = escape.groups()
            if json_hex is not None:
                character = chr(int(json_hex, 16))
            elif percent_hex is not None:
                character = chr(int(percent_hex, 16)).translate(STANDINS)
            else:
                character = "/"
            pieces += (self.raw[done:start], character)
            length += start - done
            self._view_starts.append(length)
            self._raw_ends.append(end)
            length += 1
            done = end
        pieces.append(self.raw[done:])
        self.text = "".join(pieces)

    def to_raw(self, position: int) -> int:
        """The raw offset at which the view's character `position` starts."""
        escapes_before = bisect_left(self._view_starts, position)
        if not escapes_before:
            return position
        last = escapes_before - 1
        return self._raw_ends[last] + position - self._view_starts[last] - 1

    def from_raw(self, offset: int) -> int:
        """The first of the view's characters that starts at or after the raw `offset`."""
        escapes_before = bisect_right(self._raw_ends, offset)
        if not escapes_before:
            return min(offset, self._view_starts[0] + 1) if self._view_starts else offset
        last = escapes_before - 1
        position = self._view_starts[last] + 1 + offset - self._raw_ends[last]
        return min(position, self._view_starts[last + 1] + 1) if escapes_before < len(self._view_starts) else position


def cut_escape(raw: str) -> int:
    """Where an escape starts that the end of the text has cut; the text's length when there is none."""
    tail = max(0, len(raw) - LONGEST_ESCAPE)
    if "\\" not in raw[tail:] and "%" not in raw[tail:]:
        return len(raw)
    found = _CUT_ESCAPE.search(raw, tail)
    return found.start() if found else len(raw)


def _occurs(pattern: re.Pattern[str], raw: str) -> bool:
    """Whether an escape does."""
    return any(pattern.search(raw, start, start + SLICE + LONGEST_ESCAPE) for start in range(0, len(raw), SLICE))

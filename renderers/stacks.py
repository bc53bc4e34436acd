"""Stacks of marks: a few on a letter are writing, a hundred are a flood that covers the lines above and below.

In: sanitised text, cut anywhere. Out: the same, with the marks beyond `MOST_MARKS` in a row as visible code points.
Marks are what takes no cell of its own: combining and enclosing marks, joiners, variation selectors.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from renderers.scanner import ranges_of
from renderers.stretches import STRETCH_CHARS, stretches

MOST_MARKS: Final = 8
"""In a row. Tibetan and Hebrew texts have up to five."""

_JOINERS: Final = "\u200c\u200d"


@cache
def _is_mark(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) in ("Mn", "Me")


@cache
def _runs() -> re.Pattern[str]:
    """Marks of the basic plane, and whatever may be one beyond it: a class is fast as long as it is simple there."""
    marks = ranges_of(code for code in range(0x10000) if _is_mark(chr(code)))
    return re.compile(f"[{marks}\U00010000-\U0001efff]+")


class Stacks:
    """Remembers how many marks the last text ended with."""

    def __init__(self) -> None:
        self._count = 0

    def limited(self, text: str) -> str:
        if text.isascii():
            if text:
                self._count = 0
            return text
        if len(text) > STRETCH_CHARS:
            return "".join([self.limited(part) for part in stretches(text)])
        parts: list[str] = []
        at = end = 0
        for found in _runs().finditer(text):
            if found.start() > end:
                self._count = 0
            end = found.end()
            if self._count + end - found.start() <= MOST_MARKS and all(map(_is_mark, found[0])):
                self._count += end - found.start()
                continue
            parts += [text[at : found.start()], *map(self._shown, found[0])]
            at = end
        if end < len(text):
            self._count = 0
        return "".join([*parts, text[at:]]) if parts else text

    def _shown(self, char: str) -> str:
        if not _is_mark(char):
            self._count = 0
            return char
        self._count += 1
        return char if self._count <= MOST_MARKS else f"<U+{ord(char):04X}>"

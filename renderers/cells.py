"""How many columns text takes on a terminal, and how many rows when it wraps.

In: text without line feeds. Out: cells and rows, by Unicode's East Asian Width (UAX #11): W and F take two columns.
What terminals disagree about, marks that join or combine, is left out beforehand by `plain_cells`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_MODIFIERS = range(0x1F3FB, 0x1F400)
"""Skin tones: one cell of their own here, none there."""


@lru_cache(maxsize=4096)
def cells_of(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@lru_cache(maxsize=4096)
def _is_certain(char: str) -> bool:
    return unicodedata.category(char) not in ("Mn", "Me", "Cf", "Cc") and ord(char) not in _MODIFIERS


def cells_in(text: str) -> int:
    return len(text) if text.isascii() else sum(map(cells_of, text))


def clipped(text: str, cells: int) -> str:
    """The beginning of `text` that takes no more than so many cells."""
    text = text[: max(0, cells)]
    return text if text.isascii() else text[: fits(text, 0, cells, 1)]


def plain_cells(text: str) -> str:
    """`text` with only such characters as every terminal gives the same width. A tab becomes a blank."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text.replace("\t", " ") if _is_certain(char))


def fits(text: str, column: int, width: int, rows: int) -> int:
    """How many characters of `text`, begun in `column` of the first row, stay within `rows` rows."""
    row = 1
    for count, char in enumerate(text):
        size = cells_of(char)
        if column + size > width:
            row += 1
            column = 0
            if row > rows:
                return count
        column += size
    return len(text)


def end_of(text: str, width: int, column: int = 0) -> tuple[int, int]:
    """Rows below the first, and the column after the last character.

    A character of two columns does not begin in the last one. After a full row the cursor still stands in it: the
    wrap comes with the next character.
    """
    if text.isascii():
        total = column + len(text)
        below = max(0, total - 1) // width
        return below, total - below * width
    below = 0
    for char in text:
        size = cells_of(char)
        if column + size > width:
            below += 1
            column = 0
        column += size
    return below, column

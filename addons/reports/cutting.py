"""Cells of a table that are too long: text loses its end, names their middle, since names often differ in both ends.

In: a cell, so many terminal cells. Out: what fits.
"""

from __future__ import annotations

from collections.abc import Collection

from renderers.cells import cells_of

_ELLIPSIS = "…"
_MOST_NAMES = 100
"""With more of them, telling each from all others would take long, and no reader does."""


def width_of(text: str) -> int:
    return len(text) if text.isascii() else sum(map(cells_of, text))


def without_end(cell: str, size: int) -> str:
    return cell if width_of(cell) <= size else _beginning(cell, size - 1) + _ELLIPSIS


def without_middle(cell: str, size: int) -> str:
    if width_of(cell) <= size:
        return cell
    tail = _beginning(cell[::-1], (size - 1) // 2)[::-1]
    return _beginning(cell, size - 1 - width_of(tail)) + _ELLIPSIS + tail


def telling_apart(names: Collection[str], least: int, most: int) -> int:
    """How wide a column has to be at least, so that no two names look the same once they are cut."""
    different = set(names)
    if len(different) > _MOST_NAMES:
        return least
    sizes = range(least, most + 1)
    return next(
        (size for size in sizes if len({without_middle(name, size) for name in different}) == len(different)), most
    )


def _beginning(text: str, size: int) -> str:
    if text.isascii():
        return text[:size]
    for index, char in enumerate(text):
        size -= cells_of(char)
        if size < 0:
            return text[:index]
    return text

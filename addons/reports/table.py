"""A table that fits the terminal: numbers on the right, the least important columns shortened first.

In: columns, cells as text, totals, a width. Out: lines. Rich can do this too, but takes longer to import than a report
takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from addons.reports.columns import NUMERIC, Column, Kind
from renderers.cells import cells_of, plain_cells

_GAP = "  "
_ELLIPSIS = "…"
_LEAST: dict[Kind, int] = {Kind.TEXT: 8, Kind.JSON: 8, Kind.NAME: 6}
"""What may be shortened, and down to how many cells. Numbers and times never are."""


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[str] | None, width: int | None
) -> Iterator[str]:
    """Without a `width` nothing is shortened."""
    flat = [[_flat(cell) for cell in row] for row in rows]
    last = [list(totals)] if totals is not None else []
    heads = [_heading(column.name) for column in columns]
    widths = _widths(columns, [heads, *flat, *last], width)
    yield _row(heads, columns, widths)
    rule = _GAP.join("─" * each for each in widths) + "\n"
    yield rule
    for row in flat:
        yield _row(row, columns, widths)
    if last:
        yield rule
        yield _row(last[0], columns, widths)


def _flat(cell: str) -> str:
    return plain_cells(" ".join(cell.split())) if "\n" in cell or not cell.isascii() else cell


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """As much as each needs; where that is too much together, text gives way, the widest first."""
    widths = [max(map(_cells, cells)) for cells in zip(*rows, strict=True)]
    if width is None:
        return widths
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for kinds in ((Kind.TEXT, Kind.JSON), (Kind.NAME,)):
        excess = _shorten(
            widths, [index for index, column in enumerate(columns) if column.kind in kinds], columns, excess
        )
    return widths


def _shorten(widths: list[int], candidates: list[int], columns: Sequence[Column], excess: int) -> int:
    while excess > 0:
        able = [index for index in candidates if widths[index] > _LEAST[columns[index].kind]]
        if not able:
            break
        widest = max(able, key=lambda index: widths[index])
        widths[widest] -= 1
        excess -= 1
    return excess


def _row(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    fitted = (_fit(cell, column, size) for cell, column, size in zip(cells, columns, widths, strict=True))
    return _GAP.join(fitted).rstrip() + "\n"


def _fit(cell: str, column: Column, size: int) -> str:
    length = _cells(cell)
    if length > size:
        cell = _cut(cell, size)
        length = _cells(cell)
    blanks = " " * (size - length)
    return blanks + cell if column.kind in NUMERIC else cell + blanks


def _cut(cell: str, size: int) -> str:
    used = 0
    for index, char in enumerate(cell):
        used += cells_of(char)
        if used > size - 1:
            return cell[:index] + _ELLIPSIS
    return cell


def _cells(text: str) -> int:
    return len(text) if text.isascii() else sum(map(cells_of, text))

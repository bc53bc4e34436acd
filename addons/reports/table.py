"""A table that fits the terminal: numbers on the right, heads on several lines, texts shortened where that must be, and
the last columns left out where that is not enough.

In: columns, cells as text, totals, a width. Out: lines. Rich can do this too, but takes longer to import than a report
takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

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
    widths = _widths(columns, [*flat, *last], width)
    left_out: list[str] = []
    while width is not None and len(widths) > 1 and _whole(widths) > width:
        left_out.insert(0, _title(columns[-1]))
        columns = columns[:-1]
        flat = [row[:-1] for row in flat]
        last = [row[:-1] for row in last]
        widths = _widths(columns, [*flat, *last], width)
    for line in _heads(columns, widths):
        yield _row(line, columns, widths)
    rule = _GAP.join("─" * each for each in widths) + "\n"
    yield rule
    for row in flat:
        yield _row(row, columns, widths)
    if last:
        yield rule
        yield _row(last[0], columns, widths)
    if left_out and width is not None:
        yield from (f"{line}\n" for line in wrap(f"({', '.join(left_out)}: the terminal is too narrow)", width))


def _flat(cell: str) -> str:
    return plain_cells(" ".join(cell.split())) if "\n" in cell or not cell.isascii() else cell


def _title(column: Column) -> str:
    return column.name.replace("_", " ")


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _heads(columns: Sequence[Column], widths: Sequence[int]) -> Iterator[list[str]]:
    """The heads' lines, the last one's at the bottom."""
    wrapped = [wrap(_title(column), size) for column, size in zip(columns, widths, strict=True)]
    height = max(map(len, wrapped))
    for place in range(height):
        yield [lines[place - height] if len(lines) >= height - place else "" for lines in wrapped]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """As much as each needs; where that is too much together, heads are wrapped, then text gives way, the widest
    first."""
    bodies = [max((_cells(row[index]) for row in rows), default=0) for index in range(len(columns))]
    widths = [max(body, len(column.name)) for body, column in zip(bodies, columns, strict=True)]
    if width is None:
        return widths
    if _whole(widths) > width:
        words = [max(map(len, column.name.split("_"))) for column in columns]
        widths = [max(body, word) for body, word in zip(bodies, words, strict=True)]
    excess = _whole(widths) - width
    for kinds in ((Kind.TEXT, Kind.JSON), (Kind.NAME,)):
        excess = _shorten(
            widths, [index for index, column in enumerate(columns) if column.kind in kinds], columns, excess
        )
    return widths


def _shorten(widths: list[int], candidates: list[int], columns: Sequence[Column], excess: int) -> int:
    while excess > 0:
        able = [index for index in candidates if widths[index] > _least(columns[index])]
        if not able:
            break
        widest = max(able, key=lambda index: widths[index])
        widths[widest] -= 1
        excess -= 1
    return excess


def _least(column: Column) -> int:
    """A word of the head is never broken."""
    return max(_LEAST[column.kind], *map(len, column.name.split("_")))


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

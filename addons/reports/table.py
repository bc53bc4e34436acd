"""A table that fits the terminal: numbers on the right, empty columns left out first, the least important next.

In: columns, cells as text, totals, a width. Out: lines, and the columns that found no room. Rich can do this too, but
takes longer to import than a report takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from addons.reports.columns import NUMERIC, Column, Kind
from addons.reports.cutting import telling_apart, width_of, without_end, without_middle
from addons.reports.letting_go import handed_out
from renderers.cells import plain_cells

type Cells = Sequence[str]

_ANY = 1 << 30
_GAP = "  "
_COMFORT: dict[Kind, int] = {Kind.TEXT: 24, Kind.JSON: 24, Kind.NAME: 20}
_LEAST: dict[Kind, int] = {Kind.TEXT: 12, Kind.JSON: 12, Kind.NAME: 8, Kind.KEY: 16}
"""What may be shortened: first down to so many cells, and, when all that may be left out is, to so many. Numbers and
times never are."""

_FIRST = 24
"""So many cells the first column keeps, which says what a row is about, while others can be left out."""

_GIVE_WAY = (
    (_COMFORT, (Kind.TEXT, Kind.JSON)),
    (_COMFORT, (Kind.NAME,)),
    (_LEAST, (Kind.TEXT, Kind.JSON)),
    (_LEAST, (Kind.NAME,)),
    (_LEAST, (Kind.KEY,)),
)
"""In this order."""


class Table:
    """Without a `width` nothing is shortened, and only minor columns that are empty are left out."""

    def __init__(
        self, columns: Sequence[Column], rows: Iterable[Cells], totals: Cells | None, width: int | None
    ) -> None:
        self._columns = columns
        self._rows = [[_flat(cell) for cell in row] for row in rows]
        self._totals = list(totals) if totals is not None else None
        self._widths = [self._need(place) for place in range(len(columns))]
        self._places = [place for place in range(len(columns)) if not self._is_idle(place)]
        self._telling = {place for place in self._places if not self._is_empty(place)}
        self._apart: dict[int, int] = {}
        if width is not None and self._excess(width) > 0:
            self._leave_out_empty(width)
            self._apart = {place: self._telling_apart(place) for place in self._places if self._is_name(place)}
            self._leave_out(width)
            self._shorten(width)
        self._heads = {place: _wrapped(columns[place].heading, self._widths[place]) for place in self._places}

    @property
    def left_out(self) -> list[str]:
        """Headings of columns that found no room, though they have something to tell."""
        return [self._columns[place].heading for place in sorted(self._telling.difference(self._places))]

    def lines(self) -> Iterator[str]:
        """Once: the rows are gone afterwards."""
        height = max(len(head) for head in self._heads.values())
        for line in range(height):
            # Headings stand on the rule, whatever their height.
            yield self._line({place: _from_below(head, height)[line] for place, head in self._heads.items()})
        rule = _GAP.join("─" * self._widths[place] for place in self._places) + "\n"
        yield rule
        for row in handed_out(self._rows):
            yield self._line({place: row[place] for place in self._places})
        totals = {place: self._totals[place] for place in self._places} if self._totals is not None else {}
        # The first cell only says that they are totals.
        if any(list(totals.values())[1:]):
            yield rule
            yield self._line(totals)

    def _need(self, place: int) -> int:
        cells = [row[place] for row in self._rows]
        if self._totals is not None:
            cells.append(self._totals[place])
        longest_word = max(map(len, self._columns[place].heading.split()))
        return max(longest_word, *map(width_of, cells)) if cells else longest_word

    def _is_idle(self, place: int) -> bool:
        return self._columns[place].is_minor and all(row[place] in ("", "0") for row in self._rows)

    def _is_empty(self, place: int) -> bool:
        return not any(row[place] for row in self._rows)

    def _is_name(self, place: int) -> bool:
        return self._columns[place].kind is Kind.NAME

    def _telling_apart(self, place: int) -> int:
        return telling_apart([row[place] for row in self._rows], _LEAST[Kind.NAME], _COMFORT[Kind.NAME])

    def _leave_out_empty(self, width: int) -> None:
        """Whatever they are for: a blank column tells nobody anything."""
        empty = [place for place in self._places[1:] if place not in self._telling]
        while empty and self._excess(width) > 0:
            self._places.remove(empty.pop())

    def _leave_out(self, width: int) -> None:
        """Minor columns first, then others from the right, but not the first, nor what a report is about."""
        minor = [place for place in self._places if self._columns[place].is_minor]
        others = [place for place in self._places[1:] if not self._columns[place].is_main and place not in minor]
        for least, may_go in ((_COMFORT, minor), (_LEAST, others)):
            while may_go and self._excess(width, least) > 0:
                self._places.remove(may_go.pop())

    def _excess(self, width: int, least: dict[Kind, int] | None = None) -> int:
        """By how many cells it is too wide; with each column as narrow as that."""
        sizes = [self._narrow(place, least) if least else self._widths[place] for place in self._places]
        return sum(sizes) + len(_GAP) * (len(sizes) - 1) - width

    def _narrow(self, place: int, least: dict[Kind, int]) -> int:
        """How narrow it may become before others are left out for its sake."""
        kind = self._columns[place].kind
        if kind not in least:
            return self._widths[place]
        size = max(least[kind], self._apart.get(place, 0))
        if self._columns[place].is_main:
            size = max(size, _COMFORT.get(kind, 0))
        return min(self._widths[place], max(size, _FIRST) if place == self._places[0] else size)

    def _shorten(self, width: int) -> None:
        """Text gives way before names do, the widest first; no more than it must, unless nothing else helps."""
        for is_last_resort in (False, True):
            for least, kinds in _GIVE_WAY:
                able = [place for place in self._places if self._columns[place].kind in kinds]
                floors = {
                    place: least[self._columns[place].kind] if is_last_resort else self._narrow(place, least)
                    for place in able
                }
                for _ in range(max(0, self._excess(width))):
                    wide = [place for place in able if self._widths[place] > floors[place]]
                    widest = max(wide, key=lambda place: self._widths[place], default=None)
                    if widest is None:
                        break
                    self._widths[widest] -= 1

    def _line(self, cells: dict[int, str]) -> str:
        fitted = (_fit(cells[place], self._columns[place], self._widths[place]) for place in self._places)
        return _GAP.join(fitted).rstrip() + "\n"


def _flat(cell: str) -> str:
    return cell if cell.isascii() and cell.isprintable() else plain_cells(" ".join(cell.split()))


def _wrapped(heading: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in heading.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _from_below(lines: list[str], height: int) -> list[str]:
    return [""] * (height - len(lines)) + lines


def _fit(cell: str, column: Column, size: int) -> str:
    fitted = (without_middle if column.kind in (Kind.NAME, Kind.KEY) else without_end)(cell, size)
    blanks = " " * (size - width_of(fitted))
    return blanks + fitted if column.kind in NUMERIC else fitted + blanks

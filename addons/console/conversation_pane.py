"""The right side of the window: a session's page, followed or scrolled back.

In: a `Page`, keys that move. Out: an urwid box widget. Only the rows that are seen are drawn, and only what has
changed is wrapped anew, so a long conversation costs no more than a short one. A place is a card and a row in it: so
what comes above or below moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import urwid  # type: ignore[import-untyped]  # ships no types

from addons.console.drawing import cells, draw, markup
from addons.console.roles import CURSOR
from renderers.page.card import PageCard
from renderers.page.lines import Line
from renderers.page.page import Page

GUTTER = 2
FOLDED_AT_FIRST = frozenset(("result",))


@dataclass(slots=True)
class _Place:
    card: PageCard
    row: int


class ConversationPane(urwid.Widget):  # type: ignore[misc]
    """`earlier` is asked for more when the top has been reached; False: there is none."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True

    def __init__(self, earlier: Callable[[], bool]) -> None:
        super().__init__()
        self._earlier = earlier
        self._page: Page | None = None
        self._cursor: _Place | None = None
        """None: following."""
        self._line = 0
        """The cursor's row on the screen."""
        self._size = (80, 24)
        self._cards: list[PageCard] = []
        self._ends: list[int] = []
        """After which row of all each card ends."""
        self._is_measured = False
        self.folded: set[str] = set(FOLDED_AT_FIRST)
        self.term = ""
        self.is_marked = False
        """Whether this side has the keys."""

    # -- for the window ---------------------------------------------------------------------------------------------

    def show(self, page: Page | None) -> None:
        self._page = page
        self._cursor = None
        self.changed()

    def changed(self) -> None:
        """What the page says has changed."""
        self._is_measured = False
        self._invalidate()

    @property
    def is_following(self) -> bool:
        return self._cursor is None

    @property
    def card(self) -> PageCard | None:
        """The one under the cursor."""
        self._measure()
        if self._cursor is not None:
            return self._cursor.card
        return self._cards[-1] if self._cards else None

    @property
    def rows_below(self) -> int:
        self._measure()
        return self._total - 1 - self._position() if self._total else 0

    def follow(self, following: bool) -> None:
        self._measure()
        if following:
            self._cursor = None
        elif self._total:
            self._put(self._total - 1, self._size[1] - 1)
        self._invalidate()

    def go_to(self, card: PageCard, line: int = 0) -> None:
        """Its row stands a third from the top."""
        self._measure()
        self._cursor = _Place(card, card.row_of(line) + (card.kind == "head" and card is not self._cards[0]))
        self._line = self._size[1] // 3
        self._invalidate()

    def next_card(self, step: int) -> None:
        card = self.card
        if card is None:
            return
        place = self._cards.index(card) + step
        # Back to the beginning of this one first.
        if step < 0 and self._cursor is not None and self._cursor.row > (card.kind == "head"):
            place += 1
        if 0 <= place < len(self._cards):
            self.go_to(self._cards[place])
        elif place >= len(self._cards):
            self.follow(True)

    def toggle(self, kind: str = "") -> None:
        """Fold or unfold all of a kind, or the card under the cursor."""
        card = self.card
        if kind:
            self.folded ^= {kind}
            for one in self._cards:
                if one.kind == kind:
                    one.folded = None
        elif card is not None and card.kind not in ("head", "end"):
            card.folded = not self._is_folded(card)
        if card is not None and self._cursor is not None:
            self._cursor.row = 0
        self.changed()

    def search(self, term: str, step: int = 1) -> bool:
        """Go to the next line that has it, round the end; False where no line has."""
        self.term = term
        self._invalidate()
        if not term or not self._cards:
            return False
        start = self._cards.index(card) if (card := self.card) in self._cards and card is not None else 0
        line = card.line_of(self._cursor.row) + step if card is not None and self._cursor is not None else 0
        for count in range(len(self._cards) + 1):
            one = self._cards[(start + step * count) % len(self._cards)]
            last = len(one.lines.shown()) - 1
            found = one.find(term, line if count == 0 else 0 if step > 0 else last, step)
            if found is not None:
                if self._is_folded(one):
                    one.folded = False
                    self.changed()
                self._measure()
                self.go_to(one, found)
                return True
        return False

    # -- urwid's calls ----------------------------------------------------------------------------------------------

    def render(self, size: tuple[int, int], focus: bool = False) -> Any:  # noqa: ARG002  (urwid's signature)
        columns, height = size
        if size[0] != self._size[0]:
            self._is_measured = False
        self._size = size
        self._measure()
        top = self._top(height)
        current = self.card if self._cursor is not None or self.is_marked else None
        at = self._position()
        rows = [
            self._marked_row(card is current, place == at and not self.is_following, row)
            for place, card, row in self._visible(top, height)
        ]
        return draw(rows, columns, height)

    def keypress(self, size: tuple[int, int], key: str) -> str | None:
        height = size[1]
        move = MOVES.get(key)
        if move is None:
            return key
        self._measure()
        if not self._total:
            return None
        at = self._position()
        wanted = move(at, height, self._total)
        line = self._line + wanted - at
        if wanted < 0 and self._earlier():
            before = self._total
            self._measure()
            wanted += self._total - before
        if wanted >= self._total - 1 and wanted > at:
            self._cursor = None
        else:
            self._put(max(0, min(wanted, self._total - 1)), line)
        self._invalidate()
        return None

    def mouse_event(self, size: tuple[int, int], event: str, button: int, _column: int, row: int, _focus: bool) -> bool:
        if event != "mouse press" or button != 1:
            return False
        self._measure()
        place = self._top(size[1]) + row
        if place < self._total:
            self._put(place, row)
            self._invalidate()
        return True

    # -- inside -----------------------------------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        return max(self._size[0] - GUTTER, 4)

    @property
    def _total(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _is_folded(self, card: PageCard) -> bool:
        return card.kind in self.folded if card.folded is None else card.folded

    def _rows(self, card: PageCard) -> list[Line]:
        rows = card.rows(self._width, self._is_folded(card), cells)
        # An empty row between exchanges.
        return [[], *rows] if card.kind == "head" and card is not self._cards[0] else rows

    def _measure(self) -> None:
        if self._is_measured:
            return
        self._is_measured = True
        self._cards = self._page.cards if self._page is not None else []
        self._ends = list(accumulate(len(self._rows(card)) for card in self._cards))
        if self._cursor is not None and self._cursor.card not in self._cards:
            # It has left the page, with all before it.
            self._cursor = _Place(self._cards[0], 0) if self._cards else None

    def _position(self) -> int:
        """The cursor's row among all."""
        if self._cursor is None:
            return max(0, self._total - 1)
        number = self._cards.index(self._cursor.card)
        begin = self._ends[number - 1] if number else 0
        return min(begin + self._cursor.row, self._ends[number] - 1)

    def _put(self, position: int, line: int) -> None:
        number = next(number for number, end in enumerate(self._ends) if position < end)
        self._cursor = _Place(self._cards[number], position - (self._ends[number - 1] if number else 0))
        self._line = max(0, min(line, self._size[1] - 1))

    def _top(self, height: int) -> int:
        if self._cursor is None:
            self._line = min(height, self._total) - 1
            return max(0, self._total - height)
        self._line = max(0, min(self._line, height - 1))
        return max(0, min(self._position() - self._line, self._total - height))

    def _visible(self, top: int, height: int) -> Iterator[tuple[int, PageCard, Line]]:
        begin = 0
        for card, end in zip(self._cards, self._ends, strict=True):
            if end > top:
                rows = self._rows(card)
                for place in range(max(begin, top), min(end, top + height)):
                    yield place, card, rows[place - begin]
            if end >= top + height:
                return
            begin = end

    def _marked_row(self, is_current: bool, has_cursor: bool, row: Line) -> list[tuple[str, str]]:
        mark = "❯ " if has_cursor else "│ " if is_current else "  "
        return [(CURSOR, mark), *markup(row, self.term)]


MOVES: Mapping[str, Callable[[int, int, int], int]] = {
    "up": lambda at, _height, _total: at - 1,
    "down": lambda at, _height, _total: at + 1,
    "page up": lambda at, height, _total: at + 1 - height,
    "page down": lambda at, height, _total: at + height - 1,
    "m_start": lambda _at, _height, _total: 0,
    "m_end": lambda at, _height, total: at + total,
    "home": lambda _at, _height, _total: 0,
    "end": lambda at, _height, total: at + total,
}
"""Where each key moves, from the row at which the cursor is, by the window's height and the number of rows. Before the
first row is what came earlier, behind the last what comes: it is followed."""

"""Cards: a card is a flow's segment (a prompt, a thought, a text, a tool call, a result, an end line).

In: spans, as the segment's view makes them. Out: what is to be shown when the card has its turn. What was erased while
the card waited is left out.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence

from renderers.spans import MARKS, Erase, Painted, Provisional, Span, Styled


class CardState(enum.Enum):
    STREAMING = "streaming"
    DONE = "done"
    DEAD = "dead"
    """Silent for longer than `dead_after_s`. A sign of life makes it STREAMING again."""


class Card:
    """`patience_s`: how long others of its flow let it finish once it pauses. None of its spans is ever lost."""

    __slots__ = ("begun", "deltas", "first_s", "gap_s", "kind", "last_s", "name", "patience_s", "state", "waiting")

    def __init__(self, kind: str, now_s: float, patience_s: float = 0.0) -> None:
        self.kind = kind
        self.state = CardState.STREAMING
        self.patience_s = patience_s
        self.name = ""
        """To know it again where it goes on after others have spoken."""
        self.begun = False
        """Some of it has been shown."""
        self.waiting: list[Span] = []
        self.deltas = 0
        self.first_s = self.last_s = now_s
        self.gap_s = 0.0
        """The longest time between two deltas."""

    def add(self, spans: list[Span]) -> None:
        self.waiting += spans

    def heard(self, now_s: float) -> None:
        """A delta has come."""
        if self.deltas:
            gap = now_s - self.last_s
            if gap > self.gap_s:
                self.gap_s = gap
        else:
            self.first_s = now_s
        self.deltas += 1
        self.last_s = now_s

    def take(self) -> list[Span]:
        spans, self.waiting = self.waiting, []
        return spans if len(spans) == 1 else without_erased(spans)

    def put_back(self, spans: Sequence[Span]) -> None:
        """What was on the screen and has been taken back: to be shown before all else when the turn comes again."""
        self.waiting = [*spans, *self.waiting]


def without_erased(spans: list[Span]) -> list[Span]:
    """The spans as they look in the end, neighbours of one role as one.

    An erasure stays if what it takes back may be on the screen already.
    """
    kept: list[Span] = []
    for span in spans:
        if type(span) is Erase:
            while kept and type(kept[-1]) is Provisional:
                kept.pop()
            if not kept:
                kept.append(span)
        else:
            kept.append(span)
    merged: list[Span] = []
    for (kind, role), group in itertools.groupby(kept, _kind_of):
        if kind is Styled:
            merged.append(Styled(role, "".join([span.text for span in group if isinstance(span, Styled)])))
        elif kind is Painted:
            merged.append(Painted("".join([span.text for span in group if isinstance(span, Painted)])))
        else:
            merged += group
    return merged


def _kind_of(span: Span) -> tuple[type[Span], str]:
    return type(span), span.role if isinstance(span, Styled) else ""


def up_to_line_end(spans: list[Span]) -> tuple[list[Span], list[Span]]:
    """Cut behind the last line feed; all is in the second part where there is none, or where a line is provisional."""
    if any(type(span) is Provisional for span in spans):
        return [], spans
    for place in range(len(spans) - 1, -1, -1):
        span = spans[place]
        if isinstance(span, Styled | Painted) and (end := span.text.rfind("\n") + 1):
            first, rest = span.text[:end], span.text[end:]
            return [*spans[:place], _like(span, first)], [*([_like(span, rest)] if rest else []), *spans[place + 1 :]]
    return [], spans


def _like(span: Styled | Painted, text: str) -> Span:
    if isinstance(span, Styled):
        return Styled(span.role, text)
    return Painted(text if text[0] in MARKS.values() else MARKS["plain"] + text)

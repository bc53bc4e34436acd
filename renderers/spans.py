"""Spans: what a view wants on the screen, before anybody has decided when, where and how wide.

In: nothing. Out: the operations that block views make and that cards keep. A card that waits keeps its spans; shown
later, what has been erased meanwhile is not shown at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MARKS: Final[Mapping[str, str]] = {"plain": "\x01", "argument_key": "\x02", "argument_value": "\x03"}
"""Role to the character that begins a run of it in `Painted`. No sanitised text holds one."""


_ROLES: Final = {mark: role for role, mark in MARKS.items()}
_ANY_MARK: Final = "".join(_ROLES)
_RUN: Final = re.compile(f"([{_ANY_MARK}])([^{_ANY_MARK}]+)")


@dataclass(frozen=True, slots=True)
class Styled:
    """Text in a role's colour (a key of `theme.SGR`). It may hold line feeds; it is sanitised by who makes it."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Painted:
    """Text whose colour changes so often that a span for each run would cost more than all else.

    Each run begins with its role's mark; so does the whole, and what follows a line feed is plain again.
    """

    text: str

    def runs(self) -> Iterator[Styled]:
        """The same, a span for each run."""
        for mark, text in _RUN.findall(self.text):
            yield Styled(_ROLES[mark], text)


@dataclass(frozen=True, slots=True)
class Provisional:
    """More text of the one flat provisional line: no line feeds in it; it begins on a line of its own."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The provisional line was wrong: take all of it back, as if it had never been."""


@dataclass(frozen=True, slots=True)
class FreshLine:
    """What follows begins at the start of a line: a line feed if the line is not empty, else nothing."""


type Span = Styled | Painted | Provisional | Erase | FreshLine

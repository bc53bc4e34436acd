"""What a report's columns hold: a name, and a kind that says how a value reads and whether a sum of it means anything.

In: nothing. Out: `Column`s, which catalogue, formats, help and README's table read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """In a table; jsonl and csv have the value as it is."""

    TEXT = "text"
    """Shortened where the terminal is narrow."""
    NAME = "name"
    """A word that is kept whole as long as that is possible."""
    SESSION = "session"
    """A session's number: #3."""
    INTEGER = "integer"
    FLOAT = "float"
    MONEY = "money"
    """Dollars."""
    SHARE = "share"
    """0 to 1; a percentage in a table."""
    BYTES = "bytes"
    MILLISECONDS = "milliseconds"
    TIME = "time"
    """A moment in UTC; told in the zone that was asked for."""
    DATE = "date"
    JSON = "json"


NUMERIC = frozenset(
    (Kind.INTEGER, Kind.FLOAT, Kind.MONEY, Kind.SHARE, Kind.BYTES, Kind.MILLISECONDS),
)
"""Kinds that stand on the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """`totalled`: tables end in its sum. `weight`: the greater, the later it is shortened in a narrow terminal."""

    name: str
    kind: Kind = Kind.TEXT
    totalled: bool = False


def text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT) for name in names)


def names(*all_names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.NAME) for name in all_names)


def counts(*names: str) -> tuple[Column, ...]:
    """Integers with a total."""
    return tuple(Column(name, Kind.INTEGER, totalled=True) for name in names)

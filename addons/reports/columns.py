"""What a report's columns hold: a name, and a kind that says how a value reads and whether a sum of it means anything.

In: nothing. Out: `Column`s, which catalogue, formats, help and README's table read.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """In a table; jsonl and csv have the value as it is."""

    TEXT = "text"
    """Shortened where the terminal is narrow."""
    NAME = "name"
    """A word that is kept whole as long as that is possible."""
    KEY = "key"
    """A name, maybe a long one, that tells rows apart: the last thing that is shortened."""
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


UNPRICED = "unpriced_calls"
"""The column with the number of calls whose cost nobody knows."""

HEADINGS = {
    "input_tokens": "input",
    "cache_read_input_tokens": "cache read",
    "cache_creation_input_tokens": "cache write",
    "cache_creation_5m_input_tokens": "written for 5m",
    "cache_creation_1h_input_tokens": "written for 1h",
    "output_tokens": "output",
    "reasoning_output_tokens": "reasoning",
    "session_number": "session",
}
"""Columns whose names are the log's, and long."""


class Column(NamedTuple):
    """`totalled`: tables end in its sum. `is_minor`: a table has it only where something was told and there is room.
    `is_major`: what the report is about; others are left out for its sake."""

    name: str
    kind: Kind = Kind.TEXT
    totalled: bool = False
    is_minor: bool = False
    is_major: bool = False

    @property
    def is_main(self) -> bool:
        """Money always is."""
        return self.is_major or self.kind is Kind.MONEY

    @property
    def heading(self) -> str:
        """In a table: its values tell their units themselves."""
        return HEADINGS.get(self.name) or self.name.replace("_ms", "").replace("_", " ")


def text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT) for name in names)


def names(*all_names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.NAME) for name in all_names)


def minor(*columns: Column) -> tuple[Column, ...]:
    return tuple(column._replace(is_minor=True) for column in columns)


def major(*columns: Column) -> tuple[Column, ...]:
    return tuple(column._replace(is_major=True) for column in columns)


def counts(*names: str) -> tuple[Column, ...]:
    """Integers with a total."""
    return tuple(Column(name, Kind.INTEGER, totalled=True) for name in names)

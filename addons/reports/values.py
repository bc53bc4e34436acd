"""A report's values as text: for people in tables, for programs in JSON lines and CSV.

In: a value as DuckDB gives it, its column's kind, the zone. Out: text, or a JSON value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from addons.reports.columns import Kind
from addons.reports.moments import local_text

UNKNOWN = "unknown"
_SIZES = ("B", "kB", "MB", "GB", "TB")


def shown(value: Any, kind: Kind, zone: tzinfo | None) -> str:
    """For people. What was not told is empty; a price that nobody knows is said to be unknown."""
    if value is None:
        return UNKNOWN if kind is Kind.MONEY else ""
    return _SHOWN.get(kind, _plain)(value, zone)


def told(value: Any, zone: tzinfo | None) -> Any:
    """For programs: as JSON has it, in full precision."""
    if isinstance(value, datetime):
        return local_text(value, zone)
    return value.isoformat() if isinstance(value, date) else value


def _plain(value: Any, _: tzinfo | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _time(value: datetime, zone: tzinfo | None) -> str:
    return local_text(value, zone)[:19].replace("T", " ")


def _money(value: float, _: tzinfo | None) -> str:
    """Cents, and more digits where it is less than that."""
    return f"${value:,.2f}" if value >= 0.1 or value == 0 else f"${value:.4f}"


def _bytes(value: float, _: tzinfo | None) -> str:
    size = float(value)
    for unit in _SIZES[:-1]:
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} {_SIZES[-1]}"


def _milliseconds(value: float, _: tzinfo | None) -> str:
    if value < 1000:
        return f"{value:.0f} ms"
    return f"{value / 1000:,.1f} s" if value < 600_000 else f"{value / 60_000:,.0f} min"


_SHOWN: Mapping[Kind, Callable[[Any, tzinfo | None], str]] = {
    Kind.SESSION: lambda value, _: f"#{value}",
    Kind.INTEGER: lambda value, _: f"{value:,}",
    Kind.FLOAT: lambda value, _: f"{value:,.1f}",
    Kind.SHARE: lambda value, _: f"{value:.0%}",
    Kind.MONEY: _money,
    Kind.BYTES: _bytes,
    Kind.MILLISECONDS: _milliseconds,
    Kind.TIME: _time,
}

"""Prices as a table that a query can join: the price book's answers for what the log has (`costs.py` joins it).

In: a connection, the price book. Out: a macro for where prices change with time, and a temporary table `tariffs` with a
row for each provider, model, service tier, half hour where it matters, and step of the input's size. What nobody sells
has no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from addons.pricing.book import PriceBook
from addons.pricing.rates import Rates
from addons.reports.costs import SLOT_S
from addons.reports.database import Connection, quoted, temporary_table

_PRICES = tuple(name for name in Rates._fields if name != "above")
_COLUMNS = {
    "seller": "VARCHAR",
    "sold": "VARCHAR",
    "for_tier": "VARCHAR",
    "in_slot": "BIGINT",
    "over": "BIGINT",
    "upto": "BIGINT",
    "is_own": "BOOLEAN",
} | dict.fromkeys(_PRICES, "DOUBLE")


def prepare_slots(connection: Connection, book: PriceBook) -> None:
    """A macro that says where it matters when a call was made."""
    sold = "SELECT DISTINCT provider, model FROM ends WHERE provider IS NOT NULL AND model IS NOT NULL"
    changing = [
        f"({quoted(provider)}, {quoted(model)})"
        for provider, model in connection.execute(sold).fetchall()
        if not book.is_steady(provider, model)
    ]
    matters = f"(seller, sold) IN ({', '.join(changing)})" if changing else "false"
    connection.execute(f"CREATE TEMP MACRO price_changes(seller, sold) AS {matters}")


def prepare_tariffs(connection: Connection, book: PriceBook) -> None:
    asked = "SELECT DISTINCT provider, model, tier, slot FROM billed WHERE provider IS NOT NULL AND model IS NOT NULL"
    rows = [row for each in connection.execute(asked).fetchall() for row in _rows(book, *each)]
    temporary_table(connection, "tariffs", _COLUMNS, rows)


def _rows(book: PriceBook, provider: str, model: str, tier: str | None, slot: int) -> Iterator[tuple[Any, ...]]:
    # A price that does not change with time is that of now.
    at = datetime.fromtimestamp(slot * SLOT_S, UTC) if slot else None
    rates = book.rates_of(provider, model, at, tier)
    if rates is None:
        return
    steps = [(-1, rates), *rates.above]
    ends = [over for over, _ in steps[1:]] + [2**62]
    for (over, each), upto in zip(steps, ends, strict=True):
        prices = (getattr(each, name) for name in _PRICES)
        yield provider, model, tier or "", slot, over, upto, book.is_own(model), *prices

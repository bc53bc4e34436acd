"""The price table: the price lists in prices/, and how a model is found in one.

In: a price list's name and a model. Out: `Entry`: its context window, and what it costs at a time. A list is read when
the first question about it comes. Its form:

    {"also": [NAME, …], "models": [
        {"id": …, "match": [RULE, …], "window": TOKENS,
         "prices": [[WHEN, PRICES], …], "offers": [[TIER, WHEN, PRICES], …]}]}

RULE is `[OPERATOR, text]` (`OPERATORS`; `["&", [RULE, …]]` for all of them): a model is the first that a rule fits.
WHEN is null, `{"from": "2026-03-13"}` or `{"daily": ["16:30", "00:30"]}`, in UTC; of several prices the last counts
whose time it is. An offer is what is charged otherwise in a service tier. `also` are lists to look in next: models of
others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from addons.pricing.rates import Price, Rates, rates_from

FOLDER = Path(__file__).with_name("prices")
SOURCE = "source.json"
"""Beside the lists: what they are from."""

OPERATORS: dict[str, Callable[[str, Any], bool]] = {
    "=": lambda model, text: model == text,
    "^": lambda model, text: model.startswith(text),
    "$": lambda model, text: model.endswith(text),
    "~": lambda model, text: text in model,
    "/": lambda model, text: re.search(text, model) is not None,
    "&": lambda model, rules: all(fits(model, rule) for rule in rules),
}


def fits(model: str, rule: list[Any]) -> bool:
    """`model` in lower case."""
    return OPERATORS[rule[0]](model, rule[1])


class Entry:
    """One row of a price list."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.id: str = row["id"]
        self.window: int | None = row.get("window")
        self._prices: list[tuple[dict[str, Any] | None, Mapping[str, Price]]] = row.get("prices", [])
        self._offers: list[tuple[str, dict[str, Any] | None, Mapping[str, Price]]] = row.get("offers", [])
        self._made: dict[tuple[int, ...], Rates] = {}

    @property
    def is_steady(self) -> bool:
        """Whether it costs the same at all times."""
        return all(when is None for when, _ in self._prices) and all(when is None for _, when, _ in self._offers)

    def rates(self, at: datetime, tier: str | None) -> Rates | None:
        if not self._prices:
            return None
        at = at.astimezone(UTC)
        latest = range(len(self._prices) - 1, -1, -1)
        chosen = next((number for number in latest if _is_time(self._prices[number][0], at)), 0)
        offers = [number for number, (of, when, _) in enumerate(self._offers) if of == tier and _is_time(when, at)]
        key = (chosen, *offers)
        if key not in self._made:
            prices = dict(self._prices[chosen][1])
            for number in reversed(offers):
                prices |= self._offers[number][2]
            self._made[key] = rates_from(prices)
        return self._made[key]


def _is_time(when: Mapping[str, Any] | None, at: datetime) -> bool:
    if when is None:
        return True
    if "from" in when:
        return at.date() >= date.fromisoformat(when["from"])
    begin, end = map(time.fromisoformat, when["daily"])
    now = at.time()
    return begin <= now < end if begin <= end else now >= begin or now < end


class _PriceList:
    """Most rules ask for one name: those by look-up, the others one after another."""

    def __init__(self, rows: list[dict[str, Any]], also: tuple[str, ...]) -> None:
        self.also = also
        self._rows = rows
        self._exact: dict[str, int] = {}
        self._others: list[tuple[int, list[Any]]] = []
        for number, row in enumerate(rows):
            for rule in row["match"]:
                if rule[0] == "=":
                    self._exact.setdefault(rule[1], number)
                else:
                    self._others.append((number, rule))

    def find(self, model: str) -> Entry | None:
        exact = self._exact.get(model, len(self._rows))
        number = next((number for number, rule in self._others if number < exact and fits(model, rule)), exact)
        return Entry(self._rows[number]) if number < len(self._rows) else None


@cache
def _files() -> Mapping[str, Path]:
    """By the lists' names. Some are asked for by names from the wire, which are to open nothing else."""
    return {path.stem: path for path in FOLDER.glob("*.json") if path.name != SOURCE}


@cache
def _price_list(name: str) -> _PriceList | None:
    path = _files().get(name)
    if path is None:
        return None
    # Not by orjson: it brings along more than a report needs, and takes longer to import than a list to be read.
    read = json.loads(path.read_bytes())
    return _PriceList(read["models"], tuple(read.get("also", ())))


def source() -> dict[str, str]:
    """Where the prices are from: `package`, `version`, `url`, `licence`."""
    told: dict[str, str] = json.loads((FOLDER / SOURCE).read_bytes())
    return told


def find(name: str, model: str) -> Entry | None:
    """`name`: the list's. `model` in lower case."""
    asked = _price_list(name)
    if asked is None:
        return None
    found = asked.find(model)
    for other in asked.also if found is None else ():
        # One step only: what others sell of others is none of theirs.
        neighbour = _price_list(other)
        found = found or (neighbour.find(model) if neighbour else None)
    return found

"""What tokens of each kind cost, and what a call comes to.

In: prices of a price list's row, `{"input": 3, "output": [15, [200000, 22.5]]}`: dollars per million tokens, or a base
price and what counts above so many input tokens. Out: `Rates`, complete: what has no price of its own has its kind's.

The whole call is charged at the step that its input reaches; nobody charges by the part. Audio and pictures are
charged as text: `usage` does not tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

type Price = float | list[Any]

TOKEN_KINDS: dict[str, str | None] = {
    "input": None,
    "cache_read": "input",
    "cache_write_5m": "input",
    "cache_write_1h": "cache_write_5m",
    "output": None,
    "reasoning": "output",
}
"""Kind, and whose price it has where the price list has none for it."""

_MILLION = 1e6


class Rates(NamedTuple):
    """Dollars per million tokens of each kind; None: the price list does not say."""

    input: float | None
    cache_read: float | None
    cache_write_5m: float | None
    cache_write_1h: float | None
    output: float | None
    reasoning: float | None
    web_search: float = 0.0
    """Dollars for one."""
    request: float = 0.0
    """Dollars for one."""
    above: tuple[tuple[int, Rates], ...] = ()
    """With more input tokens than this, cached ones too, these count instead. Ascending."""

    def with_input(self, input_tokens: int) -> Rates:
        """What counts for a call with so many input tokens, cached ones too."""
        return next((rates for start, rates in reversed(self.above) if input_tokens > start), self)


def rates_from(prices: Mapping[str, Price]) -> Rates:
    starts = sorted({step[0] for price in prices.values() if isinstance(price, list) for step in price[1:]})
    return _at(prices, -1, tuple((start, _at(prices, start + 1, ())) for start in starts))


def _at(prices: Mapping[str, Price], input_tokens: int, above: tuple[tuple[int, Rates], ...]) -> Rates:
    found = {name: _step(price, input_tokens) for name, price in prices.items()}
    for kind, instead in TOKEN_KINDS.items():
        found.setdefault(kind, found[instead] if instead else None)
    return Rates(**found, above=above)  # type: ignore[arg-type]


def _step(price: Price, input_tokens: int) -> float | None:
    if not isinstance(price, list):
        return price
    return next((step[1] for step in reversed(price[1:]) if input_tokens > step[0]), price[0])  # type: ignore[no-any-return]


def cost_of(rates: Rates, usage: Mapping[str, int | None], web_searches: int = 0) -> float | None:
    """Dollars. None where nothing was counted, or something that has no price was.

    `usage` is LOGFORMAT's: `input_tokens` has the cached ones in it, `output_tokens` the reasoning.
    """
    told_input, told_output = usage.get("input_tokens"), usage.get("output_tokens")
    if told_input is None and told_output is None:
        return None
    counts = _counts(usage, told_input or 0, told_output or 0)
    rates = rates.with_input(told_input or 0)
    total = rates.request + rates.web_search * web_searches
    for kind, count in counts.items():
        price = getattr(rates, kind)
        if count and price is None:
            return None
        total += count * (price or 0.0) / _MILLION
    return total


def _counts(usage: Mapping[str, int | None], all_input: int, all_output: int) -> dict[str, int]:
    """Tokens by kind, each in one only. Where parts exceed the whole the parts count."""
    read = usage.get("cache_read_input_tokens") or 0
    hour = usage.get("cache_creation_1h_input_tokens") or 0
    written = max(
        usage.get("cache_creation_input_tokens") or 0, hour + (usage.get("cache_creation_5m_input_tokens") or 0)
    )
    reasoning = usage.get("reasoning_output_tokens") or 0
    return {
        "input": max(0, all_input - read - written),
        "cache_read": read,
        "cache_write_5m": written - hour,
        "cache_write_1h": hour,
        "output": max(0, all_output - reasoning),
        "reasoning": min(reasoning, all_output) if all_output else reasoning,
    }

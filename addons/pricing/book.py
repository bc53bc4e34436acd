"""Ask here: what a call cost, what a model's tokens cost, how large its window is.

In: the provider as in `identity/hosts.py`, the model as on the wire, LOGFORMAT's `usage` and `usage_raw`, when. Out:
dollars, `Rates`, tokens; None: not known. The user's own prices come first. A host that tells what a call cost
is believed before any table.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from addons.pricing import table
from addons.pricing.own import OwnPrice
from addons.pricing.rates import Rates, cost_of
from addons.pricing.sellers import places_to_look, places_to_look_for_a_window

TIER_FIELDS = ("speed", "service_tier", "serviceTier")
"""Of a request and of `usage_raw`."""
_TIER_FIELDS = (TIER_FIELDS[:1], TIER_FIELDS[1:])
"""The last two are one field."""
_NORMAL = ("auto", "default", "standard", "standard_only")

_MOST_REMEMBERED = 4096
"""Names of models are the wire's: any number of them."""

_TELLS_ITS_PRICE = frozenset({"openrouter"})
"""Its `usage.cost` is in dollars, what it charges. A key of the user's own at the maker is charged there besides."""


class PriceBook:
    def __init__(self, own: tuple[OwnPrice, ...] = ()) -> None:
        self._own = own
        self._found: dict[tuple[str, str], table.Entry | None] = {}
        self._windows: dict[tuple[str, str], int | None] = {}

    def cost_usd(
        self,
        provider: str,
        model: str | None,
        usage: Mapping[str, int | None] | None,
        at: datetime | None = None,
        *,
        usage_raw: Mapping[str, Any] | None = None,
        request: Mapping[str, Any] | None = None,
    ) -> float | None:
        """Dollars. `at`: when the call was made; None is now. `request` is its body, for the tier that it asks for."""
        if model is None or not usage:
            return None
        own = self._own_rates(model)
        told = told_cost(provider, usage_raw) if own is None else None
        if told is not None:
            return told
        rates = own or self.rates_of(provider, model, at, tier_of(usage_raw, request))
        return cost_of(rates, usage, web_searches(usage_raw)) if rates else None

    def rates_of(self, provider: str, model: str, at: datetime | None = None, tier: str | None = None) -> Rates | None:
        """`tier` as `tier_of` tells it; what has no price of its own in a tier has the list price."""
        own = self._own_rates(model)
        if own is not None:
            return own
        entry = self._entry(provider, model)
        return entry.rates(at or datetime.now(UTC), tier) if entry else None

    def is_steady(self, provider: str, model: str) -> bool:
        """Whether the rates are the same at all times."""
        entry = self._entry(provider, model) if self._own_rates(model) is None else None
        return entry is None or entry.is_steady

    def is_own(self, model: str) -> bool:
        """Whether the user has set the price."""
        return self._own_rates(model) is not None

    def context_window(self, provider: str, model: str | None) -> int | None:
        """Tokens, of input and output together."""
        if model is None:
            return None
        own = next((row.window for row in self._own if row.window and row.model.match(model)), None)
        if own is not None:
            return own

        def find() -> int | None:
            entries = (table.find(*place) for place in places_to_look_for_a_window(provider, model))
            return next((entry.window for entry in entries if entry and entry.window), None)

        return _remembered(self._windows, (provider, model), find)

    def _own_rates(self, model: str) -> Rates | None:
        return next((row.rates for row in self._own if row.rates and row.model.match(model)), None)

    def _entry(self, provider: str, model: str) -> table.Entry | None:
        def find() -> table.Entry | None:
            entries = (table.find(*place) for place in places_to_look(provider, model))
            return next((entry for entry in entries if entry), None)

        return _remembered(self._found, (provider, model), find)


def _remembered[Value](
    memory: dict[tuple[str, str], Value | None], key: tuple[str, str], find: Callable[[], Value | None]
) -> Value | None:
    """On any thread: what another has found meanwhile is the same."""
    with contextlib.suppress(KeyError):
        return memory[key]
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    value = memory[key] = find()
    return value


def tier_of(usage_raw: Mapping[str, Any] | None, request: Mapping[str, Any] | None = None) -> str | None:
    """`batch`, `flex`, `priority`, `fast`; None: the normal one. What the answer tells of it counts first."""
    for names in _TIER_FIELDS:
        words = [of.get(name) for of in (usage_raw or {}, request or {}) for name in names]
        word = next((word for word in words if isinstance(word, str)), None)
        if word is not None and word not in _NORMAL:
            return word
    return None


def web_searches(usage_raw: Mapping[str, Any] | None) -> int:
    """How many the provider ran and charges for (Anthropic tells it)."""
    told = (usage_raw or {}).get("server_tool_use")
    count = told.get("web_search_requests") if isinstance(told, dict) else None
    return count if isinstance(count, int) else 0


def told_cost(provider: str, usage_raw: Mapping[str, Any] | None) -> float | None:
    """Dollars, where the host itself says what the call costs."""
    raw = usage_raw or {}
    if provider not in _TELLS_ITS_PRICE or not _is_price(raw.get("cost")):
        return None
    details = raw.get("cost_details")
    at_the_maker = details.get("upstream_inference_cost") if raw.get("is_byok") and isinstance(details, dict) else None
    return raw["cost"] + (at_the_maker if _is_price(at_the_maker) else 0.0)  # type: ignore[no-any-return]


def _is_price(told: Any) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < math.inf

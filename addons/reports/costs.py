"""What a call cost, in SQL: the arithmetic of `pricing.rates.cost_of`, over the table that `tariffs.py` makes.

In: nothing. Out: `COST`, dollars of a row of `billed` that has been joined by `JOIN`; null where it is not known.
"""

from __future__ import annotations

SLOT_S = 1800
"""Prices change at full and half hours only."""

NORMAL_TIERS = "('auto', 'default', 'standard', 'standard_only')"

TIER = f"""CASE WHEN coalesce(speed, asked_speed) NOT IN {NORMAL_TIERS} THEN coalesce(speed, asked_speed)
    WHEN coalesce(service_tier, asked_service_tier) NOT IN {NORMAL_TIERS}
    THEN coalesce(service_tier, asked_service_tier) END"""
"""As `pricing.book.tier_of`: what the answer says of it counts before what was asked for."""

_READ = "coalesce(cache_read_input_tokens, 0)"
_HOUR = "coalesce(cache_creation_1h_input_tokens, 0)"
_PARTS = f"{_HOUR} + coalesce(cache_creation_5m_input_tokens, 0)"
_WRITTEN = f"greatest(coalesce(cache_creation_input_tokens, 0), {_PARTS})"
_REASONING = "coalesce(reasoning_output_tokens, 0)"
_OUTPUT = "coalesce(output_tokens, 0)"

COUNTS = {
    "input": f"greatest(0, coalesce(input_tokens, 0) - {_READ} - {_WRITTEN})",
    "cache_read": _READ,
    "cache_write_5m": f"({_WRITTEN} - {_HOUR})",
    "cache_write_1h": _HOUR,
    "output": f"greatest(0, {_OUTPUT} - {_REASONING})",
    "reasoning": f"CASE WHEN {_OUTPUT} > 0 THEN least({_REASONING}, {_OUTPUT}) ELSE {_REASONING} END",
}
"""Tokens of each kind, each in one only; where parts exceed the whole the parts count."""

_SUM = " + ".join(f"CASE WHEN {count} = 0 THEN 0 ELSE {count} * tariffs.{kind} END" for kind, count in COUNTS.items())
_COMPUTED = (
    "CASE WHEN coalesce(input_tokens, output_tokens) IS NOT NULL"
    f" THEN tariffs.request + tariffs.web_search * coalesce(web_searches, 0) + ({_SUM}) / 1e6 END"
)

COST = f"""try_cast(CASE WHEN coalesce(input_tokens, output_tokens) IS NULL
        AND (coalesce(status, 599) >= 400 OR purpose IS NOT DISTINCT FROM 'count_tokens') THEN 0
    WHEN tariffs.is_own OR told_cost IS NULL THEN {_COMPUTED} ELSE told_cost END AS DECIMAL(24, 12))"""
"""Dollars, as a decimal: its sums are the same in any order. The user's own price comes before what the host says that
it charges, and that before the price list. What was refused, never answered, or only counted tokens cost nothing (the
live view's rule is the same, `renderers/spending.py`)."""

JOIN = """LEFT JOIN tariffs ON billed.provider = tariffs.seller AND billed.model = tariffs.sold
    AND coalesce(billed.tier, '') = tariffs.for_tier AND billed.slot = tariffs.in_slot
    AND coalesce(input_tokens, 0) > tariffs.over AND coalesce(input_tokens, 0) <= tariffs.upto"""

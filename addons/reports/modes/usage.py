"""What was used: tokens, by whatever one wants to know them by.

What is billed counts: side traffic and retries too, each exchange that reported usage once.
"""

from __future__ import annotations

from addons.reports.columns import Column, Kind, counts
from addons.reports.facts import USAGE_FIELDS
from addons.reports.mode import Mode

_SUMS = ", ".join(f"sum({name})::BIGINT AS {name}" for name in USAGE_FIELDS)

_TOKENS = (
    Column("calls", Kind.INTEGER, totalled=True),
    *counts(*USAGE_FIELDS),
)

_GROUPED = f"SELECT {{keys}}, count(*) AS calls, {_SUMS} FROM {{answers}} GROUP BY ALL"
_ORDER = ("min(started)", "{keys}")

MODES = (
    Mode(
        "tokens",
        "Tokens by model, or by whatever --group-by names.",
        _TOKENS,
        ("answers",),
        _GROUPED,
        _ORDER,
        group_by=("model",),
        purposes=(),
        help="input_tokens is all input, cached or not. Every exchange that reported usage counts once: retries and"
        " side traffic (titles, warm-ups) too, since they are billed; --purpose narrows it.",
    ),
    Mode(
        "token_usage",
        "Tokens of every call.",
        _TOKENS,
        ("answers",),
        _GROUPED,
        _ORDER,
        group_by=("call",),
        purposes=(),
    ),
)

"""What was used and what it cost (SPEC S3.26).

What is billed counts: side traffic and retries too, each exchange that reported usage once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from addons.reports.columns import UNPRICED, Column, Kind, counts, minor
from addons.reports.facts import USAGE_FIELDS
from addons.reports.mode import Mode, Row
from addons.reports.question import Question

MAIN_FIELDS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
"""Of usage, what is worth a column beside money."""

BILLED = (
    "Every exchange that reported usage counts once: retries and side traffic (titles, warm-ups) too, since they are"
    " billed; --purpose narrows it. input_tokens is all input, cached or not."
)
PRICED = (
    f"{BILLED} Dollars by the price list in the project and your own prices (AGENT_PRICES). Unpriced calls are those"
    " whose price nobody knows, or whose usage was not told though they were answered; sums are without them."
)

COST_SQL = """CASE WHEN count(*) = count(cost) OR sum(cost) > 0 THEN sum(cost)::DOUBLE END AS cost,
    (count(*) - count(cost)) AS unpriced_calls"""

BLOCK_HOURS = 5


def sums(names: Iterable[str]) -> str:
    return ", ".join(f"sum({name})::BIGINT AS {name}" for name in names)


_TOKENS = (
    *counts("calls", *USAGE_FIELDS[:3]),
    *minor(*counts(*USAGE_FIELDS[3:5])),
    *counts("output_tokens"),
    *minor(*counts("reasoning_output_tokens")),
)
_TOKENS_SQL = f"SELECT {{keys}}, count(*) AS calls, {sums(USAGE_FIELDS)} FROM {{answers}} GROUP BY ALL"
MONEY = (
    *counts("calls", *MAIN_FIELDS[:2]),
    *minor(*counts(MAIN_FIELDS[2])),
    *counts("output_tokens"),
    *minor(*counts("reasoning_output_tokens")),
    Column("cost", Kind.MONEY, totalled=True),
    *minor(*counts(UNPRICED)),
)
MONEY_SQL = f"count(*) AS calls, {sums(MAIN_FIELDS)}, {COST_SQL}"
_MONEY_SQL = f"SELECT {{keys}}, {MONEY_SQL} FROM priced GROUP BY ALL"
_ORDER = ("min(started)", "{keys}")


def _money(name: str, summary: str, group_by: str, always_by: tuple[str, ...] = ()) -> Mode:
    return Mode(
        name,
        summary,
        MONEY,
        ("priced",),
        _MONEY_SQL,
        _ORDER,
        group_by=(group_by,),
        purposes=(),
        help=PRICED,
        always_by=always_by,
    )


def _by_time(name: str, summary: str, period: str) -> Mode:
    return _money(name, summary, period, always_by=(period,))


def blocks(rows: Iterable[Row], question: Question) -> Iterator[Row]:
    """Of hours, whose rows begin with their number since the epoch. A block begins with the hour of its first call."""
    open_block: list[Row] = []
    for row in rows:
        if open_block and row[0] >= open_block[0][0] + BLOCK_HOURS:
            yield _block(open_block, question)
            open_block = []
        open_block.append(row)
    if open_block:
        yield _block(open_block, question)


def _block(hours: list[Row], question: Question) -> Row:
    began = datetime.fromtimestamp(hours[0][0] * 3600, UTC).replace(tzinfo=None)
    ends = began + timedelta(hours=BLOCK_HOURS)
    now = question.asked_at
    is_active = now is not None and began <= now < ends
    sums_of = [_sum(values) for values in zip(*(hour[3:] for hour in hours), strict=True)]
    cost = sums_of[-2]
    first, last = hours[0][1], hours[-1][2]
    busy_h = max((last - first).total_seconds(), 60) / 3600
    left_h = (ends - now).total_seconds() / 3600 if is_active and now is not None else 0
    per_hour = None if cost is None else cost / busy_h
    projected = None if cost is None or per_hour is None else cost + per_hour * left_h
    return (began, ends, last, "active" if is_active else None, *sums_of, per_hour, projected)


def _sum(values: Iterable[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) if told else None


MODES = (
    Mode(
        "tokens",
        "Tokens by model, or by whatever --group-by names.",
        _TOKENS,
        (),
        _TOKENS_SQL,
        _ORDER,
        group_by=("model",),
        purposes=(),
        help=BILLED,
    ),
    Mode(
        "token_usage",
        "Tokens of every call.",
        _TOKENS,
        (),
        _TOKENS_SQL,
        _ORDER,
        group_by=("call",),
        purposes=(),
        help=BILLED,
    ),
    _money("cost", "Dollars by model, or by whatever --group-by names.", "model"),
    _by_time("daily", "Tokens and dollars by day.", "day"),
    _by_time("weekly", "Tokens and dollars by week; a week is told by its Monday.", "week"),
    _by_time("monthly", "Tokens and dollars by month.", "month"),
    Mode(
        "blocks",
        f"Tokens and dollars by block of {BLOCK_HOURS} hours, as subscriptions count them.",
        (
            Column("block", Kind.TIME),
            Column("ends", Kind.TIME),
            Column("last_call", Kind.TIME),
            Column("state", Kind.NAME),
            *MONEY,
            Column("cost_per_hour", Kind.MONEY),
            Column("projected_cost", Kind.MONEY),
        ),
        ("priced",),
        f"SELECT epoch(started)::BIGINT // 3600 AS hour, min(started), max(started), {MONEY_SQL}"
        " FROM priced WHERE started IS NOT NULL GROUP BY hour",
        ("hour",),
        purposes=(),
        step=blocks,
        help=f"A block begins with the full hour (UTC) of the first call after the one before. cost_per_hour is that of"
        f" the time between its calls; of an active block projected_cost is what it will have come to. {PRICED}",
    ),
)

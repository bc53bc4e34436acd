"""How fast answers came, and how much of their input the cache had (SPEC S3.26)."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, counts
from addons.reports.mode import Mode

_QUANTILES = (50, 90, 99)

_SPEED = "output_tokens * 1000 / nullif(duration_ms - ttft_ms, 0)"

_LEAST_STALL_MS = 2000


def _milliseconds(name: str) -> tuple[Column, ...]:
    """The median, and what a table has room for."""
    return tuple(Column(f"{name}_p{each}", Kind.MILLISECONDS, is_minor=each != 50) for each in _QUANTILES)


def _quantiles(value: str) -> str:
    return ", ".join(f"quantile_cont({value}, {each / 100})" for each in _QUANTILES)


MODES = (
    Mode(
        "latency",
        "Speed by model: time to first token, duration, tokens per second, stalls.",
        (
            *counts("calls"),
            *_milliseconds("ttft_ms"),
            *_milliseconds("duration_ms"),
            Column("tokens_per_second_p50", Kind.FLOAT),
            Column("tokens_per_second_p10", Kind.FLOAT, is_minor=True),
            *_milliseconds("longest_pause_ms"),
            *counts("stalled_calls"),
        ),
        ("answered_calls", "stalls"),
        f"""SELECT {{keys}}, count(*), {_quantiles("ttft_ms")}, {_quantiles("duration_ms")},
            median({_SPEED}), quantile_cont({_SPEED}, 0.1), {_quantiles("pause_ms")},
            count(*) FILTER (pause_ms >= {_LEAST_STALL_MS})
            FROM answered_calls LEFT JOIN stalls USING (flow_id) WHERE "end" = 'complete' GROUP BY ALL""",
        ("min(started)", "{keys}"),
        group_by=("model",),
        help="Of complete answers. p50 is the median; of a hundred calls ninety were at most p90. Tokens per second"
        f" count from the first token on. A call stalled when it paused for {_LEAST_STALL_MS // 1000} s or more.",
    ),
    Mode(
        "cache",
        "How much of the input came from the cache, by model.",
        (
            *counts(
                "calls", "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "uncached_tokens"
            ),
            Column("read_share", Kind.SHARE),
            Column("written_share", Kind.SHARE),
            Column("calls_without_cache", Kind.INTEGER, totalled=True, is_minor=True),
        ),
        (),
        """SELECT {keys}, count(*), sum(input_tokens)::BIGINT, sum(cache_read_input_tokens)::BIGINT,
            sum(cache_creation_input_tokens)::BIGINT,
            sum(input_tokens - coalesce(cache_read_input_tokens, 0) - coalesce(cache_creation_input_tokens, 0))::BIGINT,
            sum(cache_read_input_tokens) / sum(input_tokens), sum(cache_creation_input_tokens) / sum(input_tokens),
            count(*) FILTER (coalesce(cache_read_input_tokens, 0) = 0)
            FROM {answers} WHERE input_tokens > 0 GROUP BY ALL""",
        ("min(started)", "{keys}"),
        group_by=("model",),
        help="Read from the cache is billed at a fraction of the price, written to it at more than the price.",
    ),
)

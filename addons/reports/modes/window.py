"""The context window: what it is made of, how it grows, where its cache broke (SPEC S3.26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from addons.reports.columns import Column, Kind, counts, major, minor, names, text
from addons.reports.mode import SESSION, Mode, Row
from addons.reports.question import Question

LEAST_TOKENS = 1_000
"""Fewer lost tokens are no break: providers cache nothing shorter."""

_LOST_SHARE = 0.2
"""Of what was in the cache."""

_LIFETIME_MS = 300_000
"""How long a provider keeps what was cached, if nobody asks for longer (Anthropic's five minutes)."""

_WHO = (Column("session_number", Kind.SESSION), *names("agent_id", "client", "model"))


def context(rows: Iterable[Row], question: Question) -> Iterator[Row]:
    from addons.reports.whole_requests import whole_requests
    from addons.reports.window_parts import SORTS, window_parts

    asked = list(rows)
    requests = whole_requests(question, (flow_id for row in asked for flow_id in row[-1]))
    for call, started, session, agent, client, model, input_tokens, chain in asked:
        found: dict[str, tuple[int, int]] = {}
        for body in (requests.get(flow_id) for flow_id in chain):
            for sort, (count, size) in window_parts(body).items():
                before = found.get(sort, (0, 0))
                found[sort] = (before[0] + count, before[1] + size)
        total = sum(size for _, size in found.values())
        for sort in (sort for sort in SORTS if sort in found):
            count, size = found[sort]
            share = size / total if total else None
            tokens = round(share * input_tokens) if share is not None and input_tokens else None
            yield session, agent, client, model, sort, count, size, share, tokens, call, started, chain[-1]


def cache_breaks(rows: Iterable[Row], question: Question) -> Iterator[Row]:
    from addons.reports.whole_requests import whole_requests

    asked = list(rows)
    requests = whole_requests(question, (flow_id for row in asked for flow_id in row[-2:]))
    for *told, pause_ms, had, read, lost, model, model_before, flow_id, before_id in asked:
        why = _why(requests.get(before_id), requests.get(flow_id), model_before, model, had, pause_ms)
        yield *told, why, had, read, lost, pause_ms, flow_id


def _why(old: Any, new: Any, model_before: str | None, model: str | None, had: int, pause_ms: float | None) -> str:
    from addons.request_parts import parts_of
    from renderers.cache_break import Cached, find_break

    before = Cached(model_before, parts_of(old), had)
    broken = find_break(before, model, parts_of(new))
    if broken is not None:
        return broken.what
    if pause_ms is not None and pause_ms > _LIFETIME_MS:
        return f"expired: {pause_ms / 60_000:,.0f} min without a call"
    return "nothing in the request: the provider had it no more"


MODES = (
    Mode(
        "context",
        "What the context window of each session's latest request is made of: bytes, share, tokens.",
        (
            *_WHO,
            *major(*names("part")),
            *counts("items"),
            Column("size_bytes", Kind.BYTES, totalled=True),
            Column("share", Kind.SHARE),
            Column("tokens", Kind.INTEGER, totalled=True),
            *minor(Column("call", Kind.INTEGER), Column("started", Kind.TIME), *text("flow_id")),
        ),
        ("calls",),
        """SELECT idx, started, session_number, agent_id, client, model, input_tokens, CASE transport
            WHEN 'websocket' THEN (SELECT list(flow_id ORDER BY idx) FROM calls earlier WHERE earlier.idx <= latest.idx
                AND split_part(earlier.flow_id, ':', 1) = split_part(latest.flow_id, ':', 1))
            ELSE [flow_id] END AS chain
            FROM (SELECT * FROM calls WHERE input_tokens IS NOT NULL
                QUALIFY row_number() OVER (PARTITION BY session_id, agent_id ORDER BY idx DESC) = 1) latest""",
        ("session_number", "agent_id", "idx"),
        argument=SESSION,
        step=context,
        help="Tokens are the request's own, shared out by bytes. On a WebSocket a request holds only what is new: then"
        " those before it on the same socket count too, and the model's own words are not among them.",
    ),
    Mode(
        "growth",
        "How the context grows from call to call: input, what was added, share of the cache.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            *_WHO,
            Column("input_tokens", Kind.INTEGER),
            Column("added_tokens", Kind.INTEGER),
            Column("cache_read_share", Kind.SHARE),
            *counts("output_tokens"),
            *minor(Column("messages", Kind.INTEGER), *text("flow_id")),
        ),
        ("calls", "requests"),
        """SELECT idx, started, session_number, agent_id, client, model, input_tokens,
            input_tokens - lag(input_tokens) OVER (PARTITION BY session_id, agent_id ORDER BY idx) AS added,
            cache_read_input_tokens / nullif(input_tokens, 0), output_tokens, messages, flow_id
            FROM calls LEFT JOIN (SELECT flow_id, messages FROM requests) USING (flow_id)
            WHERE input_tokens IS NOT NULL""",
        ("idx",),
        argument=SESSION,
        help="A negative number is a conversation that was compacted, or begun anew.",
    ),
    Mode(
        "cache-breaks",
        "Calls that found less in the cache than the call before had left there: why, and how many tokens that cost.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            *_WHO,
            *major(*text("why")),
            *counts("cached_tokens", "cache_read_input_tokens", "lost_tokens"),
            Column("pause_ms", Kind.MILLISECONDS),
            *minor(*text("flow_id")),
        ),
        ("calls",),
        f"""SELECT idx, started, session_number, agent_id, client, model AS told_model, pause_ms, had,
            cache_read_input_tokens, had - cache_read_input_tokens AS lost, model, model_before, flow_id, before_id
            FROM (SELECT *, lag(flow_id) OVER before AS before_id, lag(model) OVER before AS model_before,
                    epoch_ms(started) - epoch_ms(lag(ended) OVER before) AS pause_ms,
                    lag(coalesce(cache_read_input_tokens, 0) + coalesce(cache_creation_input_tokens, 0)) OVER before
                        AS had
                FROM calls WHERE "end" = 'complete' AND cache_read_input_tokens IS NOT NULL
                WINDOW before AS (PARTITION BY session_id, agent_id ORDER BY idx))
            WHERE had - cache_read_input_tokens >= greatest({LEAST_TOKENS}, had * {_LOST_SHARE})""",
        ("idx",),
        step=cache_breaks,
        help="What was in the cache is what the call before read from it and wrote to it; where a provider tells no"
        " writing, what it read.",
    ),
)

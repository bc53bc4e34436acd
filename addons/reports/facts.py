"""Facts: what reports know of a log, as tables of typed columns, one row a record (LOGFORMAT.md).

In: nothing. Out: `FACTS`, which every engine fills, each in its own way, with the same rows. A fact reads some fields
of one kind of file: those in `fields`, by DuckDB's `read_json`, which is lenient: a field that is missing or of
another type is null, a field that is not named here is passed over. `select` makes columns of them, the key first. A
line that is no record comes out with a null key; engines count such rows and leave them out.

Moments are in UTC, without a zone. Facts are narrow, since an engine takes in only those that a mode reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from addons.reports import call_facts, request_facts
from addons.sinks import layout

TELLS_ITS_PRICE = ("openrouter",)
"""Hosts whose `usage.cost` is in dollars, what they charge."""

USAGE_FIELDS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_5m_input_tokens",
    "cache_creation_1h_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


class Fact(NamedTuple):
    """`extract` names what makes the fields of a line, in `extracts`, where they are not the record's own; a file then
    has no two rows with the same values of `once`. `record_key`: what a record has to have, if not the key."""

    name: str
    file: str
    fields: Mapping[str, str]
    select: str
    record_key: str = ""
    extract: str = ""
    once: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return next(iter(self.fields))

    @property
    def told_by(self) -> str:
        """The field that makes a line a record; lines without it may be passed over unread."""
        return self.record_key or self.key


def _text(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


_TS = {"ts": "TIMESTAMPTZ"}
_MOMENT = "make_timestamp(epoch_us(ts))"
"""A record's time stamp. By way of microseconds, since a cast to TIMESTAMP alone would tell it in the local zone."""


_TOOL_CALLS = "STRUCT(id VARCHAR, name VARCHAR, kind VARCHAR, arguments JSON, arguments_raw VARCHAR)[]"
_WHO = _text("flow_id", "session_id", "client", "provider", "purpose", "model") | _TS

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        # What sums need. The rest is a fact of its own: to take in a column takes its time, most of all one of texts.
        Fact(
            "ends",
            layout.ENDS,
            _WHO
            | {"status": "BIGINT", "duration_ms": "DOUBLE"}
            | {"usage": f"STRUCT({', '.join(f'{name} BIGINT' for name in USAGE_FIELDS)})"},
            f"""SELECT flow_id, session_id, client, provider, purpose, model, {_MOMENT} AS ended,
                status, duration_ms, {", ".join(f"usage.{name}" for name in USAGE_FIELDS)} FROM records""",
        ),
        # What a price depends on beside the tokens: of answers that tell any of it.
        Fact(
            "terms",
            layout.ENDS,
            _text("flow_id", "provider")
            | {
                "usage_raw": 'STRUCT(speed VARCHAR, service_tier VARCHAR, "serviceTier" VARCHAR,'
                " server_tool_use STRUCT(web_search_requests BIGINT), cost DOUBLE, is_byok BOOLEAN,"
                " cost_details STRUCT(upstream_inference_cost DOUBLE))",
            },
            f"""SELECT flow_id, usage_raw.speed AS speed,
                coalesce(usage_raw.service_tier, usage_raw."serviceTier") AS service_tier,
                usage_raw.server_tool_use.web_search_requests AS web_searches,
                CASE WHEN provider IN ({", ".join(f"'{name}'" for name in TELLS_ITS_PRICE)}) AND usage_raw.cost >= 0
                    THEN usage_raw.cost + CASE WHEN usage_raw.is_byok
                        THEN coalesce(usage_raw.cost_details.upstream_inference_cost, 0) ELSE 0 END
                    END AS told_cost
                FROM records
                WHERE coalesce(speed, service_tier) IS NOT NULL OR coalesce(web_searches, told_cost) IS NOT NULL
                    OR flow_id IS NULL""",
        ),
        Fact(
            "outcomes",
            layout.ENDS,
            _text("flow_id", "api", "host", "end", "error", "response_id", "stop_reason")
            | dict.fromkeys(("events", "bytes", "dropped"), "BIGINT")
            | {"ttft_ms": "DOUBLE"},
            """SELECT flow_id, api, host, "end", error, response_id, stop_reason, events, bytes, dropped, ttft_ms
                FROM records""",
        ),
        Fact(
            "flows",
            layout.FLOWS,
            _WHO
            | _text("api", "host", "session_source", "agent_id", "parent_id")
            | _text("transport", "method", "url", "http_version")
            | dict.fromkeys(("status", "request_bytes"), "BIGINT"),
            f"""SELECT flow_id, session_id, client, provider, purpose, api, model, host, {_MOMENT} AS answered,
                session_source, agent_id, parent_id, transport, method, url, http_version, status, request_bytes
                FROM records""",
        ),
        Fact("conversations", layout.FLOWS, call_facts.CONVERSATION_FIELDS, call_facts.CONVERSATIONS),
        Fact("call_items", layout.BLOBS, call_facts.ITEM_FIELDS, call_facts.ITEMS),
        Fact(
            "texts",
            layout.ENDS,
            _text("flow_id", "text", "thinking"),
            "SELECT flow_id, length(text) AS text_chars, length(thinking) AS thinking_chars FROM records",
        ),
        Fact(
            "tool_calls",
            layout.ENDS,
            {"flow_id": "VARCHAR", "tool_calls": _TOOL_CALLS},
            # A line that is no record has to keep its row: unnesting nothing would drop it.
            """SELECT flow_id, unnest(CASE WHEN flow_id IS NULL THEN [NULL] ELSE tool_calls END, recursive := true),
                unnest(CASE WHEN flow_id IS NULL THEN [0] ELSE range(len(tool_calls)) END)::INTEGER AS place
                FROM records""",
        ),
        Fact("requests", layout.FLOWS, request_facts.FIELDS, request_facts.REQUESTS),
        Fact(
            "headers",
            layout.FLOWS,
            {"flow_id": "VARCHAR"} | dict.fromkeys(("request_headers", "response_headers"), "MAP(VARCHAR, VARCHAR)"),
            "SELECT flow_id, request_headers, response_headers FROM records",
        ),
        Fact(
            "pauses",
            layout.LINES,
            {"flow_id": "VARCHAR", "seq": "BIGINT", "t_ms": "DOUBLE", "dir": "VARCHAR"},
            # A row an exchange for what is read at a time; of lines that are no records, as many as there are.
            """SELECT flow_id, first_ms, last_ms, pause_ms, frames FROM (
                SELECT flow_id, min(t_ms) AS first_ms, max(t_ms) AS last_ms, max(pause_ms) AS pause_ms,
                    count(*)::INTEGER AS frames, unnest(range(CASE WHEN flow_id IS NULL THEN count(*) ELSE 1 END))
                FROM (
                    SELECT flow_id, t_ms, t_ms - lag(t_ms) OVER (PARTITION BY flow_id ORDER BY seq) AS pause_ms
                    FROM records WHERE dir IS DISTINCT FROM 'out')
                GROUP BY flow_id)""",
        ),
        Fact(
            "encrypted",
            layout.LINES,
            {
                "flow_id": "VARCHAR",
                "data": "STRUCT(item STRUCT(type VARCHAR, encrypted_content VARCHAR),"
                " content_block STRUCT(type VARCHAR, data VARCHAR), delta STRUCT(type VARCHAR, signature VARCHAR))",
            },
            """SELECT flow_id, length(CASE WHEN data.item.type = 'reasoning' THEN data.item.encrypted_content
                WHEN data.content_block.type = 'redacted_thinking' THEN data.content_block.data
                WHEN data.delta.type = 'signature_delta' THEN data.delta.signature END)::BIGINT AS encrypted_chars
                FROM records WHERE encrypted_chars > 0 OR flow_id IS NULL""",
        ),
        Fact(
            "faults",
            layout.ERRORS,
            _text("where", "level", "flow_id", "error") | _TS | {"count": "BIGINT"},
            f"""SELECT "where", {_MOMENT} AS moment, level, flow_id, error, "count" FROM records""",
        ),
        Fact(
            "tiers",
            layout.FLOWS,
            {
                "flow_id": "VARCHAR",
                "request": 'STRUCT(speed VARCHAR, service_tier VARCHAR, "serviceTier" VARCHAR)',
            },
            """SELECT flow_id, request.speed AS asked_speed,
                coalesce(request.service_tier, request."serviceTier") AS asked_service_tier
                FROM records WHERE coalesce(asked_speed, asked_service_tier) IS NOT NULL OR flow_id IS NULL""",
        ),
        Fact(
            "contents",
            layout.FLOWS,
            _text("hash", "flow_id", "session_id") | _TS | {"position": "BIGINT"},
            f"SELECT hash, flow_id, session_id, {_MOMENT} AS answered, position FROM records",
            record_key="flow_id",
            extract="contents",
            once=("session_id", "hash"),
        ),
        Fact(
            "blobs",
            layout.BLOBS,
            _text("hash", "kind") | {"content": "JSON"},
            "SELECT hash, kind, content FROM records",
        ),
        Fact(
            "said",
            layout.BLOBS,
            _text("hash", "typed") | {"is_models": "BOOLEAN"},
            "SELECT hash, ('0x' || left(hash, 16))::UBIGINT AS item, is_models, typed FROM records",
            extract="said",
            once=("hash",),
        ),
        Fact(
            "replies", layout.ENDS, _text("flow_id", "text", "thinking"), "SELECT flow_id, text, thinking FROM records"
        ),
        Fact(
            "numbers",
            layout.SESSION_NUMBERS,
            {"session_id": "VARCHAR", "number": "BIGINT"},
            "SELECT session_id, number FROM records",
        ),
    )
}

"""Facts: what reports know of a log, as tables of typed columns, one row a record (LOGFORMAT.md).

In: nothing. Out: `FACTS`, which every engine fills, each in its own way, with the same rows. A fact reads some fields
of one kind of file: those in `fields`, by DuckDB's `read_json`, which is lenient: a field that is missing or of
another type is null, a field that is not named here is passed over. `select` makes columns of them, the key first. A
line that is no record comes out with a null key; engines count such rows and leave them out.

Moments are in UTC, without a zone. Facts are narrow, since an engine takes in only those that a mode reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addons.sinks import layout

USAGE_FIELDS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_5m_input_tokens",
    "cache_creation_1h_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """`told_by`: a field that every record with rows has; lines without it may be passed over unread. Empty: the
    key."""

    name: str
    file: str
    fields: Mapping[str, str]
    select: str
    told_by: str = ""

    @property
    def key(self) -> str:
        return next(iter(self.fields))

    @property
    def needle(self) -> str:
        """What such a line has in it."""
        return f'"{self.told_by or self.key}"'


def _text(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


def moment(ts: str) -> str:
    """A record's time stamp. By way of microseconds, since a cast to TIMESTAMP alone would drop the offset."""
    return f"make_timestamp(epoch_us(try_cast({ts} AS TIMESTAMPTZ)))"


_WHO = _text("flow_id", "ts", "session_id", "client", "provider", "purpose", "api", "model")

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact(
            "ends",
            layout.ENDS,
            _WHO
            | _text("end", "error", "response_id", "stop_reason")
            | dict.fromkeys(("status", "events", "bytes", "dropped"), "BIGINT")
            | dict.fromkeys(("duration_ms", "ttft_ms"), "DOUBLE")
            | {"usage": f"STRUCT({', '.join(f'{name} BIGINT' for name in USAGE_FIELDS)})"},
            f"""SELECT flow_id, session_id, client, provider, purpose, api, model, {moment("ts")} AS ended,
                "end", error, response_id, stop_reason, status, events, bytes, dropped, duration_ms, ttft_ms,
                {", ".join(f"usage.{name}" for name in USAGE_FIELDS)} FROM records""",
        ),
        Fact(
            "flows",
            layout.FLOWS,
            _WHO
            | _text("session_source", "agent_id", "parent_id", "transport", "method", "url", "http_version")
            | dict.fromkeys(("status", "request_bytes"), "BIGINT"),
            f"""SELECT flow_id, session_id, client, provider, purpose, api, model, {moment("ts")} AS answered,
                session_source, agent_id, parent_id, transport, method, url, http_version, status, request_bytes
                FROM records""",
        ),
        Fact(
            "numbers",
            layout.SESSION_NUMBERS,
            {"session_id": "VARCHAR", "number": "BIGINT"},
            "SELECT session_id, number FROM records",
        ),
    )
}

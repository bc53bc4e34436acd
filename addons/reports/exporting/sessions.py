"""A session's exchanges: what was asked, answered, called, returned and used.

In: a log. Out: a record an exchange, in the order in which they began. What a request only repeats of the conversation
is left out: `prompt` is what the person typed, `tool_results` what the client returned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, tzinfo
from typing import Any

from addons.pricing.book import PriceBook
from addons.protocols.requests import prompt_of
from addons.reports.exporting.reading import ExportedLog, Wanted
from addons.reports.moments import local_text
from addons.sinks import layout

_OF_FLOW = ("flow_id", "session_id", "agent_id", "parent_id", "client", "provider", "purpose", "api", "method", "url")
_OF_END = (
    "model",
    "response_id",
    "thinking",
    "text",
    "tool_calls",
    "stop_reason",
    "end",
    "error",
    "status",
    "usage",
    "duration_ms",
    "ttft_ms",
)


def exchanges_of(log: ExportedLog, book: PriceBook, zone: tzinfo | None) -> Iterator[dict[str, Any]]:
    flows = {record["flow_id"]: record for record in log.records(layout.FLOWS)}
    ends = {record["flow_id"]: record for record in log.records(layout.ENDS)}
    for flow_id, wanted in sorted(log.exchanges.items(), key=lambda pair: pair[1].call):
        if flow_id in flows or flow_id in ends:
            yield _record(log, book, zone, wanted, flows.get(flow_id, {}), ends.get(flow_id, {}))


def _record(
    log: ExportedLog,
    book: PriceBook,
    zone: tzinfo | None,
    wanted: Wanted,
    flow: dict[str, Any],
    end: dict[str, Any],
) -> dict[str, Any]:
    body = log.request(flow)
    said = prompt_of(body)
    at = wanted.started.replace(tzinfo=UTC)
    asked = body if isinstance(body, dict) else None
    provider, model = flow.get("provider") or end.get("provider") or "", end.get("model")
    return {
        "ts": local_text(wanted.started, zone),
        "call": wanted.call,
        "session_number": wanted.session_number,
        **{name: flow.get(name, end.get(name)) for name in _OF_FLOW},
        "prompt": said.prompt,
        "tool_results": [asdict(back) for back in said.tool_returns],
        **{name: end.get(name) for name in _OF_END},
        "cost_usd": book.cost_usd(provider, model, end.get("usage"), at, usage_raw=end.get("usage_raw"), request=asked),
        "context_window": book.context_window(provider, model),
    }

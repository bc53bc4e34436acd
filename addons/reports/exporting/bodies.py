"""Requests, whole again: what the agents sent, redaction aside, without those that say nothing new (SPEC S3.24).

In: a log, how to leave out duplicates. Out: `(client's folder name, record)` in the order in which the answers began:
who asked whom and when, `hash` (the same for the same request), `request`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from addons.reports.exporting.reading import ExportedLog
from addons.reports.moments import local_text
from addons.sinks import layout
from addons.sinks.records import content_hash
from addons.wire.json_text import dump_json

type Flow = dict[str, Any]

_FIELDS = ("flow_id", "session_id", "agent_id", "client", "provider", "purpose", "api", "model", "method", "url")


def bodies(log: ExportedLog, dedupe: str, zone: tzinfo | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for flow in _DEDUPE[dedupe](log):
        wanted = log.exchanges[flow["flow_id"]]
        record = {
            "ts": local_text(wanted.started, zone),
            "call": wanted.call,
            "session_number": wanted.session_number,
            **{name: flow.get(name) for name in _FIELDS},
            "hash": _hash(flow),
            "request": log.request(flow),
        }
        yield layout.client_folder(log.path.parent, flow.get("client") or "unknown").name, record


def _hash(flow: Flow) -> str:
    """Its parts stand in it by their hashes, so that the whole need not be put together."""
    return content_hash(dump_json(flow.get("request")))


def _all(log: ExportedLog) -> Iterator[Flow]:
    return log.records(layout.FLOWS)


def _changed(log: ExportedLog) -> Iterator[Flow]:
    last: dict[tuple[Any, Any], str] = {}
    for flow in _all(log):
        key, digest = (flow.get("session_id"), flow.get("agent_id")), _hash(flow)
        if last.get(key) != digest:
            yield flow
        last[key] = digest


def _distinct(log: ExportedLog) -> Iterator[Flow]:
    seen: set[tuple[Any, str]] = set()
    for flow in _all(log):
        key = (flow.get("client"), _hash(flow))
        if key not in seen:
            seen.add(key)
            yield flow


def _latest(log: ExportedLog) -> Iterator[Flow]:
    """Of the session's own agent; of whoever asked where it did not."""
    last: dict[Any, Flow] = {}
    for flow in _all(log):
        before = last.get(flow.get("session_id"))
        if before is None or _rank(log, flow) >= _rank(log, before):
            last[flow.get("session_id")] = flow
    return iter(sorted(last.values(), key=lambda flow: log.exchanges[flow["flow_id"]].call))


def _rank(log: ExportedLog, flow: Flow) -> tuple[bool, int]:
    is_own = flow.get("purpose") in (None, "main") and flow.get("agent_id") is None
    return is_own, log.exchanges[flow["flow_id"]].call


_DEDUPE: Mapping[str, Callable[[ExportedLog], Iterator[Flow]]] = {
    "none": _all,
    "consecutive": _changed,
    "content": _distinct,
    "latest": _latest,
}

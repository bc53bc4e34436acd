"""Every event of the exchanges, in the one vocabulary that all providers' streams are told in.

In: a log. Out: a record an event, in the order in which they happened: `ts`, `flow_id`, `session_id`, `client`, `event`
(its name in addons/protocols/events.py, as `text_delta`), and the event's own fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any

from addons.pricing.book import PriceBook
from addons.protocols.events import ExchangeEnded, ExchangeEvent, ExchangeStarted
from addons.reports.exporting.reading import ExportedLog
from addons.reports.moments import local_text
from addons.sinks import layout
from addons.sources.log_files import Step
from addons.sources.whole_log import WholeLog

_EPOCH = datetime(1970, 1, 1)


def events(log: ExportedLog, book: PriceBook, zone: tzinfo | None) -> Iterator[dict[str, Any]]:
    whole = WholeLog(
        log.path, log.lines(layout.FLOWS), log.lines(layout.LINES), log.lines(layout.ENDS), lambda _: None, book
    )
    yield from records_of(whole.steps(), zone)
    log.damaged += whole.damaged


def records_of(steps: Iterable[Step | None], zone: tzinfo | None) -> Iterator[dict[str, Any]]:
    """Of any source's steps."""
    who: dict[str, dict[str, str]] = {}
    for step in steps:
        if step is None:
            continue
        ts = local_text(_EPOCH + timedelta(microseconds=step.at_ns // 1000), zone)
        for flow_id, event in step.shown:
            if isinstance(event, ExchangeStarted):
                who[flow_id] = {"session_id": event.session_id, "client": event.client}
            told = {"ts": ts, "flow_id": flow_id, **who.get(flow_id, {}), "event": _name(type(event).__name__)}
            yield told | _fields(event)
            if isinstance(event, ExchangeEnded):
                who.pop(flow_id, None)


def _fields(event: ExchangeEvent) -> dict[str, Any]:
    # `asdict` copies whatever is inside. Only one kind has objects of ours inside, the others come by the thousand.
    if isinstance(event, ExchangeStarted):
        return asdict(event)
    return {field.name: getattr(event, field.name) for field in fields(event)}


@cache
def _name(kind: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()

"""Ends for exchanges that a killed process left open (LOGFORMAT, "Where").

In: the journals of dead processes, and the frames that they wrote. Out: the end records that are missing: `error`, with
text, tool calls and usage as far as the frames tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from addons import faults
from addons.capture.end_facts import EndFacts, end_fields
from addons.capture.intake import Request
from addons.protocols.detect import decoder_for
from addons.protocols.summary import Summary
from addons.sinks import layout
from addons.sinks.journal import OpenExchange
from addons.sinks.reader import frame_of, iter_file
from addons.sinks.records import Record, RecordContext, end_record
from addons.sinks.store import LogStore
from addons.sinks.timestamps import TimeFormatter

ERROR = "the proxy was killed"


def open_fields(request: Request, status: int | None) -> dict[str, Any]:
    """What the journal keeps of an open exchange, for `end_records_of_the_dead`."""
    return {
        "session_id": request.context.session_id,
        "client": request.client,
        "provider": request.provider,
        "purpose": request.purpose,
        "api": request.api,
        "model": request.model,
        "status": status,
        "epoch_ns": request.at.epoch_ns,
    }


def end_records_of_the_dead(store: LogStore, root: Path, times: TimeFormatter) -> Iterator[Record]:
    for exchange in store.dead_exchanges():
        record = None
        # A journal or a line of another version must not keep this one from starting.
        with faults.guard("recovery", exchange.flow_id):
            record = _end_record(exchange, root, times)
        if record is not None:
            yield record


def _end_record(exchange: OpenExchange, root: Path, times: TimeFormatter) -> Record:
    fields = exchange.fields
    context = RecordContext(exchange.flow_id, fields["session_id"], fields["client"], fields["provider"])
    summary = Summary()
    decoder = decoder_for(fields["api"])
    frames_in = 0
    last_ts, last_t_ms = times.format(fields["epoch_ns"]), 0.0
    for line in _lines(context, root):
        last_ts, last_t_ms = line["ts"], line["t_ms"]
        if line["dir"] != "in":
            continue
        frames_in += 1
        for event in decoder.feed(frame_of(line)):
            summary.add(event)
    for event in decoder.close():
        summary.add(event)
    facts = EndFacts(
        status=fields["status"],
        purpose=fields["purpose"],
        api=fields["api"],
        model=fields["model"],
        frames_in=frames_in,
        wire_bytes=0,
        duration_ms=last_t_ms,
        ttft_ms=None,
        dropped=0,
    )
    # What was whole when the process died is whole.
    end, error = ("complete", None) if summary.finished and summary.error is None else ("error", ERROR)
    return end_record(context, _ts(last_ts, times), end_fields(end, error, facts, summary))


def _lines(context: RecordContext, root: Path) -> Iterator[dict[str, Any]]:
    """The exchange's frames, from the session's own file where there is one: the common one may be large."""
    path = layout.main_folder(root) / layout.LINES
    if context.session_id is not None:
        own = layout.session_folder(root, context.session_id) / layout.LINES
        path = own if own.exists() else path
    return iter_file(path, context.flow_id)


def _ts(text: str, times: TimeFormatter) -> str:
    """A time stamp of the log, in this process's zone."""
    return times.format(int(datetime.fromisoformat(text).timestamp() * 1e9))

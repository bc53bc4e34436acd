"""Where exchanges' results go: records to the log (and Redis), events to the display.

In: records, events, the openings and closings of exchanges, from any thread. Out: one append per file at each `flush`.
A journal beside the log knows which exchanges are open, so that the next start can end those of a process that died.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from addons import faults
from addons.capture.exchange import Outlet
from addons.capture.intake import Request
from addons.capture.recovery import end_records_of_the_dead, open_fields
from addons.options import Settings
from addons.pricing.book import PriceBook
from addons.protocols.events import ExchangeEvent
from addons.redaction.redactor import Redactor
from addons.redis_stream.entry import time_ms
from addons.redis_stream.sink import StreamSink
from addons.screens.display import Display
from addons.sinks.maintenance import Limits
from addons.sinks.records import Record
from addons.sinks.store import LogStore, StoreSettings
from addons.sinks.timestamps import TimeFormatter


class LogOutlet(Outlet):
    """Any thread may call `Outlet`'s methods, `count_fault` and `flush`; all others are the capture thread's."""

    def __init__(
        self,
        settings: Settings,
        live: Display,
        tell: Callable[[str], None],
        answered: Callable[[str | int | None, str], None],
        stream: StreamSink | None = None,
    ) -> None:
        """`answered` hears of each response's id and its session, by which a later request may continue it."""
        self._lock = threading.RLock()
        self._tell = tell
        self._live = live
        self._answered = answered
        self._stream = stream
        self._pending: list[Record] = []
        self._opening: dict[str, dict[str, Any]] = {}
        self._closing: list[str] = []
        self._take_over(settings)
        self._store = self._open_store(settings)

    def configure(self, settings: Settings) -> None:
        """Take over changed settings. The log's folder is never one of them."""
        self._take_over(settings)
        self._store.configure(_store_settings(settings))

    # -- Outlet -----------------------------------------------------------------------------------------------------

    def write(self, record: Record) -> None:
        with self._lock:
            self._pending.append(record)

    def show(self, flow_id: str, event: ExchangeEvent) -> None:
        with self._lock:
            self._live.show(flow_id, event)

    def opened(self, request: Request, status: int | None) -> int | None:
        flow_id = request.context.flow_id
        with self._lock:
            self._opening[flow_id] = open_fields(request, status)
            return self._store.session_number(request.session_id)

    def lost(self, flow_id: str) -> int:
        with self._lock:
            if self._store.outage is not None:
                # What is pending may be lost as well.
                self.flush()
            return self._store.take_lost(flow_id)

    def closed(self, flow_id: str, response_id: str | int | None, session_id: str) -> None:
        self._answered(response_id, session_id)
        with self._lock:
            self._closing.append(flow_id)

    # -- the log ----------------------------------------------------------------------------------------------------

    def session_number(self, session_id: str) -> int | None:
        return self._store.session_number(session_id)

    def is_logged(self, flow_id: str) -> bool:
        return self._store.is_logged(flow_id)

    def count_fault(self, where: str, flow_id: str | None, error: str) -> None:
        with self._lock:
            self._store.report(where, error, flow_id)

    def flush(self) -> None:
        """Write what is pending: one append per file. The journal learns of an exchange before anything of it is in the
        log, and forgets it after its end is; of one that came and went in between it need not know."""
        with self._lock:
            opening, self._opening = self._opening, {}
            closing, self._closing = self._closing, []
            brief = opening.keys() & set(closing)
            for flow_id, fields in opening.items():
                if flow_id not in brief:
                    self._store.opened(flow_id, fields)
            if self._pending:
                records, self._pending = self._pending, []
                self._store.write(records)
            for flow_id in closing:
                if flow_id not in brief:
                    self._store.closed(flow_id)

    def tick(self, now_s: float) -> None:
        with self._lock:
            self._store.tick()
            self._live.tick(now_s)

    def close(self) -> None:
        self.flush()
        self._store.close()
        if self._stream is not None:
            self._stream.stop()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _take_over(self, settings: Settings) -> None:
        self.redactor = Redactor(settings.redact)
        self.times = TimeFormatter(settings.timezone)
        self.prices = PriceBook(settings.prices)

    def _open_store(self, settings: Settings) -> LogStore:
        also = self._publish if self._stream is not None else None
        store = LogStore(_store_settings(settings), self._tell, also=also)
        store.start()
        for record in end_records_of_the_dead(store, settings.log_dir, self.times):
            store.write([record])
            if self._stream is not None:
                # Its last frames may have been on their way when the process died.
                self._stream.lacks(time_ms(record.line) or 0)
        store.forget_dead()
        return store

    def _publish(self, records: list[Record]) -> None:
        with faults.guard("Redis sink"):
            if self._stream is not None:
                self._stream.publish(records)


def _store_settings(settings: Settings) -> StoreSettings:
    return StoreSettings(
        root=settings.log_dir,
        timezone=settings.timezone,
        client_copies=settings.client_copies,
        session_logs=settings.session_logs,
        raw_log=settings.raw_log,
        limits=Limits(settings.rotate_size, settings.rotate_days, settings.total_size),
    )

"""The log folder as one object: what the pipeline writes to (SPEC S4.2, S4.7, S4.8, S4.9).

In: records, faults, exchanges that open and close; all calls come from one thread, except `report`. Out: the files of
LOGFORMAT.md. Nothing raises: what can't be written waits in memory, is written when the folder can be written again,
and beyond a bound is counted as lost, in all and per exchange.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from addons.sinks import layout
from addons.sinks.appender import AppendError, AppendFile
from addons.sinks.backlog import Backlog
from addons.sinks.blobs import BlobSet
from addons.sinks.errors import ErrorLog
from addons.sinks.journal import DeadJournals, Journal, OpenExchange
from addons.sinks.locking import FolderLock, private_folder
from addons.sinks.logged import LoggedIds
from addons.sinks.maintenance import Limits, Maintenance, MaintenanceThread
from addons.sinks.outage import Outages
from addons.sinks.records import Kind, Record, RecordContext
from addons.sinks.rotation import rotate
from addons.sinks.sessions import SessionNumbers
from addons.sinks.timestamps import TimeFormatter

_MOST_OPEN_FILES = 64
_MOST_ROUTES = 1024
_NOBODY = RecordContext("", None, "", "")

_MAIN_FILES = {
    Kind.BLOBS: layout.BLOBS,  # first: a request must not be in the log before what it refers to
    Kind.FLOWS: layout.FLOWS,
    Kind.LINES: layout.LINES,
    Kind.ENDS: layout.ENDS,
    Kind.RESPONSES: layout.RESPONSES,
    Kind.ERRORS: layout.ERRORS,
}


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What the options say of the log. `timezone`: local, utc or an IANA name."""

    root: Path
    timezone: str = "local"
    client_copies: bool = True
    session_logs: bool = True
    raw_log: bool = True
    limits: Limits = field(default_factory=Limits)
    backlog_bytes: int = 32 << 20


class LogStore:
    """`on_outage` is called with a sentence for the terminal, once when an outage begins and once when it is over;
    `also` with all that is written, or would be."""

    def __init__(
        self,
        settings: StoreSettings,
        on_outage: Callable[[str], None] | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        epoch_ns: Callable[[], int] = time.time_ns,
        also: Callable[[list[Record]], None] | None = None,
    ) -> None:
        self._settings = settings
        self._epoch_ns = epoch_ns
        self._formatter = TimeFormatter(settings.timezone)
        root = settings.root
        folder = layout.main_folder(root)
        self._lock = FolderLock(folder / layout.LOCK)
        self._paths = {kind: folder / name for kind, name in _MAIN_FILES.items()}
        self._priority = {path: place for place, path in enumerate(self._paths.values())}
        self._rotating = {folder / name for name in layout.ROTATED_NAMES}
        self._routes: dict[tuple[Kind, str, str | None], list[Path]] = {}
        self._files: OrderedDict[Path, AppendFile] = OrderedDict()
        self._blobs = BlobSet(self._paths[Kind.BLOBS])
        self._backlog = Backlog(settings.backlog_bytes)
        self._on_outage = on_outage
        self._also = also
        self._outages = Outages(root, settings.backlog_bytes, self._tell_outage, monotonic_s)
        self._lost: Counter[str] = Counter()
        self._errors = ErrorLog()
        self._journal = Journal(folder, self._lock)
        self._closing: list[str] = []
        self._dead = DeadJournals(folder, self._lock)
        self._numbers = SessionNumbers(folder, self._lock)
        self._logged = LoggedIds(self._paths[Kind.FLOWS])
        self._maintenance = MaintenanceThread(Maintenance(root, settings.limits, self._errors.report))

    def configure(self, settings: StoreSettings) -> None:
        """Take over changed settings. The folder stays what it is."""
        self._settings = replace(settings, root=self._settings.root)
        self._formatter = TimeFormatter(settings.timezone)
        self._routes.clear()
        self._maintenance.limit(settings.limits)

    @property
    def outage(self) -> str | None:
        """What is wrong with the log folder; None when nothing is."""
        return self._outages.current

    @property
    def lost_records(self) -> int:
        return self._outages.lost_records

    def start(self) -> None:
        """Make the folders, cut torn last lines, learn which blobs there are, begin maintenance."""
        try:
            private_folder(self._settings.root)
            self._blobs.refresh()  # without the lock: reading a large file must not hold up other processes
            with self._lock:
                for path in {*self._paths.values(), *layout.live_files(self._settings.root)}:
                    self._file(path).repair()
        except OSError as error:
            self._outages.failed(self._settings.root, error)
        self._maintenance.start()
        self.tick()

    def write(self, records: Iterable[Record]) -> None:
        """Append to every file that each record belongs to. A request's blobs come together with its flow record."""
        batch = list(records)
        for record in batch:
            for path in self._destinations(record):
                if not self._backlog.add(path, record):
                    self._flush()  # a batch larger than the bound is no loss while it can be written
                    if not self._backlog.add(path, record):
                        self._lose(path, record)
        self.tick()
        if self._also:
            self._also(batch)

    def tick(self) -> None:
        """Write what is waiting and due. To be called now and then when there is nothing to write, too."""
        for line in self._errors.due(self._now()):
            self._add_error(line)
        if self._backlog:
            self._flush()

    def report(self, where: str, error: str | BaseException, flow_id: str | None = None, level: str = "error") -> None:
        """A line for sse_logger.error, counted when it repeats. From any thread."""
        self._errors.report(where, error, flow_id, level)

    def take_lost(self, flow_id: str) -> int:
        """How many of the exchange's frames are lost for the log; asked once, for its end record."""
        return self._lost.pop(flow_id, 0)

    def opened(self, flow_id: str, fields: Mapping[str, Any]) -> None:
        """An exchange begins: to be told before its flow record is written."""
        self._attempt("journal", lambda: self._journal.opened(flow_id, fields))

    def closed(self, flow_id: str) -> None:
        """An exchange has its end record. While that still waits in memory, the journal is not told."""
        self._closing.append(flow_id)
        if not self._backlog:
            self._tell_journal()

    def dead_exchanges(self) -> list[OpenExchange]:
        """Exchanges that dead processes left without an end. Write their ends, then call `forget_dead`."""
        found: list[OpenExchange] = []
        self._attempt("journals of dead processes", lambda: found.extend(self._dead.take()))
        return found

    def forget_dead(self) -> None:
        if not self._backlog:
            self._attempt("journals of dead processes", self._dead.forget)

    def is_logged(self, flow_id: str) -> bool:
        """Whether the exchange has a flow record, in this or a rotated file."""
        found: list[bool] = []
        self._attempt("flows in the log", lambda: found.append(flow_id in self._logged))
        return found == [True]

    def session_number(self, session_id: str) -> int | None:
        """The session's number; None while the folder can't be used."""
        found: list[int] = []
        self._attempt("session numbers", lambda: found.append(self._numbers.number_of(session_id)))
        return found[0] if found else None

    def close(self) -> None:
        """Write what is left, once more also where that has failed; what then remains is lost."""
        for line in self._errors.rest(self._now()):
            self._add_error(line)
        self._outages.retry_now()
        self._flush()
        for path in self._backlog.paths:
            for record in self._backlog.waiting(path):
                self._lose(path, record)
        self._outages.give_up()
        self._maintenance.stop()
        for file in self._files.values():
            file.close()
        self._attempt("journal", self._journal.close)
        self._numbers.close()
        self._lock.close()

    def _destinations(self, record: Record) -> list[Path]:
        context = record.context
        route = (record.kind, context.client, context.session_id)
        paths = self._routes.get(route)
        if paths is None:
            if len(self._routes) >= _MOST_ROUTES:
                self._routes.clear()
            paths = self._routes[route] = self._find_destinations(record.kind, context)
        return paths

    def _find_destinations(self, kind: Kind, context: RecordContext) -> list[Path]:
        settings = self._settings
        if kind is Kind.RESPONSES and not settings.raw_log:
            return []
        paths = [] if kind is Kind.TRANSCRIPT else [self._paths[kind]]
        if kind is Kind.LINES and settings.client_copies:
            copy = layout.client_folder(settings.root, context.client) / layout.LINES
            self._rotating.add(copy)
            paths.append(copy)
        if kind in (Kind.LINES, Kind.TRANSCRIPT) and settings.session_logs and context.session_id is not None:
            name = layout.LINES if kind is Kind.LINES else layout.TRANSCRIPT
            paths.append(layout.session_folder(settings.root, context.session_id) / name)
        return paths

    def _flush(self) -> None:
        if not self._outages.may_try(self._settings.root):
            return
        try:
            if self._backlog.waiting(self._paths[Kind.BLOBS]):
                # After a compaction that is a large file, and to be read before the lock holds up other processes.
                self._blobs.refresh()
            with self._lock:
                self._outages.succeeded(self._settings.root)
                for path in sorted(self._backlog.paths, key=lambda path: self._priority.get(path, len(self._priority))):
                    if self._outages.may_try(path):
                        self._flush_file(path)
        except OSError as error:
            self._outages.failed(self._settings.root, error)
            return
        if not self._backlog:
            self._outages.end()
            self._tell_journal()

    def _flush_file(self, path: Path) -> None:
        waiting = self._backlog.waiting(path)
        fresh = waiting
        if path == self._paths[Kind.BLOBS]:
            self._blobs.refresh()
            fresh = self._blobs.unknown(waiting)
        try:
            size = self._file(path).append([record.line for record in fresh]) if fresh else 0
        except AppendError as error:
            self._outages.failed(path, error)
            if fresh is waiting:  # blobs that were written are recognised the next time
                self._backlog.done(path, error.written)
            return
        self._outages.succeeded(path)
        self._backlog.done(path, len(waiting))
        if size >= self._settings.limits.rotate_bytes and path in self._rotating:
            self._attempt("rotation", lambda: rotate(path, self._epoch_ns() / 1e9))
            self._maintenance.ask()

    def _file(self, path: Path) -> AppendFile:
        file = self._files.get(path)
        if file is None:
            file = AppendFile(path, is_lines=path.name != layout.TRANSCRIPT, on_repair=self._repaired)
            self._files[path] = file
            if len(self._files) > _MOST_OPEN_FILES:
                self._files.popitem(last=False)[1].close()
        self._files.move_to_end(path)
        return file

    def _repaired(self, path: Path, cut: int) -> None:
        name = path.relative_to(self._settings.root)
        self._errors.report("repair", f"{name}: a torn last line was cut off, {cut} bytes", level="warning")

    def _lose(self, path: Path, record: Record) -> None:
        self._outages.lose()
        if path == self._paths[Kind.LINES]:
            self._lost[record.context.flow_id] += 1

    def _tell_journal(self) -> None:
        closing, self._closing = self._closing, []
        for flow_id in closing:
            self._attempt("journal", partial(self._journal.closed, flow_id))

    def _tell_outage(self, message: str) -> None:
        self._errors.report("log folder", message)
        if self._on_outage:
            with contextlib.suppress(Exception):  # a terminal that can't be told is no reason to lose records
                self._on_outage(message)

    def _attempt(self, what: str, action: Callable[[], object]) -> None:
        try:
            action()
        except (OSError, ValueError) as error:
            self._errors.report(what, error)

    def _add_error(self, line: bytes) -> None:
        record = Record(Kind.ERRORS, line, _NOBODY)
        self._backlog.add(self._paths[Kind.ERRORS], record)
        if self._also:
            self._also([record])

    def _now(self) -> str:
        return self._formatter.format(self._epoch_ns())

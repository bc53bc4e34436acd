"""A log folder that a reporter fills from a stream, with the records of many proxies (LOGFORMAT.md; each has a `host`).

In: entries, in order. Out: an ordinary log folder, in which every record is once. What is there already is read from
the folder itself, so that nothing can be in it twice, whatever became of the reporter or of the server in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from addons.redis_stream.entry import Entry, Received, entry_of_line, time_ms, with_host
from addons.redis_stream.ranges import Had
from addons.sinks import layout
from addons.sinks.locking import FolderLock, private_folder
from addons.sinks.reader import NAMES, lines_of
from addons.sinks.records import Kind, Record, RecordContext
from addons.sinks.store import LogStore, StoreSettings
from addons.wire.json_text import parse_json

MARK = ".drained"
_AT_ONCE_BYTES = 8 << 20
_RETRY_S = 0.25
_SLACK_S = 3600.0
"""How far clocks may be apart."""

_MOST_CONTEXTS = 1000
_MOST_EXCHANGES = 200_000


class Refused(Exception):
    """The folder can't be drained into; the message says what to do."""


class DrainedLog:
    """Methods raise OSError where the folder can't be read; `write` waits where it can't be written."""

    def __init__(self, root: Path, tell: Callable[[str], None], stopping: threading.Event) -> None:
        """Raises `Refused`."""
        self._root = root
        self._folder = layout.main_folder(root)
        self._stopping = stopping
        self._lock = FolderLock(self._folder / MARK)
        # Any file of a log, rotated ones too: a proxy's latest may have just been.
        is_foreign = any(self._folder.glob("sse_*")) and not (self._folder / MARK).exists()
        if is_foreign:
            raise Refused(f"{root} holds the log of a proxy; name another folder, which only this fills")
        private_folder(self._folder)
        if not self._lock.try_enter():
            raise Refused(f"another process drains into {root} already")
        self._store = LogStore(StoreSettings(root, raw_log=False), tell)
        self._store.start()
        self._had: dict[bytes, Had] = {}
        self._had_since_s: float | None = None
        self._contexts: dict[tuple[str, str | None, str, str], RecordContext] = {}
        self.written = 0

    def take(self, received: Received) -> bool:
        """Whether it is new; from now on it is not."""
        entry = received.entry
        if entry.kind is Kind.BLOBS:
            return True  # the store has each content once
        self._know(entry)
        if len(self._had) > _MOST_EXCHANGES:
            # What is asked for again is read from the folder again.
            self._had.clear()
            self._had_since_s = None
            self._know(entry)
        return self._had.setdefault(_owner(received), Had()).take(entry)

    def next_of(self, owner: bytes) -> int | None:
        """The frame that follows those that an exchange has; None where it has not begun."""
        had = self._had.get(owner)
        return had.next if had is not None else None

    def write(self, entries: Iterable[Received]) -> bool:
        """Append them; on return they are in the files. False: it was told to stop before that was possible."""
        batch: list[Record] = []
        size = 0
        for each in entries:
            if (record := self._record(each)) is not None:
                batch.append(record)
                size += len(record.line)
            if size > _AT_ONCE_BYTES:
                if not self._append(batch):
                    return False
                batch, size = [], 0
        return self._append(batch)

    def tick(self) -> None:
        self._store.tick()

    def close(self) -> None:
        self._store.close()
        self._lock.leave()
        self._lock.close()

    def _append(self, batch: list[Record]) -> bool:
        self._store.write(batch)
        while self._store.outage is not None:
            if self._stopping.wait(_RETRY_S):
                return False
            self._store.tick()
        self.written += len(batch)
        return True

    def _record(self, each: Received) -> Record | None:
        """None for what is no record of this format: the stream is open to others."""
        entry = each.entry
        try:
            fields = parse_json(entry.line)
            if not isinstance(fields, dict) or not fields:
                return None
            line = with_host(entry.line, each.host) + b"\n"
            if entry.kind is Kind.ERRORS:
                return Record(entry.kind, line, RecordContext("", None, "", ""))
            context = self._context(fields["flow_id"], fields["session_id"], fields["client"], fields["provider"])
            if entry.kind is Kind.FLOWS and context.session_id is not None:
                self._store.session_number(context.session_id)
        except (ValueError, KeyError, TypeError):
            return None
        digest = entry.owner.decode() if entry.kind is Kind.BLOBS else None
        return Record(entry.kind, line, context, digest, entry.seq)

    def _context(self, *key: Any) -> RecordContext:
        context = self._contexts.get(key)
        if context is None:
            if len(self._contexts) >= _MOST_CONTEXTS:
                self._contexts.clear()
            context = self._contexts[key] = RecordContext(*key)
        return context

    def _know(self, entry: Entry) -> None:
        """Have learned what the folder holds since the record was made."""
        made_s = (time_ms(entry.line) or 0) / 1000
        if self._had_since_s is not None and made_s >= self._had_since_s:
            return
        self._had_since_s = made_s - _SLACK_S
        for kind in (Kind.FLOWS, Kind.LINES, Kind.ENDS, Kind.ERRORS):
            for line in lines_of(self._folder / NAMES[kind], self._had_since_s):
                found = entry_of_line(kind, line, "")
                if found is not None:
                    self._had.setdefault(found.owner, Had()).take(found)


def _owner(received: Received) -> bytes:
    """An error's line has its host here, so that its hash is another one than in the stream."""
    entry = received.entry
    if entry.kind is not Kind.ERRORS:
        return entry.owner
    drained = entry_of_line(Kind.ERRORS, with_host(entry.line, received.host), "")
    return drained.owner if drained is not None else entry.owner

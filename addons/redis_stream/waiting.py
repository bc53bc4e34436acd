"""Records on their way to the stream: for an instant as a rule, for as long as it lasts when Redis is away.

In: records, from the capture thread. Out: the same in order, as entries in batches, until they are taken off as sent.
Bounded: what comes when it is full is refused, never what it holds. A content that is known to be in the stream is not
taken again: each request of a conversation brings all that were in the request before.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from addons.redis_stream.entry import Entry, entry_of_record
from addons.redis_stream.ledger import BATCH_BYTES, BATCH_RECORDS
from addons.sinks.records import Kind, Record

_OVERHEAD_BYTES = 400
_MOST_BLOBS = 200_000


class Item(NamedTuple):
    entry: Entry
    taken_ms: int
    """When it was handed over."""


class Waiting:
    """Used by two threads: one adds, the other takes."""

    def __init__(self, limit_bytes: int, host: str) -> None:
        self._limit_bytes = limit_bytes
        self._host = host
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._blobs: dict[bytes, int] = {}
        """Contents that are waiting, or in the stream since that time by the server's clock."""
        self._changed = threading.Condition()
        self._woken = False

    def add(self, records: Iterable[Record], now_ms: int) -> int:
        """How many did not fit."""
        refused = 0
        with self._changed:
            for record in records:
                entry = entry_of_record(record, self._host)
                if entry is None or (entry.kind is Kind.BLOBS and entry.owner in self._blobs):
                    continue
                size = len(entry.line) + _OVERHEAD_BYTES
                if self._bytes + size > self._limit_bytes:
                    refused += 1
                    continue
                if entry.kind is Kind.BLOBS:
                    self._remember(entry.owner)
                self._bytes += size
                self._items.append(Item(entry, now_ms))
            self._changed.notify()
        return refused

    def wait(self, timeout_s: float) -> None:
        """Until there is something, or somebody has called `wake`."""
        with self._changed:
            if not self._items and not self._woken:
                self._changed.wait(timeout_s)
            self._woken = False

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify()

    def batch(self) -> list[Item]:
        """The first ones. They stay until `done`."""
        with self._changed:
            batch: list[Item] = []
            size = 0
            for item in itertools.islice(self._items, BATCH_RECORDS):
                size += len(item.entry.line)
                if batch and size > BATCH_BYTES:
                    break
                batch.append(item)
            return batch

    def done(self, batch: list[Item], server_ms: int, first_ms: int) -> None:
        """They are in the stream, whose first entry is of `first_ms`."""
        with self._changed:
            for item in batch:
                self._items.popleft()
                self._bytes -= len(item.entry.line) + _OVERHEAD_BYTES
                if item.entry.kind is Kind.BLOBS:
                    self._blobs.pop(item.entry.owner, None)
                    self._blobs[item.entry.owner] = server_ms
            # What may have been trimmed is to be sent again. The oldest stand first.
            for digest, sent_ms in list(itertools.islice(self._blobs.items(), 64)):
                if 0 < sent_ms <= first_ms:
                    del self._blobs[digest]

    def forget_blobs(self) -> None:
        """The server has lost something: perhaps these."""
        with self._changed:
            waiting = {item.entry.owner for item in self._items if item.entry.kind is Kind.BLOBS}
            self._blobs = {digest: 0 for digest in self._blobs if digest in waiting}

    @property
    def count(self) -> int:
        return len(self._items)

    @property
    def size_bytes(self) -> int:
        return self._bytes

    def oldest_ms(self) -> int | None:
        """When the first one was handed over."""
        with self._changed:
            return self._items[0].taken_ms if self._items else None

    def _remember(self, digest: bytes) -> None:
        self._blobs[digest] = 0
        if len(self._blobs) > _MOST_BLOBS:
            del self._blobs[next(iter(self._blobs))]

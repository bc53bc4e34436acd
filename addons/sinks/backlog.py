"""Records on their way into files: for an instant as a rule, for as long as it lasts when a file can't be written.

In: records with the file that each is for. Out: the same, in order per file, until they are taken off as written.
Bounded: what comes when it is full is refused, never what it holds, so that a count of refusals is final once made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.sinks.records import Kind, Record

_ESSENTIAL = {Kind.FLOWS, Kind.ENDS, Kind.ERRORS}
"""Few and telling: they may use a quarter more than the bound."""

_OVERHEAD_BYTES = 200


class Backlog:
    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size = 0
        self._waiting: dict[Path, list[Record]] = {}
        self._hashes: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def paths(self) -> list[Path]:
        return list(self._waiting)

    def add(self, path: Path, record: Record) -> bool:
        """False: it is full. A blob that waits already is not taken twice."""
        if record.hash and record.hash in self._hashes:
            return True
        size = len(record.line) + _OVERHEAD_BYTES
        limit = self._limit_bytes + (self._limit_bytes // 4 if record.kind in _ESSENTIAL else 0)
        if self._waiting and self._size + size > limit:
            return False
        self._size += size
        if record.hash:
            self._hashes.add(record.hash)
        self._waiting.setdefault(path, []).append(record)
        return True

    def waiting(self, path: Path) -> Sequence[Record]:
        return self._waiting.get(path, ())

    def done(self, path: Path, count: int) -> None:
        """The first `count` records for `path` are dealt with."""
        records = self._waiting[path]
        for record in records[:count]:
            self._size -= len(record.line) + _OVERHEAD_BYTES
            if record.hash:
                self._hashes.discard(record.hash)
        if count == len(records):
            del self._waiting[path]
        else:
            del records[:count]

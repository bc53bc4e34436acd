"""What the log has and the stream lacks (SPEC S1.5: sent after).

In: the log folder, and what the server remembers. Out: entries in the order in which they happened, in batches; before
each request the contents that it refers to. What the server has is left out here already, so that a log that is in the
stream costs reading, not sending.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addons.redis_stream.entry import Entry, entry_of_line, id_parts, time_ms
from addons.redis_stream.ledger import BATCH_BYTES, BATCH_RECORDS, Names, Outcome
from addons.redis_stream.ranges import Had
from addons.sinks import layout
from addons.sinks.reader import NAMES, lines_of
from addons.sinks.records import REFERENCE, Kind
from addons.sources.blob_index import BlobIndex

_ORDER = (Kind.FLOWS, Kind.LINES, Kind.ENDS, Kind.ERRORS)
"""In which records of the same millisecond happened."""

_SLACK_S = 5.0
"""A file is rotated some time after its last record."""


@dataclass(slots=True)
class Progress:
    """Counts of records, contents among them: of those only what the stream lacks is looked at."""

    read: int = 0
    sent: int = 0
    doubles: int = 0
    forgotten: int = 0

    def note(self, outcome: Outcome) -> None:
        self.sent += outcome.added
        self.doubles += outcome.doubles
        self.forgotten += outcome.forgotten

    def __str__(self) -> str:
        said = f"{self.sent:,} records have been sent after from the log ({self.read:,} looked at)"
        if self.forgotten:
            said += f"; {self.forgotten:,} are older than what the server remembers, and stay out"
        return said


class Backfill:
    def __init__(self, root: Path, host: str, since_ms: int, client: Any, names: Names) -> None:
        self.progress = Progress()
        self._folder = layout.main_folder(root)
        self._host = host
        self._since_ms = since_ms
        self._client = client
        self._names = names
        self._sent_blobs: set[bytes] = set()

    def batches(self) -> Iterator[list[Entry]]:
        """Each to be sent before the next is asked for. Raises OSError and redis-py's errors. An empty one only says
        that some more has been read."""
        blobs = BlobIndex(self._folder / layout.BLOBS)
        try:
            for entries in _chunks(heapq.merge(*(self._of_kind(kind) for kind in _ORDER), key=lambda timed: timed[:2])):
                self.progress.read += len(entries)
                lacking = self._lacking(entries)
                contents = list(self._contents(lacking, blobs))
                self.progress.read += len(contents)
                yield from _in_batches([*contents, *lacking]) if lacking else ([],)
        finally:
            blobs.close()

    def _of_kind(self, kind: Kind) -> Iterator[tuple[int, int, Entry]]:
        last_ms = 0
        for line in lines_of(self._folder / NAMES[kind], self._since_ms / 1000 - _SLACK_S):
            if not line.endswith(b"\n"):
                continue  # still being written
            # Within a file its own order counts, whatever the clock did.
            last_ms = max(last_ms, time_ms(line) or 0)
            if last_ms >= self._since_ms and (entry := entry_of_line(kind, line, self._host)) is not None:
                yield last_ms, _ORDER.index(kind), entry

    def _lacking(self, entries: list[Entry]) -> list[Entry]:
        owners = list({entry.owner for entry in entries})
        had = dict(zip(owners, map(Had, self._client.hmget(self._names.seen, owners)), strict=True))
        return [entry for entry in entries if entry not in had[entry.owner]]

    def _contents(self, entries: list[Entry], blobs: BlobIndex) -> Iterator[Entry]:
        """What the requests among them refer to, and the stream lacks, as far as the log still has it."""
        referred = {
            digest for entry in entries if entry.kind is Kind.FLOWS for digest in REFERENCE.findall(entry.line)
        } - self._sent_blobs
        if not referred:
            return
        wanted = list(referred)
        ids = self._client.hmget(self._names.blobs, wanted)
        first = self._client.xrange(self._names.stream, count=1)
        for digest, id in zip(wanted, ids, strict=True):
            if id is None or not first or id_parts(id) < id_parts(first[0][0]):
                line = blobs.line(digest.decode())
                if line is not None:
                    yield Entry(Kind.BLOBS, digest, None, line)
        self._sent_blobs |= referred


def _chunks(timed: Iterable[tuple[int, int, Entry]]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    size = 0
    for _, _, entry in timed:
        chunk.append(entry)
        size += len(entry.line)
        if len(chunk) == BATCH_RECORDS or size > BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _in_batches(entries: list[Entry]) -> Iterator[list[Entry]]:
    return _chunks((0, 0, entry) for entry in entries)

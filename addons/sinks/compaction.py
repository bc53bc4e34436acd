"""Dropping blobs that no kept request refers to (LOGFORMAT.md: "A blob outlives the last kept request …").

In: the log's main folder, after rotated flow files have been removed. Out: `sse_blobs.jsonl`, replaced by one that
holds what is still referred to. Memory holds hashes, never contents.

Nearly all of the work is done without the folder's lock, on what the file held at that time. Under the lock only what
came meanwhile is dealt with: blobs that were appended (kept), and requests that refer to older ones (copied after all).
Writers put blobs and the request that refers to them into the log under one lock, so no reference is missed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from addons.sinks.archive import UNFINISHED
from addons.sinks.last_line import end_of_last_line
from addons.sinks.layout import BLOBS, FLOWS
from addons.sinks.locking import FolderLock, open_private
from addons.sinks.records import BLOB_HASH, REFERENCE
from addons.sinks.scan import LogScanner

_LINE_HASH = re.compile(BLOB_HASH.pattern.removeprefix(rb"\n"))


class _Stopped(Exception):
    """The process is about to end; the compaction is left for the next one."""


def compact_blobs(folder: Path, lock: FolderLock, is_stopping: Callable[[], bool]) -> int | None:
    """Bytes freed; None where it was stopped or overtaken, with the file as it was."""
    path = folder / BLOBS
    unfinished = folder / (BLOBS + UNFINISHED)
    if not path.exists():
        return 0
    try:
        with path.open("rb") as source, os.fdopen(_create(unfinished), "wb") as sink:
            job = _Job(folder, source, sink, is_stopping)
            job.copy_referenced()
            sink.flush()
            os.fsync(sink.fileno())
            with lock:
                if not _is_same(source, path):
                    return None
                job.copy_what_came_meanwhile()
                sink.flush()
                freed = os.fstat(source.fileno()).st_size - os.fstat(sink.fileno()).st_size
                unfinished.rename(path)
                return freed
    except (FileNotFoundError, _Stopped):
        return None
    finally:
        unfinished.unlink(missing_ok=True)


class _Job:
    def __init__(self, folder: Path, source: BinaryIO, sink: BinaryIO, is_stopping: Callable[[], bool]) -> None:
        self._references = LogScanner(folder / FLOWS, REFERENCE)
        self._source = source
        self._sink = sink
        self._is_stopping = is_stopping
        self._copied: set[bytes] = set()
        # Before the references are read: what is appended later is kept without asking.
        self._end = end_of_last_line(source.fileno(), os.fstat(source.fileno()).st_size)

    def copy_referenced(self) -> None:
        self._copied = set(self._references.scan())
        self._copy(self._copied)

    def copy_what_came_meanwhile(self) -> None:
        # From the end, which empties the buffer: a torn line may be in it that has been cut off since.
        self._source.seek(0, os.SEEK_END)
        self._source.seek(self._end)
        for line in self._source:
            self._sink.write(line)
            self._copied.update(_hashes(line))
        self._copy(set(self._references.scan()) - self._copied)

    def _copy(self, wanted: set[bytes]) -> None:
        if not wanted:
            return
        for line in self._lines():
            if any(digest in wanted for digest in _hashes(line)):
                self._sink.write(line)

    def _lines(self) -> Iterator[bytes]:
        self._source.seek(0)
        offset = 0
        for line in self._source:
            offset += len(line)
            if offset > self._end:
                return
            if self._is_stopping():
                raise _Stopped
            yield line


def _hashes(line: bytes) -> Iterator[bytes]:
    found = _LINE_HASH.match(line)
    if found:
        yield found[1]


def _is_same(source: BinaryIO, path: Path) -> bool:
    ours, theirs = os.fstat(source.fileno()), path.stat()
    return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)


def _create(path: Path) -> int:
    return open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

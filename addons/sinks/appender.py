"""Whole-record appends to one file that several processes write (LOGFORMAT.md, first and "Where" paragraphs).

In: complete records, in batches; the caller holds the folder's lock. Out: the file, one `write` a batch, or a megabyte
of it. A record is in the page cache when `append` returns and so survives kill -9; against a power cut nothing is
forced to disk (an fsync per frame would cost more than the last half minute of a log is worth).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from addons.sinks.last_line import end_of_last_line
from addons.sinks.locking import open_private, private_folder
from addons.sinks.repair import repair_tail

_BATCH_BYTES = 1 << 20
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT


class AppendError(OSError):
    """An append failed. The batch's first `written` records are in the file, and nothing of the next."""

    def __init__(self, cause: OSError, written: int) -> None:
        super().__init__(cause.errno or 0, cause.strerror or type(cause).__name__)
        self.written = written


class AppendFile:
    """One file, opened on demand, and again when another process has rotated or replaced it.

    `is_lines` is false for free text, which has no torn lines. `on_repair` is told how many bytes were cut.
    """

    def __init__(self, path: Path, is_lines: bool = True, on_repair: Callable[[Path, int], None] | None = None) -> None:
        self.path = path
        self._is_lines = is_lines
        self._on_repair = on_repair
        self._fd = -1
        self._identity = (-1, -1)
        self._end = 0

    def append(self, records: Sequence[bytes]) -> int:
        """Append whole records. The file's new size. Raises AppendError."""
        try:
            self._open_current()
            start = self._sound_end()
        except OSError as error:
            raise AppendError(error, 0) from error
        written = 0
        try:
            for data in _batches(records):
                end = written + len(data)
                while written < end:
                    # A short write tells nothing of its cause; the next one does.
                    written += os.write(self._fd, data[written - end :])
        except OSError as error:
            whole, size = _whole(records, written)
            self._end = -1  # if cutting it off fails too, the next append finds the torn line
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, start + size)
            raise AppendError(error, whole) from error
        self._end = start + written
        return self._end

    def repair(self) -> None:
        """Open an existing file, which cuts a torn tail."""
        if self.path.exists():
            self._open_current()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open_current(self) -> None:
        if self._fd >= 0:
            try:
                status = self.path.stat()
                if (status.st_dev, status.st_ino) == self._identity:
                    return
            except FileNotFoundError:
                pass
            self.close()
        private_folder(self.path.parent)
        self._fd = open_private(self.path, _FLAGS)
        status = os.fstat(self._fd)
        self._identity = (status.st_dev, status.st_ino)
        if self._is_lines and status.st_size:
            self._report(repair_tail(self._fd, is_json=self.path.suffix == ".jsonl"))
        self._end = os.fstat(self._fd).st_size

    def _sound_end(self) -> int:
        """The file's size, behind a whole line. Another process may have died in mid-write since our last append."""
        size = os.fstat(self._fd).st_size
        if size != self._end and self._is_lines and end_of_last_line(self._fd, size) != size:
            self._report(repair_tail(self._fd, is_json=False))
            size = os.fstat(self._fd).st_size
        return size

    def _report(self, cut: int) -> None:
        if cut and self._on_repair:
            self._on_repair(self.path, cut)


def _batches(records: Sequence[bytes]) -> Iterator[bytes]:
    """The records, joined as far as that does not keep the interpreter from other threads."""
    batch: list[bytes] = []
    size = 0
    for record in records:
        if batch and size + len(record) > _BATCH_BYTES:
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(record)
        size += len(record)
    if batch:
        yield b"".join(batch)


def _whole(records: Sequence[bytes], written: int) -> tuple[int, int]:
    """How many of the records `written` bytes hold, and their size."""
    size = 0
    for count, record in enumerate(records):
        if size + len(record) > written:
            return count, size
        size += len(record)
    return len(records), size

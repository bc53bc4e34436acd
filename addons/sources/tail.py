"""Lines of a file that grows, or of a pipe, as they become whole.

In: a path, or a descriptor. Out: whole lines without their line feed, each once, in order. `LineTail` behaves as
`tail -F`: the file may come later, be rotated, be replaced or be truncated. It remembers only where the last whole line
ended, so a torn line that the log's repair cuts off leaves nothing behind.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path

from addons.sinks.last_line import end_of_last_line

_CHUNK = 1 << 20


class LineTail:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        self._offset = 0

    def read(self) -> Iterator[bytes]:
        """What has become whole since the last time; to be exhausted. Raises OSError, but not for a missing file."""
        if not self._open():
            return
        yield from self._lines()
        while self._is_replaced():
            # What came between the last read and the rename. Nothing comes after it: writers look before they append.
            yield from self._lines()
            self.close()
            if not self._open():
                return
            yield from self._lines()

    def skip(self) -> None:
        """Begin behind what is there already."""
        if self._open():
            self._offset = end_of_last_line(self._fd, os.fstat(self._fd).st_size)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> bool:
        if self._fd < 0:
            try:
                self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return False
            self._offset = 0
        return True

    def _is_replaced(self) -> bool:
        """Whether the path names another file than the open one, which can't lose its number while it is open."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return True
        ours = os.fstat(self._fd)
        return (now.st_dev, now.st_ino) != (ours.st_dev, ours.st_ino)

    def _lines(self) -> Iterator[bytes]:
        if os.fstat(self._fd).st_size < self._offset:
            self._offset = 0  # truncated
        size = _CHUNK
        while True:
            data = os.pread(self._fd, size, self._offset)
            end = data.rfind(b"\n")
            if end >= 0:
                self._offset += end + 1
                yield from data[:end].split(b"\n")
            if len(data) < size:
                return
            size = _CHUNK if end >= 0 else size * 2


class PipeLines:
    """A descriptor that can only be read once: standard input."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pieces: list[bytes] = []
        self.is_over = False

    def read(self, timeout_s: float) -> list[bytes]:
        """What has become whole, waiting for it that long at most. At the end also a last line without line feed."""
        if self.is_over or not select.select([self._descriptor], [], [], timeout_s)[0]:
            return []
        data = os.read(self._descriptor, _CHUNK)
        if not data:
            self.is_over = True
            rest = b"".join(self._pieces)
            return [rest] if rest else []
        whole, found, rest = data.rpartition(b"\n")
        if not found:
            self._pieces.append(data)
            return []
        lines = b"".join((*self._pieces, whole)).split(b"\n")
        self._pieces = [rest] if rest else []
        return lines

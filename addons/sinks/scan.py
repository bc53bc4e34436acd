"""Finding values at a fixed place in every line of large files, without parsing them.

In: a pattern with one group, whose matches are shorter than `_OVERLAP`; files or streams of bytes. Out: the groups.
`TailScanner` goes on where it stopped and notices when its file has been replaced; `LogScanner` takes in the rotated
files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from addons.sinks.archive import open_stream
from addons.sinks.last_line import end_of_last_line
from addons.sinks.rotation import rotated_files

_CHUNK = 4 << 20
_OVERLAP = 2048


def scan_chunks(chunks: Iterable[bytes], pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Each first group in the joined chunks. One near a seam may come twice."""
    carry = b"\n"
    for chunk in chunks:
        buffer = carry + chunk
        for match in pattern.finditer(buffer):
            yield match[1]
        carry = buffer[-_OVERLAP:]


class TailScanner:
    """Reads what has been appended to one file since the last time."""

    def __init__(self, path: Path, pattern: re.Pattern[bytes]) -> None:
        self._path = path
        self._pattern = pattern
        self._identity = (-1, -1)
        self._offset = 0

    def is_replaced(self) -> bool:
        """Whether the file is another one than last time, or shorter: what was known of it no longer holds."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return self._offset > 0
        return (status.st_dev, status.st_ino) != self._identity or status.st_size < self._offset

    def scan(self) -> Iterator[bytes]:
        """The groups in the new whole lines; from the start after a replacement."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._identity, self._offset = (-1, -1), 0
            return
        try:
            status = os.fstat(fd)
            identity = (status.st_dev, status.st_ino)
            if identity != self._identity or status.st_size < self._offset:
                self._identity, self._offset = identity, 0
            end = end_of_last_line(fd, status.st_size) if status.st_size > self._offset else self._offset
            yield from scan_chunks(_chunks(fd, self._offset, end), self._pattern)
            self._offset = max(end, self._offset)
        finally:
            os.close(fd)


def _chunks(fd: int, offset: int, end: int) -> Iterator[bytes]:
    while offset < end:
        chunk = os.pread(fd, min(_CHUNK, end - offset), offset)
        if not chunk:
            return
        offset += len(chunk)
        yield chunk


class LogScanner:
    """Reads what is new in one log file and in all that it has been rotated to. After a rotation some comes twice."""

    def __init__(self, path: Path, pattern: re.Pattern[bytes]) -> None:
        self._path = path
        self._pattern = pattern
        self._tail = TailScanner(path, pattern)
        self._seen: set[str] = set()

    def scan(self) -> Iterator[bytes]:
        yield from self._scan_rotated()
        yield from self._tail.scan()
        yield from self._scan_rotated()  # it may have been rotated just before we came to it

    def _scan_rotated(self) -> Iterator[bytes]:
        for rotated in rotated_files(self._path):
            if rotated.stamp in self._seen:
                continue
            try:
                stream = open_stream(rotated.path)
            except FileNotFoundError:  # removed since it was listed, because of the cap on the total
                continue
            with stream:
                yield from scan_chunks(iter(partial(stream.read, _CHUNK), b""), self._pattern)
            self._seen.add(rotated.stamp)

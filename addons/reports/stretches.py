"""The bytes of a log file from where they are new to where they are whole.

In: a file and how much of it is known already. Out: pieces of bytes, with a count and a seal of what was handed out,
by which the same file is known again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from addons.reports.log_files import Damaged, Member
from addons.reports.pipe import PIECE_BYTES
from addons.sinks.archive import open_stream
from addons.sinks.last_line import end_of_last_line

SEAL_BYTES = 512
_ANY = 1 << 62


class Stretch:
    """What is behind `start` in a file, counted without its compression. Of a file that grows only whole lines."""

    def __init__(self, member: Member, start: int = 0) -> None:
        self.member = member
        self.start = start
        self.end = start
        """Where it ended, when it has been read."""
        self._tail = b""
        self._whole: int | None = None

    @property
    def seal(self) -> int:
        """A checksum of the last bytes before `end`."""
        return zlib.crc32(self._tail)

    def pieces(self) -> Iterator[bytes]:
        """The bytes; again from the beginning each time it is called."""
        self.end, self._tail = self.start, b""
        with open_stream(self.member.path) as stream:
            whole = self._whole_bytes(stream)
            self._skip(stream)
            while self.end < whole:
                try:
                    piece = stream.read(min(PIECE_BYTES, whole - self.end))
                except _damage():
                    raise Damaged(self.member.path) from None
                if not piece:
                    return
                self.end += len(piece)
                self._tail = piece[-SEAL_BYTES:] if len(piece) >= SEAL_BYTES else (self._tail + piece)[-SEAL_BYTES:]
                yield piece

    def is_continued(self, seal: int) -> bool:
        """Whether what comes before `start` is what it was, as far as its seal tells."""
        try:
            with open_stream(self.member.path) as stream:
                self._skip(stream)
                return zlib.crc32(self._tail) == seal
        except EOFError:
            return False

    def ends_torn(self) -> bool:
        """Whether the file ends in a line that is torn, or still being written."""
        with self.member.path.open("rb") as stream:
            return self._whole_bytes(stream) < os.fstat(stream.fileno()).st_size

    def is_whole(self) -> bool:
        """Whether it is the whole file as it is now: of one that grows, whether it has not since it was looked at."""
        if self.start or self.member.stamp is not None:
            return not self.start
        with self.member.path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            return self._whole_bytes(stream) == status.st_size and status.st_ino == self.member.inode

    def pass_over(self) -> None:
        """Go to the end, of a file that somebody else has read."""
        if self.member.is_compressed:
            self.end, self._tail = _ANY, b""
            return
        with self.member.path.open("rb") as stream:
            self.end = min(self._whole_bytes(stream), os.fstat(stream.fileno()).st_size)
            stream.seek(max(0, self.end - SEAL_BYTES))
            self._tail = stream.read(self.end - stream.tell())

    def _whole_bytes(self, stream: BinaryIO) -> int:
        """How much of it is whole; once told it stays, as the file may grow meanwhile."""
        if self._whole is None:
            self._whole = _ANY
            if self.member.stamp is None:
                self._whole = end_of_last_line(stream.fileno(), os.fstat(stream.fileno()).st_size)
        return self._whole

    def _skip(self, stream: BinaryIO) -> None:
        """Go to `start`. Raises EOFError where the file is shorter."""
        before = min(self.start, SEAL_BYTES)
        left = self.start - before
        if not self.member.is_compressed:
            stream.seek(left)
        while self.member.is_compressed and left:
            passed = len(stream.read(min(PIECE_BYTES, left)))
            left -= passed
            if not passed:
                raise EOFError
        self._tail = stream.read(before)
        if len(self._tail) < before:
            raise EOFError


def _damage() -> type[Exception]:
    """What says that a compressed file is no such. Called, and imported, only when something has gone wrong."""
    from zstandard import ZstdError

    return ZstdError


def look_through(members: Iterable[Member]) -> None:
    """Raises `Damaged` where a compressed one is: of what a database read by itself it says only that it failed."""
    for member in members:
        for _ in Stretch(member).pieces() if member.is_compressed else ():
            pass

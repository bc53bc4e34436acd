"""A pipe that a database reads like a file: bytes made while it reads, and never on a disk.

In: pieces of bytes, made in a thread of their own. Out: a descriptor to read from, `/dev/fd/N` by name. So an engine
can read a part of a file, up to where it was whole, without a copy of it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator

PIECE_BYTES = 1 << 20
_LEAST_BYTES = 1 << 16
_MOST_PIECES = 256
"""Smaller pieces are collected, so many at most: each write takes its time, however little is written."""

_SET_SIZE = 1031
"""Linux's F_SETPIPE_SZ, which `fcntl` does not name in every build."""


@contextlib.contextmanager
def piped(pieces: Callable[[], Iterable[bytes]]) -> Iterator[int]:
    """`pieces` is called and iterated in another thread; what it raises is raised here at the end."""
    # Unlike a named one, it may be opened again when all has been written and its writer has gone.
    reader, writer = os.pipe()
    thread = _Writer(writer, pieces)
    try:
        thread.start()
        yield reader
    finally:
        os.close(reader)  # whoever still writes is told
        thread.join()
    if thread.fault is not None:
        raise thread.fault


class _Writer(threading.Thread):
    def __init__(self, fd: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        super().__init__(name="mitmagent report", daemon=True)
        self._fd = fd
        self._pieces = pieces
        self.fault: BaseException | None = None
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            fcntl.fcntl(fd, _SET_SIZE, PIECE_BYTES)

    def run(self) -> None:
        try:
            waiting: list[bytes] = []
            for piece in self._pieces():
                waiting.append(piece)
                if len(piece) >= _LEAST_BYTES or len(waiting) >= _MOST_PIECES:
                    self._write(waiting)
            self._write(waiting)
        except BrokenPipeError:
            pass  # the database has read enough, or has failed and says so
        except BaseException as fault:
            self.fault = fault
        finally:
            os.close(self._fd)

    def _write(self, pieces: list[bytes]) -> None:
        view = memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        while view:
            view = view[os.write(self._fd, view) :]
        pieces.clear()

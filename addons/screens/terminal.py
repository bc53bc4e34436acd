"""The terminal: written by a thread of its own, so that nobody else ever waits for it.

In: text. Out: the same text on a file descriptor, as fast as its reader takes it. Of a reader that has stopped (Ctrl-S,
a pipe nobody drains) no more is kept than `LIMIT_CHARS`; one that is gone ends the output, not the proxy.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections import deque

LIMIT_CHARS = 2_000_000
"""Text kept for a reader that does not read. Beyond it, what is new is not taken."""

SLICE_CHARS = 65_536
"""Written at once, so that it is known how much still waits."""

STOP_S = 1.0


class TerminalWriter:
    """`write` never blocks and never raises."""

    def __init__(self, descriptor: int, is_terminal: bool) -> None:
        self._descriptor = descriptor
        self._is_terminal = is_terminal
        self._pieces: deque[str] = deque()
        self._waiting_chars = 0
        self._gone = False
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="mitmagent terminal", daemon=True)
        self._thread.start()

    def isatty(self) -> bool:
        return self._is_terminal

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> bool:
        """False when it is not taken: the reader is too far behind, or gone."""
        with self._changed:
            if self._gone or self._waiting_chars > LIMIT_CHARS:
                return False
            self._pieces.append(text)
            self._waiting_chars += len(text)
            self._changed.notify()
        return True

    @property
    def waiting_chars(self) -> int:
        """What has been taken and not been written yet."""
        return self._waiting_chars

    @property
    def has_room(self) -> bool:
        """Whether a reader that was too far behind has caught up."""
        return self._waiting_chars < LIMIT_CHARS // 2

    @property
    def is_gone(self) -> bool:
        """Whether nobody will ever read what is written."""
        return self._gone

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Write what is waiting, if the reader takes it in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pieces and not self._stopping:
                    self._changed.wait()
                text = "".join(self._pieces)
                self._pieces.clear()
            if not text:
                return
            for start in range(0, len(text), SLICE_CHARS):
                piece = text[start : start + SLICE_CHARS]
                written = self._write_all(piece.encode("utf-8", errors="replace"))
                with self._changed:
                    self._waiting_chars -= len(piece)
                    if not written:
                        self._gone = True
                        self._pieces.clear()
                        self._waiting_chars = 0
                        return

    def _write_all(self, data: bytes) -> bool:
        """False when nobody will ever read."""
        view = memoryview(data)
        while view:
            try:
                written = os.write(self._descriptor, view)
            except BlockingIOError:
                # A terminal may be shared with a program that has made it non-blocking.
                self._wait_until_writable()
            except OSError:
                return False
            else:
                view = view[written:]
        return True

    def _wait_until_writable(self) -> None:
        with contextlib.suppress(OSError):
            select.select([], [self._descriptor], [], 1.0)

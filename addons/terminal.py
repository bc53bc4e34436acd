"""The terminal: written by a thread of its own, so that nobody else ever waits for it.

In: text from the renderer and from mitmproxy's own printing. Out: the same text on a file descriptor, as fast as its
reader takes it. A reader that stops (Ctrl-S, a pipe nobody drains) costs text, which is counted and said afterwards;
one that is gone ends the output, not the proxy.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import threading
from collections import deque

LIMIT_CHARS = 2_000_000
"""Text kept for a reader that does not read. Beyond it, what is new is skipped."""

STOP_S = 1.0


class TerminalWriter(io.TextIOBase):
    """A text file for `print`, whose `write` never blocks and never raises."""

    def __init__(self, descriptor: int, is_terminal: bool) -> None:
        self._descriptor = descriptor
        self._is_terminal = is_terminal
        self._pieces: deque[str] = deque()
        self._waiting_chars = 0
        self._writing_chars = 0
        self._skipped_chars = 0
        self._gone = False
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="mitmagent terminal", daemon=True)
        self._thread.start()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._is_terminal

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        with self._changed:
            if self._gone or self._waiting_chars + len(text) > LIMIT_CHARS:
                self._skipped_chars += len(text)
            else:
                self._pieces.append(text)
                self._waiting_chars += len(text)
                self._changed.notify()
        return len(text)

    def flush(self) -> None:
        """Nothing to do: the thread writes whatever there is, at once."""

    @property
    def waiting_chars(self) -> int:
        """What has been given and not been written yet."""
        with self._changed:
            return self._waiting_chars + self._writing_chars

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
                self._writing_chars = 0
                while not self._pieces and not self._stopping:
                    self._changed.wait()
                text = "".join(self._pieces)
                self._pieces.clear()
                self._waiting_chars, self._writing_chars = 0, self._waiting_chars
                if not text:
                    return
                if self._skipped_chars:
                    text += (
                        f"\n[mitmagent: {self._skipped_chars:,} characters were not shown, the terminal did not read]\n"
                    )
                    self._skipped_chars = 0
            if not self._write_all(text.encode("utf-8", errors="replace")):
                with self._changed:
                    self._gone = True
                    self._pieces.clear()
                    self._waiting_chars = 0
                    self._writing_chars = 0
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

"""How far a report is, on a terminal: a line that comes when it takes longer than a second, and goes when it is over.

In: how many bytes have been read, of how many. Out: a line on standard error, written by a thread of its own, as the
others wait for the database.
"""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from addons.reports.columns import Kind
from addons.reports.values import shown

PATIENCE_S = 1.0
_PERIOD_S = 0.3
_ERASE = "\r\x1b[K"


class ProgressLine:
    """Called with the numbers, from any thread."""

    def __init__(self) -> None:
        self._done = 0
        self._total = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mitmagent progress", daemon=True)

    def __call__(self, done_bytes: int, total_bytes: int) -> None:
        self._done, self._total = done_bytes, total_bytes

    def __enter__(self) -> ProgressLine:
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        said = False
        patience_s = PATIENCE_S
        while not self._over.wait(patience_s):
            patience_s, said = _PERIOD_S, True
            sys.stderr.write(f"{_ERASE}mitmagent: {self._words()}")
            sys.stderr.flush()
        if said:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def _words(self) -> str:
        if not self._total or self._done >= self._total:
            return "working it out …"
        return f"reading the log: {self._done / self._total:.0%} of {shown(self._total, Kind.BYTES, None)} …"

"""The worker: answers questions one after the other on a thread of its own (SPEC S3.27).

In: a question, and what to make of its report. Out: a `Future` of that, which fails with `AskedWrong` where the
question or the log is at fault; its text is for the person who asked. The thread gives way to all others of the
process, and the database runs on it alone.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from addons.export_shell import run
from addons.pricing.book import PriceBook
from addons.pricing.own import OwnPrice
from addons.reports.exporting.asking import Export
from addons.reports.exporting.export import Exported
from addons.reports.loading import Progress
from addons.reports.question import Question, QuestionError
from addons.reports.report import Report, answer

_THREADS = 1
"""Of the database. More would take the cores that the event loop needs."""

_NICE = 10
"""How far the thread stands back, where the system knows that of threads: Linux."""


_NEVER = 2**31 - 1
"""So many collections of what is younger do not happen."""


class AskedWrong(Exception):
    """Why there is no answer, in words for the person who asked."""


class _Stopped(Exception):
    """The proxy ends, and nobody waits for the answer any more."""


@dataclass(slots=True)
class Reading:
    """How far an answer is: bytes of the log. Zero of zero until the reading begins."""

    done_bytes: int = 0
    total_bytes: int = 0

    @property
    def share(self) -> float:
        return self.done_bytes / self.total_bytes if self.total_bytes else 0.0


class ReportWorker:
    def __init__(self, log_dir: Callable[[], Path], prices: Callable[[], tuple[OwnPrice, ...]] = tuple) -> None:
        """`prices`: the user's own."""
        self._log_dir = log_dir
        self._prices = prices
        self._stopping = False
        self._pool = ThreadPoolExecutor(1, "mitmagent reports", initializer=_stand_back)

    def ask[T](self, question: Question, make: Callable[[Report], T], reading: Reading | None = None) -> Future[T]:
        """`make` is called on the worker's thread and takes the rows. `reading` is kept up to date meanwhile."""
        return self._pool.submit(self._answer, question, make, reading or Reading())

    def export(self, wanted: Export, reading: Reading | None = None) -> Future[Exported]:
        return self._pool.submit(self._export, wanted, reading or Reading())

    def stop(self) -> None:
        """Give up what is under way."""
        self._stopping = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _answer[T](self, question: Question, make: Callable[[Report], T], reading: Reading) -> T:
        root = question.log_dir or self._log_dir()
        with _told_in_words("the log can't be read"), _without_full_collections():
            book = PriceBook(self._prices())
            report = answer(question, root, threads=_THREADS, progress=self._progress(reading), book=book)
            with contextlib.closing(report):
                return make(report)

    def _export(self, wanted: Export, reading: Reading) -> Exported:
        root = wanted.question.log_dir or self._log_dir()
        with _told_in_words("the export failed"), _without_full_collections():
            return run(wanted, root, self._progress(reading), PriceBook(self._prices()))

    def _progress(self, reading: Reading) -> Progress:
        def progress(done_bytes: int, total_bytes: int) -> None:
            reading.done_bytes, reading.total_bytes = done_bytes, total_bytes
            if self._stopping:
                raise _Stopped

        return progress


@contextlib.contextmanager
def _told_in_words(failure: str) -> Iterator[None]:
    try:
        yield
    except QuestionError as wrong:
        raise AskedWrong(str(wrong)) from None
    except OSError as error:
        raise AskedWrong(f"{failure}: {error.strerror or type(error).__name__}") from None


@contextlib.contextmanager
def _without_full_collections() -> Iterator[None]:
    """What a report holds while it is made is a million objects and no rubbish. To look through them all, which Python
    does in one go, would keep the interpreter from the event loop for tenths of a second. What is young, such as the
    rubbish that traffic leaves meanwhile, is looked through as ever, so that the process does not grow."""
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)


def _stand_back() -> None:
    # Only on Linux is this the thread's alone.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

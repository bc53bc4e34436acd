"""Faults of our own: caught, counted, told, and never handed to the traffic.

In: exceptions at the seams (hooks, tap, capture thread, display). Out: one call of the reporter per fault, with where
it happened and its type. Never its message: an exception may quote the payload that it choked on.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

type Reporter = Callable[[str, str | None, str], None]
"""Called with: where (`tap at exchange.py:91`), the flow id or None, and the exception's type name."""

_reporter: Reporter | None = None


def set_reporter(reporter: Reporter | None) -> None:
    """Install what is told of each fault. It may be called from any thread and must not raise for long."""
    global _reporter
    _reporter = reporter


def where(fault: BaseException) -> str:
    """`file.py:line` of the innermost frame."""
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"


def report(seam: str, flow_id: str | None, fault: BaseException) -> None:
    """Tell the reporter. Never raises."""
    # A failing reporter has nobody left to be told.
    with contextlib.suppress(BaseException):
        if _reporter is not None:
            _reporter(f"{seam} at {where(fault)}", flow_id, type(fault).__name__)


@contextlib.contextmanager
def guard(seam: str, flow_id: str | None = None) -> Iterator[None]:
    """Let nothing out, not even MemoryError: mitmproxy would lose a chunk or reset connections over it."""
    try:
        yield
    except BaseException as fault:
        report(seam, flow_id, fault)


def call_soon[T](loop: asyncio.AbstractEventLoop, function: Callable[[T], None], argument: T) -> None:
    """Run `function` on the loop, from another thread. A loop that has been closed meanwhile is no fault."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, argument)

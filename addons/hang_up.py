"""A terminal that is closed under the proxy: what is open gets its end in the log all the same.

In: the running master, what to do before the end. Out: a handler of SIGHUP, which would otherwise kill the process
without mitmproxy's `done`. `nohup` stays in force.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any


def end_properly_with_the_terminal(master: Any, finish: Callable[[], None]) -> None:
    """As for a termination signal. In the console `finish` is called and the process dies of the signal: urwid reads a
    terminal that is gone over and over, and nothing else of the event loop is ever called again."""
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is None or signal.getsignal(hang_up) != signal.SIG_DFL:
        return

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        try:
            finish()
        finally:
            os.kill(os.getpid(), number)

    # Outside of the main thread, or where the loop has no signal handlers (a RuntimeError, too), it stays as it was.
    with contextlib.suppress(RuntimeError, ValueError):
        if type(master).__name__ == "ConsoleMaster":
            signal.signal(hang_up, end)
        else:
            master.event_loop.add_signal_handler(hang_up, master.shutdown)

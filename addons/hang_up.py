"""A terminal that is closed under the proxy: it ends as for a termination signal, so that what is open gets its end.

In: the running master. Out: a handler of SIGHUP, which would otherwise kill the process without mitmproxy's `done`.
`nohup` stays in force.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import Any

from addons.screens.printing import is_console


def end_properly_with_the_terminal(master: Any) -> None:
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is None or signal.getsignal(hang_up) != signal.SIG_DFL:
        return
    # Outside of the main thread, or where the loop has no signal handlers (a RuntimeError, too), it stays as it was.
    with contextlib.suppress(RuntimeError, ValueError):
        if is_console(master):
            _leave_console_at(hang_up, master)
        else:
            master.event_loop.add_signal_handler(hang_up, master.shutdown)


def _leave_console_at(hang_up: signal.Signals, master: Any) -> None:
    """urwid would read the closed terminal's end for ever, without a pause in which anything else could run."""

    def leave(_number: int, frame: FrameType | None) -> None:
        master.event_loop.remove_reader(sys.stdin.fileno())
        # What tidies up the screen would fail, and with it all that is still to be done at the end.
        os.dup2(os.open(os.devnull, os.O_RDWR), sys.stdout.fileno())
        master.shutdown()
        while frame is not None:
            if frame.f_code.co_name == "_read_raw_input":
                raise EOFError("the terminal is closed")
            frame = frame.f_back

    signal.signal(hang_up, leave)

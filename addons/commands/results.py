"""What a command has found out, when it is done: mitmproxy's commands return at once (MITMPROXY: they are synchronous).

In: a table, from a worker's thread. Out: in the console mitmproxy's own table view; elsewhere lines in the event log.
"""

from __future__ import annotations

import logging
from typing import Any

from mitmproxy.log import ALERT

from addons import faults
from addons.reports.formats import DEFAULT_WIDTH

_log = logging.getLogger("mitmagent")


def columns(master: Any) -> int:
    """How wide a line may be: mitmproxy's data viewer takes four fifths of the screen, a frame and a blank of them."""
    screen: Any = getattr(master, "ui", None)
    return int(screen.get_cols_rows()[0] * 0.8) - 4 if screen is not None else DEFAULT_WIDTH


def deliver(master: Any, title: str, table: list[list[str]], lines: list[str]) -> None:
    """`table` is for the data viewer, which makes all columns equally wide; `lines` are the same as text. From any
    thread."""
    faults.call_soon(master.event_loop, lambda _: show(master, title, table, lines), None)


def say(message: str) -> None:
    """A sentence, in place of a table. From any thread."""
    _log.log(ALERT, "mitmagent: %s", message)


def show(master: Any, title: str, table: list[list[str]], lines: list[str]) -> None:
    """As `deliver`, on the event loop."""
    if hasattr(master, "overlay"):
        with faults.guard("command"):
            from mitmproxy.tools.console.overlay import DataViewerOverlay

            view: Any = DataViewerOverlay
            master.overlay(view(master, table), valign="top")
            return
    say("\n".join([title, *lines]))

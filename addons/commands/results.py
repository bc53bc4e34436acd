"""What a command has found out, when it is done: mitmproxy's commands return at once (MITMPROXY: they are synchronous).

In: a table, from a worker's thread. Out: in the console mitmproxy's own table view; elsewhere lines in the event log.
"""

from __future__ import annotations

import logging
from typing import Any

from mitmproxy.log import ALERT

from addons import faults

_log = logging.getLogger("mitmagent")

WIDTH = 200


def deliver(master: Any, title: str, table: list[list[str]], lines: list[str]) -> None:
    """`table` begins with its heading; `lines` are the same as text. From any thread."""
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

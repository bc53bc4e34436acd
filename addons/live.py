"""The live view: events from the capture thread, text to the terminal.

In: `(flow id, ExchangeEvent)`. Out: calls of a renderer and of the terminal writer, which never blocks. A renderer's
fault costs the display of that event, nothing else.
"""

from __future__ import annotations

import os
import time

from addons import faults
from addons.protocols.events import ExchangeEvent
from addons.terminal import TerminalWriter
from renderers.plain import PlainText
from renderers.theme import Theme


class Live:
    """Shows nothing while `terminal` is None."""

    def __init__(self, terminal: TerminalWriter | None) -> None:
        self._terminal = terminal
        # NO_COLOR: https://no-color.org, any non-empty value.
        colour = terminal is not None and terminal.isatty() and not os.environ.get("NO_COLOR")
        self._renderer = PlainText(Theme(colour))

    def show(self, flow_id: str, event: ExchangeEvent) -> None:
        if self._terminal is not None:
            with faults.guard("live view", flow_id):
                self._print(self._renderer.feed(flow_id, event, time.monotonic()))

    def tick(self, now_s: float) -> None:
        if self._terminal is not None:
            with faults.guard("live view"):
                self._print(self._renderer.tick(now_s))

    def _print(self, text: str) -> None:
        if text and self._terminal is not None:
            self._terminal.write(text)

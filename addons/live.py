"""The live view: events from the capture thread, text to the terminal.

In: `(flow id, ExchangeEvent)`. Out: calls of a renderer and of the terminal writer, which never blocks. A renderer's
fault costs the display of that event, nothing else.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

from addons import faults
from addons.protocols.events import ExchangeEvent
from addons.terminal import TerminalWriter
from renderers.engine import LiveView
from renderers.view_options import ViewOptions

PIPE_WIDTH = 160
"""For what is shown on one line, where nothing wraps it."""

_CANNOT_ERASE = ("", "dumb", "unknown")
"""Values of TERM."""


class Live:
    """Shows nothing while `terminal` is None. Colour is used where the terminal has it, whatever `options` say."""

    def __init__(self, terminal: TerminalWriter | None, options: ViewOptions) -> None:
        self._terminal = terminal
        is_terminal = terminal is not None and terminal.isatty()
        # NO_COLOR: https://no-color.org, any non-empty value.
        colour = is_terminal and not os.environ.get("NO_COLOR")
        can_erase = is_terminal and os.environ.get("TERM", "") not in _CANNOT_ERASE
        self._view = LiveView(replace(options, colour=bool(colour)), self._width, can_erase)

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:  # noqa: ARG002  (a Display's)
        if self._terminal is not None:
            with faults.guard("live view", flow_id):
                self._print(self._view.feed(flow_id, event, time.monotonic()))

    def tick(self, now_s: float) -> None:
        if self._terminal is not None:
            with faults.guard("live view"):
                self._print(self._view.tick(now_s))

    def close(self) -> None:
        """Show what still waits for its turn."""
        if self._terminal is not None:
            with faults.guard("live view"):
                self._print(self._view.close(time.monotonic()))

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._terminal.fileno()).columns if self._terminal else PIPE_WIDTH
        except OSError:
            return PIPE_WIDTH

    def _print(self, text: str) -> None:
        if text and self._terminal is not None:
            self._terminal.write(text)

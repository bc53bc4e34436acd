"""Displays: who is shown the events, besides the log.

In: `(flow id, ExchangeEvent)` from the capture thread, or from the viewer's. Out: the same to each display: the live
text, the board that screens read. A display's fault costs the display of that event, nothing else.
"""

from __future__ import annotations

import time
from typing import Protocol

from addons import faults
from addons.protocols.events import ExchangeEvent
from renderers.board.board import Board


class Display(Protocol):
    """Called on one thread; never raises, never blocks."""

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:
        """`at_ns`: when it happened, in epoch nanoseconds, where that is not now."""
        ...

    def tick(self, now_s: float) -> None: ...

    @property
    def waiting_chars(self) -> int:
        """What has been given and nobody has seen yet."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether nobody will ever see what is shown."""
        ...

    def close(self) -> None:
        """Nothing more will come."""
        ...


class Displays:
    """Several, one after the other."""

    def __init__(self, *displays: Display) -> None:
        self._displays = displays

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:
        for display in self._displays:
            display.show(flow_id, event, at_ns)

    def tick(self, now_s: float) -> None:
        for display in self._displays:
            display.tick(now_s)

    @property
    def waiting_chars(self) -> int:
        return max((display.waiting_chars for display in self._displays), default=0)

    @property
    def is_gone(self) -> bool:
        return all(display.is_gone for display in self._displays)

    def close(self) -> None:
        for display in self._displays:
            display.close()


class BoardDisplay:
    """Keeps the board, which the console's window and mitmweb's page read on the event loop."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:
        with faults.guard("board", flow_id):
            self._board.feed(flow_id, event, time.monotonic(), time.time_ns() if at_ns is None else at_ns)

    def tick(self, now_s: float) -> None:
        with faults.guard("board"):
            self._board.tick(now_s)

    @property
    def waiting_chars(self) -> int:
        return 0

    @property
    def is_gone(self) -> bool:
        return False

    def close(self) -> None:
        pass

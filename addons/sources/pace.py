"""The pace of a replay: when each record is due.

In: the records' times, and a clock. Out: how long to wait. Pauses are as recorded, divided by the speed; those that
nobody wants to sit through are cut: nights between two exchanges, and an exchange that a killed proxy left open.
"""

from __future__ import annotations

import math
from collections.abc import Callable

REST_S = 2.0
"""The longest pause while no exchange is open."""

SILENCE_S = 120.0
"""The longest pause inside of exchanges, in recorded seconds."""

_LATE_S = 0.5
"""What a replay that was held up (Ctrl-S, Ctrl-Z) makes good; the rest is pause."""


class Pace:
    """`speed` 2 is twice as fast; infinity waits for nothing."""

    def __init__(self, speed: float, monotonic_s: Callable[[], float]) -> None:
        self._speed = speed
        self._monotonic_s = monotonic_s
        self._due_s = monotonic_s()
        self._last_ns: int | None = None

    def wait_s(self, at_ns: int, is_resting: bool) -> float:
        """How long to wait for a record of that time; 0 or less: it is due. `is_resting`: no exchange is open."""
        if self._last_ns is not None and not math.isinf(self._speed):
            pause_s = min(max(0, at_ns - self._last_ns) / 1e9, SILENCE_S) / self._speed
            self._due_s += min(pause_s, REST_S) if is_resting else pause_s
        self._last_ns = at_ns
        now_s = self._monotonic_s()
        self._due_s = max(self._due_s, now_s - _LATE_S)
        return self._due_s - now_s if not math.isinf(self._speed) else 0.0

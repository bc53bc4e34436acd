"""A clock that the tests of outages set."""

from __future__ import annotations


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

"""Pacing: text leaves for the terminal piece by piece (`delay_ms`) or in batches (`flush_ms`); traffic never waits.

In: pieces of text as the view makes them, and the time. Out: what may be written now, in the same order.
"""

from __future__ import annotations

from collections import deque

LIMIT_CHARS = 1_000_000
"""Beyond it the display is too far behind to be paced: the oldest go at once."""


class Pacer:
    def __init__(self, delay_ms: float, flush_ms: float) -> None:
        self._delay_s = delay_ms / 1000
        self._flush_s = flush_ms / 1000
        self._pieces: deque[str] = deque()
        self._chars = 0
        self._next_s = float("-inf")
        self._flush_at_s = float("-inf")

    def due_in_s(self, now_s: float) -> float | None:
        """When the next piece may leave; None where none waits."""
        return max(0.0, self._next_s - now_s, self._flush_at_s - now_s) if self._pieces else None

    def pass_on(self, text: str, now_s: float) -> str:
        """Take `text`, which may be empty, and give what is due."""
        if text:
            self._pieces.append(text)
            self._chars += len(text)
        if not self._pieces or now_s < self._flush_at_s:
            return ""
        due = self._due(now_s)
        if due:
            self._flush_at_s = now_s + self._flush_s
        return due

    def rest(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._chars = 0
        return text

    def _due(self, now_s: float) -> str:
        if not self._delay_s:
            return self.rest()
        if self._next_s < now_s - self._delay_s * len(self._pieces):
            # Nothing was shown for a while: no pieces are owed from then.
            self._next_s = now_s
        out = []
        while self._pieces and (self._next_s <= now_s or self._chars > LIMIT_CHARS):
            piece = self._pieces.popleft()
            self._chars -= len(piece)
            self._next_s += self._delay_s
            out.append(piece)
        return "".join(out)

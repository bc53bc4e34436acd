"""Text that grows at its end and is bounded: the oldest is dropped, and how much that was can be told.

In: pieces. Out: what came after a place that a reader remembers. Places are counted in characters since the beginning,
dropped ones included, so that they hold whatever is dropped. Reading what is new costs as much as is new.
"""

from __future__ import annotations

from collections import deque

_TAIL_PIECES = 64
"""Deltas are a few characters each, and each string has some fifty bytes beside them: so many are made one."""

_SLACK = 8
"""An eighth more than the limit is held, so that not every piece has to cut something off."""


class GrowingText:
    """Holds the characters `begins` to `ends`."""

    __slots__ = ("_chunks", "_limit", "_tail", "begins", "ends")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: deque[str] = deque()
        self._tail: list[str] = []
        self.begins = self.ends = 0

    def append(self, text: str) -> None:
        self.ends += len(text)
        self._tail.append(text)
        if len(self._tail) >= _TAIL_PIECES:
            self._settle()
        if self.ends - self.begins > self._limit + self._limit // _SLACK:
            self._cut()

    def since(self, place: int) -> tuple[int, str]:
        """Where it begins, and the text from there on: at `place`, or later where that has been dropped."""
        begin = max(place, self.begins)
        wanted = self.ends - begin
        if wanted <= 0:
            return self.ends, ""
        pieces: list[str] = []
        for part in (self._tail, self._chunks):
            for piece in reversed(part):
                pieces.append(piece)
                wanted -= len(piece)
                if wanted <= 0:
                    pieces[-1] = piece[-wanted:]
                    return begin, "".join(reversed(pieces))
        return begin, "".join(reversed(pieces))

    def drop(self) -> None:
        """All that is held."""
        self._chunks.clear()
        self._tail.clear()
        self.begins = self.ends

    def _settle(self) -> None:
        self._chunks.append("".join(self._tail))
        self._tail.clear()

    def _cut(self) -> None:
        self._settle()
        excess = self.ends - self.begins - self._limit
        while excess >= len(self._chunks[0]):
            excess -= len(self._chunks.popleft())
        self._chunks[0] = self._chunks[0][excess:]
        self.begins = self.ends - self._limit

"""Which of an exchange's records are there: a few bytes, however many they are.

In: the text that the server keeps of an exchange (script.lua), or records as they come. Out: whether one is new.
"""

from __future__ import annotations

import bisect
import re

from addons.redis_stream.entry import Entry
from addons.sinks.records import Kind

_STATE = re.compile(rb"([a-z]*)((?:\d+-\d+,?)*)")


class Had:
    """What is there of one exchange: kinds without a seq by their first letter, frames as ranges of seq."""

    __slots__ = ("_ends", "_letters", "_starts")

    def __init__(self, state: bytes | None = None) -> None:
        self._letters = ""
        self._starts: list[int] = []
        self._ends: list[int] = []
        """Of each range the first seq and the last."""
        if state and (found := _STATE.fullmatch(state)):
            self._letters = found[1].decode()
            for part in found[2].split(b",") if found[2] else ():
                first, _, last = part.partition(b"-")
                self._starts.append(int(first))
                self._ends.append(int(last))

    @property
    def next(self) -> int | None:
        """The frame that follows those from the first on; None before the flow record."""
        if Kind.FLOWS.value[0] not in self._letters:
            return None
        return self._ends[0] + 1 if self._starts and self._starts[0] == 0 else 0

    def __contains__(self, entry: Entry) -> bool:
        if entry.seq is None:
            return entry.kind.value[0] in self._letters
        place = bisect.bisect_right(self._starts, entry.seq) - 1
        return place >= 0 and entry.seq <= self._ends[place]

    def take(self, entry: Entry) -> bool:
        """Note that it is there now. False where it was."""
        if entry in self:
            return False
        seq = entry.seq
        if seq is None:
            self._letters += entry.kind.value[0]
            return True
        place = bisect.bisect_right(self._starts, seq)
        joins_before = place > 0 and self._ends[place - 1] == seq - 1
        joins_after = place < len(self._starts) and self._starts[place] == seq + 1
        if joins_before and joins_after:
            self._ends[place - 1] = self._ends[place]
            del self._starts[place], self._ends[place]
        elif joins_before:
            self._ends[place - 1] = seq
        elif joins_after:
            self._starts[place] = seq
        else:
            self._starts.insert(place, seq)
            self._ends.insert(place, seq)
        return True

"""Entries of a stream put in order, exchange by exchange: its flow record, its frames by seq, its end (SPEC S1.5).

In: entries as they stand in the stream, where what was sent after comes later than what it precedes. Out: the same in
order. What is missing is waited for, but not for ever; then the rest goes on without it, and the gap is counted.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from addons.redis_stream.entry import Received
from addons.sinks.records import Kind

MOST_BYTES = 32 << 20
_MOST_EXCHANGES = 20_000
_EVENTS = re.compile(rb',"events":(\d+),"bytes":')


@dataclass(slots=True)
class _Exchange:
    next: int | None
    """The seq that is to come; None before the flow record."""
    held: dict[int, Received] = field(default_factory=dict)
    end: Received | None = None
    frames: int = 0
    """How many it has at least, as its end tells."""
    since_s: float = 0.0
    """From when on nothing has come that was waited for."""

    @property
    def is_waiting(self) -> bool:
        return bool(self.held) or self.end is not None


class Sequencer:
    """`resume` tells of an exchange that is new here which frame is to come next, None for its beginning.

    Without `keeps_late`, a frame that comes when its place has been passed is left out.
    """

    def __init__(
        self,
        patience_s: float,
        keeps_late: bool,
        resume: Callable[[bytes], int | None] = lambda _: None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._patience_s = patience_s
        self._keeps_late = keeps_late
        self._resume = resume
        self._most_bytes = most_bytes
        self._exchanges: OrderedDict[bytes, _Exchange] = OrderedDict()
        self._waiting: dict[bytes, _Exchange] = {}
        self._held_bytes = 0
        self.missing = 0
        """Frames that were not waited for any longer."""

    def feed(self, received: Received, now_s: float) -> list[Received]:
        """What is ready now."""
        entry = received.entry
        if entry.kind in (Kind.BLOBS, Kind.ERRORS):
            return [received]
        exchange = self._exchange(entry.owner)
        ready: list[Received] = []
        if entry.kind is Kind.FLOWS:
            exchange.next = exchange.next or 0
            ready = [received]
        elif entry.kind is Kind.ENDS:
            exchange.end = received
            found = _EVENTS.search(entry.line)
            exchange.frames = int(found[1]) if found else 0
        elif exchange.next is not None and entry.seq is not None and entry.seq < exchange.next:
            return [received] if self._keeps_late else []
        elif entry.seq is not None:
            exchange.held[entry.seq] = received
            self._held_bytes += len(entry.line)
        ready += self._ready(exchange)
        self._note(entry.owner, exchange, bool(ready), now_s)
        if self._held_bytes > self._most_bytes:
            ready += self._give_up(next(iter(self._waiting)))
        return ready

    def tick(self, now_s: float) -> list[Received]:
        """What has waited for too long."""
        late = [owner for owner, each in self._waiting.items() if now_s - each.since_s > self._patience_s]
        return [received for owner in late for received in self._give_up(owner)]

    def close(self) -> list[Received]:
        """Nothing more will come."""
        return [received for owner in list(self._waiting) for received in self._give_up(owner)]

    def _exchange(self, owner: bytes) -> _Exchange:
        exchange = self._exchanges.get(owner)
        if exchange is None:
            exchange = self._exchanges[owner] = _Exchange(self._resume(owner))
            if len(self._exchanges) > _MOST_EXCHANGES:
                oldest = next(iter(self._exchanges))
                if oldest not in self._waiting:
                    del self._exchanges[oldest]
        self._exchanges.move_to_end(owner)
        return exchange

    def _ready(self, exchange: _Exchange) -> list[Received]:
        ready: list[Received] = []
        if exchange.next is None:
            return ready
        while (received := exchange.held.pop(exchange.next, None)) is not None:
            self._held_bytes -= len(received.entry.line)
            ready.append(received)
            exchange.next += 1
        if exchange.end is not None and not exchange.held and exchange.next >= exchange.frames:
            ready.append(exchange.end)
            exchange.end = None
        return ready

    def _note(self, owner: bytes, exchange: _Exchange, has_moved: bool, now_s: float) -> None:
        if not exchange.is_waiting:
            self._waiting.pop(owner, None)
        elif has_moved or owner not in self._waiting:
            exchange.since_s = now_s
            self._waiting[owner] = exchange

    def _give_up(self, owner: bytes) -> list[Received]:
        exchange = self._waiting.pop(owner)
        ready: list[Received] = []
        for seq in sorted(exchange.held):
            # Of an exchange that had begun before we came nothing is missing here.
            self.missing += seq - exchange.next if exchange.next is not None else 0
            exchange.next = seq + 1
            received = exchange.held[seq]
            self._held_bytes -= len(received.entry.line)
            ready.append(received)
        exchange.held.clear()
        if exchange.end is not None:
            self.missing += max(0, exchange.frames - exchange.next) if exchange.next is not None else 0
            exchange.frames = 0
        exchange.next = exchange.next or 0
        return ready + self._ready(exchange)

"""Large requests that are being read, on a thread of their own, and what came of their flows since.

In: a request and how to read its body; then whatever comes of the same flow. Out: the body, once it has been read, with
all that has waited for it. What is small of other flows goes on meanwhile; large ones are read one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from addons.capture_thread import Call
from addons.observed import RequestSeen, Seen
from addons.request_reader import ReadBody


@dataclass(frozen=True, slots=True)
class Reading:
    seen: RequestSeen
    body: Future[ReadBody]
    waiting: list[Seen | Call] = field(default_factory=list)


class Readings:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "mitmagent reader")
        self._by_flow: dict[str, Reading] = {}

    def __bool__(self) -> bool:
        return bool(self._by_flow)

    def begin(self, seen: RequestSeen, read: Callable[[], ReadBody]) -> None:
        self._by_flow[seen.flow_id] = Reading(seen, self._thread.submit(read))

    def waits(self, flow_id: str, item: Seen | Call) -> bool:
        """Whether the item has to wait, and does."""
        reading = self._by_flow.get(flow_id)
        if reading is not None:
            reading.waiting.append(item)
        return reading is not None

    def take_done(self) -> list[Reading]:
        done = [reading for reading in self._by_flow.values() if reading.body.done()]
        for reading in done:
            del self._by_flow[reading.seen.flow_id]
        return done

    def finish(self) -> None:
        """Wait for all of them."""
        self._thread.shutdown()

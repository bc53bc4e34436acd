"""What takes long for one flow, on a thread of its own, and what came of that flow since.

In: a large request to read, a large answer's frame to redact; then whatever comes of the same flow. Out: the result,
once it is there, with all that has waited for it. Other flows go on meanwhile; heavy work is done one piece after the
other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from addons.capture.observed import Seen
from addons.capture.thread import Call


@dataclass(frozen=True, slots=True)
class Piece:
    """`cause` is what made the work; `then` is to be called with its result."""

    flow_id: str
    cause: Seen | Call
    result: Future[Any]
    then: Callable[[Any], None]
    waiting: list[Seen | Call] = field(default_factory=list)


class HeavyWork:
    """Used by one thread; only the work itself runs on the other."""

    def __init__(self, wake: Callable[[str], None]) -> None:
        """`wake` is called with the flow's id, on the other thread, when a piece is done."""
        self._wake = wake
        self._thread = ThreadPoolExecutor(1, "mitmagent heavy work")
        self._by_flow: dict[str, Piece] = {}

    def __bool__(self) -> bool:
        return bool(self._by_flow)

    def __contains__(self, flow_id: str) -> bool:
        return flow_id in self._by_flow

    def begin[T](self, flow_id: str, cause: Seen | Call, work: Callable[[], T], then: Callable[[T], None]) -> None:
        result = self._thread.submit(work)
        self._by_flow[flow_id] = Piece(flow_id, cause, result, then)
        result.add_done_callback(lambda _: self._wake(flow_id))

    def waits(self, flow_id: str, item: Seen | Call) -> bool:
        """Whether the item has to wait, and does."""
        piece = self._by_flow.get(flow_id)
        if piece is not None:
            piece.waiting.append(item)
        return piece is not None

    def take_done(self) -> list[Piece]:
        done = [piece for piece in self._by_flow.values() if piece.result.done()]
        for piece in done:
            del self._by_flow[piece.flow_id]
        return done

    def wait(self) -> None:
        """Until all that has begun is done."""
        for piece in list(self._by_flow.values()):
            piece.result.exception()

    def close(self) -> None:
        self._thread.shutdown()

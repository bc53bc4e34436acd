"""What changed since the previous request of the same conversation.

In: each request's parts, as the capture thread reads them. Out: `Changes` by flow id, for whoever shows the request
later, on any thread. Only numbers are kept: no text, and of each conversation the parts of one request.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from addons.protocols.events import PartKind, RequestPart

REMEMBERED_REQUESTS = 2_000
REMEMBERED_CONVERSATIONS = 200

KINDS: tuple[PartKind, ...] = ("system", "message", "tool")


@dataclass(frozen=True, slots=True)
class KindChanges:
    """Of one kind. Places are numbers from 1 in the new request."""

    before: int
    now: int
    changed: tuple[int, ...] = ()
    new: tuple[int, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.before == self.now and not self.changed and not self.new

    @property
    def gone(self) -> int:
        return self.before + len(self.new) - self.now


@dataclass(frozen=True, slots=True)
class Changes:
    """`seconds`: between the two requests."""

    seconds: float
    kinds: dict[PartKind, KindChanges]


def compare(old: tuple[RequestPart, ...], new: tuple[RequestPart, ...]) -> dict[PartKind, KindChanges]:
    return {kind: _compare_kind(_digests(old, kind), _digests(new, kind)) for kind in KINDS}


class RequestHistory:
    """Written by one thread, read by any: what is handed out is never changed."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, ...], tuple[int, tuple[RequestPart, ...]]] = OrderedDict()
        self._changes: OrderedDict[str, Changes] = OrderedDict()
        self._on_socket: OrderedDict[str, int] = OrderedDict()
        """How many requests a WebSocket has brought."""

    def note(self, flow_id: str, conversation: tuple[str, ...], parts: tuple[RequestPart, ...], epoch_ns: int) -> None:
        """`conversation` tells apart what grows on its own: session, sub-agent, purpose."""
        socket, found, number = flow_id.partition(":")
        if found:
            self._on_socket[socket] = int(number) + 1
            _limit(self._on_socket, REMEMBERED_REQUESTS)
        if not parts:
            return
        before = self._last.get(conversation)
        self._last[conversation] = (epoch_ns, parts)
        self._last.move_to_end(conversation)
        _limit(self._last, REMEMBERED_CONVERSATIONS)
        if before is not None:
            self._changes[flow_id] = Changes((epoch_ns - before[0]) / 1e9, compare(before[1], parts))
            _limit(self._changes, REMEMBERED_REQUESTS)

    def changes_of(self, flow_id: str) -> Changes | None:
        """None where it is the first of its conversation, does not show what it continues, or is forgotten."""
        return self._changes.get(flow_id)

    def changes_on_socket(self, flow_id: str, from_end: int) -> Changes | None:
        """Of a WebSocket's request by its place from the end: 1 is the last."""
        return self._changes.get(f"{flow_id}:{self._on_socket.get(flow_id, 0) - from_end}")


def _limit(remembered: OrderedDict[Any, Any], most: int) -> None:
    if len(remembered) > most:
        remembered.popitem(last=False)


def _digests(parts: tuple[RequestPart, ...], kind: PartKind) -> list[str]:
    return [part.digest for part in parts if part.kind == kind]


def _compare_kind(old: list[str], new: list[str]) -> KindChanges:
    """What is between the common beginning and the common end: pairs have changed, the rest is new or gone."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    pairs = min(len(old), len(new)) - start - end
    changed = tuple(range(start + 1, start + 1 + pairs))
    return KindChanges(len(old), len(new), changed, tuple(range(start + 1 + pairs, len(new) - end + 1)))

"""What the event loop and the capture thread tell each other: plain facts, no Flow.

In: nothing. Out: the items of the capture queue, in the order in which they happened, and what a finished flow is to
hold in return. Each carries the moment it was
seen, as nanoseconds of the monotonic clock (for durations) and of the epoch (for time stamps). Making one copies
nothing: `bytes` are immutable, and headers are read once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Moment(NamedTuple):
    """A point in time on both clocks, in nanoseconds."""

    monotonic_ns: int
    epoch_ns: int


def now() -> Moment:
    return Moment(time.monotonic_ns(), time.time_ns())


type HeaderList = tuple[tuple[str, str], ...]
"""Headers as on the wire, names in any case, repeated ones repeated."""


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A request is on its way to the provider. `body` is as on the wire (still Content-Encoded), None where unknown."""

    at: Moment
    flow_id: str
    method: str
    url: str
    host: str
    path: str
    http_version: str
    headers: HeaderList
    body: bytes | None
    is_websocket: bool
    from_file: bool
    """Read back from a flow file: its exchange may be in the log already."""


@dataclass(frozen=True, slots=True)
class HeadSeen:
    """The response head has come."""

    at: Moment
    status: int
    headers: HeaderList


@dataclass(frozen=True, slots=True)
class ChunkSeen:
    """One wire read of the response body, still Content-Encoded."""

    at: Moment
    data: bytes


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """One WebSocket message, whole and inflated. Binary ones are decoded as UTF-8 with replacement."""

    at: Moment
    from_client: bool
    text: str


class Cut(Enum):
    """How the transport ended. Whether the answer is complete shows only in the stream itself."""

    NONE = "none"
    """Regular end of body or socket."""
    CLIENT = "client_closed"
    UPSTREAM = "upstream_closed"
    PROXY = "proxy stopped"


@dataclass(frozen=True, slots=True)
class EndSeen:
    """Nothing more will come. `error` is mitmproxy's own message, None after a regular end."""

    at: Moment
    cut: Cut
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CaptureFailed:
    """Our own code failed on the event loop: this exchange's capture is over. `where` is file:line, never a payload."""

    at: Moment
    where: str
    error: str


type Seen = RequestSeen | HeadSeen | ChunkSeen | MessageSeen | EndSeen | CaptureFailed


@dataclass(frozen=True, slots=True)
class FlowRedaction:
    """What a finished flow is to hold. A body of None is absent: over `agent_keep_bodies`, or not restorable."""

    request_headers: HeaderList
    url_path: str
    request_body: bytes | None
    response_headers: HeaderList
    response_body: bytes | None
    messages: tuple[str, ...] | None = None
    """The WebSocket messages' redacted texts, one for each that the flow still has."""

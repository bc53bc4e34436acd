"""The frame: the unit in which every transport delivers.

In: nothing. Out: `Frame`, which framers make, redaction rewrites, the log stores and protocol decoders read.
One SSE event, WebSocket message, NDJSON line, AWS event-stream message, element of a streamed JSON array, or one
plain JSON body is one frame.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it came, before anything has been made of it.

    `data` is the payload's text exactly as received (SSE: the data lines joined with one line feed, as WHATWG says);
    None for an SSE block that has none (a lone comment).
    `event` is the SSE event name or the event-stream `:event-type` (`:exception-type` of an exception); None where
    the wire has none. `comment`, `id` and `retry` (milliseconds) are SSE's; None where the frame had none.
    """

    data: str | None
    event: str | None = None
    comment: str | None = None
    id: str | None = None
    retry: int | None = None

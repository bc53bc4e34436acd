"""Server-sent events.

In: bytes of a `text/event-stream` body. Out: a frame for each block, as soon as its blank line has come, by WHATWG's
"interpreting an event stream" (HTML, section 9.2.6), with these differences, because this is a record of the wire and
not a browser:

* a block without data is a frame too: comments, an event name, an id, a retry time are kept;
* `id` is the block's own, not the last event ID that a browser would carry on;
* lines of fields that the standard does not know are dropped, as there, when the block has data. Where it has none
  they are its data: servers write bare JSON errors into a stream that they have begun;
* the last block counts even where the stream ends before its blank line.
"""

from __future__ import annotations

from addons.wire.frame import Frame
from addons.wire.lines import LineSplitter

FIELDS = ("data", "event", "id", "retry")

_MAX_RETRY_DIGITS = 15
"""A longer number is no time. It would not fit the integers of those who read the log."""


class SseFramer:
    """SSE in pieces that may end anywhere."""

    def __init__(self) -> None:
        self._lines = LineSplitter()
        self._begin_block()

    def feed(self, piece: bytes) -> list[Frame]:
        frames: list[Frame] = []
        for line in self._lines.feed(piece):
            if line:
                self._take(line)
            elif self._has_content:
                frames.append(self._dispatch())
        return frames

    def close(self) -> list[Frame]:
        for line in self._lines.close():
            # "da" of a "data: …" that never came says nothing.
            if not any(name.startswith(line) for name in FIELDS):
                self._take(line)
        return [self._dispatch()] if self._has_content else []

    def _begin_block(self) -> None:
        self._has_content = False
        self._data: list[str] = []
        self._event: str | None = None
        self._comments: list[str] = []
        self._id: str | None = None
        self._retry: int | None = None
        self._strays: list[str] = []

    def _take(self, line: str) -> None:
        field, _, value = line.partition(":")
        if value[:1] == " ":
            value = value[1:]
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value or None
            if not value:
                return
        elif not field:
            self._comments.append(value)
        elif field == "id":
            if "\0" in value:
                return
            self._id = value
        elif field == "retry":
            if not (value.isascii() and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS):
                return
            self._retry = int(value)
        else:
            self._strays.append(line)
        self._has_content = True

    def _dispatch(self) -> Frame:
        data = self._data or self._strays
        frame = Frame(
            data="\n".join(data) if data else None,
            event=self._event,
            comment="\n".join(self._comments) if self._comments else None,
            id=self._id,
            retry=self._retry,
        )
        self._begin_block()
        return frame

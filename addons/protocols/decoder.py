"""What every dialect's decoder has in common: from a frame to a JSON object, and the ends that all streams share.

In: frames of one exchange, in the order in which they came in (`feed`), then `close`. Out: events, each told as soon as
its frame has come. No clock, no socket. Nothing that a server sends makes a decoder raise: what it can't use becomes
`Unrecognised`. `data: [DONE]` is terminal in every dialect, though only OpenAI defined it.
"""

from __future__ import annotations

from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.errors import error_of, error_text
from addons.protocols.events import Event
from addons.wire.frame import Frame
from addons.wire.json_text import parse_json

DONE = "[DONE]"


class Decoder:
    """Base of all dialects. A dialect overrides `on_object`, and where it has them `on_text` and `on_end`."""

    text_events: frozenset[str] = frozenset()
    """Events whose data is plain text, even where it looks like JSON."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = Answer() if answer is None else answer

    def feed(self, frame: Frame) -> list[Event]:
        self.on_frame(frame)
        return self.answer.take()

    def close(self) -> list[Event]:
        """The body has ended, well or badly. Where nothing terminal came, an answer with a stop reason is whole."""
        self.on_end()
        return self.answer.take()

    def on_frame(self, frame: Frame) -> None:
        data = frame.data
        if not data:
            self.answer.heartbeat()
            return
        if frame.event in self.text_events:
            self.on_text(data, frame.event)
            return
        if data[0] not in "{[" or data == DONE:
            self._on_other(data, frame.event)
            return
        try:
            value = parse_json(data)
        except ValueError:
            self._on_other(data, frame.event)
            return
        self.on_value(value, frame.event)

    def on_value(self, value: Any, event: str | None) -> None:
        """One parsed payload. A list (a streamed array that came as one body) is read element by element."""
        if isinstance(value, dict):
            self.on_object(value, event)
            return
        elements = value if isinstance(value, list) else ()
        if not any(isinstance(element, dict) for element in elements):
            self.answer.unrecognised(event)
        for element in elements:
            if isinstance(element, dict):
                self.on_object(element, event)

    def _on_other(self, data: str, event: str | None) -> None:
        stripped = data.strip()
        if stripped == DONE:
            self.answer.finish()
            return
        try:
            value = parse_json(stripped) if stripped[:1] in ("{", "[") else None
        except ValueError:
            value = None
        if value is None:
            self.on_text(data, event)
        else:
            self.on_value(value, event)

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        self.unknown(value, event)

    def on_text(self, data: str, event: str | None) -> None:
        """A payload that is no JSON object or list."""
        if event == "error":
            self.answer.error(error_text(data))
        elif event in ("ping", "heartbeat", "keepalive", "keep-alive"):
            self.answer.heartbeat()
        else:
            self.answer.unrecognised(event)

    def on_end(self) -> None:
        if self.answer.stop_reason is not None:
            self.answer.finish()

    def unknown(self, value: dict[str, Any], event: str | None) -> None:
        """An object that none of the dialect's handlers knows: an error of any provider, a ping, or something new."""
        kind = value.get("type") or value.get("event_type") or value.get("object") or event
        error = error_of(value, event)
        if error is not None:
            self.answer.error(error)
        elif kind in ("ping", "heartbeat", "keepalive", "keep-alive"):
            self.answer.heartbeat()
        else:
            self.answer.unrecognised(kind)

    def in_stream_error(self, value: dict[str, Any]) -> None:
        """An error beside other fields of a frame."""
        if value.get("error"):
            error = error_of(value)
            if error is not None:
                self.answer.error(error)


def indexed(prefix: str, value: dict[str, Any], name: str = "index") -> str:
    """A block's name from an index field; a missing one counts as 0."""
    index = value.get(name)
    return f"{prefix}{index}" if isinstance(index, int | str) and not isinstance(index, bool) else f"{prefix}0"

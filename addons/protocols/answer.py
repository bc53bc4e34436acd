"""The answer under way: what a decoder has learned so far, told once and in order.

In: pieces that a dialect's handlers pull out of frames. Out: the events of events.py. Whatever a wire repeats (an id
in each chunk, a snapshot after its deltas, the same usage ten times) is told once: here, not in each dialect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from addons.protocols.events import (
    BlockFinished,
    Event,
    Heartbeat,
    RefusalDelta,
    ResponseFinished,
    ResponseStarted,
    Stopped,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolKind,
    ToolResult,
    Unrecognised,
    UsageReported,
)
from addons.protocols.values import dumped, scalar, word
from addons.wire.json_text import parse_json_exactly


@dataclass(slots=True)
class Call:
    """A tool call that is being told. `given` is an argument object that came with the announcement."""

    block: str
    id: str | None
    name: str
    kind: ToolKind
    given: Any = None
    pieces: list[str] = field(default_factory=list)
    has_text: bool = False
    announced: bool = False
    finished: bool = False


class Answer:
    """Collects events. `take` hands over what has gathered since the last time."""

    __slots__ = (
        "_calls",
        "_ended",
        "_error",
        "_events",
        "_id",
        "_model",
        "_told",
        "_usage",
        "finished",
        "has_text",
        "has_thinking",
        "has_usage",
        "stop_reason",
    )

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._model: str | None = None
        self._id: str | int | None = None
        self._told: set[str] = set()
        self._ended: set[str] = set()
        self._calls: dict[str, Call] = {}
        self._usage: dict[str, Any] | None = None
        self._error: StreamError | None = None
        self.has_text = False
        self.has_thinking = False
        self.has_usage = False
        self.stop_reason: str | int | None = None
        self.finished = False

    def take(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # What the answer is.

    def started(self, model: Any, response_id: Any) -> None:
        """What is empty or no news is left out: most dialects repeat both in each frame."""
        new_model, new_id = word(model) or self._model, scalar(response_id)
        if new_id is None:
            new_id = self._id
        if new_model != self._model or new_id != self._id:
            self._model, self._id = new_model, new_id
            self._events.append(ResponseStarted(new_model, new_id))

    # Text of three sorts. A block's name is of one sort only.

    def text(self, block: str, piece: Any) -> None:
        if isinstance(piece, str) and piece:
            self._told.add(block)
            self.has_text = True
            self._events.append(TextDelta(block, piece))

    def thinking(self, block: str, piece: Any) -> None:
        if isinstance(piece, str) and piece:
            self._told.add(block)
            self.has_thinking = True
            self._events.append(ThinkingDelta(block, piece))

    def refusal(self, block: str, piece: Any) -> None:
        if isinstance(piece, str) and piece:
            self._told.add(block)
            self.has_text = True
            self._events.append(RefusalDelta(block, piece))

    def told(self, block: str) -> bool:
        return block in self._told

    def end_block(self, block: str) -> None:
        if block in self._told and block not in self._ended:
            self._ended.add(block)
            self._events.append(BlockFinished(block))

    # Tool calls.

    def call(self, block: str, call_id: Any, name: Any, kind: ToolKind) -> Call:
        """The call of this block; opens it, and fills in what an earlier piece had not told."""
        call = self._calls.get(block)
        if call is None:
            call = self._calls[block] = Call(block, word(call_id), word(name) or "", kind)
        elif not call.finished:
            call.id = call.id or word(call_id)
            call.name = call.name or word(name) or ""
        if call.name:
            self._announce(call)
        return call

    def known_call(self, block: str) -> Call | None:
        return self._calls.get(block)

    def call_by_id(self, call_id: str | None) -> Call | None:
        return next((call for call in self._calls.values() if call_id is not None and call.id == call_id), None)

    def arguments(self, call: Call, piece: Any) -> None:
        """A piece of argument text as it came; an empty one still tells that the wire has text."""
        if not isinstance(piece, str) or call.finished:
            return
        call.has_text = True
        self.preview(call, piece)

    def preview(self, call: Call, piece: str) -> None:
        """Argument text that the wire has in another form: for the live view, never for `arguments_raw`."""
        if piece and not call.finished:
            self._announce(call)
            call.pieces.append(piece)
            self._events.append(ToolArgumentsDelta(call.block, piece))

    def finish_call(self, call: Call) -> None:
        """The call is complete, and what came of its arguments is all there is."""
        if call.finished:
            return
        if not call.has_text:
            self.finish_call_with(call, call.given)
            return
        raw = "".join(call.pieces)
        arguments = None
        if call.kind != "custom":
            try:
                arguments = parse_json_exactly(raw) if raw else call.given
            except ValueError:
                arguments = None
        self._finish(call, arguments, raw)

    def finish_call_with(self, call: Call, arguments: Any) -> None:
        """The call is complete; the wire has its arguments as a value, not as text."""
        if call.finished:
            return
        if arguments is not None and not call.pieces:
            self.preview(call, dumped(arguments))
        self._finish(call, arguments, None)

    def finish_calls(self) -> None:
        for call in self._calls.values():
            self.finish_call(call)

    def _announce(self, call: Call) -> None:
        if not call.announced:
            call.announced = True
            self._events.append(ToolCallStarted(call.block, call.id, call.name, call.kind))

    def _finish(self, call: Call, arguments: Any, raw: str | None) -> None:
        self._announce(call)
        call.finished = True
        self._events.append(ToolCallFinished(call.block, call.id, call.name, call.kind, arguments, raw))

    def result(self, block: str, call_id: Any, value: Any, *, is_error: bool = False) -> None:
        self._events.append(ToolResult(block, word(call_id), dumped(value), is_error))

    # How it went.

    def usage(self, raw: Any) -> None:
        if isinstance(raw, dict) and raw and raw != self._usage:
            self._usage = raw
            self.has_usage = True
            self._events.append(UsageReported(raw))

    def stop(self, reason: Any) -> None:
        reason = scalar(reason)
        if reason is not None and reason != self.stop_reason:
            self.stop_reason = reason
            self._events.append(Stopped(reason))

    def error(self, error: StreamError) -> None:
        """A provider may say one failure twice (`error`, then `response.failed`): the second is left out."""
        if self._error is None or self._error.message != error.message:
            self._error = error
            self._events.append(error)

    def finish(self) -> None:
        """The terminal event. Idempotent: `[DONE]` may follow."""
        if not self.finished:
            self.finish_calls()
            self.finished = True
            self._events.append(ResponseFinished())

    def heartbeat(self) -> None:
        self._events.append(Heartbeat())

    def unrecognised(self, kind: Any) -> None:
        self._events.append(Unrecognised(kind if isinstance(kind, str) else ""))

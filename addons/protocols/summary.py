"""The sum of an exchange's events: what sse_flow_ends.jsonl says of it (LOGFORMAT.md).

In: events, one by one. Out: the fields of the record. Pieces are kept in lists and joined when asked for, so that a
long answer costs no more per piece than a short one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from addons.protocols.events import (
    Event,
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
    UsageReported,
)
from addons.wire.json_text import parse_json_exactly


@dataclass(slots=True)
class _Call:
    id: str | None
    name: str
    kind: ToolKind
    pieces: list[str] = field(default_factory=list)
    end: ToolCallFinished | None = None

    def record(self) -> dict[str, Any]:
        if self.end is not None:
            end = self.end
            return _record(end.id, end.name, end.kind, end.arguments, end.arguments_raw)
        raw = "".join(self.pieces)
        arguments = None
        if self.kind != "custom" and raw:
            try:
                arguments = parse_json_exactly(raw)
            except ValueError:
                arguments = None
        return _record(self.id, self.name, self.kind, arguments, raw)


def _record(call_id: str | None, name: str, kind: str, arguments: Any, raw: str | None) -> dict[str, Any]:
    return {"id": call_id, "name": name, "kind": kind, "arguments": arguments, "arguments_raw": raw}


class Summary:
    """`error` is the first error told; `finished` tells whether the terminal event has come."""

    def __init__(self) -> None:
        self.model: str | None = None
        self.response_id: str | int | None = None
        self.stop_reason: str | int | None = None
        self.error: StreamError | None = None
        self.finished = False
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[str, _Call] = {}
        self._usage: dict[str, Any] = {}

    def add(self, event: Event) -> None:
        handler = HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def thinking(self) -> str:
        return "".join(self._thinking)

    @property
    def refusal(self) -> str | None:
        return "".join(self._refusal) or None

    @property
    def tool_calls(self) -> list[dict[str, Any]]:
        """In order of first appearance. A call that was cut off has the part of its arguments that came."""
        return [call.record() for call in self._calls.values()]

    @property
    def usage_raw(self) -> dict[str, Any] | None:
        """The provider's own fields: of each the last value that was not null; None where none was told."""
        return dict(self._usage) or None

    def _started(self, event: ResponseStarted) -> None:
        self.model = self.model if event.model is None else event.model
        self.response_id = self.response_id if event.response_id is None else event.response_id

    def _text_delta(self, event: TextDelta) -> None:
        self._text.append(event.text)

    def _thinking_delta(self, event: ThinkingDelta) -> None:
        self._thinking.append(event.text)

    def _refusal_delta(self, event: RefusalDelta) -> None:
        self._refusal.append(event.text)

    def _call_started(self, event: ToolCallStarted) -> None:
        self._calls.setdefault(event.block, _Call(event.id, event.name, event.kind))

    def _call_arguments(self, event: ToolArgumentsDelta) -> None:
        call = self._calls.get(event.block)
        if call is not None:
            call.pieces.append(event.text)

    def _call_finished(self, event: ToolCallFinished) -> None:
        call = self._calls.setdefault(event.block, _Call(event.id, event.name, event.kind))
        call.end = event
        call.pieces.clear()

    def _usage_reported(self, event: UsageReported) -> None:
        self._usage.update((name, value) for name, value in event.raw.items() if value is not None)

    def _stopped(self, event: Stopped) -> None:
        self.stop_reason = event.reason

    def _failed(self, event: StreamError) -> None:
        self.error = self.error or event

    def _finished(self, _event: ResponseFinished) -> None:
        self.finished = True


HANDLERS: dict[type, Callable[[Summary, Any], None]] = {
    ResponseStarted: Summary._started,
    TextDelta: Summary._text_delta,
    ThinkingDelta: Summary._thinking_delta,
    RefusalDelta: Summary._refusal_delta,
    ToolCallStarted: Summary._call_started,
    ToolArgumentsDelta: Summary._call_arguments,
    ToolCallFinished: Summary._call_finished,
    UsageReported: Summary._usage_reported,
    Stopped: Summary._stopped,
    StreamError: Summary._failed,
    ResponseFinished: Summary._finished,
}
"""Events that are not here (results, heartbeats, block ends) leave no trace in the record."""

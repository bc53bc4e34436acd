"""A log, and what the live view was shown while it was captured.

In: the recorded agents of the demo at the same time, and by hand what they don't do: a WebSocket, an overloaded
provider, a client that leaves, a host that does not answer. Out: the log, written by the real pipeline, and the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from addons.capture.observed import ChunkSeen, Cut, EndSeen, HeadSeen, MessageSeen, Moment, RequestSeen, Seen
from addons.capture.pipeline import Pipeline
from addons.demo.recording import read_file
from addons.options import OPTIONS, parse_settings
from addons.protocols.events import ExchangeEvent, ExchangeStarted
from addons.redis_stream.sink import StreamSink
from tests.exchanges import NEVER_DAYS

STARTED_NS = 1_795_000_000_123_456_000
SSE = (("content-type", "text/event-stream"),)
JSON = (("content-type", "application/json"),)
MESSAGES = "https://api.anthropic.com/v1/messages"

type Shown = tuple[str, ExchangeEvent]


class Screen:
    """In the live view's place."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []

    def show(self, flow_id: str, event: ExchangeEvent) -> None:
        self.shown.append((flow_id, event))

    def tick(self, now_s: float) -> None: ...

    def close(self) -> None: ...


class Capture:
    """The pipeline at work. `go_on` handles the next thing that happens and writes it."""

    def __init__(self, log_dir: Path, stream: StreamSink | None = None, **changed: str) -> None:
        values = {option.name: option.default for option in OPTIONS}
        values |= {"agent_log_dir": str(log_dir), "agent_rotate_days": NEVER_DAYS}
        values |= {"agent_timezone": "Europe/Paris", **changed}
        settings = parse_settings(values.__getitem__)
        self.screen = Screen()
        self.lines = log_dir / "all-mitm-sse/sse_lines.jsonl"
        self._pipeline = Pipeline(lambda: settings, self.screen, lambda _: None, stream)  # type: ignore[arg-type]
        self._left = sorted(happenings(), key=lambda item: item[1].at.monotonic_ns)

    def go_on(self, count: int = 1) -> bool:
        """False when everything has happened."""
        for flow_id, item in self._left[:count]:
            self._pipeline.handle(flow_id, item)
            self._pipeline.flush()
        del self._left[:count]
        return bool(self._left)

    def finish(self) -> None:
        self.go_on(len(self._left))
        self._pipeline.close()


def comparable(shown: list[Shown]) -> list[Shown]:
    """Without what the log does not hold: when the request was sent, before its head came."""
    return [
        (flow_id, replace(event, started_epoch_ns=0) if isinstance(event, ExchangeStarted) else event)
        for flow_id, event in shown
    ]


def happenings() -> Iterator[tuple[str, Seen]]:
    for name, exchanges in read_file().items():
        ms = 0.0
        for number, exchange in enumerate(exchanges):
            ms += exchange.after_s * 1000
            flow_id = f"{name}-{number}"
            yield flow_id, request(ms, flow_id, exchange.url, exchange.headers, exchange.body)
            yield flow_id, HeadSeen(at(ms + 100), 200, SSE)
            ms += 100
            for event in exchange.events:
                ms += event.wait_s * 1000
                yield flow_id, ChunkSeen(at(ms), event.wire)
            yield flow_id, EndSeen(at(ms + 1), Cut.NONE)
    yield from overloaded()
    yield from left_alone()
    yield from unanswered()
    yield from without_terminal_event()
    yield from socket()


def overloaded() -> Iterator[tuple[str, Seen]]:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    yield "overloaded", request(50.25, "overloaded", MESSAGES, {}, ask("Are you there?"))
    yield "overloaded", HeadSeen(at(120.5), 529, JSON)
    yield "overloaded", ChunkSeen(at(121.5), json.dumps(error).encode())
    yield "overloaded", EndSeen(at(122.5), Cut.NONE)


def left_alone() -> Iterator[tuple[str, Seen]]:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Yes, and 12"}}
    yield "left", request(60.25, "left", MESSAGES, {}, ask("A long story, please."))
    yield "left", HeadSeen(at(220.5), 200, SSE)
    for number in range(3):
        yield "left", ChunkSeen(at(300.25 + number), f"data: {json.dumps(delta)}\n\n".encode())
    yield "left", EndSeen(at(900.25), Cut.CLIENT, "the client left")


def unanswered() -> Iterator[tuple[str, Seen]]:
    yield "unanswered", request(70.25, "unanswered", MESSAGES, {}, ask("Hello?"))
    yield "unanswered", EndSeen(at(1070.25), Cut.UPSTREAM, "connection refused")


def without_terminal_event() -> Iterator[tuple[str, Seen]]:
    """That the answer is whole shows only when the body ends."""
    url = "https://api.openai.com/v1/chat/completions"
    yield "chat", request(90.25, "chat", url, {}, ask("Briefly?"))
    yield "chat", HeadSeen(at(140.75), 200, SSE)
    for number, choice in enumerate(
        ({"index": 0, "delta": {"content": "Yes."}}, {"index": 0, "delta": {}, "finish_reason": "stop"})
    ):
        chunk = {"id": "c-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        yield "chat", ChunkSeen(at(150.75 + number), f"data: {json.dumps(chunk)}\n\n".encode())
    yield "chat", EndSeen(at(160.75), Cut.NONE)


def socket() -> Iterator[tuple[str, Seen]]:
    url = "https://chatgpt.com/backend-api/codex/responses"
    yield "socket", request(80.25, "socket", url, {"session_id": "s-socket"}, b"", is_websocket=True)
    yield "socket", HeadSeen(at(130.25), 101, ())
    for number in range(2):
        ms = 200.75 + number * 700
        create = {"type": "response.create", "model": "gpt-5.3-codex", "input": [typed(f"Question {number}")]}
        yield "socket", MessageSeen(at(ms), True, json.dumps(create))
        answer = {"id": f"resp_{number}", "model": "gpt-5.3-codex", "output": []}
        for index, event in enumerate(
            (
                {"type": "response.created", "response": answer},
                {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": f"Answer {number}"},
                {"type": "response.completed", "response": answer | {"usage": {"input_tokens": 9, "output_tokens": 3}}},
            )
        ):
            yield "socket", MessageSeen(at(ms + 100 * (index + 1)), False, json.dumps(event))
    yield "socket", EndSeen(at(3000.25), Cut.NONE)


def request(
    ms: float, flow_id: str, url: str, headers: dict[str, str], body: bytes, is_websocket: bool = False
) -> RequestSeen:
    parts = urlsplit(url)
    return RequestSeen(
        at=at(ms),
        flow_id=flow_id,
        method="GET" if is_websocket else "POST",
        url=url,
        host=parts.hostname or "",
        path=parts.path,
        http_version="HTTP/1.1",
        headers=tuple(headers.items()),
        body=body,
        is_websocket=is_websocket,
        from_file=False,
    )


def ask(text: str) -> bytes:
    body = {"model": "claude-lab", "stream": True, "messages": [{"role": "user", "content": text}]}
    return json.dumps(body).encode()


def typed(text: str) -> dict[str, object]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def at(ms: float) -> Moment:
    return Moment(7_000_000_000 + int(ms * 1e6), STARTED_NS + int(ms * 1e6))

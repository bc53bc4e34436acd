"""Exchanges to drive the outer room with: what the event loop would have seen, and a pipeline with a log of its own.

In: milliseconds since the request was sent, bodies, headers. Out: `observed` items; and what the pipeline made of them,
read back from its files.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from addons.bodies.changes import RequestHistory
from addons.capture.exchange import Outlet
from addons.capture.intake import Intake, Request
from addons.capture.observed import ChunkSeen, Cut, EndSeen, HeadSeen, MessageSeen, Moment, RequestSeen, Seen
from addons.capture.pipeline import Pipeline
from addons.capture.thread import Call
from addons.options import OPTIONS, Settings, parse_settings
from addons.pricing.book import PriceBook
from addons.protocols.events import ExchangeEvent
from addons.redaction.redactor import Redactor
from addons.screens.live import Live
from addons.sinks.reader import iter_records
from addons.sinks.records import Kind, Record
from addons.sinks.timestamps import TimeFormatter
from renderers.view_options import ViewOptions

FLOW = "f-1"
STARTED_NS = 1_700_000_000_000_000_000
KEY = "sk-ant-api03-Zq8vT2mXw4Lr9Np6Kd3Hs7Jf1Gb5Yc0Ea8Vu2"
"""Nobody's credential, in a format that redaction knows."""

ASK = {
    "model": "claude-lab",
    "stream": True,
    "messages": [{"role": "user", "content": "Say hello."}],
    "tools": [{"name": "Bash", "input_schema": {"type": "object"}}],
    "metadata": {"user_id": "user_0_account_1_session_s-1"},
}

type Headers = tuple[tuple[str, str], ...]

NEVER_DAYS = "36000"
"""What is made here has happened some time ago, and would be rotated away while a test reads it."""


def at(ms: float) -> Moment:
    """So long after the request was sent. The clocks start at different times, as the real ones do."""
    return Moment(5_000_000_000 + int(ms * 1e6), STARTED_NS + int(ms * 1e6))


def request(body: Any = ASK, **changed: Any) -> RequestSeen:
    """A request to Anthropic. `body` is sent as JSON unless it is bytes."""
    seen = RequestSeen(
        at=at(0),
        flow_id=FLOW,
        method="POST",
        url="https://api.anthropic.com/v1/messages",
        host="api.anthropic.com",
        path="/v1/messages",
        http_version="HTTP/1.1",
        headers=(("Content-Type", "application/json"), ("X-Api-Key", KEY)),
        body=body if isinstance(body, bytes | None) else json.dumps(body).encode(),
        is_websocket=False,
        from_file=False,
    )
    return replace(seen, **changed)


def elsewhere(host: str, path: str, body: Any = ASK, **changed: Any) -> RequestSeen:
    return request(body, url=f"https://{host}{path}", host=host, path=path, **changed)


def handshake(**changed: Any) -> RequestSeen:
    """A WebSocket's, to Codex's own address."""
    path = "/backend-api/codex/responses"
    return elsewhere("chatgpt.com", path, b"", method="GET", is_websocket=True, **changed)


def head(status: int = 200, content_type: str | None = "text/event-stream", *more: tuple[str, str]) -> HeadSeen:
    headers = (("Content-Type", content_type),) if content_type else ()
    return HeadSeen(at(100), status, (*headers, *more))


def chunks(*pieces: bytes) -> list[Seen]:
    """One wire read each, ten milliseconds apart."""
    return [ChunkSeen(at(200 + 10 * number), piece) for number, piece in enumerate(pieces)]


def end(cut: Cut = Cut.NONE, error: str | None = None) -> EndSeen:
    return EndSeen(at(1000), cut, error)


def sent(text: str | Mapping[str, Any], ms: float = 200) -> MessageSeen:
    """A message that the client sends on a WebSocket."""
    return MessageSeen(at(ms), True, text if isinstance(text, str) else json.dumps(text))


def received(text: str | Mapping[str, Any], ms: float = 300) -> MessageSeen:
    return MessageSeen(at(ms), False, text if isinstance(text, str) else json.dumps(text))


def sse(data: Any, event: str | None = None) -> bytes:
    """One event; its name is the data's `type` where it has one."""
    name = event or (data.get("type") if isinstance(data, dict) else None)
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def answer(*texts: str) -> list[bytes]:
    """Anthropic's stream that says so, an event each."""
    usage = {"input_tokens": 12, "output_tokens": 1}
    started = {"type": "message", "id": "msg_1", "role": "assistant", "model": "claude-lab-1", "usage": usage}
    deltas = [{"type": "text_delta", "text": text} for text in texts]
    return [
        sse({"type": "message_start", "message": started}),
        sse({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        *(sse({"type": "content_block_delta", "index": 0, "delta": delta}) for delta in deltas),
        sse({"type": "content_block_stop", "index": 0}),
        sse({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}}),
        sse({"type": "message_stop"}),
    ]


ANSWER = answer("Hello", ", you.")
HALF = ANSWER[:3]

CREATE = {
    "type": "response.create",
    "model": "gpt-lab",
    "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Say hello."}]}],
    "tools": [{"type": "function", "name": "shell"}],
    "prompt_cache_key": "s-1",
}


def socket_answer(response_id: str, text: str = "Hello") -> list[dict[str, Any]]:
    response = {"id": response_id, "model": "gpt-lab-1", "status": "in_progress", "output": []}
    usage = {"input_tokens": 3, "output_tokens": 2}
    return [
        {"type": "response.created", "response": response},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": text},
        {"type": "response.completed", "response": {**response, "status": "completed", "usage": usage}},
    ]


def settings(log_dir: Path, **changed: str) -> Settings:
    """The defaults, in UTC, with this log folder; options by their names without the prefix."""
    texts = {option.name: option.default for option in OPTIONS}
    texts |= {"agent_log_dir": str(log_dir), "agent_timezone": "utc", "agent_rotate_days": NEVER_DAYS}
    return parse_settings({**texts, **{f"agent_{name}": text for name, text in changed.items()}}.__getitem__)


def intake(log_dir: Path, **changed: str) -> Intake:
    chosen = settings(log_dir, **changed)
    return Intake(Redactor(chosen.redact), TimeFormatter("utc"), lambda: chosen, RequestHistory())


class Notes(Outlet):
    """An outlet that notes what it is given."""

    def __init__(self) -> None:
        self.redactor = Redactor()
        self.times = TimeFormatter("utc")
        self.prices = PriceBook()
        self.records: list[Record] = []
        self.events: list[ExchangeEvent] = []
        self.calls: list[tuple[Any, ...]] = []
        self.lost_frames: Counter[str] = Counter()

    def write(self, record: Record) -> None:
        self.records.append(record)

    def show(self, flow_id: str, event: ExchangeEvent) -> None:  # noqa: ARG002  (an Outlet's signature)
        self.events.append(event)

    def opened(self, request: Request, status: int | None) -> int | None:
        self.calls.append(("opened", request.context.flow_id, status))
        return 1

    def lost(self, flow_id: str) -> int:
        return self.lost_frames[flow_id]

    def closed(self, flow_id: str, response_id: str | int | None, session_id: str) -> None:
        self.calls.append(("closed", flow_id, response_id, session_id))

    def of(self, kind: Kind) -> list[dict[str, Any]]:
        return [json.loads(record.line) for record in self.records if record.kind is kind]

    @property
    def payloads(self) -> list[Any]:
        return [line["data"] for line in self.of(Kind.LINES)]

    @property
    def raw(self) -> bytes:
        return b"".join(record.line for record in self.records if record.kind is Kind.RESPONSES)


class Shown(Live):
    """A live view that notes what it is shown."""

    def __init__(self) -> None:
        super().__init__(None, ViewOptions())
        self.events: list[tuple[str, ExchangeEvent]] = []

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:  # noqa: ARG002
        self.events.append((flow_id, event))


class Rig:
    """A real pipeline that writes a real log to a folder. A context manager: leaving it closes the log."""

    def __init__(self, folder: Path, **changed: str) -> None:
        self.root = folder / "log"
        self.settings = settings(self.root, **changed)
        self.live = Shown()
        self.told: list[str] = []
        self.pipeline = Pipeline(lambda: self.settings, self.live, self.told.append)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pipeline.close()

    def play(self, *items: Seen | Iterable[Seen], flow_id: str = FLOW) -> Self:
        for item in items:
            for one in [item] if isinstance(item, Seen.__value__) else item:
                self.pipeline.handle(flow_id, one)
        while self.pipeline._heavy:
            time.sleep(0.001)
            self.pipeline._take_what_was_done()
        self.pipeline.flush()
        return self

    def play_at_once(self, flow_id: str, *items: Seen | Call) -> None:
        """The same without waiting for what takes long."""
        for item in items:
            self.pipeline.handle(flow_id, item)
        self.pipeline.flush()

    def crash(self, *items: Seen | Iterable[Seen]) -> None:
        """The journal is left behind, and nobody holds it: what a killed process leaves, within this one."""
        self.play(*items)
        self.pipeline._outlet._store.close()

    def records(self, kind: Kind, flow_id: str | None = None) -> list[dict[str, Any]]:
        return list(iter_records(self.root, kind, flow_id))

    @property
    def flow(self) -> dict[str, Any]:
        """The only exchange's flow record."""
        (record,) = self.records(Kind.FLOWS)
        return record

    @property
    def end(self) -> dict[str, Any]:
        (record,) = self.records(Kind.ENDS)
        return record

    @property
    def payloads(self) -> list[Any]:
        return [line["data"] for line in self.records(Kind.LINES)]

    def text(self, name: str) -> str:
        return (self.root / "all-mitm-sse" / name).read_text()

    def everything(self) -> bytes:
        """All that the log folder holds."""
        return b"".join(path.read_bytes() for path in sorted(self.root.rglob("*")) if path.is_file())


type MakeRig = Callable[..., Rig]

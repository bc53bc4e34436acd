"""The log of README's examples: the demo's two agents, and one that has a bad day.

In: a folder. Out: a log in it, written by the real pipeline as the proxy would have written it, the same each time:
moments are those of the recording, counted from a fixed one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from addons.capture.observed import ChunkSeen, Cut, EndSeen, HeaderList, HeadSeen, Moment, RequestSeen, Seen
from addons.demo import recording
from tests.exchanges import Rig, sse

STARTED = datetime(2026, 11, 26, 17, 11, 55, tzinfo=UTC)
ASKED_AT = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)

_URL = "http://api.anthropic.com/v1/messages?beta=true"
_HEADERS = {
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-claude-code-session-id": "c2a7d0f4-1b3e-4c58-8f0d-6e5b9a7c3d12",
    "x-stainless-retry-count": "0",
    "content-type": "application/json",
}
_STREAM = ("content-type", "text/event-stream; charset=utf-8")
_JSON = ("content-type", "application/json")
_LIMITS = (
    ("anthropic-ratelimit-unified-5h-status", "allowed_warning"),
    ("anthropic-ratelimit-unified-5h-utilization", "0.83"),
    ("request-id", "req_011DemoHarbour"),
)
_OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

_BODY = {
    "model": "claude-haiku-4-5-20251001",
    "max_tokens": 32000,
    "stream": True,
    "system": [{"type": "text", "text": "You are Claude Code. Working directory: /home/ana/harbour"}],
}
_BASH = {"name": "Bash", "description": "Runs a shell command.", "input_schema": {"type": "object"}}
_GREP = {"name": "Grep", "description": "Searches files.", "input_schema": {"type": "object"}}
_ASK = {
    "role": "user",
    "content": [
        {"type": "text", "text": "<system-reminder>\nThe to-do list is empty.\n</system-reminder>"},
        {"type": "text", "text": "Build the release."},
    ],
}
_CALL = {"type": "tool_use", "id": "toolu_01DemoMake", "name": "Bash", "input": {"command": "make release"}}
_RESULT = {
    "type": "tool_result",
    "tool_use_id": "toolu_01DemoMake",
    "content": "Exit code 2\nmake: *** No rule to make target 'release'.  Stop.",
    "is_error": True,
}
_SAID = {"type": "text", "text": "The Makefile has no target `release`; `dist` builds one."}


def write_example_log(folder: Path) -> Path:
    """Gives its root."""
    told = [(flow_id, seen) for flow_id, items in (*_recorded(), *_troubled()) for seen in items]
    with Rig(folder) as rig:
        for flow_id, seen in sorted(told, key=lambda one: one[1].at):
            rig.play(seen, flow_id=flow_id)
        return rig.root


def _recorded() -> Iterator[tuple[str, list[Seen]]]:
    for agent, exchanges in recording.read_file().items():
        at_s = 0.0
        for number, exchange in enumerate(exchanges, 1):
            at_s += exchange.after_s
            flow_id = _flow_id(f"{agent} {number}")
            seen: list[Seen] = [_asked(flow_id, at_s, exchange.url, exchange.headers, exchange.body)]
            for place, event in enumerate(exchange.events):
                at_s += event.wait_s
                if place == 0:
                    seen.append(HeadSeen(_at(at_s), 200, (_STREAM,)))
                seen.append(ChunkSeen(_at(at_s), event.wire))
            yield flow_id, [*seen, EndSeen(_at(at_s), Cut.NONE)]


def _troubled() -> Iterator[tuple[str, list[Seen]]]:
    """Overloaded, tried again; a command that fails; a tool that is added and costs the cache; a stream that is cut."""
    body: dict[str, Any] = _BODY | {"tools": [_BASH], "messages": [_ASK]}
    yield _exchange("trouble 1", 60, body, 529, (_JSON, ("retry-after", "2")), [json.dumps(_OVERLOADED).encode()])
    retry = {"x-stainless-retry-count": "1"}
    yield _exchange("trouble 2", 62.5, body, 200, (_STREAM, *_LIMITS), _answer(_CALL, read=0, written=6210), retry)
    messages = [_ASK, {"role": "assistant", "content": [_CALL]}, {"role": "user", "content": [_RESULT]}]
    body = _BODY | {"tools": [_BASH, _GREP], "messages": messages}
    yield _exchange("trouble 3", 67, body, 200, (_STREAM, *_LIMITS), _answer(_SAID, read=0, written=6480))
    messages = [*messages, {"role": "assistant", "content": [_SAID]}, {"role": "user", "content": "Then build that."}]
    pieces = _answer({"type": "text", "text": "`make dist` needs"}, read=6480, written=70)[:-2]
    yield _exchange("trouble 4", 80, body | {"messages": messages}, 200, (_STREAM, *_LIMITS), pieces, cut=Cut.CLIENT)


def _exchange(
    name: str,
    at_s: float,
    body: Any,
    status: int,
    headers: HeaderList,
    pieces: list[bytes],
    more: Mapping[str, str] | None = None,
    cut: Cut = Cut.NONE,
) -> tuple[str, list[Seen]]:
    flow_id = _flow_id(name)
    asked = _asked(flow_id, at_s, _URL, _HEADERS | dict(more or {}), json.dumps(body).encode())
    chunks = [ChunkSeen(_at(at_s + 0.7 + 0.4 * place), piece) for place, piece in enumerate(pieces)]
    last = chunks[-1].at
    return flow_id, [asked, HeadSeen(_at(at_s + 0.7), status, headers), *chunks, EndSeen(last, cut)]


def _answer(block: Mapping[str, Any], read: int, written: int) -> list[bytes]:
    is_call = block["type"] == "tool_use"
    usage = {"input_tokens": 3, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}
    message = {"id": "msg_01DemoHarbour", "model": _BODY["model"], "role": "assistant", "usage": usage}
    start = block | ({"input": {}} if is_call else {"text": ""})
    text = json.dumps(block["input"]) if is_call else block["text"]
    delta = {"type": "input_json_delta", "partial_json": text} if is_call else {"type": "text_delta", "text": text}
    reason = {"stop_reason": "tool_use" if is_call else "end_turn"}
    return [
        sse({"type": "message_start", "message": message}),
        sse({"type": "content_block_start", "index": 0, "content_block": start}),
        sse({"type": "content_block_delta", "index": 0, "delta": delta}),
        sse({"type": "content_block_stop", "index": 0}),
        sse({"type": "message_delta", "delta": reason, "usage": {"output_tokens": 38}}),
        sse({"type": "message_stop"}),
    ]


def _asked(flow_id: str, at_s: float, url: str, headers: Mapping[str, str], body: bytes) -> RequestSeen:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return RequestSeen(
        _at(at_s), flow_id, "POST", url, parts.netloc, path, "HTTP/1.1", tuple(headers.items()), body, False, False
    )


def _flow_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _at(at_s: float) -> Moment:
    """So long after the log's beginning, on both clocks."""
    after_ns = round(at_s * 1e9)
    return Moment(after_ns, int(STARTED.timestamp()) * 1_000_000_000 + after_ns)

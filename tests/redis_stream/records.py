"""Records of made-up exchanges, as the pipeline writes them."""

from __future__ import annotations

import json
from typing import Any

from addons.sinks.records import (
    EndFields,
    FlowFields,
    Kind,
    Record,
    RecordContext,
    blob_record,
    content_hash,
    end_record,
    flow_record,
    line_record,
)
from addons.sinks.timestamps import TimeFormatter
from addons.wire.frame import Frame

EPOCH_MS = 1_795_000_000_000
_TIMES = TimeFormatter("utc")


def ts(ms: int) -> str:
    return _TIMES.format((EPOCH_MS + ms) * 1_000_000)


def context(flow: str) -> RecordContext:
    return RecordContext(flow, f"session of {flow}", "claude-code", "anthropic")


def content(text: str) -> bytes:
    return json.dumps({"role": "user", "content": text}, separators=(",", ":")).encode()


def blob(flow: str, text: str, ms: int = 0) -> Record:
    return blob_record(context(flow), ts(ms), "message", content(text))


def flow(flow: str, ms: int = 0, *texts: str) -> Record:
    """A request whose messages are `texts`."""
    request: dict[str, Any] = {"messages": [{"$ref": content_hash(content(text))} for text in texts]}
    fields = FlowFields(
        session_source="derived",
        agent_id=None,
        parent_id=None,
        purpose="main",
        transport="sse",
        api="anthropic.messages",
        model="claude-lab",
        method="POST",
        url="https://api.anthropic.com/v1/messages",
        http_version="HTTP/1.1",
        status=200,
        request_headers={},
        response_headers={},
        request=request,
        request_bytes=100,
    )
    return flow_record(context(flow), ts(ms), fields)


def line(flow: str, seq: int, ms: int = 0) -> Record:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": f"{flow}-{seq} "}}
    return line_record(context(flow), ts(ms), Frame(json.dumps(delta), None, None, None, None), seq, float(seq))


def end(flow: str, ms: int = 0, frames: int = 0) -> Record:
    fields = EndFields(
        end="complete",
        error=None,
        status=200,
        purpose="main",
        api="anthropic.messages",
        model="claude-lab",
        response_id=None,
        events=frames,
        bytes=1,
        duration_ms=1.0,
        ttft_ms=1.0,
        stop_reason="end_turn",
        text="",
        thinking="",
        tool_calls=[],
        usage=None,
        usage_raw=None,
        dropped=0,
    )
    return end_record(context(flow), ts(ms), fields)


def error(text: str, ms: int = 0) -> Record:
    record = {"ts": ts(ms), "level": "error", "where": "test", "flow_id": None, "error": text, "count": 1}
    return Record(
        Kind.ERRORS, json.dumps(record, separators=(",", ":")).encode() + b"\n", RecordContext("", None, "", "")
    )


def exchange(name: str, frames: int, ms: int = 0) -> list[Record]:
    """A whole one, a millisecond a record."""
    return [
        blob(name, f"ask {name}", ms),
        flow(name, ms, f"ask {name}"),
        *(line(name, seq, ms + 1 + seq) for seq in range(frames)),
        end(name, ms + 1 + frames, frames),
    ]

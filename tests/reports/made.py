"""A log made by hand: each call as a test wants it, the rest as an ordinary call has it.

In: what a test says of its calls. Out: the files of LOGFORMAT.md, through the records that the capture writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from addons.protocols.requests import split
from addons.sinks import layout
from addons.sinks.archive import compress
from addons.sinks.records import (
    BlobCollector,
    EndFields,
    FlowFields,
    Record,
    RecordContext,
    end_record,
    flow_record,
    line_record,
)
from addons.sinks.rotation import rotate
from addons.wire.frame import Frame
from addons.wire.json_text import dump_json

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
"""When the first second of a made log is."""

USAGE = {
    "input_tokens": None,
    "cache_read_input_tokens": None,
    "cache_creation_input_tokens": None,
    "cache_creation_5m_input_tokens": None,
    "cache_creation_1h_input_tokens": None,
    "output_tokens": None,
    "reasoning_output_tokens": None,
}

_FLOW: dict[str, Any] = {
    "session_source": "header:x",
    "agent_id": None,
    "parent_id": None,
    "purpose": "main",
    "transport": "sse",
    "api": "anthropic.messages",
    "model": "claude-sonnet-4-5",
    "method": "POST",
    "url": "https://api.anthropic.com/v1/messages",
    "http_version": "HTTP/1.1",
    "status": 200,
    "request_headers": {"user-agent": "claude-cli/2.1"},
    "response_headers": {"content-type": "text/event-stream"},
    "request_bytes": 1000,
}
_END: dict[str, Any] = {
    "end": "complete",
    "error": None,
    "status": 200,
    "purpose": "main",
    "api": "anthropic.messages",
    "model": "claude-sonnet-4-5",
    "response_id": "msg_1",
    "events": 3,
    "bytes": 300,
    "duration_ms": 1000.0,
    "ttft_ms": 100.0,
    "stop_reason": "end_turn",
    "text": "Done.",
    "thinking": "",
    "tool_calls": [],
    "usage_raw": None,
    "dropped": 0,
}


class MadeLog:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = layout.main_folder(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._numbers: dict[str, int] = {}
        self._blobs: set[str] = set()

    def call(
        self,
        flow_id: str,
        *,
        at: float = 0,
        session: str | None = "s-1",
        client: str = "claude-code",
        provider: str = "anthropic",
        request: Any = None,
        usage: Mapping[str, int | None] | None = None,
        is_open: bool = False,
        is_asked: bool = True,
        host: str | None = None,
        **told: Any,
    ) -> None:
        """`at`: when it began, in seconds after noon. `is_open`: it has not ended; not `is_asked`: its flow is gone.
        `host`: the proxy's, in a log of several."""
        context = RecordContext(flow_id, session, client, provider)
        if session is not None and session not in self._numbers:
            self._numbers[session] = len(self._numbers) + 1
            self.append(layout.SESSION_NUMBERS, dump_json({"number": self._numbers[session], "session_id": session}))
        for name in told:
            assert name in _FLOW or name in _END, name
        flow = _FLOW | {name: value for name, value in told.items() if name in _FLOW}
        end = _END | {name: value for name, value in told.items() if name in _END}
        if is_asked:
            body = {"model": flow["model"], "messages": []} if request is None else request
            self._flow(context, stamp(at + 0.1), flow, body, host)
        if not is_open:
            ts = stamp(at + end["duration_ms"] / 1000)
            fields = EndFields(**end, usage=USAGE | dict(usage or {}))
            self._record(layout.ENDS, end_record(context, ts, fields), host)

    def frames(self, flow_id: str, *at_ms: float, session: str = "s-1", at: float = 0, data: Any = None) -> None:
        """Frames of an exchange, `at_ms` after its request."""
        context = RecordContext(flow_id, session, "claude-code", "anthropic")
        for seq, ms in enumerate(at_ms):
            frame = Frame(json.dumps(data or {"type": "ping"}), "ping")
            self._record(layout.LINES, line_record(context, stamp(at + ms / 1000), frame, seq, ms))

    def append(self, name: str, line: bytes) -> None:
        """Any bytes, and a line feed."""
        self.append_torn(name, line + b"\n")

    def append_torn(self, name: str, data: bytes) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(data)

    def rotate(self, name: str, *, is_compressed: bool = False) -> Path:
        path = rotate(self.folder / name, NOON.timestamp())
        if is_compressed:
            compress(path, lambda: False)
            path = path.with_name(f"{path.name}.zst")
        return path

    def _flow(self, context: RecordContext, ts: str, flow: Mapping[str, Any], body: Any, host: str | None) -> None:
        collector = BlobCollector(context, ts)
        skeleton = split(body, lambda kind, content: collector.put(kind, dump_json(content)))
        for record in collector.records:
            if record.hash not in self._blobs:
                self._blobs.add(record.hash or "")
                self._record(layout.BLOBS, record)
        self._record(layout.FLOWS, flow_record(context, ts, FlowFields(**flow, request=skeleton)), host)

    def _record(self, name: str, record: Record, host: str | None = None) -> None:
        line = record.line.rstrip(b"\n")
        self.append(name, line if host is None else line[:-1] + b',"host":' + dump_json(host) + b"}")


def stamp(at: float) -> str:
    return (NOON + timedelta(seconds=at)).isoformat(timespec="microseconds")

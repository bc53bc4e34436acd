"""Records: what the log says, one complete JSON line each, in LOGFORMAT version 1.

In: an exchange's context, time stamps as text, redacted values. Out: `Record`s, ready to be appended.

Field order is ours, and fixed: a file's scanners find a blob's hash and a flow's id by their place at the line's start
(`BLOB_HASH`, `FLOW_ID`), without parsing the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from addons.wire.frame import Frame
from addons.wire.json_text import dump_in_slices, dump_json, parse_json

VERSION = 1
BLOB_HASH = re.compile(rb'\n\{"v":1,"hash":"([0-9a-f]{32})"')
FLOW_ID = re.compile(rb'\n\{"v":1,"ts":"[^"\n]*","flow_id":"([^"\n]*)"')
SESSION_ID = re.compile(rb'\n\{"v":1,"ts":"[^"\n]*","flow_id":"[^"\n]*","session_id":("(?:[^"\\\n]|\\.)*")')
REFERENCE = re.compile(rb'\{"\$ref":"([0-9a-f]{32})"\}')

_WHITE = re.compile(r"\s+")
_BREAKS_TO_BLANKS = str.maketrans("\n\r", "  ")


class Kind(Enum):
    """Which file a record belongs to."""

    FLOWS = "flows"
    LINES = "lines"
    BLOBS = "blobs"
    ENDS = "ends"
    RESPONSES = "responses"
    TRANSCRIPT = "transcript"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What every record of an exchange has in common. `session_id` is None where no session is known."""

    flow_id: str
    session_id: str | None
    client: str
    provider: str
    json: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        common = {
            "flow_id": self.flow_id,
            "session_id": self.session_id,
            "client": self.client,
            "provider": self.provider,
        }
        object.__setattr__(self, "json", dump_json(common)[1:-1])


@dataclass(frozen=True, slots=True)
class Record:
    """`line` is what is appended: for JSON kinds one line with its line feed. `hash` is a blob's, `seq` a frame's, else
    None."""

    kind: Kind
    line: bytes
    context: RecordContext
    hash: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class FlowFields:
    """sse_flows.jsonl beyond the common fields; names and meanings as in LOGFORMAT.md."""

    session_source: str | None
    agent_id: str | None
    parent_id: str | None
    purpose: str
    transport: str
    api: str | None
    model: str | None
    method: str
    url: str
    http_version: str
    status: int | None
    request_headers: Mapping[str, str]
    response_headers: Mapping[str, str]
    request: Any
    request_bytes: int


@dataclass(frozen=True, slots=True)
class EndFields:
    """sse_flow_ends.jsonl beyond the common fields; names and meanings as in LOGFORMAT.md."""

    end: str
    error: str | None
    status: int | None
    purpose: str
    api: str | None
    model: str | None
    response_id: str | int | None
    events: int
    bytes: int
    duration_ms: float | None
    ttft_ms: float | None
    stop_reason: str | int | None
    text: str
    thinking: str
    tool_calls: list[dict[str, Any]]
    usage: Mapping[str, Any] | None
    usage_raw: Mapping[str, Any] | None
    dropped: int


def flow_record(context: RecordContext, ts: str, fields: FlowFields) -> Record:
    return Record(Kind.FLOWS, _line(context, ts, fields), context)


def end_record(context: RecordContext, ts: str, fields: EndFields) -> Record:
    return Record(Kind.ENDS, _line(context, ts, fields), context)


def line_record(context: RecordContext, ts: str, frame: Frame, seq: int, t_ms: float, direction: str = "in") -> Record:
    """One frame. `direction` is `in`, or `out` for what a client sends on a WebSocket."""
    data = b"null" if frame.data is None else embedded(frame.data)
    event = b"null" if frame.event is None else dump_json(frame.event)
    extra = b""
    if frame.comment is not None or frame.id is not None or frame.retry is not None:
        told = {"comment": frame.comment, "id": frame.id, "retry": frame.retry}
        extra = b"," + dump_json({name: value for name, value in told.items() if value is not None})[1:-1]
    line = b'{"v":1,"ts":"%b",%b,"seq":%d,"t_ms":%.3f,"dir":"%b","event":%b,"data":%b%b}\n' % (
        ts.encode(),
        context.json,
        seq,
        t_ms,
        direction.encode(),
        event,
        data,
        extra,
    )
    return Record(Kind.LINES, line, context, seq=seq)


def embedded(data: str) -> bytes:
    """A payload as the value of a JSON line: itself where it is JSON, byte for byte but for the line breaks between its
    tokens (inside of JSON strings there are none), else as a string."""
    try:
        parse_json(data)
    except ValueError:
        return dump_json(data)
    if "\n" in data or "\r" in data:
        data = data.translate(_BREAKS_TO_BLANKS)
    # An unpaired surrogate has no UTF-8; inside of a JSON string its escape is the same character.
    return data.encode("utf-8", "backslashreplace")


def content_hash(content: bytes) -> str:
    """A blob's name: of the redacted content's compact JSON."""
    return hashlib.sha256(content).hexdigest()[:32]


def blob_record(context: RecordContext, ts: str, kind: str, content: bytes, digest: str | None = None) -> Record:
    """`content` is compact JSON, `digest` its hash, where it is known already. The hash comes before all else, for
    `BLOB_HASH`."""
    digest = digest or content_hash(content)
    head = b'{"v":1,"hash":"%b","kind":%b,"ts":"%b",%b,"content":' % (
        digest.encode(),
        dump_json(kind),
        ts.encode(),
        context.json,
    )
    line = b"".join((head, content, b"}\n"))
    return Record(Kind.BLOBS, line, context, digest)


def response_record(context: RecordContext, ts: str, status: int | None, url: str, body: bytes) -> Record:
    """An exchange's decoded body for sse_responses.log. What would break the header line apart becomes `_`."""
    words = (ts, context.flow_id, context.session_id or "-", "-" if status is None else str(status), url)
    header = " ".join(("===", *(_WHITE.sub("_", word) for word in words)))
    return Record(Kind.RESPONSES, header.encode("utf-8", "replace") + b"\n" + body + b"\n\n", context)


def transcript_record(context: RecordContext, text: str) -> Record:
    """A piece of the session's readable transcript."""
    return Record(Kind.TRANSCRIPT, text.encode("utf-8", "replace"), context)


class BlobCollector:
    """Gathers one request's blobs; hand `records` to the store together with the request's flow record."""

    def __init__(self, context: RecordContext, ts: str) -> None:
        self._context = context
        self._ts = ts
        self._by_hash: dict[str, Record] = {}

    def put(self, kind: str, content: bytes, digest: str | None = None) -> str:
        """The hash that stands for `content` (compact JSON): `digest`, where it is known already."""
        digest = digest or content_hash(content)
        if digest not in self._by_hash:
            self._by_hash[digest] = blob_record(self._context, self._ts, kind, content, digest)
        return digest

    @property
    def records(self) -> list[Record]:
        return list(self._by_hash.values())


def _line(context: RecordContext, ts: str, fields: FlowFields | EndFields) -> bytes:
    values = {name: getattr(fields, name) for name in fields.__slots__}
    return b'{"v":1,"ts":"%b",%b,%b\n' % (ts.encode(), context.json, dump_in_slices(values)[1:])

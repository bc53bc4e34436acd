"""Which transport an answer has, and who frames it.

In: a response's Content-Type, and on known LLM paths, where that is missing or wrong, the body's first bytes. Out: the
transport by the log's name for it, and the framer for its body.
"""

from __future__ import annotations

from typing import Literal, Protocol

from addons.wire import eventstream
from addons.wire.eventstream import EventStreamFramer
from addons.wire.frame import Frame
from addons.wire.json_array import JsonArrayFramer
from addons.wire.json_values import JsonValuesFramer
from addons.wire.sse import FIELDS, SseFramer

type Transport = Literal["sse", "websocket", "ndjson", "eventstream", "json"]


class Framer(Protocol):
    """Bytes of a body, content-decoded, to frames."""

    def feed(self, piece: bytes) -> list[Frame]: ...

    def close(self) -> list[Frame]:
        """What the end of the body makes a frame. Call it once, then no more."""
        ...


class MessageFramer:
    """WebSocket: each piece is one whole message."""

    def feed(self, piece: bytes) -> list[Frame]:
        return [Frame(data=piece.decode("utf-8", "replace"))]

    def close(self) -> list[Frame]:
        return []


MEDIA_TYPES: dict[str, Transport | None] = {
    "text/event-stream": "sse",
    eventstream.CONTENT_TYPE: "eventstream",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonl": "ndjson",
    "application/jsonlines": "ndjson",
    "application/x-jsonlines": "ndjson",
    "application/json-lines": "ndjson",
    "application/json-seq": "ndjson",
    "application/stream+json": "ndjson",
    "application/json": "json",
    "text/json": "json",
    # Binary envelopes around JSON, in spite of the suffix.
    "application/connect+json": None,
    "application/grpc+json": None,
    "application/grpc-web+json": None,
}

_UTF8_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n\x1e"
_SSE_STARTS = (b":", *(f"{name}:".encode() for name in FIELDS))


def transport_of(content_type: str | None) -> Transport | None:
    """The transport that a Content-Type names (RFC 9110, section 8.3; `+json`: RFC 6839); None where it names none."""
    media_type = (content_type or "").split(";")[0].split(",")[0].strip().lower()
    if media_type in MEDIA_TYPES:
        return MEDIA_TYPES[media_type]
    return "json" if media_type.endswith("+json") else None


def sniff(first: bytes, declared: Transport | None, streams_ndjson: bool) -> Transport | None:
    """The transport of a body on a known LLM path that begins with `first`; None when more bytes are needed.

    `first` is all of the body that has come, content-decoded; `declared` what its Content-Type names; `streams_ndjson`
    whether the path is of an API that streams JSON lines (Ollama, Cohere v1). What is none of ours (an HTML error page)
    is what was declared, else `json`: its lines become frames.
    """
    fallback: Transport = declared or ("ndjson" if streams_ndjson else "json")
    if first[:1] == b"\0":
        # A message below 16 MiB has a zero first; no text begins so.
        if len(first) < eventstream.PRELUDE.size:
            return None
        return "eventstream" if eventstream.read_prelude(first) else fallback
    if len(first) < len(_UTF8_BOM) and _UTF8_BOM.startswith(first):
        return None
    start = first.removeprefix(_UTF8_BOM).lstrip(_BLANKS)
    if not start:
        return None
    if start[:1] in b"{[":
        lines = declared == "ndjson" or (streams_ndjson and start[:1] == b"{")
        return "ndjson" if lines else "json"
    if start.startswith(_SSE_STARTS):
        return "sse"
    if declared != "sse" and any(name.startswith(start) for name in _SSE_STARTS):
        return None
    return fallback


def framer_for(transport: Transport, first: bytes) -> Framer:
    """A fresh framer; `first` is the body's beginning (for `json` up to its first non-blank byte), still to be fed."""
    match transport:
        case "sse":
            return SseFramer()
        case "eventstream":
            return EventStreamFramer()
        case "websocket":
            return MessageFramer()
        case "ndjson":
            return JsonValuesFramer()
        case "json":
            # An array framer that meets no array cuts values, so it serves where nothing but blanks has come.
            start = first.removeprefix(_UTF8_BOM).lstrip(_BLANKS)
            return JsonArrayFramer() if start[:1] in b"[" else JsonValuesFramer()

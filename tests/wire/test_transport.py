"""Which transport an answer has: by its content type, and by its first bytes where that does not tell."""

from __future__ import annotations

import struct
import zlib

import pytest

from addons.wire.eventstream import EventStreamFramer
from addons.wire.frame import Frame
from addons.wire.json_array import JsonArrayFramer
from addons.wire.json_values import JsonValuesFramer
from addons.wire.sse import SseFramer
from addons.wire.transport import MessageFramer, Transport, framer_for, sniff, transport_of
from tests.wire.cuts import Recording, drain, fixed_pieces, recordings


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (None, None),
        ("", None),
        ("text/event-stream", "sse"),
        ("text/event-stream; charset=utf-8", "sse"),
        ("Text/Event-Stream;charset=UTF-8", "sse"),
        (" text/event-stream ", "sse"),
        ("text/event-stream, text/event-stream", "sse"),
        ("application/vnd.amazon.eventstream", "eventstream"),
        ("application/x-ndjson", "ndjson"),
        ("application/ndjson", "ndjson"),
        ("application/jsonl", "ndjson"),
        ("application/stream+json", "ndjson"),
        ("application/json-seq", "ndjson"),
        ("application/json; charset=UTF-8", "json"),
        ("application/problem+json", "json"),
        ("application/connect+json", None),
        ("text/plain", None),
        ("text/html", None),
        ("application/octet-stream", None),
    ],
)
def test_transport_of(content_type: str | None, expected: Transport | None) -> None:
    assert transport_of(content_type) == expected


_LENGTHS = struct.pack(">II", 130, 82)
PRELUDE = _LENGTHS + struct.pack(">I", zlib.crc32(_LENGTHS))


@pytest.mark.parametrize(
    ("first", "declared", "streams_ndjson", "expected"),
    [
        pytest.param(b"", None, False, None, id="nothing yet"),
        pytest.param(b" \r\n", "json", False, None, id="nothing but blanks yet"),
        pytest.param(b"data: {}", None, False, "sse", id="data line"),
        pytest.param(b"event: ping", "json", False, "sse", id="event line under a wrong type"),
        pytest.param(b"id: 1", None, False, "sse", id="id line"),
        pytest.param(b"retry: 1", None, False, "sse", id="retry line"),
        pytest.param(b": OPENROUTER", None, False, "sse", id="comment"),
        pytest.param(b"\r\n\ndata:", None, False, "sse", id="blank lines before it"),
        pytest.param(b"\xef\xbb\xbfdata:", None, False, "sse", id="byte order mark before it"),
        pytest.param(b"data:", None, True, "sse", id="sse on a path that streams lines"),
        pytest.param(b"dat", None, False, None, id="the beginning of a field's name"),
        pytest.param(b"dat", "sse", False, "sse", id="the same where sse is declared"),
        pytest.param(b"date: x", None, False, "json", id="no field's name after all"),
        pytest.param(b"{", None, False, "json", id="object"),
        pytest.param(b"{", "json", False, "json", id="object, declared"),
        pytest.param(b"{", "sse", False, "json", id="a JSON error under the type of a stream"),
        pytest.param(b"{", "eventstream", False, "json", id="a JSON error under the type of an event stream"),
        pytest.param(b"{", None, True, "ndjson", id="object on a path that streams lines"),
        pytest.param(b"{", "json", True, "ndjson", id="the same under a wrong type"),
        pytest.param(b"{", "ndjson", False, "ndjson", id="declared lines"),
        pytest.param(b"\xef\xbb\xbf {", None, False, "json", id="object after a byte order mark"),
        pytest.param(b"[", None, False, "json", id="array"),
        pytest.param(b"[", "sse", True, "json", id="array whatever else is said"),
        pytest.param(b"[", "ndjson", True, "ndjson", id="array in declared lines"),
        pytest.param(PRELUDE, None, False, "eventstream", id="prelude"),
        pytest.param(PRELUDE + b"rest", "json", False, "eventstream", id="prelude under a wrong type"),
        pytest.param(PRELUDE[:11], None, False, None, id="prelude not whole yet"),
        pytest.param(bytes(12), None, False, "json", id="zeros are no prelude"),
        pytest.param(bytes(12), "eventstream", False, "eventstream", id="broken prelude, declared"),
        pytest.param(b"<html>", None, False, "json", id="error page"),
        pytest.param(b"<html>", "sse", False, "sse", id="error page under a declared type"),
        pytest.param(b"\xef", None, False, None, id="byte order mark not whole yet"),
        pytest.param(b"\xef\xbf", None, False, "json", id="no byte order mark after all"),
    ],
)
def test_sniff(first: bytes, declared: Transport | None, streams_ndjson: bool, expected: Transport | None) -> None:
    assert sniff(first, declared, streams_ndjson) == expected


TRANSPORTS: dict[str, Transport] = {
    "text/event-stream": "sse",
    "newline-delimited JSON": "ndjson",
    "application/vnd.amazon.eventstream": "eventstream",
    "JSON array (streamed)": "json",
    "single JSON object": "json",
}


@pytest.mark.parametrize("recording", recordings(*TRANSPORTS))
@pytest.mark.parametrize("piece_bytes", [1, 5, 1000])
def test_recorded_without_content_type(recording: Recording, piece_bytes: int) -> None:
    """Found by the bytes alone: never a wrong answer on the way, and the framer cuts the recorded number of frames."""
    expected = TRANSPORTS[recording.format]
    first = b""
    found = None
    pieces = iter(fixed_pieces(recording.body[:5000], piece_bytes))
    while found is None:
        first += next(pieces)
        found = sniff(first, None, streams_ndjson=expected == "ndjson")
    assert found == expected
    frames = drain(framer_for(found, first), [recording.body])
    assert len([frame for frame in frames if frame.data is not None]) == recording.meta["counts"]["events"]


@pytest.mark.parametrize(
    ("transport", "first", "expected"),
    [
        ("sse", b"", SseFramer),
        ("eventstream", b"", EventStreamFramer),
        ("websocket", b"", MessageFramer),
        ("ndjson", b"[", JsonValuesFramer),
        ("json", b"{", JsonValuesFramer),
        ("json", b" \n[", JsonArrayFramer),
        ("json", b"\xef\xbb\xbf[", JsonArrayFramer),
        ("json", b" ", JsonArrayFramer),
        ("json", b"<", JsonValuesFramer),
    ],
)
def test_framer_for(transport: Transport, first: bytes, expected: type[object]) -> None:
    assert type(framer_for(transport, first)) is expected


def test_a_websocket_message_is_a_frame() -> None:
    assert drain(MessageFramer(), ['{"é":1}'.encode(), b""]) == [Frame('{"é":1}'), Frame("")]

"""addons/capture/http_exchange.py: body bytes in, frames out; the raw body; what the finished flow is to hold."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from addons.capture.http_exchange import HttpExchange, as_text
from addons.capture.observed import CaptureFailed, Cut, FlowRedaction, HeadSeen, RequestSeen
from addons.sinks.records import Kind
from addons.wire.frame import Frame
from addons.wire.transport import Transport
from tests.exchanges import (
    ANSWER,
    HALF,
    KEY,
    Notes,
    answer,
    at,
    chunks,
    elsewhere,
    end,
    head,
    intake,
    request,
    settings,
    sse,
)

OLLAMA = elsewhere("localhost", "/api/chat")
UNKNOWN = elsewhere("news.example", "/feed", body=b"")
MCP = elsewhere("mcp.example", "/mcp", body={"jsonrpc": "2.0", "method": "notifications/initialized"})
GEMINI = elsewhere("generativelanguage.googleapis.com", "/v1beta/models/gemini-lab:streamGenerateContent")

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-lab-1", "stop_reason": "end_turn"}
WHOLE = json.dumps({**MESSAGE, "content": [{"type": "text", "text": "Hello"}]}).encode()
NDJSON = [b'{"message":{"content":"Hel"},"done":false}\n', b'{"message":{"content":"lo"},"done":true}\n']

type Make = Callable[..., HttpExchange]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def make(notes: Notes, tmp_path: Path) -> Make:
    def make(seen: RequestSeen | None = None, **changed: str) -> HttpExchange:
        chosen = settings(tmp_path, **changed)
        taken = intake(tmp_path, **changed).take(seen or request())
        return HttpExchange(taken, notes, chosen.keep_bodies, chosen.raw_log)

    return make


def play(exchange: HttpExchange, told: HeadSeen | None, *pieces: bytes, cut: Cut = Cut.NONE) -> FlowRedaction:
    if told is not None:
        exchange.head(told)
    for chunk in chunks(*pieces):
        exchange.chunk(chunk)
    return exchange.end(end(cut))


def end_of(notes: Notes) -> dict[str, Any]:
    (record,) = notes.of(Kind.ENDS)
    return record


def transport_of(notes: Notes) -> str:
    (record,) = notes.of(Kind.FLOWS)
    return str(record["transport"])


# -- which transport -------------------------------------------------------------------------------------------------

KINDS = [
    # request, content type, body -> transport, number of frames
    pytest.param(request(), "text/event-stream; charset=utf-8", ANSWER, "sse", 7, id="declared SSE"),
    pytest.param(request(), "TEXT/EVENT-STREAM", ANSWER, "sse", 7, id="declared in capitals"),
    pytest.param(request(), None, ANSWER, "sse", 7, id="SSE without a content type"),
    pytest.param(request(), "text/plain", ANSWER, "sse", 7, id="SSE as text"),
    pytest.param(request(), "application/json", ANSWER, "sse", 7, id="SSE as JSON"),
    pytest.param(request(), "application/octet-stream", [b": hi\n\n", *ANSWER], "sse", 8, id="SSE, a comment first"),
    pytest.param(request(), None, [bytes([byte]) for byte in b"".join(ANSWER)], "sse", 7, id="SSE byte by byte"),
    pytest.param(request(), "application/json", [WHOLE], "json", 1, id="plain JSON"),
    pytest.param(request(), None, [WHOLE[:9], WHOLE[9:]], "json", 1, id="plain JSON without a content type"),
    pytest.param(request(), "text/event-stream", [WHOLE], "sse", 1, id="JSON as SSE"),
    pytest.param(GEMINI, "application/json", [b"[{}\n", b",{}]"], "json", 2, id="a streamed JSON array"),
    pytest.param(OLLAMA, "application/x-ndjson", NDJSON, "ndjson", 2, id="declared NDJSON"),
    pytest.param(OLLAMA, "application/json", NDJSON, "ndjson", 2, id="NDJSON as JSON"),
    pytest.param(OLLAMA, None, NDJSON, "ndjson", 2, id="NDJSON without a content type"),
    pytest.param(UNKNOWN, "text/event-stream", [b"data: 1\n\n", b"data: 2\n\n"], "sse", 2, id="SSE from anywhere"),
    pytest.param(UNKNOWN, "application/x-ndjson", [b"1\n2\n"], "ndjson", 2, id="NDJSON from anywhere"),
]


@pytest.mark.parametrize(("seen", "content_type", "body", "transport", "count"), KINDS)
def test_the_transport_is_the_declared_one_or_on_known_paths_what_the_first_bytes_show(
    make: Make,
    notes: Notes,
    seen: RequestSeen,
    content_type: str | None,
    body: list[bytes],
    transport: Transport,
    count: int,
) -> None:
    play(make(seen), head(200, content_type), *body)
    assert (transport_of(notes), len(notes.payloads)) == (transport, count)
    assert end_of(notes)["events"] == count
    assert end_of(notes)["bytes"] == len(b"".join(body))


def test_a_declared_stream_is_in_the_log_with_its_head(make: Make, notes: Notes) -> None:
    make().head(head())
    assert transport_of(notes) == "sse"


def test_what_has_to_be_sniffed_is_in_the_log_with_its_first_bytes(make: Make, notes: Notes) -> None:
    exchange = make()
    exchange.head(head(200, None))
    assert notes.of(Kind.FLOWS) == []
    exchange.chunk(chunks(b"event: mess")[0])
    assert transport_of(notes) == "sse"


# -- errors and nothing at all ---------------------------------------------------------------------------------------

PAGE = b"<html>\n<h1>502 Bad Gateway</h1>\n</html>\n"
ERROR = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'

ENDS = [
    # request, status, content type, body -> end, error, payloads
    pytest.param(
        request(), 502, "text/html", [PAGE], "error", "HTTP status 502", PAGE.decode().split("\n")[:3], id="HTML page"
    ),
    pytest.param(
        request(), 529, "application/json", [ERROR], "error", "Overloaded", [json.loads(ERROR)], id="error as JSON"
    ),
    pytest.param(
        OLLAMA, 404, "application/json", [b'{"error":"no model"}'], "error", "no model", [{"error": "no model"}],
        id="error of a dialect that streams lines",
    ),
    pytest.param(
        request(), 200, "text/event-stream", [*HALF, sse(json.loads(ERROR))], "error", "Overloaded", None,
        id="error event in a stream",
    ),
    pytest.param(
        request(), 200, "text/event-stream", [ERROR], "error", "Overloaded", [json.loads(ERROR)],
        id="bare JSON error in place of a stream",
    ),
    pytest.param(request(), 503, None, [], "error", "HTTP status 503", [], id="error without a body"),
    pytest.param(request(), 200, "application/json", [WHOLE], "complete", None, None, id="whole JSON answer"),
    pytest.param(request(), 200, "application/json", [WHOLE[:40]], "upstream_closed", None, None, id="cut JSON answer"),
    pytest.param(request(), 200, "text/event-stream", [], "upstream_closed", None, [], id="empty stream"),
    pytest.param(request(), 200, None, [b" \n ", b"\n"], "upstream_closed", None, [], id="nothing but blanks"),
    pytest.param(MCP, 202, None, [], "complete", None, [], id="acceptance without an answer"),
    pytest.param(request(), 204, None, [], "complete", None, [], id="no content"),
    pytest.param(request(), 307, "text/html", [b"moved\n"], "complete", None, ["moved"], id="redirect"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "status", "content_type", "body", "verdict", "error", "payloads"), ENDS)
def test_how_it_ended(
    make: Make,
    notes: Notes,
    seen: RequestSeen,
    status: int,
    content_type: str | None,
    body: list[bytes],
    verdict: str,
    error: str | None,
    payloads: list[Any] | None,
) -> None:
    play(make(seen), head(status, content_type), *body)
    assert (end_of(notes)["end"], end_of(notes)["error"], end_of(notes)["status"]) == (verdict, error, status)
    if payloads is not None:
        assert notes.payloads == payloads


def test_a_request_without_an_answer_has_both_records_and_no_raw_body(make: Make, notes: Notes) -> None:
    play(make(), None, cut=Cut.UPSTREAM)
    assert end_of(notes)["status"] is None
    assert len(notes.of(Kind.FLOWS)) == 1
    assert notes.raw == b""


# -- content encoding ------------------------------------------------------------------------------------------------

GZIP = ("content-encoding", "gzip")


def test_an_encoded_body_is_decoded_as_it_comes(make: Make, notes: Notes) -> None:
    packed = gzip.compress(b"".join(ANSWER))
    play(make(), head(200, "text/event-stream", GZIP), *[bytes([byte]) for byte in packed])
    assert end_of(notes)["end"] == "complete"
    assert end_of(notes)["bytes"] == len(packed)
    assert b"".join(ANSWER) in notes.raw


def test_a_body_that_breaks_in_the_middle_keeps_what_came_before(make: Make, notes: Notes) -> None:
    """The last whole frame as well, which the framer still held."""
    packed = gzip.compress(b"".join(HALF).rstrip(), 0)
    play(make(), head(200, "text/event-stream", GZIP), packed[:-8], b"\xff" * 8)
    ended = end_of(notes)
    assert (ended["end"], ended["text"]) == ("error", "Hello")
    assert ended["error"].startswith("capture failed: content-encoding gzip: corrupt data within")


def test_an_encoding_that_nobody_knows_is_said(make: Make, notes: Notes) -> None:
    play(make(), head(200, "text/event-stream", ("content-encoding", "snappy")), *ANSWER)
    assert end_of(notes)["error"].startswith("capture failed: content-encoding 'snappy' is unknown")
    assert (end_of(notes)["bytes"], notes.payloads) == (len(b"".join(ANSWER)), [])


@pytest.mark.parametrize(("cut", "verdict"), [(Cut.CLIENT, "client_closed"), (Cut.UPSTREAM, "upstream_closed")])
def test_a_cut_body_need_not_be_whole(make: Make, notes: Notes, cut: Cut, verdict: str) -> None:
    packed = gzip.compress(b"".join(HALF), 0)
    play(make(), head(200, "text/event-stream", GZIP), packed[:-20], cut=cut)
    assert end_of(notes)["end"] == verdict


# -- our own faults --------------------------------------------------------------------------------------------------


def test_a_fault_of_capture_ends_the_exchange_with_what_came(make: Make, notes: Notes) -> None:
    exchange = make()
    exchange.head(head())
    for chunk in chunks(*HALF):
        exchange.chunk(chunk)
    exchange.fail(CaptureFailed(at(300), "tap.py:88", "MemoryError"))
    ended = end_of(notes)
    assert (ended["end"], ended["error"]) == ("error", "capture failed: MemoryError at tap.py:88")
    assert (ended["text"], ended["events"]) == ("Hello", 3)


# -- the raw body ----------------------------------------------------------------------------------------------------


def test_the_raw_body_is_written_as_it_came(make: Make, notes: Notes) -> None:
    body = b": ping\r\n\r\ndata:  two blanks\r\nunknown: kept\r\n\r\n"
    play(make(), head(), body)
    first, _, rest = notes.raw.partition(b"\n")
    assert first == b"=== 2023-11-14T22:13:21.000000+00:00 f-1 s-1 200 https://api.anthropic.com/v1/messages"
    assert rest == body + b"\n\n"


def test_the_raw_body_is_written_of_what_redaction_released(make: Make, notes: Notes) -> None:
    play(make(), head(), *answer(f"key {KEY[:20]}", f"{KEY[20:]} done"))
    assert b"event: content_block_delta\ndata: {" in notes.raw
    assert b"hash:" in notes.raw
    assert KEY[:20].encode() not in notes.raw
    assert KEY[20:].encode() not in notes.raw


def test_a_secret_that_is_in_no_frame_is_not_in_the_raw_body_either(make: Make, notes: Notes) -> None:
    kept = play(make(), head(), b"unknown-field: " + KEY.encode() + b"\ndata: 1\n\n")
    assert KEY.encode() not in notes.raw + (kept.response_body or b"")
    assert b"data: 1\n\n" in notes.raw


def test_the_raw_body_can_be_turned_off(make: Make, notes: Notes) -> None:
    play(make(raw_log="false"), head(), *ANSWER)
    assert notes.raw == b""


# -- what the finished flow is to hold -------------------------------------------------------------------------------


def test_a_flow_without_secrets_keeps_its_wire_bodies(make: Make) -> None:
    packed = gzip.compress(b"".join(ANSWER))
    kept = play(make(), head(200, "text/event-stream", GZIP), packed)
    assert kept.response_body == packed
    assert ("content-encoding", "gzip") in kept.response_headers
    assert kept.request_body == request().body
    assert kept.url_path == "/v1/messages"
    assert dict(kept.request_headers)["x-api-key"].startswith("hash:")


def test_a_redacted_body_is_plain_and_says_so(make: Make) -> None:
    length = ("content-length", "999")
    kept = play(
        make(), head(200, "text/event-stream", GZIP, length), gzip.compress(b"".join(answer(f"the key {KEY} is it")))
    )
    assert kept.response_body is not None
    assert b"hash:" in kept.response_body
    assert KEY.encode() not in kept.response_body
    assert {name for name, _ in kept.response_headers} == {"content-type"}


def test_a_redacted_request_is_plain_and_says_so(make: Make) -> None:
    body = gzip.compress(json.dumps({"model": "m", "messages": [{"role": "user", "content": KEY}]}).encode())
    kept = play(make(request(body, headers=(GZIP, ("content-length", "9"), ("accept", "*/*")))), head(), *ANSWER)
    assert kept.request_body is not None
    assert json.loads(kept.request_body)["messages"][0]["content"].startswith("hash:")
    assert kept.request_headers == (("accept", "*/*"),)


@pytest.mark.parametrize(
    ("limit", "request_kept", "response_kept"),
    [
        pytest.param("0", False, False, id="none are wanted"),
        pytest.param("500", True, False, id="the response is too large"),
        pytest.param("2m", True, True, id="both fit"),
    ],
)
def test_bodies_are_kept_up_to_a_size(make: Make, limit: str, request_kept: bool, response_kept: bool) -> None:
    kept = play(make(keep_bodies=limit), head(), *ANSWER)
    assert (kept.request_body is not None, kept.response_body is not None) == (request_kept, response_kept)


def test_a_request_whose_encoding_does_not_hold_is_not_kept(make: Make) -> None:
    """Nobody has looked at what is in it."""
    kept = play(make(request(b"not gzip " + KEY.encode(), headers=(GZIP,))), head(), *ANSWER)
    assert kept.request_body is None


def test_a_body_that_could_not_be_decoded_is_not_kept(make: Make) -> None:
    """Its bytes may hold anything."""
    kept = play(make(), head(200, "text/event-stream", ("content-encoding", "snappy")), KEY.encode())
    assert kept.response_body is None


@pytest.mark.parametrize(
    ("body", "tail"),
    [
        pytest.param(gzip.compress(b"".join(HALF))[:-8], b"\xff" * 8 + KEY.encode(), id="behind a fault"),
        pytest.param(gzip.compress(b"".join(HALF)), KEY.encode(), id="behind the end of the encoded body"),
    ],
)
def test_of_an_encoded_body_only_what_was_decoded_is_kept(make: Make, body: bytes, tail: bytes) -> None:
    kept = play(make(), head(200, "text/event-stream", GZIP), body, tail)
    assert kept.response_body == b"".join(HALF)
    assert dict(kept.response_headers) == {"content-type": "text/event-stream"}


@pytest.mark.parametrize(
    ("frame", "transport", "text"),
    [
        pytest.param(
            Frame("a\nb", "delta", "c", "7", 9), "sse", ": c\nevent: delta\nid: 7\nretry: 9\ndata: a\ndata: b\n\n"
        ),
        pytest.param(Frame(None, comment="ping"), "sse", ": ping\n\n"),
        pytest.param(Frame(""), "sse", "data: \n\n"),
        pytest.param(Frame("{}", "chunk"), "eventstream", "{}\n"),
        pytest.param(Frame(None), "ndjson", "\n"),
    ],
    ids=["all fields", "comment", "empty data", "event stream", "nothing"],
)  # fmt: skip
def test_a_frame_in_its_own_text_form(frame: Frame, transport: Transport, text: str) -> None:
    assert as_text(frame, transport).decode() == text

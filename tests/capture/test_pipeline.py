"""addons/capture/pipeline.py: from what the event loop saw to the files of the log, with a real store."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addons.capture.http_exchange import HttpExchange
from addons.capture.observed import CaptureFailed, Cut, RequestSeen, Seen
from addons.protocols.events import ExchangeEnded, ExchangeStarted, TextDelta
from addons.sinks.records import Kind
from tests.exchanges import (
    ANSWER,
    CREATE,
    FLOW,
    HALF,
    KEY,
    MakeRig,
    Rig,
    answer,
    at,
    chunks,
    elsewhere,
    end,
    handshake,
    head,
    received,
    request,
    sent,
    settings,
    socket_answer,
    sse,
)

GZIP = ("content-encoding", "gzip")
UNKNOWN = elsewhere("news.example", "/feed", b"")


# -- an exchange in the files ----------------------------------------------------------------------------------------


def test_an_exchange_is_in_every_file_that_it_belongs_to(rig: Rig) -> None:
    claude = request(headers=(("x-claude-code-session-id", "s-9"),))
    rig.play(claude, head(), chunks(*ANSWER), end())
    found = {str(path.relative_to(rig.root)) for path in rig.root.rglob("*") if path.is_file()}
    assert {path for path in found if not Path(path).name.startswith(".")} == {
        "all-mitm-sse/sse_blobs.jsonl",
        "all-mitm-sse/sse_flow_ends.jsonl",
        "all-mitm-sse/sse_flows.jsonl",
        "all-mitm-sse/sse_lines.jsonl",
        "all-mitm-sse/sse_logs/s-9/sse_lines.jsonl",
        "all-mitm-sse/sse_logs/s-9/transcript.md",
        "all-mitm-sse/sse_responses.log",
        "claude/sse_lines.jsonl",
    }


def test_the_flow_record_is_written_with_the_head(rig: Rig) -> None:
    rig.play(request(), head())
    assert (rig.flow["status"], rig.records(Kind.ENDS)) == (200, [])


def test_frames_are_written_as_they_come(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*HALF))
    assert [(line["seq"], line["event"]) for line in rig.records(Kind.LINES)] == [
        (0, "message_start"),
        (1, "content_block_start"),
        (2, "content_block_delta"),
    ]


def test_payloads_stand_in_the_log_as_on_the_wire(rig: Rig) -> None:
    rig.play(
        request(), head(), chunks(b'data: {"b":1.10,"a":"\\u00fc",\ndata: "c":[ ]}\n\n', b"data: plain\n\n"), end()
    )
    assert '"data":{"b":1.10,"a":"\\u00fc", "c":[ ]}' in rig.text("sse_lines.jsonl")
    assert rig.payloads[1] == "plain"


def test_many_chunks_cut_anywhere_make_the_same_frames(rig: Rig) -> None:
    words = [f"word {number} " for number in range(2_000)]
    body = b"".join(answer(*words))
    pieces = [body[start : start + 97] for start in range(0, len(body), 97)]
    rig.play(request(), head(), chunks(*pieces), end())
    assert rig.end["text"] == "".join(words)
    assert [line["seq"] for line in rig.records(Kind.LINES)] == list(range(len(words) + 5))


def test_two_exchanges_at_once_do_not_mix(rig: Rig) -> None:
    ids = ("f-a", "f-b")
    bodies = dict(zip(ids, (answer("a", "a"), answer("b", "b")), strict=True))
    for flow_id in ids:
        rig.play(request(flow_id=flow_id), head(), flow_id=flow_id)
    for pair in zip(*bodies.values(), strict=True):
        for flow_id, piece in zip(ids, pair, strict=True):
            rig.play(chunks(piece), flow_id=flow_id)
    for flow_id in ids:
        rig.play(end(), flow_id=flow_id)
    assert {record["flow_id"]: record["text"] for record in rig.records(Kind.ENDS)} == {"f-a": "aa", "f-b": "bb"}


def test_the_live_view_gets_the_same_exchange(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*ANSWER), end())
    events = [event for _, event in rig.live.events]
    assert isinstance(events[0], ExchangeStarted)
    assert events[0].session_number == 1
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hello", ", you."]
    assert isinstance(events[-1], ExchangeEnded)


def test_a_side_call_is_logged_and_not_in_the_transcript(rig: Rig) -> None:
    count = elsewhere("api.anthropic.com", "/v1/messages/count_tokens")
    rig.play(count, head(200, "application/json"), chunks(b'{"input_tokens":9}'), end())
    assert (rig.flow["purpose"], rig.end["end"]) == ("count_tokens", "complete")
    assert not list(rig.root.rglob("transcript.md"))


# -- ends ------------------------------------------------------------------------------------------------------------

OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
PAGE = b"<html>\n<h1>Bad Gateway</h1>\n</html>"
JSON_ANSWER = b'{"id":"msg_1","type":"message","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"}'
PACKED = gzip.compress(b"".join(HALF).rstrip(), 0)

ENDS = [
    # request, head, body, cut -> transport, end, error, frames
    pytest.param(request(), head(), ANSWER, Cut.NONE, "sse", "complete", None, 7, id="whole"),
    pytest.param(request(), head(), ANSWER, Cut.UPSTREAM, "sse", "complete", None, 7, id="whole, then reset"),
    pytest.param(request(), head(), HALF, Cut.CLIENT, "sse", "client_closed", "m", 3, id="the client leaves"),
    pytest.param(request(), head(), HALF, Cut.UPSTREAM, "sse", "upstream_closed", "m", 3, id="the provider cuts"),
    pytest.param(request(), head(), HALF, Cut.NONE, "sse", "upstream_closed", "m", 3, id="closed before its end"),
    pytest.param(request(), head(), HALF, Cut.PROXY, "sse", "error", "m", 3, id="the proxy stops"),
    pytest.param(
        request(), head(), [*HALF, sse(OVERLOADED)], Cut.NONE, "sse", "error", "Overloaded", 4, id="error event"
    ),
    pytest.param(
        request(), head(529, "application/json"), [json.dumps(OVERLOADED).encode()], Cut.NONE, "json", "error",
        "Overloaded", 1, id="HTTP error as JSON",
    ),
    pytest.param(
        request(), head(502, "text/html"), [PAGE], Cut.NONE, "json", "error", "HTTP status 502", 3, id="HTTP error page"
    ),
    pytest.param(
        request(), head(200, "application/json"), [JSON_ANSWER], Cut.NONE, "json", "complete", None, 1, id="plain JSON"
    ),
    pytest.param(request(), head(200, None), ANSWER, Cut.NONE, "sse", "complete", None, 7, id="no content type"),
    pytest.param(request(), head(200, "text/plain"), ANSWER, Cut.NONE, "sse", "complete", None, 7, id="a wrong one"),
    pytest.param(
        request(), head(200, None, GZIP), [gzip.compress(b"".join(ANSWER))], Cut.NONE, "sse", "complete", None, 7,
        id="compressed",
    ),
    pytest.param(
        request(), head(200, "text/event-stream", GZIP), [PACKED[:-8], b"\xff" * 8], Cut.NONE, "sse", "error",
        f"capture failed: content-encoding gzip: corrupt data within the first {len(PACKED)} bytes of the body", 3,
        id="compression that breaks in the middle",
    ),
    pytest.param(UNKNOWN, head(), [b"data: 1\n\n"], Cut.NONE, "sse", "complete", None, 1, id="SSE from anywhere"),
    pytest.param(UNKNOWN, head(), [], Cut.NONE, "sse", "complete", None, 0, id="SSE from anywhere, empty"),
    pytest.param(
        replace(UNKNOWN, method="HEAD"), head(), [], Cut.NONE, "sse", "complete", None, 0, id="the answer to a HEAD"
    ),
    pytest.param(request(), head(), [], Cut.NONE, "sse", "upstream_closed", "m", 0, id="an empty answer"),
    pytest.param(request(), None, [], Cut.UPSTREAM, "json", "upstream_closed", "m", 0, id="no answer"),
    pytest.param(request(), None, [], Cut.CLIENT, "json", "client_closed", "m", 0, id="no answer awaited"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "told_head", "body", "cut", "transport", "verdict", "error", "count"), ENDS)
def test_how_it_ended(
    rig: Rig,
    seen: RequestSeen,
    told_head: Seen | None,
    body: list[bytes],
    cut: Cut,
    transport: str,
    verdict: str,
    error: str | None,
    count: int,
) -> None:
    rig.play(seen, [told_head] if told_head else [], chunks(*body), end(cut, "m"))
    assert (rig.flow["transport"], rig.end["end"], rig.end["error"]) == (transport, verdict, error)
    assert (rig.end["events"], rig.end["bytes"]) == (count, len(b"".join(body)))
    assert rig.flow["status"] == rig.end["status"]


# -- what the finished flow is to hold -------------------------------------------------------------------------------


def test_a_finished_flow_is_redacted_once_asked_for(rig: Rig) -> None:
    rig.play(request(), head(200, "text/event-stream", ("Set-Cookie", "a=b")), chunks(*answer(f"is {KEY} ok")), end())
    kept = rig.pipeline.redaction_of(FLOW, [])
    assert kept is not None
    assert dict(kept.request_headers)["x-api-key"].startswith("hash:")
    assert dict(kept.response_headers)["set-cookie"].startswith("hash:")
    assert kept.request_body == request().body
    assert b"hash:" in (kept.response_body or b"")
    assert rig.pipeline.redaction_of(FLOW, []) is None


def test_a_socket_that_has_ended_gives_its_messages_redacted(rig: Rig) -> None:
    rig.play(handshake(), head(101, None), sent(CREATE), end())
    kept = rig.pipeline.redaction_of(FLOW, [(True, KEY)])
    assert kept is not None
    assert kept.messages is not None
    assert kept.messages[0].startswith("hash:")


@pytest.mark.parametrize("seen", [request(), handshake()], ids=["http", "socket"])
def test_nothing_is_remembered_of_flows_that_end_with_the_proxy(rig: Rig, seen: RequestSeen) -> None:
    rig.play(seen, head(101 if seen.is_websocket else 200), end(Cut.PROXY, "the proxy was stopped"))
    assert rig.pipeline.redaction_of(FLOW, []) is None


def test_no_credential_reaches_any_file(rig: Rig) -> None:
    """Wherever it stands: in a header, the URL, the request, an answer in pieces, a field that nobody knows."""
    secret = elsewhere(
        "api.anthropic.com",
        f"/v1/messages?key={KEY}",
        {"model": "m", "system": f"use {KEY}", "messages": [{"role": "user", "content": f"what is {KEY}?"}]},
    )
    stray = b"stray: " + KEY.encode() + b"\ndata: 1\n\n"
    rig.play(secret, head(), chunks(*answer(KEY[:30], KEY[30:], f" and {KEY}", " end"), stray), end())
    written = rig.everything()
    assert KEY.encode() not in written
    assert KEY[30:].encode() not in written
    assert written.count(b"hash:") >= 8


def test_redaction_of_bodies_can_be_turned_off_but_not_of_headers(make_rig: MakeRig) -> None:
    rig = make_rig(redact="false")
    rig.play(request(), head(), chunks(*answer(f"is {KEY} ok")), end())
    assert rig.end["text"] == f"is {KEY} ok"
    assert rig.flow["request_headers"]["x-api-key"].startswith("hash:")


# -- sockets ---------------------------------------------------------------------------------------------------------


def test_a_socket_becomes_exchanges(rig: Rig) -> None:
    messages = [received(message) for message in socket_answer("resp_1")]
    rig.play(handshake(), head(101, None), sent(CREATE), messages, end(Cut.CLIENT))
    assert (rig.flow["flow_id"], rig.flow["transport"], rig.end["end"]) == (f"{FLOW}:0", "websocket", "complete")


@pytest.mark.parametrize(
    ("items", "verdict", "status"),
    [
        pytest.param([head(426, "text/plain"), *chunks(b"no"), end()], "error", 426, id="refused"),
        pytest.param([end(Cut.UPSTREAM, "no route")], "upstream_closed", None, id="no answer"),
    ],
)
def test_a_handshake_that_fails_is_an_exchange_beside_the_conversation(
    rig: Rig, items: list[Seen], verdict: str, status: int | None
) -> None:
    rig.play(handshake(), items)
    assert (rig.flow["purpose"], rig.flow["status"], rig.end["end"]) == ("other", status, verdict)


def test_a_response_is_continued_by_its_id(rig: Rig) -> None:
    """The second request repeats nothing and names no session."""
    bare = {name: value for name, value in CREATE.items() if name != "prompt_cache_key"}
    first = [received(message) for message in socket_answer("resp_1")]
    rig.play(handshake(), head(101, None), sent(bare), first, sent({**bare, "previous_response_id": "resp_1"}))
    one, two = rig.records(Kind.FLOWS)
    assert one["session_id"] == two["session_id"]
    assert (one["session_source"], two["session_source"]) == ("derived", "body:previous_response_id")


# -- flows from a file -----------------------------------------------------------------------------------------------


def test_a_recorded_exchange_is_logged_with_its_own_times_and_only_once(rig: Rig) -> None:
    recorded = request(from_file=True)
    for _ in range(2):
        rig.play(recorded, head(), chunks(*ANSWER), end())
    assert rig.flow["ts"].startswith("2023-11-14T22:13:20.1")
    assert rig.end["duration_ms"] == 1000


def test_a_recorded_socket_is_logged_only_once(rig: Rig) -> None:
    messages = [received(message) for message in socket_answer("resp_1")]
    for _ in range(2):
        rig.play(handshake(from_file=True), head(101, None), sent(CREATE), messages, end())
    assert rig.end["flow_id"] == f"{FLOW}:0"


def test_what_is_in_the_log_already_is_redacted_again_when_it_is_read_again(rig: Rig) -> None:
    """Somebody may have recorded it without us, and save it again now."""
    for _ in range(2):
        rig.play(request(from_file=True), head(), chunks(*answer(f"is {KEY} ok")), end())
        kept = rig.pipeline.redaction_of(FLOW, [])
        assert kept is not None
        assert dict(kept.request_headers)["x-api-key"].startswith("hash:")
        assert b"hash:" in (kept.response_body or b"")
    assert len(rig.records(Kind.ENDS)) == 1


def test_what_is_read_again_is_shown_again_with_its_session_s_number(rig: Rig) -> None:
    for _ in range(2):
        rig.play(request(from_file=True), head(), chunks(*ANSWER), end())
    begun = [event.session_number for _, event in rig.live.events if isinstance(event, ExchangeStarted)]
    assert begun == [1, 1]


def test_a_live_flow_is_always_logged(rig: Rig) -> None:
    """mitmproxy replays a request under its own id."""
    for _ in range(2):
        rig.play(request(), head(), chunks(*ANSWER), end())
    assert len(rig.records(Kind.ENDS)) == 2


# -- faults ----------------------------------------------------------------------------------------------------------


def test_a_fault_ends_one_exchange_and_no_other(
    rig: Rig, told: list[tuple[str, str | None, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.play(request(), head(), chunks(*HALF))
    with monkeypatch.context() as patch:
        patch.setattr(HttpExchange, "chunk", _raise)
        rig.play(chunks(b"data: secret\n\n"))
    rig.play(chunks(*ANSWER), end())
    rig.play(request(flow_id="f-2"), head(), chunks(*ANSWER), end(), flow_id="f-2")
    broken, whole = rig.records(Kind.ENDS)
    assert (broken["end"], broken["text"], broken["events"]) == ("error", "Hello", 3)
    assert broken["error"].startswith("capture failed: ValueError at test_pipeline.py:")
    assert whole["end"] == "complete"
    assert [(flow_id, error) for _, flow_id, error in told] == [(FLOW, "ValueError")]
    assert "payload" not in str(told) + str(broken)


def _raise(*_: Any) -> None:
    raise ValueError("quotes the payload")


def test_what_the_event_loop_failed_at_is_in_the_end_record(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*HALF), CaptureFailed(at(300), "tap.py:88", "MemoryError"), end())
    assert rig.end["error"] == "capture failed: MemoryError at tap.py:88"
    assert rig.pipeline.redaction_of(FLOW, []) is not None


@pytest.mark.parametrize(
    "item",
    [head(), chunks(b"x")[0], sent("x"), end(), CaptureFailed(at(0), "here", "Error")],
    ids=lambda item: type(item).__name__,
)
def test_what_belongs_to_no_exchange_is_passed_over(
    rig: Rig, item: Seen, told: list[tuple[str, str | None, str]]
) -> None:
    rig.play(item)
    assert told == []
    assert rig.records(Kind.FLOWS) == rig.records(Kind.ENDS) == []


def test_faults_are_counted_in_the_error_log(rig: Rig) -> None:
    for _ in range(3):
        rig.pipeline.count_fault("tap at tap.py:88", FLOW, "MemoryError")
    rig.pipeline.close()
    records = rig.records(Kind.ERRORS)
    assert {(record["where"], record["flow_id"], record["error"]) for record in records} == {
        ("tap at tap.py:88", FLOW, "MemoryError")
    }
    assert sum(record["count"] for record in records) >= 3


# -- settings, time, the end -----------------------------------------------------------------------------------------


def test_changed_settings_hold_for_what_begins_afterwards(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*HALF))
    rig.settings = settings(rig.root, redact="false", raw_log="false")
    rig.pipeline.configure()
    rig.play(chunks(*ANSWER[3:]), end())
    rig.play(request(flow_id="f-2"), head(), chunks(*answer(f"is {KEY} ok")), end(), flow_id="f-2")
    first, second = rig.records(Kind.ENDS)
    assert (first["end"], first["text"]) == ("complete", "Hello, you.")
    assert second["text"] == f"is {KEY} ok"


def test_an_exchange_that_outlives_a_change_of_settings_is_still_in_the_journal(rig: Rig, tmp_path: Path) -> None:
    """The proxy is killed afterwards: the next start ends it, once."""
    rig.play(request(), head(), chunks(*HALF))
    rig.settings = settings(rig.root, raw_log="false")
    rig.pipeline.configure()
    rig.crash()
    with Rig(tmp_path) as next_start:
        assert (next_start.end["flow_id"], next_start.end["end"]) == (FLOW, "error")


def test_a_tick_lets_go_of_what_was_held_back(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*answer("ends in sk-ant-")[:3]))
    assert len(rig.payloads) == 2
    rig.pipeline.tick(at(60_000).monotonic_ns / 1e9)
    rig.pipeline.flush()
    assert len(rig.payloads) == 3


def test_a_tick_reaches_sockets_too(rig: Rig) -> None:
    held = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": "ends in sk-ant-"}
    rig.play(handshake(), head(101, None), sent(CREATE), received(held))
    rig.pipeline.tick(at(60_000).monotonic_ns / 1e9)
    rig.pipeline.flush()
    assert len(rig.payloads) == 2


def test_the_transcript_reads_as_a_conversation(rig: Rig) -> None:
    rig.play(request(), head(), chunks(*ANSWER), end())
    assert (rig.root / "all-mitm-sse/sse_logs/s-1/transcript.md").read_text() == (
        "## 2023-11-14T22:13:21.000000+00:00 · claude-lab-1\n\n"
        "**Prompt**\n\n> Say hello.\n\n"
        "Hello, you.\n\n"
        "*complete · end_turn · 12 in · 7 out*\n\n"
    )

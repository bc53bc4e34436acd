"""addons/capture/exchange.py: one exchange's life, from its head to its verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addons.capture.exchange import Exchange, Head
from addons.capture.observed import Cut
from addons.protocols.events import ExchangeEnded, ExchangeStarted, TextDelta
from addons.sinks.records import Kind
from addons.wire.frame import Frame
from tests.exchanges import FLOW, KEY, Notes, at, elsewhere, intake, request

OK = Head(200, (("Content-Type", "text/event-stream"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
START = '{"type":"message_start","message":{"id":"msg_1","model":"claude-lab-1","usage":{"input_tokens":5}}}'
STOP = '{"type":"message_stop"}'
OVERLOADED = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


def delta(text: str) -> str:
    return json.dumps({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def exchange(notes: Notes, tmp_path: Path) -> Exchange:
    return Exchange(intake(tmp_path).take(request()), notes)


def end_of(notes: Notes) -> dict[str, Any]:
    (record,) = notes.of(Kind.ENDS)
    return record


# -- the flow record -------------------------------------------------------------------------------------------------


def test_the_head_writes_what_the_request_refers_to_and_then_the_flow_record(exchange: Exchange, notes: Notes) -> None:
    """Whoever finds a reference in the log finds what it stands for."""
    exchange.begin(OK, "sse", at(100))
    assert [record.kind for record in notes.records] == [Kind.BLOBS, Kind.BLOBS, Kind.FLOWS]
    (flow,) = notes.of(Kind.FLOWS)
    assert flow["ts"] == "2023-11-14T22:13:20.100000+00:00"
    assert (flow["flow_id"], flow["session_id"], flow["client"], flow["provider"]) == (
        FLOW,
        "s-1",
        "unknown",
        "anthropic",
    )
    assert (flow["transport"], flow["api"], flow["status"], flow["model"]) == (
        "sse",
        "anthropic.messages",
        200,
        "claude-lab",
    )
    assert flow["request_headers"]["x-api-key"].startswith("hash:")
    assert KEY.encode() not in b"".join(record.line for record in notes.records)


def test_the_journal_knows_of_the_exchange_before_the_log_does(exchange: Exchange, notes: Notes) -> None:
    exchange.begin(OK, "sse", at(100))
    assert notes.calls == [("opened", FLOW, 200)]


def test_an_exchange_begins_once(exchange: Exchange, notes: Notes) -> None:
    for _ in range(2):
        exchange.begin(OK, "sse", at(100))
    assert len(notes.of(Kind.FLOWS)) == 1


def test_without_a_head_the_end_writes_the_flow_record(exchange: Exchange, notes: Notes) -> None:
    exchange.end(Cut.UPSTREAM, "no route", at(50), "json")
    (flow,) = notes.of(Kind.FLOWS)
    assert (flow["status"], flow["response_headers"]) == (None, {})
    assert (end_of(notes)["end"], end_of(notes)["error"]) == ("upstream_closed", "no route")


# -- frames ----------------------------------------------------------------------------------------------------------


def test_both_directions_share_one_count(exchange: Exchange, notes: Notes) -> None:
    exchange.begin(OK, "websocket", at(100))
    exchange.frame_out(Frame("out"), at(200))
    exchange.frame(Frame("in"), at(300.5))
    exchange.frame_out(Frame("out again"), at(400))
    lines = [(line["seq"], line["dir"], line["t_ms"], line["data"]) for line in notes.of(Kind.LINES)]
    assert lines == [(0, "out", 200.0, "out"), (1, "in", 300.5, "in"), (2, "out", 400.0, "out again")]
    exchange.end(Cut.NONE, None, at(500), "websocket")
    assert end_of(notes)["events"] == 1


def test_a_split_secret_is_held_back_and_replaced(exchange: Exchange, notes: Notes) -> None:
    """Also from the live view, and the frames keep their number and moments."""
    exchange.begin(OK, "sse", at(100))
    exchange.frame(Frame(delta("key " + KEY[:12])), at(200))
    exchange.frame(Frame(delta(KEY[12:])), at(300))
    exchange.frame(Frame(delta(" done.")), at(400))
    exchange.end(Cut.NONE, None, at(500), "sse")
    said = "".join(event.text for event in notes.events if isinstance(event, TextDelta))
    assert said.startswith("key hash:")
    assert said.endswith(" done.")
    assert [line["t_ms"] for line in notes.of(Kind.LINES)] == [200, 300, 400]
    assert exchange.redacted
    assert KEY[12:] not in said + str(notes.records)


def test_a_held_tail_is_let_go_when_nothing_more_comes(exchange: Exchange, notes: Notes) -> None:
    exchange.begin(OK, "sse", at(100))
    exchange.frame(Frame(delta("this ends in sk-ant-")), at(200))
    assert notes.payloads == []
    exchange.tick(at(60_000).monotonic_ns / 1e9)
    assert len(notes.payloads) == 1
    assert not exchange.redacted


def test_a_decoders_fault_costs_events_and_no_frame(
    exchange: Exchange, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_frame: Frame) -> None:
        raise MemoryError

    monkeypatch.setattr(exchange._decoder, "feed", fail)
    exchange.frame(Frame(START), at(200))
    exchange.end(Cut.NONE, None, at(500), "sse")
    assert len(notes.payloads) == 1
    assert end_of(notes)["end"] == "upstream_closed"


# -- the end ---------------------------------------------------------------------------------------------------------

TEXT = [START, delta("Hel"), delta("lo")]
WHOLE = [*TEXT, STOP]

VERDICTS = [
    # status, frames, cut -> end, error
    pytest.param(200, WHOLE, Cut.NONE, "complete", None, id="terminal event, regular end"),
    pytest.param(200, WHOLE, Cut.CLIENT, "complete", None, id="terminal event, then the client hangs up"),
    pytest.param(200, WHOLE, Cut.UPSTREAM, "complete", None, id="terminal event, then a reset"),
    pytest.param(200, WHOLE, Cut.PROXY, "complete", None, id="terminal event, then the proxy stops"),
    pytest.param(200, TEXT, Cut.NONE, "upstream_closed", "why", id="no terminal event, regular end"),
    pytest.param(200, TEXT, Cut.UPSTREAM, "upstream_closed", "why", id="cut off by the provider"),
    pytest.param(200, TEXT, Cut.CLIENT, "client_closed", "why", id="the client leaves"),
    pytest.param(200, TEXT, Cut.PROXY, "error", "why", id="the proxy stops in mid-stream"),
    pytest.param(200, [], Cut.NONE, "upstream_closed", "why", id="an empty stream"),
    pytest.param(200, [START, OVERLOADED], Cut.NONE, "error", "Overloaded", id="an error event"),
    pytest.param(
        200, [START, OVERLOADED], Cut.CLIENT, "error", "Overloaded", id="an error event, then the client leaves"
    ),
    pytest.param(529, [OVERLOADED], Cut.NONE, "error", "Overloaded", id="an error status with its message"),
    pytest.param(502, ["<html>"], Cut.NONE, "error", "HTTP status 502", id="an error status with a page"),
    pytest.param(429, [], Cut.CLIENT, "error", "HTTP status 429", id="an error status without a body"),
    pytest.param(None, [], Cut.CLIENT, "client_closed", "why", id="no answer at all"),
]


@pytest.mark.parametrize(("status", "frames", "cut", "verdict", "error"), VERDICTS)
def test_the_streams_own_word_counts_more_than_the_transports(
    exchange: Exchange, notes: Notes, status: int | None, frames: list[str], cut: Cut, verdict: str, error: str | None
) -> None:
    exchange.begin(Head(status, ()), "sse", at(100))
    for text in frames:
        exchange.frame(Frame(text), at(200))
    exchange.end(cut, "why", at(1000), "sse")
    assert (end_of(notes)["end"], end_of(notes)["error"]) == (verdict, error)


@pytest.mark.parametrize(("cut", "verdict"), [(Cut.NONE, "complete"), (Cut.UPSTREAM, "upstream_closed")])
def test_a_dialect_that_nobody_knows_has_no_terminal_event_to_miss(
    notes: Notes, tmp_path: Path, cut: Cut, verdict: str
) -> None:
    exchange = Exchange(intake(tmp_path).take(elsewhere("news.example", "/feed", body=b"")), notes)
    exchange.begin(OK, "sse", at(100))
    exchange.frame(Frame("tick"), at(200))
    exchange.end(cut, None, at(300), "sse")
    assert end_of(notes)["end"] == verdict


def test_our_own_fault_is_said_and_the_first_counts(exchange: Exchange, notes: Notes) -> None:
    for text in WHOLE:
        exchange.frame(Frame(text), at(200))
    exchange.fail("MemoryError at sse.py:30")
    exchange.fail("another")
    exchange.end(Cut.NONE, None, at(300), "sse")
    assert (end_of(notes)["end"], end_of(notes)["error"]) == ("error", "capture failed: MemoryError at sse.py:30")
    assert end_of(notes)["text"] == "Hello"


def test_lost_frames_are_counted_and_said(exchange: Exchange, notes: Notes) -> None:
    notes.lost_frames[FLOW] = 3
    exchange.frame(Frame(STOP), at(200))
    exchange.end(Cut.NONE, None, at(300), "sse")
    assert end_of(notes)["dropped"] == 3
    assert end_of(notes)["error"] == "3 frames could not be written to the log"


def test_the_end_record_says_what_came_and_how_long_it_took(exchange: Exchange, notes: Notes) -> None:
    exchange.begin(OK, "sse", at(100))
    for number, text in enumerate(WHOLE):
        exchange.frame(Frame(text), at(200 + 10 * number))
    exchange.wire_bytes = 99
    exchange.end(Cut.NONE, None, at(1000.25), "sse")
    end = end_of(notes)
    assert (end["events"], end["bytes"], end["duration_ms"], end["ttft_ms"]) == (4, 99, 1000.25, 210.0)
    assert (end["model"], end["response_id"], end["text"]) == ("claude-lab-1", "msg_1", "Hello")
    assert end["usage"]["input_tokens"] == 5
    assert notes.calls[-1] == ("closed", FLOW, "msg_1", "s-1")


def test_of_a_recorded_flow_nobody_knows_when_its_first_token_came(notes: Notes, tmp_path: Path) -> None:
    """A flow file holds no times of the body's parts."""
    exchange = Exchange(intake(tmp_path).take(request(from_file=True)), notes)
    for text in WHOLE:
        exchange.frame(Frame(text), at(200))
    exchange.end(Cut.NONE, None, at(1000), "sse")
    assert (end_of(notes)["ttft_ms"], end_of(notes)["duration_ms"]) == (None, 1000)


def test_an_exchange_ends_once(exchange: Exchange, notes: Notes) -> None:
    exchange.end(Cut.CLIENT, "first", at(300), "sse")
    exchange.end(Cut.UPSTREAM, "second", at(400), "sse")
    assert end_of(notes)["error"] == "first"
    assert [call[0] for call in notes.calls] == ["opened", "closed"]


def test_the_live_view_sees_beginning_and_end_once(exchange: Exchange, notes: Notes) -> None:
    exchange.begin(OK, "sse", at(100))
    for text in WHOLE:
        exchange.frame(Frame(text), at(200))
    exchange.end(Cut.NONE, None, at(300), "sse")
    started, ended = notes.events[0], notes.events[-1]
    assert isinstance(started, ExchangeStarted)
    assert (started.session_number, started.prompt, started.purpose) == (1, "Say hello.", "main")
    assert isinstance(ended, ExchangeEnded)
    assert (ended.end, ended.model, ended.usage["input_tokens"]) == ("complete", "claude-lab-1", 5)
    assert sum(isinstance(event, ExchangeStarted | ExchangeEnded) for event in notes.events) == 2

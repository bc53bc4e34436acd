"""addons/capture/heavy_work.py and the pipeline: what takes long for one flow holds up that flow only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from addons.capture import request_reader
from addons.capture.heavy_work import HeavyWork
from addons.capture.observed import Cut, FlowRedaction, HeadSeen
from addons.capture.request_reader import LARGE_BYTES, ReadBody, RequestReader
from addons.redaction.stream import StreamRedactor
from addons.sinks.records import Kind
from addons.wire.frame import Frame
from tests.exchanges import (
    ANSWER,
    ASK,
    CREATE,
    FLOW,
    HALF,
    MakeRig,
    Rig,
    answer,
    chunks,
    end,
    handshake,
    head,
    received,
    request,
    sent,
    socket_answer,
)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Bodies count as large, and none has been read before this is set."""
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 100)
    may_read = threading.Event()
    read = RequestReader.read

    def wait_and_read(self: RequestReader, wire: bytes, encoding: str | None) -> ReadBody:
        if len(wire) > 100:
            may_read.wait(10)
        return read(self, wire, encoding)

    monkeypatch.setattr(RequestReader, "read", wait_and_read)
    yield may_read
    may_read.set()


def test_while_a_large_request_is_read_other_flows_go_on(rig: Rig, held: threading.Event) -> None:
    rig.play_at_once(FLOW, request(), head(), *chunks(*ANSWER), end())
    rig.play_at_once("f-2", request(b"{}", flow_id="f-2"), head(), *chunks(*ANSWER), end())
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2"]
    held.set()
    rig.play()
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2", FLOW]
    assert rig.records(Kind.ENDS)[1]["text"] == "Hello, you."


def test_what_a_flow_is_to_hold_is_told_once_its_request_has_been_read(rig: Rig, held: threading.Event) -> None:
    told: list[FlowRedaction | None] = []
    rig.play_at_once(FLOW, request(), head(), *chunks(*ANSWER), end())
    rig.play_at_once(FLOW, lambda pipeline: told.append(pipeline.redaction_of(FLOW, [])))
    assert told == []
    held.set()
    rig.play()
    assert [kept and kept.request_body for kept in told] == [json.dumps(ASK).encode()]


def test_the_end_of_the_proxy_waits_for_large_requests(make_rig: MakeRig, held: threading.Event) -> None:
    rig = make_rig()
    rig.play_at_once(FLOW, request(), head(), *chunks(*HALF), end(Cut.PROXY, "the proxy was stopped"))
    threading.Timer(0.05, held.set).start()
    rig.pipeline.close()
    assert rig.end["error"] == "the proxy was stopped"


def test_a_fault_while_a_large_request_is_read_costs_that_exchange_only(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 100)
    monkeypatch.setattr(RequestReader, "_read_value", lambda *_: 1 // 0)
    rig.play(request(), head(), chunks(*ANSWER), end())
    monkeypatch.undo()
    rig.play(request(flow_id="f-2"), head(), chunks(*ANSWER), end(), flow_id="f-2")
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2"]


def test_recorded_flows_are_read_in_their_order(rig: Rig, held: threading.Event) -> None:
    held.set()
    rig.pipeline.handle(FLOW, request(from_file=True))
    rig.pipeline.handle(FLOW, head())
    assert not rig.pipeline._heavy


# -- large answers ---------------------------------------------------------------------------------------------------

LONG = "word " * 40_000


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No large text is redacted before this is set."""
    may_redact = threading.Event()
    feed = StreamRedactor.feed

    def wait_and_feed(self: StreamRedactor[Any], frame: Frame, *more: Any) -> Any:
        if len(frame.data or "") > LARGE_BYTES:
            assert may_redact.wait(10)
        return feed(self, frame, *more)

    monkeypatch.setattr(StreamRedactor, "feed", wait_and_feed)
    yield may_redact
    may_redact.set()


def whole_answer(text: str) -> list[bytes]:
    """An answer that is no stream, in pieces as the network brings them."""
    message = {"type": "message", "id": "msg_1", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
    body = json.dumps(message).encode()
    return [body[start : start + 65_536] for start in range(0, len(body), 65_536)]


LARGE_ANSWERS = [
    pytest.param(head(content_type="application/json"), whole_answer(LONG), id="JSON"),
    pytest.param(head(), answer(LONG), id="an event of a stream"),
]


def end_after_another(rig: Rig, released: threading.Event) -> dict[str, Any]:
    """The end record of what waits, after another flow has come and gone meanwhile."""
    rig.play_at_once("f-2", request(flow_id="f-2"), head(), *chunks(*ANSWER), end())
    rig.pipeline.tick(time.monotonic())
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2"]
    released.set()
    rig.play()
    return rig.records(Kind.ENDS)[1]


@pytest.mark.parametrize(("first", "pieces"), LARGE_ANSWERS)
def test_while_a_large_answer_is_redacted_other_flows_go_on(
    rig: Rig, released: threading.Event, first: HeadSeen, pieces: list[bytes]
) -> None:
    rig.play_at_once(FLOW, request(), first, *chunks(*pieces), end())
    large = end_after_another(rig, released)
    assert (large["flow_id"], large["end"], large["text"]) == (FLOW, "complete", LONG)


def test_while_a_large_message_on_a_socket_is_redacted_other_flows_go_on(rig: Rig, released: threading.Event) -> None:
    texts = [json.dumps(message) for message in socket_answer("resp_1", LONG)]
    rig.play_at_once(FLOW, handshake(), head(101), sent(CREATE), *map(received, texts), end())
    large = end_after_another(rig, released)
    assert (large["flow_id"], large["text"]) == (f"{FLOW}:0", LONG)


def test_what_a_large_socket_is_to_hold_is_told_once_it_is_redacted(rig: Rig, released: threading.Event) -> None:
    told: list[FlowRedaction | None] = []
    texts = [json.dumps(message) for message in socket_answer("resp_1", LONG)]
    released.set()
    rig.play(handshake(), head(101), sent(CREATE), map(received, texts), end())
    released.clear()
    rig.play_at_once(FLOW, lambda pipeline: told.append(pipeline.redaction_of(FLOW, [(False, text) for text in texts])))
    assert told == []
    released.set()
    rig.play()
    assert [kept and kept.messages for kept in told] == [tuple(texts)]


@pytest.mark.parametrize(("first", "pieces"), LARGE_ANSWERS)
def test_the_end_of_the_proxy_waits_for_large_answers(
    make_rig: MakeRig, released: threading.Event, first: HeadSeen, pieces: list[bytes]
) -> None:
    rig = make_rig()
    rig.play_at_once(FLOW, request(), first, *chunks(*pieces), end())
    threading.Timer(0.05, released.set).start()
    rig.pipeline.close()
    assert rig.end["text"] == LONG


def test_a_fault_while_a_large_answer_is_redacted_costs_that_exchange_only(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StreamRedactor, "feed", lambda *_: 1 // 0)
    rig.play(request(), head(content_type="application/json"), chunks(*whole_answer(LONG)), end())
    monkeypatch.undo()
    rig.play(request(flow_id="f-2"), head(), chunks(*ANSWER), end(), flow_id="f-2")
    ends = {record["flow_id"]: (record["end"], record["error"]) for record in rig.records(Kind.ENDS)}
    assert ends["f-2"] == ("complete", None)
    assert ends[FLOW][0] == "error"
    assert "ZeroDivisionError" in ends[FLOW][1]


def test_what_is_done_wakes_the_capture_thread() -> None:
    woken: list[str] = []
    heavy = HeavyWork(woken.append)
    heavy.begin("f", end(), lambda: 5, lambda _: None)
    heavy.wait()
    heavy.close()
    assert woken == ["f"]
    assert [piece.result.result() for piece in heavy.take_done()] == [5]

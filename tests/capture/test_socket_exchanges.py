"""addons/capture/socket_exchanges.py: one exchange for each `response.create` on a WebSocket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addons.capture.observed import CaptureFailed, Cut, MessageSeen
from addons.capture.socket_exchanges import SocketExchanges, redact_messages
from addons.redaction.redactor import Redactor
from addons.sinks.records import Kind
from tests.exchanges import CREATE, FLOW, KEY, Notes, at, end, handshake, head, intake, received, sent, socket_answer

ANSWERED = [received(message) for message in socket_answer("resp_1")]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def socket(notes: Notes, tmp_path: Path) -> SocketExchanges:
    reader = intake(tmp_path)
    seen = handshake(headers=(("authorization", f"Bearer {KEY}"), ("session-id", "s-1"), ("host", "chatgpt.com")))
    return SocketExchanges(seen, reader.take(seen), head(101, None, ("set-cookie", "a=b")), reader, notes)


def play(socket: SocketExchanges, *messages: MessageSeen) -> None:
    for message in messages:
        socket.message(message)


def rest(socket: SocketExchanges) -> None:
    """Time passes without a message."""
    socket.tick(at(10_000).monotonic_ns / 1e9)


def ends(notes: Notes) -> list[tuple[str, str, str | None]]:
    return [(record["flow_id"], record["end"], record["error"]) for record in notes.of(Kind.ENDS)]


def test_each_create_is_an_exchange_of_its_own(socket: SocketExchanges, notes: Notes) -> None:
    again = [received(message) for message in socket_answer("resp_2", "Again")]
    play(socket, sent(CREATE), *ANSWERED, sent({**CREATE, "previous_response_id": "resp_1"}), *again)
    rest(socket)
    flows = notes.of(Kind.FLOWS)
    assert [(flow["flow_id"], flow["session_id"]) for flow in flows] == [(f"{FLOW}:0", "s-1"), (f"{FLOW}:1", "s-1")]
    assert {(flow["transport"], flow["status"], flow["api"]) for flow in flows} == {
        ("websocket", 101, "openai.responses")
    }
    assert ends(notes) == [(f"{FLOW}:0", "complete", None), (f"{FLOW}:1", "complete", None)]
    assert [record["text"] for record in notes.of(Kind.ENDS)] == ["Hello", "Again"]


def test_the_clients_messages_are_lines_too(socket: SocketExchanges, notes: Notes) -> None:
    play(socket, sent(CREATE, 10), *ANSWERED)
    rest(socket)
    lines = notes.of(Kind.LINES)
    assert [(line["seq"], line["dir"]) for line in lines] == [(0, "out"), (1, "in"), (2, "in"), (3, "in")]
    assert [line["t_ms"] for line in lines] == [0, 290, 290, 290]
    assert lines[0]["data"] == CREATE
    assert notes.of(Kind.ENDS)[0]["events"] == 3


def test_the_request_is_the_message_and_the_headers_are_the_handshakes(socket: SocketExchanges, notes: Notes) -> None:
    play(socket, sent(CREATE))
    (flow,) = notes.of(Kind.FLOWS)
    assert flow["request"]["model"] == "gpt-lab"
    assert flow["request_bytes"] == len(json.dumps(CREATE))
    assert flow["request_headers"]["authorization"].startswith("hash:")
    assert flow["response_headers"]["set-cookie"].startswith("hash:")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("response.create", id="no JSON"),
        pytest.param('["response.create"]', id="no object"),
        pytest.param('{"type":"session.update","note":"response.create"}', id="another type"),
    ],
)
def test_what_only_mentions_a_create_opens_nothing(socket: SocketExchanges, notes: Notes, text: str) -> None:
    play(socket, sent(text), received("{}"))
    assert notes.records == []


# -- ends ------------------------------------------------------------------------------------------------------------

FAILED: dict[str, Any] = {"type": "error", "error": {"message": "Slow down", "type": "rate_limit"}, "status": 429}


@pytest.mark.parametrize(
    ("messages", "cut", "verdict", "error"),
    [
        pytest.param(ANSWERED, Cut.UPSTREAM, "complete", None, id="answered, then closed"),
        pytest.param(ANSWERED[:2], Cut.CLIENT, "client_closed", "the socket was closed", id="the client closes"),
        pytest.param(ANSWERED[:2], Cut.UPSTREAM, "upstream_closed", "the socket was closed", id="the provider closes"),
        pytest.param(ANSWERED[:2], Cut.NONE, "upstream_closed", "the socket was closed", id="a regular close"),
        pytest.param(ANSWERED[:2], Cut.PROXY, "error", "the socket was closed", id="the proxy stops"),
        pytest.param([received(FAILED)], Cut.NONE, "error", "Slow down", id="an error message"),
        pytest.param([], Cut.CLIENT, "client_closed", "the socket was closed", id="no answer"),
    ],
)
def test_how_it_ended(
    socket: SocketExchanges, notes: Notes, messages: list[MessageSeen], cut: Cut, verdict: str, error: str | None
) -> None:
    play(socket, sent(CREATE), *messages)
    socket.end(end(cut))
    assert ends(notes) == [(f"{FLOW}:0", verdict, error)]


def test_an_answer_is_over_with_its_terminal_event_not_with_the_socket(socket: SocketExchanges, notes: Notes) -> None:
    play(socket, sent(CREATE, 10), *ANSWERED)
    rest(socket)
    assert notes.of(Kind.ENDS)[0]["duration_ms"] == 290
    socket.end(end(Cut.CLIENT))
    assert len(ends(notes)) == 1


def test_answers_come_in_the_order_of_the_creates(socket: SocketExchanges, notes: Notes) -> None:
    second = [received(message) for message in socket_answer("resp_2", "Second")]
    play(socket, sent(CREATE), *ANSWERED[:2], sent(CREATE), *ANSWERED[2:], *second)
    rest(socket)
    assert ends(notes) == [(f"{FLOW}:0", "complete", None), (f"{FLOW}:1", "complete", None)]
    assert [record["text"] for record in notes.of(Kind.ENDS)] == ["Hello", "Second"]


@pytest.mark.parametrize("late", [False, True], ids=["within the rest", "after the end"])
def test_a_straggler_belongs_to_the_answer_before_it(socket: SocketExchanges, notes: Notes, late: bool) -> None:
    play(socket, sent(CREATE), *ANSWERED)
    if late:
        rest(socket)
    play(socket, received('{"type":"codex.rate_limits","note":"ends in sk-"}'), received('{"type":"last"}'))
    socket.end(end(Cut.CLIENT))
    lines = notes.of(Kind.LINES)
    assert [line["seq"] for line in lines] == list(range(6))
    assert {line["flow_id"] for line in lines} == {f"{FLOW}:0"}
    (ended,) = notes.of(Kind.ENDS)
    assert (ended["end"], ended["events"]) == ("complete", 3 if late else 5)


def test_a_fault_of_capture_ends_the_exchange_and_leaves_the_others(socket: SocketExchanges, notes: Notes) -> None:
    play(socket, sent(CREATE), *ANSWERED, sent(CREATE), *ANSWERED[:2])
    socket.fail(CaptureFailed(at(400), "tap.py:110", "MemoryError"))
    assert ends(notes) == [
        (f"{FLOW}:0", "complete", None),
        (f"{FLOW}:1", "error", "capture failed: MemoryError at tap.py:110"),
    ]


def test_a_socket_without_a_create_leaves_no_record(socket: SocketExchanges, notes: Notes) -> None:
    play(socket, sent("hello"), received("hello"))
    socket.end(end())
    assert notes.records == []


def test_bytes_are_those_of_the_answer(socket: SocketExchanges, notes: Notes) -> None:
    messages = [json.dumps(message, ensure_ascii=False) for message in socket_answer("resp_1", "Grüße")]
    play(socket, sent(CREATE), *map(received, messages))
    rest(socket)
    assert notes.of(Kind.ENDS)[0]["bytes"] == sum(len(message.encode()) for message in messages)


# -- what the finished flow is to hold -------------------------------------------------------------------------------


def test_the_flow_holds_redacted_messages_one_for_each(socket: SocketExchanges) -> None:
    kept = socket.flow_redaction([(True, f'{{"key":"{KEY}"}}'), (False, "clean")], 1 << 20)
    assert kept.messages is not None
    mine, theirs = kept.messages
    assert json.loads(mine)["key"].startswith("hash:")
    assert theirs == "clean"
    assert dict(kept.request_headers)["authorization"].startswith("hash:")
    assert dict(kept.response_headers)["set-cookie"].startswith("hash:")


def test_a_secret_over_several_messages_of_one_side_is_caught() -> None:
    def delta(text: str) -> str:
        return json.dumps({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "delta": text})

    messages = [(False, delta(KEY[:20])), (True, "between"), (False, delta(KEY[20:])), (False, delta(" done"))]
    first, between, second, last = redact_messages(Redactor(), messages)
    assert json.loads(first)["delta"].startswith("hash:")
    assert (between, json.loads(second)["delta"], json.loads(last)["delta"]) == ("between", "", " done")


def test_without_redaction_the_messages_stay() -> None:
    assert redact_messages(Redactor(enabled=False), [(True, KEY), (False, "b")]) == (KEY, "b")

"""addons/flows/content_view.py: what mitmproxy shows first of an LLM's traffic."""

from __future__ import annotations

import json

import pytest
from mitmproxy import contentviews, http
from mitmproxy.contentviews import Metadata
from mitmproxy.flow import Error
from mitmproxy.test import taddons, tflow, tutils
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from addons import faults
from addons.bodies.changes import RequestHistory
from addons.flows import content_view
from addons.flows.content_view import AgentContentview
from addons.request_parts import parts_of
from addons.screens.printing import SHOWN

ASK = {"model": "claude-x", "messages": [{"role": "user", "content": "Why?"}]}
DELTA = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Because."}}
SSE = f"event: content_block_delta\ndata: {json.dumps(DELTA)}\n\n".encode()


def flow_of(
    path: str = "/v1/messages", body: bytes = SSE, content_type: str | None = "text/event-stream", method: str = "POST"
) -> http.HTTPFlow:
    headers = http.Headers(content_type=content_type) if content_type else http.Headers()
    request = tutils.treq(
        method=method.encode(), path=path.encode(), host="api.example.com", content=json.dumps(ASK).encode()
    )
    return tflow.tflow(req=request, resp=tutils.tresp(headers=headers, content=body))


def shown(flow: http.HTTPFlow, message: object, view: AgentContentview | None = None) -> tuple[str | None, str]:
    """Which view mitmproxy chooses, and its text."""
    registry = contentviews.ContentviewRegistry()
    for name in contentviews.registry:
        registry.register(contentviews.registry[name])
    registry.register(view or AgentContentview(RequestHistory()))
    with taddons.context():
        result = contentviews.prettify_message(message, flow, registry=registry)  # type: ignore[arg-type]
    return result.view_name, result.text


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        pytest.param(flow_of(), "Agent", id="an answer"),
        pytest.param(flow_of(content_type=None), "Agent", id="without a type"),
        pytest.param(
            flow_of(body=b'{"type":"error","error":{}}', content_type="application/json"), "Agent", id="an error"
        ),
        pytest.param(
            flow_of("/v1/messages/count_tokens", b'{"input_tokens":7}', "application/json"), "Agent", id="a count"
        ),
        pytest.param(flow_of(body=b"<html>Bad gateway", content_type="text/html"), "XML/HTML", id="a page of errors"),
        pytest.param(flow_of("/files", b'{"a":1}', "application/json"), "JSON", id="no LLM"),
        pytest.param(flow_of("/files"), "Raw", id="another's stream"),
    ],
)
def test_which_view_an_answer_gets(flow, expected):
    assert shown(flow, flow.response)[0] == expected


def test_a_captured_stream_of_an_unknown_provider():
    flow = flow_of("/talk")
    flow.metadata[SHOWN] = "captured"
    assert shown(flow, flow.response) == ("Agent", "■ complete · 3.0 s\n\nBecause.")


def test_an_answer():
    flow = flow_of()
    assert shown(flow, flow.response) == ("Agent", "■ cut off · 3.0 s\n\nBecause.")


def test_an_answer_that_was_cut_off():
    flow = flow_of()
    flow.error = Error("Client disconnected.")
    assert shown(flow, flow.response)[1].startswith("■ cut off · Client disconnected.")


def test_a_compressed_answer():
    flow = flow_of()
    assert flow.response is not None
    flow.response.encode("gzip")
    assert shown(flow, flow.response)[1].endswith("Because.")


def test_a_request():
    flow = flow_of()
    name, text = shown(flow, flow.request)
    assert (name, text.split("\n\n")[0]) == ("Agent", "claude-x · 72 B")


def test_a_request_tells_what_it_changed():
    history = RequestHistory()
    flow = flow_of()
    history.note("before", ("s",), parts_of({**ASK, "messages": []} | {"system": "x"}), 0)
    history.note(flow.id, ("s",), parts_of(ASK), 1_000_000_000)
    assert "messages: 0 → 1 · new: 1" in shown(flow, flow.request, AgentContentview(history))[1]


def test_a_request_that_is_no_json_is_shown_by_others():
    flow = flow_of()
    flow.request.content = b"a=1&b=2"
    assert shown(flow, flow.request)[0] != "Agent"


def socket() -> http.HTTPFlow:
    flow = tflow.twebsocketflow()
    flow.request.path = "/v1/responses"
    assert flow.websocket is not None
    create = {"type": "response.create", **{"model": "gpt-x", "input": [{"role": "user", "content": "Why?"}]}}
    delta = {"type": "response.output_text.delta", "delta": "Because."}
    flow.websocket.messages = [
        WebSocketMessage(Opcode.TEXT, True, json.dumps(create).encode()),
        WebSocketMessage(Opcode.TEXT, False, json.dumps(delta).encode()),
        WebSocketMessage(Opcode.TEXT, True, json.dumps(create).encode()),
    ]
    return flow


def test_messages_of_a_socket():
    flow = socket()
    assert flow.websocket is not None
    request, delta, _ = flow.websocket.messages
    assert shown(flow, request)[0] == "Agent"
    assert shown(flow, request)[1].startswith("gpt-x · ")
    assert shown(flow, delta) == ("Agent", "response.output_text.delta · Because.")


def test_a_socket_s_request_tells_what_it_changed():
    flow = socket()
    history = RequestHistory()
    for number, messages in enumerate(("a", "a b", "a b c")):
        body = {"input": [{"role": "user", "content": word} for word in messages.split()]}
        history.note(f"{flow.id}:{number}", ("s",), parts_of(body), number * 1_000_000_000)
    assert flow.websocket is not None
    # The socket's first request has been dropped.
    texts = [shown(flow, flow.websocket.messages[place], AgentContentview(history))[1] for place in (0, 2)]
    assert ["messages: 1 → 2 · new: 2" in texts[0], "messages: 2 → 3 · new: 3" in texts[1]] == [True, True]


def test_a_fault_of_ours_shows_the_body_as_it_is(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(content_view, "answer_text", lambda *_: 1 / 0)
    faults.set_reporter(lambda where, _flow_id, _error: told.append(where))
    flow = flow_of()
    assert shown(flow, flow.response) == ("Agent", SSE.decode())
    assert [where.partition(" at ")[0] for where in told] == ["content view"]


def test_controls_of_both_kinds_are_visible():
    event = {**DELTA, "delta": {"type": "text_delta", "text": "a\x1b[2J\x9bb"}}
    flow = flow_of(body=f"data: {json.dumps(event)}\n\n".encode())
    assert shown(flow, flow.response)[1].endswith("a␛[2J<U+009B>b")


def test_what_is_no_flow_of_http():
    view = AgentContentview(RequestHistory())
    assert view.render_priority(b"x", Metadata()) < 0
    assert view.prettify(b"x\x1b", Metadata()) == "x␛"

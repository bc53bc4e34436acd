"""addons/capture/flow_view.py: a Flow, read and rewritten."""

from __future__ import annotations

import pytest
from mitmproxy import flow as mitm_flow
from mitmproxy.test import tflow

from addons.capture.flow_view import apply_redaction, conceal, cut_of, request_seen, response_headers
from addons.capture.observed import Cut, FlowRedaction


def live_flow(**kwargs):
    flow = tflow.tflow(**kwargs)
    flow.live = True
    flow.client_conn.timestamp_end = None
    return flow


def test_a_live_request_is_read_as_it_is_on_the_wire():
    flow = live_flow()
    flow.request.headers["content-encoding"] = "gzip"
    flow.request.raw_content = b"\x1f\x8b"
    seen = request_seen(flow)
    assert (seen.method, seen.path, seen.body, seen.from_file) == ("GET", "/path", b"\x1f\x8b", False)
    assert ("header", "qvalue") in seen.headers


def test_a_flow_from_a_file_has_its_recorded_times():
    flow = live_flow()
    flow.live = False
    flow.request.timestamp_end = 1_700_000_000.5
    seen = request_seen(flow)
    assert seen.from_file
    assert seen.at.epoch_ns == seen.at.monotonic_ns == 1_700_000_000_500_000_000


@pytest.mark.parametrize(
    ("message", "cut"),
    [
        pytest.param("Client disconnected.", Cut.CLIENT, id="client left over HTTP/1"),
        pytest.param("stream reset by client (CANCEL)", Cut.CLIENT, id="client reset over HTTP/2"),
        pytest.param("stream reset by client (INTERNAL_ERROR)", Cut.UPSTREAM, id="upstream reset, in the same words"),
        pytest.param(
            "peer closed connection without sending complete message body", Cut.UPSTREAM, id="upstream cut the body"
        ),
    ],
)
def test_who_ended_it(message, cut):
    flow = live_flow(err=True)
    flow.error = mitm_flow.Error(message)
    assert cut_of(flow) is cut


@pytest.mark.parametrize(("closed_by_client", "cut"), [(True, Cut.CLIENT), (False, Cut.UPSTREAM)])
def test_who_closed_the_socket(closed_by_client, cut):
    flow = tflow.twebsocketflow()
    flow.websocket.closed_by_client = closed_by_client
    assert cut_of(flow) is cut


def test_a_finished_flow_holds_what_redaction_left():
    flow = live_flow(resp=True)
    redaction = FlowRedaction(
        (("authorization", "hash:0"),), "/v1?key=hash:1", b"{}", (("set-cookie", "hash:2"),), b"ok"
    )
    apply_redaction(flow, redaction)
    assert flow.request.headers["authorization"] == "hash:0"
    assert flow.request.path == "/v1?key=hash:1"
    assert (flow.request.raw_content, flow.response.raw_content) == (b"{}", b"ok")
    assert response_headers(flow) == (("set-cookie", "hash:2"),)


def test_websocket_messages_are_replaced_one_by_one():
    flow = tflow.twebsocketflow()
    texts = tuple(f"m{number}" for number in range(len(flow.websocket.messages)))
    apply_redaction(flow, FlowRedaction((), "/", None, (), None, texts))
    assert tuple(message.content.decode() for message in flow.websocket.messages) == texts


def test_a_flow_stays_serialisable():
    flow = live_flow(resp=True)
    apply_redaction(flow, FlowRedaction((), "/", None, (), None))
    flow.get_state()


def test_a_flow_that_nobody_has_looked_into_keeps_no_credential_and_no_body():
    flow = tflow.twebsocketflow()
    flow.request.headers["authorization"] = "Bearer secret"
    flow.request.path = "/ws?api_key=secret&a=1"
    flow.request.raw_content = b"secret"
    flow.response.headers["set-cookie"] = "secret"
    flow.response.raw_content = b"secret"
    conceal(flow)
    assert b"secret" not in repr(flow.get_state()).encode()
    assert flow.request.path.startswith("/ws?a=1&api_key=hash:")
    assert {message.content for message in flow.websocket.messages} == {b""}


def test_a_flow_without_an_answer_can_be_concealed_too():
    flow = live_flow()
    conceal(flow)
    assert (flow.request.raw_content, flow.response) == (None, None)

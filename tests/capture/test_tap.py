"""addons/capture/tap.py: the tap and the hooks. The wire comes first, whatever fails here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import flow as mitm_flow
from mitmproxy import flowfilter, http
from mitmproxy.addons import save
from mitmproxy.io import FlowReader
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons, tflow
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from wsproto.frame_protocol import Opcode

from addons.capture import tap as capture_module
from addons.capture.observed import (
    CaptureFailed,
    ChunkSeen,
    Cut,
    EndSeen,
    FlowRedaction,
    HeadSeen,
    MessageSeen,
    RequestSeen,
)
from addons.capture.tap import Capture
from addons.capture.thread import Call, CaptureThread
from tests.exchanges import KEY, settings

REDACTED = FlowRedaction((("x-api-key", "hash:0"),), "/v1/messages", b"{}", (("set-cookie", "hash:1"),), b"data: 1\n\n")


class Thread(CaptureThread):
    """Notes what it is given; runs calls at once, later (`late`), or never (`dead`)."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Any] = []
        self.calls: list[Call] = []
        self.redaction: FlowRedaction | None = REDACTED
        self.fault: BaseException | None = None
        self.mode = "at once"

    def put(self, flow_id: str, item: Any) -> None:  # noqa: ARG002  (a CaptureThread's signature)
        if self.fault is not None and not isinstance(item, CaptureFailed):
            raise self.fault
        self.items.append(item)

    def call(self, flow_id: str, call: Call) -> None:  # noqa: ARG002
        self.calls.append(call)
        if self.mode == "at once":
            self.run_calls()

    def run_calls(self) -> None:
        for call in self.calls:
            call(self)  # type: ignore[arg-type]  # of a pipeline only `redaction_of` is asked
        self.calls.clear()

    def redaction_of(self, flow_id: str, messages: list[tuple[bool, str]]) -> FlowRedaction | None:  # noqa: ARG002
        self.messages = messages
        return self.redaction

    @property
    def kinds(self) -> list[str]:
        return [type(item).__name__ for item in self.items]

    def of[T](self, kind: type[T]) -> list[T]:
        return [item for item in self.items if isinstance(item, kind)]


class Bench:
    """The capture addon in a mitmproxy of its own, with a thread that only notes."""

    def __init__(self, context: taddons.context, folder: Path) -> None:
        self.context = context
        self.thread = Thread()
        self.settings = settings(folder)
        self.capture = Capture(self.thread, lambda: self.settings)

    def end(self, hook: str, flow: http.HTTPFlow) -> None:
        """An ending hook, and what the thread had to say in return."""

        async def run() -> None:
            await getattr(self.capture, hook)(flow)
            await asyncio.sleep(0)

        asyncio.run(run())

    def open(self, flow: http.HTTPFlow) -> http.HTTPFlow:
        self.capture.request(flow)
        self.capture.responseheaders(flow)
        return flow

    def stream(self, flow: http.HTTPFlow) -> http.HTTPFlow:
        """Its answer has come up to the empty chunk that ends it, and is with the client."""
        self.open(flow)
        tap_of(flow)(b"data: 1\n\n")
        tap_of(flow)(b"")
        return flow


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with taddons.context(save.Save()) as context:
        context.options.add_option("hardump", str, "", "")
        yield Bench(context, tmp_path)


def flow_of(
    url: str = "https://api.anthropic.com/v1/messages",
    content_type: str | None = "text/event-stream",
    *,
    method: str = "POST",
    status: int = 200,
    live: bool = True,
) -> http.HTTPFlow:
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    asked = http.Request.make(method, url, json.dumps({"model": "m", "messages": []}), headers)
    answered = http.Response.make(status, b"", {"content-type": content_type} if content_type else {})
    answered.raw_content = None
    flow = tflow.tflow(req=asked, resp=answered, live=live)
    flow.client_conn.timestamp_end = None
    return flow


def socket_flow(live: bool = True) -> http.HTTPFlow:
    flow = flow_of("https://chatgpt.com/backend-api/codex/responses", None, method="GET", status=101, live=live)
    flow.request.headers["upgrade"] = "websocket"
    flow.websocket = WebSocketData()
    return flow


def say(flow: http.HTTPFlow, text: str, from_client: bool = False) -> None:
    assert flow.websocket is not None
    flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, from_client, text.encode(), 1_700_000_000.5))


def tap_of(flow: http.HTTPFlow) -> Callable[[bytes], Any]:
    assert flow.response is not None
    assert callable(flow.response.stream)
    return flow.response.stream


# -- the tap ---------------------------------------------------------------------------------------------------------


def test_the_tap_hands_on_the_very_object_that_came(bench: Bench) -> None:
    tap = tap_of(bench.open(flow_of()))
    chunk = b"data: 1\n\n" * 100
    assert tap(chunk) is chunk
    assert [seen.data for seen in bench.thread.of(ChunkSeen)] == [chunk]


def test_the_last_call_is_handed_on_and_not_noted(bench: Bench) -> None:
    """mitmproxy passes an empty chunk at the end of a whole body."""
    tap = tap_of(bench.open(flow_of()))
    assert tap(b"") == b""
    assert bench.thread.of(ChunkSeen) == []


def test_a_callable_that_was_there_before_still_decides_what_goes_on(bench: Bench) -> None:
    flow = flow_of()
    assert flow.response is not None
    flow.response.stream = lambda chunk: [chunk, b"!"]
    tap = tap_of(bench.open(flow))
    assert tap(b"data") == [b"data", b"!"]
    assert tap(b"") == [b"", b"!"]
    assert [seen.data for seen in bench.thread.of(ChunkSeen)] == [b"data"]


@pytest.mark.parametrize("fault", [RuntimeError(KEY), MemoryError(), KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_whatever_fails_in_the_tap_the_bytes_go_on(
    bench: Bench, told: list[tuple[str, str | None, str]], fault: BaseException
) -> None:
    """The first fault ends this exchange's capture, and says so without its message."""
    flow = bench.open(flow_of())
    tap = tap_of(flow)
    tap(b"1")
    bench.thread.fault = fault
    assert [tap(b"2"), tap(b"3")] == [b"2", b"3"]
    bench.thread.fault = None
    assert tap(b"4") == b"4"
    assert [seen.data for seen in bench.thread.of(ChunkSeen)] == [b"1"]
    (failed,) = bench.thread.of(CaptureFailed)
    assert (failed.error, failed.where.startswith("test_tap.py:")) == (type(fault).__name__, True)
    assert [(flow_id, error) for _, flow_id, error in told] == [(flow.id, type(fault).__name__)]
    assert KEY not in str(told) + str(failed)


def test_a_fault_in_one_tap_leaves_the_others(bench: Bench) -> None:
    broken, whole = (tap_of(bench.open(flow_of())) for _ in range(2))
    bench.thread.fault = MemoryError()
    broken(b"1")
    bench.thread.fault = None
    whole(b"2")
    assert [seen.data for seen in bench.thread.of(ChunkSeen)] == [b"2"]


def test_a_fault_before_the_first_byte_still_lets_the_answer_stream(bench: Bench) -> None:
    """Without a tap mitmproxy would hold the answer back until it is whole."""
    bench.thread.fault = MemoryError()
    flow = bench.open(flow_of("https://news.example/feed"))
    assert tap_of(flow)(b"1") == b"1"


# -- which exchanges -------------------------------------------------------------------------------------------------

ANTHROPIC = "https://api.anthropic.com/v1/messages"
PROXIED = "http://10.0.0.7:8000/proxy/v1/messages"
OLLAMA = "http://localhost:11434/api/chat"
NEWS = "https://news.example/feed"
TOKENS = "https://auth.openai.com/oauth/token"

TAPPED = [
    # url, content type, tapped
    pytest.param(ANTHROPIC, "text/event-stream", True, id="stream of a known path"),
    pytest.param(ANTHROPIC, "application/json", True, id="JSON of a known path"),
    pytest.param(ANTHROPIC, None, True, id="known path without a content type"),
    pytest.param(ANTHROPIC, "text/html", True, id="page on a known path"),
    pytest.param(PROXIED, "application/json", True, id="known path of an unknown host"),
    pytest.param(f"{ANTHROPIC}?beta=true", "text/event-stream", True, id="known path with a query"),
    pytest.param(f"{ANTHROPIC}/count_tokens", "application/json", True, id="count of tokens"),
    pytest.param(OLLAMA, "application/x-ndjson", True, id="NDJSON of a known path"),
    pytest.param(NEWS, "text/event-stream", True, id="SSE from anywhere"),
    pytest.param(NEWS, "text/event-stream; charset=utf-8", True, id="SSE from anywhere, with a parameter"),
    pytest.param(NEWS, "application/x-ndjson", True, id="NDJSON from anywhere"),
    pytest.param(NEWS, "application/vnd.amazon.eventstream", True, id="event stream from anywhere"),
    pytest.param(NEWS, "application/json", False, id="JSON from anywhere"),
    pytest.param(NEWS, "text/html", False, id="a page"),
    pytest.param(NEWS, None, False, id="no content type"),
    pytest.param(TOKENS, "application/json", False, id="token exchange"),
    pytest.param(TOKENS, "text/event-stream", False, id="token exchange as a stream"),
    pytest.param("https://x.example/v1/messagesboard", "application/json", False, id="path that begins like one"),
]


@pytest.mark.parametrize(("url", "content_type", "tapped"), TAPPED)
def test_which_answers_are_tapped(bench: Bench, url: str, content_type: str | None, tapped: bool) -> None:
    flow = bench.open(flow_of(url, content_type))
    assert flow.response is not None
    assert callable(flow.response.stream) is tapped
    assert bench.thread.kinds == (["RequestSeen", "HeadSeen"] if tapped else [])
    assert ("agent" in flow.metadata) is tapped


def test_a_model_call_is_seen_before_its_answer(bench: Bench) -> None:
    """It is logged although no answer ever comes."""
    flow = flow_of()
    bench.capture.request(flow)
    (seen,) = bench.thread.of(RequestSeen)
    assert (seen.flow_id, seen.path, seen.from_file) == (flow.id, "/v1/messages", False)


@pytest.mark.parametrize(
    ("url", "mode", "is_muted"),
    [
        pytest.param("https://api.anthropic.com/v1/messages", "regular", True, id="a model call"),
        pytest.param("https://api.anthropic.com/api/event_logging/v2/batch", "regular", True, id="telemetry"),
        pytest.param("https://example.org/api", "regular", False, id="somebody else's"),
        pytest.param(
            "http://127.0.0.1/api/hello", "reverse:http://127.0.0.1", True, id="whatever a reverse proxy gets"
        ),
    ],
)
def test_what_agents_send_is_not_told_again_by_mitmproxy(bench: Bench, url: str, mode: str, is_muted: bool) -> None:
    flow = flow_of(url)
    flow.client_conn.proxy_mode = ProxyMode.parse(mode)
    bench.capture.request(flow)
    mark = flowfilter.parse("!~meta agent")
    assert mark(flow) is not is_muted


def test_only_a_request_that_can_be_a_model_call_is_seen_before_its_answer(bench: Bench) -> None:
    bench.capture.request(flow_of(NEWS))
    bench.capture.request(flow_of(method="GET"))
    assert bench.thread.items == []


def test_the_head_is_told_with_its_status_and_headers(bench: Bench) -> None:
    bench.open(flow_of(status=529, content_type="application/json"))
    (seen,) = bench.thread.of(HeadSeen)
    assert (seen.status, dict(seen.headers)["content-type"]) == (529, "application/json")


@pytest.mark.parametrize("is_known", [True, False], ids=["Codex's socket", "any other socket"])
def test_a_switch_of_protocols_is_noted_and_not_tapped(bench: Bench, is_known: bool) -> None:
    flow = socket_flow()
    if not is_known:
        flow.request.path = "/chat"
    bench.open(flow)
    assert flow.response is not None
    assert not flow.response.stream
    assert bench.thread.kinds == (["RequestSeen", "HeadSeen"] if is_known else [])


def test_a_flow_without_an_answer_is_no_fault(bench: Bench, told: list[Any]) -> None:
    flow = flow_of()
    flow.response = None
    bench.capture.responseheaders(flow)
    assert told == []


# -- ends ------------------------------------------------------------------------------------------------------------


def test_a_whole_body_ends_with_the_response(bench: Bench) -> None:
    flow = bench.open(flow_of())
    bench.end("response", flow)
    (ended,) = bench.thread.of(EndSeen)
    assert (ended.cut, ended.error) == (Cut.NONE, None)


@pytest.mark.parametrize(
    ("message", "cut"), [("Client disconnected.", Cut.CLIENT), ("peer closed connection", Cut.UPSTREAM)]
)
def test_a_cut_body_ends_with_the_error(bench: Bench, message: str, cut: Cut) -> None:
    flow = bench.open(flow_of())
    flow.error = mitm_flow.Error(message)
    bench.end("error", flow)
    (ended,) = bench.thread.of(EndSeen)
    assert (ended.cut, ended.error) == (cut, message)


@pytest.mark.parametrize(("by_client", "cut"), [(True, Cut.CLIENT), (False, Cut.UPSTREAM)])
def test_a_socket_ends_when_it_is_closed_not_with_its_handshake(bench: Bench, by_client: bool, cut: Cut) -> None:
    flow = bench.open(socket_flow())
    bench.end("response", flow)
    assert bench.thread.of(EndSeen) == []
    assert flow.websocket is not None
    flow.websocket.closed_by_client = by_client
    bench.end("websocket_end", flow)
    assert [ended.cut for ended in bench.thread.of(EndSeen)] == [cut]


@pytest.mark.parametrize("first", ["response", "error", "done"])
@pytest.mark.parametrize("then", ["response", "error", "websocket_end", "done"])
def test_an_exchange_ends_once(bench: Bench, first: str, then: str) -> None:
    flow = bench.open(flow_of())
    for hook in (first, then):
        if hook == "done":
            bench.capture.done()
        else:
            bench.end(hook, flow)
    assert len(bench.thread.of(EndSeen)) == 1


def test_the_end_of_the_proxy_ends_what_is_open(bench: Bench) -> None:
    for flow in (flow_of(), socket_flow()):
        bench.open(flow)
    bench.capture.done()
    assert [(ended.cut, ended.error) for ended in bench.thread.of(EndSeen)] == [
        (Cut.PROXY, "the proxy was stopped")
    ] * 2


@pytest.mark.parametrize("hook", ["response", "error", "websocket_end"])
def test_the_end_of_what_was_never_captured_is_nothing(bench: Bench, hook: str) -> None:
    bench.end(hook, flow_of(NEWS, "text/html"))
    assert bench.thread.items == []


# -- sockets ---------------------------------------------------------------------------------------------------------


def test_messages_are_told_with_their_side(bench: Bench) -> None:
    flow = bench.open(socket_flow())
    for text, from_client in (("ask", True), ("answer", False)):
        say(flow, text, from_client)
        bench.capture.websocket_message(flow)
    assert [(seen.from_client, seen.text) for seen in bench.thread.of(MessageSeen)] == [
        (True, "ask"),
        (False, "answer"),
    ]


def test_messages_of_other_sockets_are_not_told(bench: Bench) -> None:
    flow = socket_flow()
    say(flow, "private")
    bench.capture.websocket_message(flow)
    assert bench.thread.items == []


def test_a_long_socket_keeps_only_its_latest_messages(bench: Bench) -> None:
    """mitmproxy would keep all; some stay, because others read the last one."""
    bench.settings = settings(Path("unused"), keep_bodies="1k")
    flow = bench.open(socket_flow())
    assert flow.websocket is not None
    for number in range(500):
        say(flow, f"message {number:04}")
        bench.capture.websocket_message(flow)
        assert flow.websocket.messages[-1].content == f"message {number:04}".encode()
    assert 50 <= len(flow.websocket.messages) <= 100
    assert len(bench.thread.of(MessageSeen)) == 500


def test_a_short_socket_keeps_all_of_them(bench: Bench) -> None:
    flow = bench.open(socket_flow())
    for number in range(500):
        say(flow, f"message {number:04}")
        bench.capture.websocket_message(flow)
    assert flow.websocket is not None
    assert len(flow.websocket.messages) == 500


def test_the_messages_that_are_left_are_redacted_at_the_end(bench: Bench) -> None:
    bench.thread.redaction = FlowRedaction((), "/", None, (), None, ("hash:0", "clean"))
    flow = bench.open(socket_flow())
    say(flow, KEY, from_client=True)
    say(flow, "clean")
    bench.end("websocket_end", flow)
    assert bench.thread.messages == [(True, KEY), (False, "clean")]
    assert flow.websocket is not None
    assert [message.content for message in flow.websocket.messages] == [b"hash:0", b"clean"]


# -- flows from a file -----------------------------------------------------------------------------------------------


def test_a_recorded_flow_goes_through_with_its_own_times(bench: Bench) -> None:
    flow = flow_of(live=False)
    assert flow.response is not None
    flow.response.raw_content = b"data: 1\n\n"
    flow.request.timestamp_end, flow.response.timestamp_start, flow.response.timestamp_end = 1e9, 1e9 + 1, 1e9 + 2
    asyncio.run(bench.context.cycle(bench.capture, flow))
    assert bench.thread.kinds == ["RequestSeen", "HeadSeen", "ChunkSeen", "EndSeen"]
    assert [item.at.epoch_ns // 10**9 - 10**9 for item in bench.thread.items] == [0, 1, 2, 2]
    assert not flow.response.stream


def test_a_recorded_flow_that_was_cut_ends_so(bench: Bench) -> None:
    """Read back from a file, it passes through the hook of whole ones first."""
    flow = flow_of(live=False)
    flow.error = mitm_flow.Error("peer closed connection")
    asyncio.run(bench.context.cycle(bench.capture, flow))
    assert [(ended.cut, ended.error) for ended in bench.thread.of(EndSeen)] == [
        (Cut.UPSTREAM, "peer closed connection")
    ]


def test_a_recorded_socket_goes_through_with_its_own_times(bench: Bench) -> None:
    flow = socket_flow(live=False)
    say(flow, "ask", from_client=True)
    say(flow, "answer")
    asyncio.run(bench.context.cycle(bench.capture, flow))
    assert bench.thread.kinds == ["RequestSeen", "HeadSeen", "MessageSeen", "MessageSeen", "EndSeen"]
    assert {seen.at.epoch_ns for seen in bench.thread.of(MessageSeen)} == {1_700_000_000_500_000_000}


# -- the finished flow -----------------------------------------------------------------------------------------------


def test_a_finished_flow_holds_what_redaction_left(bench: Bench) -> None:
    flow = bench.stream(flow_of())
    bench.end("response", flow)
    assert flow.response is not None
    assert flow.request.headers["x-api-key"] == "hash:0"
    assert (flow.request.raw_content, flow.response.raw_content) == (b"{}", b"data: 1\n\n")


def begin_to_send(flow: http.HTTPFlow) -> None:
    """What mitmproxy does with the body's end, right before the `response` hook."""
    assert flow.response is not None
    assert callable(flow.response.stream)
    flow.response.stream(b"")


def saved(bench: Bench, folder: Path, play: Callable[[], None]) -> list[http.HTTPFlow]:
    """What mitmproxy's `-w` holds after that."""
    path = folder / "flows"
    bench.context.configure(bench.context.master.addons.get("save"), save_stream_file=str(path))
    play()
    bench.context.master.addons.get("save").done()
    with path.open("rb") as file:
        return [flow for flow in FlowReader(file).stream() if isinstance(flow, http.HTTPFlow)]


def saver(bench: Bench) -> Any:
    return bench.context.master.addons.get("save")


def test_who_looks_at_a_flow_hears_when_it_has_its_body(bench: Bench) -> None:
    """The list, the view of one flow and mitmweb's page draw a flow again after mitmproxy's `update`."""
    flow = bench.stream(flow_of())
    heard: list[bytes | None] = []

    class Looking:
        def update(self, flows: list[http.HTTPFlow]) -> None:
            heard.extend(one.response.raw_content for one in flows if one is flow and one.response)

    bench.context.master.addons.add(Looking())
    bench.end("response", flow)
    assert heard == [b"data: 1\n\n"]


def test_saving_waits_for_the_redaction(bench: Bench, tmp_path: Path) -> None:
    bench.thread.mode = "late"

    def play() -> None:
        flow = bench.stream(flow_of())
        saver(bench).request(flow)
        begin_to_send(flow)

        async def end() -> None:
            asyncio.get_running_loop().call_later(0.02, bench.thread.run_calls)
            await bench.capture.response(flow)

        asyncio.run(end())
        saver(bench).response(flow)

    (flow,) = saved(bench, tmp_path, play)
    assert flow.request.headers["x-api-key"] == "hash:0"
    assert flow.request.raw_content == b"{}"


@pytest.mark.parametrize("mode", ["dead", "at once"], ids=["no answer in time", "nothing known of it"])
def test_what_was_not_redacted_is_saved_without_credentials_and_bodies(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(capture_module, "SAVE_WAIT_S", 0.01)
    bench.thread.mode, bench.thread.redaction = mode, None

    def play() -> None:
        flow = bench.stream(flow_of(f"{ANTHROPIC}?key={KEY}"))
        assert flow.response is not None
        flow.response.headers["set-cookie"] = "secret"
        saver(bench).request(flow)
        begin_to_send(flow)
        bench.end("response", flow)
        saver(bench).response(flow)

    (flow,) = saved(bench, tmp_path, play)
    assert flow.response is not None
    assert flow.request.headers["x-api-key"].startswith("hash:")
    assert flow.request.path.startswith("/v1/messages?key=hash:")
    assert flow.response.headers["set-cookie"].startswith("hash:")
    assert (flow.request.raw_content, flow.response.raw_content) == (None, None)
    assert KEY.encode() not in (tmp_path / "flows").read_bytes()


def test_a_response_that_is_still_to_be_sent_stays_as_it_is(bench: Bench, tmp_path: Path) -> None:
    """One without a body is sent after the `response` hook: what the hook changed would reach the client."""
    flow = flow_of()
    assert flow.response is not None
    flow.response.headers["set-cookie"] = "for the client"
    bench.thread.mode = "late"

    def play() -> None:
        bench.open(flow)
        saver(bench).request(flow)
        asyncio.run(bench.capture.response(flow))
        saver(bench).response(flow)
        assert flow.response is not None
        assert flow.response.headers["set-cookie"] == "for the client"

    (kept,) = saved(bench, tmp_path, play)
    assert kept.request.headers["x-api-key"].startswith("hash:")


def test_an_answer_that_is_still_to_be_sent_stays_as_it_is(bench: Bench, tmp_path: Path) -> None:
    """mitmproxy sends one without a body after the hook."""
    sent: list[str] = []

    def play() -> None:
        flow = bench.open(flow_of(status=204))
        assert flow.response is not None
        flow.response.headers["set-cookie"] = "secret"
        saver(bench).request(flow)

        async def end() -> None:
            assert flow.response is not None
            await bench.capture.response(flow)
            saver(bench).response(flow)
            sent.append(flow.response.headers["set-cookie"])

        asyncio.run(end())

    (flow,) = saved(bench, tmp_path, play)
    assert sent == ["secret"]
    assert flow.response is not None
    assert flow.response.headers["set-cookie"].startswith("hash:")
    assert flow.request.headers["x-api-key"].startswith("hash:")
    assert KEY.encode() not in (tmp_path / "flows").read_bytes()


@pytest.mark.parametrize("make", [flow_of, socket_flow], ids=["http", "socket"])
def test_what_is_open_when_the_proxy_stops_is_saved_without_credentials(
    bench: Bench, tmp_path: Path, make: Callable[[], http.HTTPFlow]
) -> None:
    def play() -> None:
        flow = bench.open(make())
        saver(bench).request(flow)
        if flow.websocket:
            say(flow, KEY, from_client=True)
        bench.context.master.should_exit.set()
        bench.capture.done()

    (flow,) = saved(bench, tmp_path, play)
    assert flow.request.headers["x-api-key"].startswith("hash:")
    assert KEY.encode() not in (tmp_path / "flows").read_bytes()


def test_what_is_open_when_the_script_is_reloaded_stays_as_it_is(bench: Bench, tmp_path: Path) -> None:
    """Its request may still have to be sent."""
    flow = flow_of()

    def play() -> None:
        bench.capture.request(flow)
        bench.capture.done()

    saved(bench, tmp_path, play)
    assert flow.request.headers["x-api-key"] == KEY
    assert flow.request.raw_content


@pytest.mark.parametrize("hook", ["response", "error"])
def test_what_ends_after_a_reload_keeps_no_credential(bench: Bench, hook: str) -> None:
    """The capture that knew it is gone."""
    flow = bench.stream(flow_of())
    bench.capture.done()
    bench.end(hook, flow)
    assert flow.request.headers["x-api-key"].startswith("hash:")
    assert flow.request.raw_content is None


def test_without_saving_the_client_waits_for_nothing(bench: Bench) -> None:
    bench.thread.mode = "dead"
    flow = bench.open(flow_of())
    bench.end("response", flow)
    assert flow.request.headers["x-api-key"] == KEY


def test_the_proxy_mode_is_none_of_its_business(bench: Bench) -> None:
    """Reverse mode and plain HTTP are captured alike."""
    flow = flow_of("http://127.0.0.1:9111/v1/messages")
    flow.client_conn.proxy_mode = ProxyMode.parse("reverse:https://api.anthropic.com")
    bench.open(flow)
    assert bench.thread.kinds == ["RequestSeen", "HeadSeen"]

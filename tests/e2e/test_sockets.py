"""Responses over WebSocket, asked by a plain client: one socket, several exchanges, and the ways in which it may end.

The messages arrive as they were sent; each `response.create` is an exchange of its own in the log, judged by its own
messages and not by how the socket ends (a client that just goes away is the normal case).
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, TextMessage
from wsproto.events import Request as UpgradeRequest
from wsproto.extensions import PerMessageDeflate

from tests.e2e import dialects
from tests.e2e.answers import Request, WebSocket
from tests.e2e.authority import Authority
from tests.e2e.dialects import Reply
from tests.e2e.harness import Proxy, wait_until
from tests.e2e.reference import as_logged, embedded_data
from tests.e2e.upstream import Upstream

HOST = "api.openai.com"
READ_BYTES = 65536
REPLY = Reply("socket01", text="Good morning from a socket. " * 3, thinking="Say something friendly.")
EVENTS = [dialects.compact(event) for event in dialects.responses(REPLY, "gpt-lab")]
HALF = EVENTS[: len(EVENTS) // 2]
ERROR = dialects.compact(
    {"type": "error", "status": 429, "error": {"type": "rate_limit", "message": "Wait a second"}, "headers": {}}
)
PLANS: dict[str, list[str | None]] = {
    "whole": [*EVENTS],
    "dropped": [*HALF, None],
    "refused": [ERROR],
    "silent after half": [*HALF],
}
"""What is sent in answer to a `response.create` whose `model` is the plan's name."""


def create(plan: str) -> str:
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"Now {plan}."}]}
    return dialects.compact({"type": "response.create", "model": plan, "input": [message]})


class SocketClient:
    """A WebSocket client through the proxy: CONNECT, TLS, upgrade. A context manager that leaves without a word."""

    def __init__(self, proxy: Proxy, mark: str) -> None:
        raw = socket.create_connection(("127.0.0.1", proxy.port), 30)
        raw.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += raw.recv(1)
        assert b" 200 " in head
        context = ssl.create_default_context(cafile=str(proxy.client_ca))
        self.tls = context.wrap_socket(raw, server_hostname=HOST)
        self.connection = WSConnection(ConnectionType.CLIENT)
        headers = [(b"x-lab-mark", mark.encode())]
        ask = UpgradeRequest(HOST, "/v1/responses", extensions=[PerMessageDeflate()], extra_headers=headers)
        self.tls.sendall(self.connection.send(ask))
        self.events = self._events()
        assert isinstance(next(self.events), AcceptConnection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tls.close()

    def say(self, text: str) -> None:
        self.tls.sendall(self.connection.send(TextMessage(data=text)))

    def hear(self, count: int) -> list[str]:
        """The next `count` messages; fewer when the socket ends before."""
        heard: list[str] = []
        text = ""
        while len(heard) < count and (event := next(self.events, None)) is not None:
            if isinstance(event, TextMessage):
                text += event.data
                if event.message_finished:
                    heard.append(text)
                    text = ""
        return heard

    def _events(self) -> Iterator[object]:
        while data := self._read():
            self.connection.receive_data(data)
            yield from self.connection.events()

    def _read(self) -> bytes:
        try:
            return self.tls.recv(READ_BYTES)
        except OSError:
            return b""


@dataclass(slots=True)
class Laboratory:
    proxy: Proxy

    def logged(self, mark: str, count: int) -> list[tuple[dict[str, Any], dict[str, Any], list[str]]]:
        """(flow record, end record, log lines) of the socket's exchanges, in order, once there are `count`."""

        def flows() -> list[dict[str, Any]]:
            found = self.proxy.whole_records("sse_flows.jsonl")
            return [flow for flow in found if flow["request_headers"].get("x-lab-mark") == mark]

        def ends() -> dict[str, dict[str, Any]]:
            ids = {flow["flow_id"] for flow in flows()}
            found = self.proxy.whole_records("sse_flow_ends.jsonl")
            return {end["flow_id"]: end for end in found if end["flow_id"] in ids}

        wait_until(lambda: len(ends()) >= count, lambda: f"{ends()}\n{self.proxy.said()[-3000:]}", 20.0)
        text = (self.proxy.log_dir / "all-mitm-sse" / "sse_lines.jsonl").read_text()
        lines = [(json.loads(line)["flow_id"], line) for line in text.split("\n")[:-1]]
        return [
            (flow, ends()[flow["flow_id"]], [line for flow_id, line in lines if flow_id == flow["flow_id"]])
            for flow in flows()
        ]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Iterator[Laboratory]:
    def on_text(text: str) -> Iterator[tuple[float, str | None]]:
        yield from ((0.001, message) for message in PLANS[json.loads(text)["model"]])

    def serve(_: Request) -> WebSocket:
        return WebSocket(on_text, deflate=True)

    folder = tmp_path_factory.mktemp("sockets")
    with (
        Upstream(serve, authority) as upstream,
        Proxy(folder, f"upstream:{upstream.url}", authority, confdir=confdir) as proxy,
    ):
        yield Laboratory(proxy)


def test_each_response_is_an_exchange_of_its_own(lab: Laboratory) -> None:
    """Numbered in the flow's id, with all messages of both directions in one sequence."""
    with SocketClient(lab.proxy, "two") as client:
        for _ in range(2):
            client.say(create("whole"))
            assert client.hear(len(EVENTS)) == EVENTS
    exchanges = lab.logged("two", 2)
    flow_id = exchanges[0][0]["flow_id"].rpartition(":")[0]
    assert [f"{flow_id}:0", f"{flow_id}:1"] == [flow["flow_id"] for flow, _, _ in exchanges]
    for flow, end, lines in exchanges:
        records = [json.loads(line) for line in lines]
        assert (flow["transport"], flow["status"], flow["model"]) == ("websocket", 101, "whole")
        assert [as_logged(text) for text in [create("whole"), *EVENTS]] == [embedded_data(line) for line in lines]
        assert ["out", *["in"] * len(EVENTS)] == [record["dir"] for record in records]
        assert list(range(len(EVENTS) + 1)) == [record["seq"] for record in records]
        assert (end["end"], end["error"], end["events"]) == ("complete", None, len(EVENTS))
        assert (end["text"], end["thinking"], end["stop_reason"]) == (REPLY.text, REPLY.thinking, "completed")


@pytest.mark.parametrize(
    ("plan", "count", "end"),
    [
        pytest.param("whole", len(EVENTS), "complete", id="client leaves after the end"),
        pytest.param("silent after half", len(HALF), "client_closed", id="client leaves in mid-reply"),
        pytest.param("dropped", len(HALF), "upstream_closed", id="upstream drops the socket in mid-reply"),
        pytest.param("refused", 1, "error", id="error message"),
    ],
)
def test_the_end_is_judged_by_the_messages(lab: Laboratory, plan: str, count: int, end: str) -> None:
    mark = f"{plan} alone"
    sent = [message for message in PLANS[plan] if message is not None]
    with SocketClient(lab.proxy, mark) as client:
        client.say(create(plan))
        assert client.hear(count) == sent
        if plan == "dropped":
            assert client.hear(1) == []
    ((_, record, lines),) = lab.logged(mark, 1)
    assert record["end"] == end
    assert sent == [embedded_data(line) for line in lines[1:]]
    if plan == "refused":
        assert "Wait a second" in record["error"]

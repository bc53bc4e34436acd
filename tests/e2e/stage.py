"""Agents who say what a test tells them to, when it tells them to, through a real mitmweb.

In: prompts, and pieces of the provider's answers. Out: a `Stage` with the proxy and its page's address; each agent is
a session of Claude Code's, with at most one call at a time.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.answers import Request, Response
from tests.e2e.authority import Authority
from tests.e2e.harness import MITMWEB, Proxy, free_port, wait_until
from tests.e2e.upstream import Upstream
from tests.exchanges import sse

PASSWORD = "open sesame"
MODEL = "claude-sonnet-4-5-20250929"
LOOK_S = 0.005
SESSION_HEADER = "x-claude-code-session-id"

type Line = dict[str, Any] | None
"""An event of the answer; None ends it."""


@dataclass
class Agent:
    """One session. `ask` begins a call, `say` and its kin stream the answer, `rest` ends it."""

    name: str
    port: int
    lines: queue.SimpleQueue[Line] = field(default_factory=queue.SimpleQueue)
    messages: list[dict[str, Any]] = field(default_factory=list)
    blocks: int = 0
    call: threading.Thread | None = None
    connection: http.client.HTTPConnection | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, prompt: str) -> None:
        self.messages.append({"role": "user", "content": prompt})
        self._send()

    def give_back(self, call_id: str, result: str, *, is_error: bool = False) -> None:
        """A tool's result, in the next request."""
        block = {"type": "tool_result", "tool_use_id": call_id, "content": result, "is_error": is_error}
        self.messages.append({"role": "user", "content": [block]})
        self._send()

    def think(self, *pieces: str) -> None:
        self._block(
            {"type": "thinking", "thinking": ""}, [{"type": "thinking_delta", "thinking": one} for one in pieces]
        )

    def say(self, *pieces: str, done: bool = True) -> None:
        self._block({"type": "text", "text": ""}, [{"type": "text_delta", "text": one} for one in pieces], done=done)

    def go_on(self, *pieces: str) -> None:
        """More of the block that is not done."""
        for piece in pieces:
            self._delta({"type": "text_delta", "text": piece})

    def use(self, call_id: str, name: str, arguments: dict[str, Any], pieces: int = 12) -> None:
        wire = json.dumps(arguments)
        size = max(1, len(wire) // pieces)
        deltas = [
            {"type": "input_json_delta", "partial_json": wire[at : at + size]} for at in range(0, len(wire), size)
        ]
        self._block({"type": "tool_use", "id": call_id, "name": name, "input": {}}, deltas)

    def rest(self, stop: str = "end_turn", **usage: int) -> None:
        """The answer's end; waits until the client has it."""
        told = {"input_tokens": 10, "output_tokens": 5, **usage}
        self.lines.put({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": told})
        self.lines.put({"type": "message_stop"})
        self.lines.put(None)
        assert self.call is not None
        self.call.join()
        self.messages.append({"role": "assistant", "content": f"answer {len(self.messages)}"})

    def break_off(self) -> None:
        """The provider ends the answer in its middle; waits until the client has it."""
        self.lines.put(None)
        assert self.call is not None
        self.call.join()

    def hang_up(self) -> None:
        """The client leaves in the middle of the answer, as when a person presses Esc."""
        assert self.call is not None
        assert self.connection is not None
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.call.join()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        self.blocks = 0
        started = {
            "type": "message",
            "id": f"msg_{len(self.messages)}",
            "role": "assistant",
            "model": MODEL,
            "usage": {},
        }
        self.lines.put({"type": "message_start", "message": started})
        self.call = threading.Thread(target=self._post, daemon=True)
        self.call.start()

    def _post(self) -> None:
        connection = self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        body = json.dumps({"model": MODEL, "stream": True, "messages": self.messages})
        headers = {
            "content-type": "application/json",
            "user-agent": "claude-cli/2.1.330 (external, cli)",
            SESSION_HEADER: self.name,
            **self.headers,
        }
        # Where a test has failed, the stage goes in the middle of an answer.
        with contextlib.suppress(http.client.HTTPException, OSError):
            connection.request("POST", "/v1/messages", body, headers)
            connection.getresponse().read()
        connection.close()

    def _block(self, block: dict[str, Any], deltas: list[dict[str, Any]], *, done: bool = True) -> None:
        self.lines.put({"type": "content_block_start", "index": self.blocks, "content_block": block})
        for delta in deltas:
            self._delta(delta)
        if done:
            self.lines.put({"type": "content_block_stop", "index": self.blocks})
            self.blocks += 1

    def _delta(self, delta: dict[str, Any]) -> None:
        self.lines.put({"type": "content_block_delta", "index": self.blocks, "delta": delta})


@dataclass
class Stage:
    proxy: Proxy
    web_port: int
    agents: dict[str, Agent] = field(default_factory=dict)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def url(self) -> str:
        """The page, with what lets one in."""
        return f"{self.web}/agent?token={PASSWORD.replace(' ', '%20')}"

    def agent(self, name: str) -> Agent:
        return self.agents.setdefault(name, Agent(name, self.proxy.port))

    def answer(self, request: Request) -> Response:
        """As each agent's provider."""
        lines = self.agents[request.header(SESSION_HEADER) or ""].lines
        return Response(200, (("content-type", "text/event-stream"),), _told(lines))


def _told(lines: queue.SimpleQueue[Line]) -> Iterator[tuple[float, bytes]]:
    while True:
        try:
            line = lines.get_nowait()
        except queue.Empty:
            yield LOOK_S, b""
            continue
        if line is None:
            return
        yield 0.0, sse(line)


@contextmanager
def stage(folder: Path, authority: Authority, confdir: Path, **options: str) -> Iterator[Stage]:
    """`options` are mitmproxy's."""
    web_port = free_port()
    web = {"web_host": "127.0.0.1", "web_port": str(web_port), "web_open_browser": "false", "web_password": PASSWORD}
    with Upstream(lambda request: played.answer(request), authority) as upstream:
        proxy = Proxy(
            folder, f"reverse:{upstream.url}", authority, confdir=confdir, program=MITMWEB, options={**web, **options}
        )
        played = Stage(proxy, web_port)
        with proxy:
            wait_until(lambda: "/agent" in proxy.said(), proxy.said, 10.0)
            yield played

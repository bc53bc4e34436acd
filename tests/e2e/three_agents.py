"""Three agents that stream at once, as slowly as a test wants: an upstream's handler, and the agents' side.

In: nothing. Out: `Agents`: its handler answers each of the three in its own dialect, but holds the second half of each
answer back until `go` is set.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.e2e import dialects
from tests.e2e.answers import Request, Response
from tests.e2e.dialects import Call, Reply
from tests.e2e.wire_client import WireClient

HOLD_S = 0.05
_WAIT = b": wait\n\n"
"""A comment, such as providers send to keep a stream alive."""


@dataclass(frozen=True, slots=True)
class Agent:
    """`asks` is its prompt; its answer is `reply`, as `stream` tells it."""

    name: str
    url: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    events: list[bytes]


def _claude(name: str, session: str, prompt: str, reply: Reply) -> Agent:
    body = {
        "model": "claude-sonnet-4-5-20250929",
        "stream": True,
        "max_tokens": 100,
        "system": "You are Claude Code, Anthropic's official CLI for Claude.",
        "messages": [{"role": "user", "content": prompt}],
        "tools": [{"name": "Bash", "description": "Runs a command.", "input_schema": {"type": "object"}}],
    }
    headers = {"user-agent": "claude-cli/2.1.330 (external, cli)", "x-claude-code-session-id": session}
    events = list(dialects.anthropic(reply, "claude-sonnet-4-5-20250929"))
    return Agent(name, "http://api.anthropic.com/v1/messages", headers, body, events)


def _codex(prompt: str, reply: Reply) -> Agent:
    body = {
        "model": "gpt-5.3-codex",
        "stream": True,
        "instructions": "You are Codex, a coding agent.",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}],
        "tools": [{"type": "function", "name": "exec_command", "parameters": {"type": "object"}}],
    }
    headers = {"user-agent": "codex_cli_rs/0.98.0 (Linux 6.8; x86_64)", "session_id": "codex-session"}
    events = [
        dialects.sse(dialects.compact(event), event["type"]) for event in dialects.responses(reply, "gpt-5.3-codex")
    ]
    return Agent("codex", "http://api.openai.com/v1/responses", headers, body, events)


ALPHA = _claude(
    "alpha",
    "alpha-session",
    "Why is the build red?",
    Reply(
        "a1",
        "The build is red because a test fails.",
        "Let me look at the build.",
        Call("c1", "Bash", {"command": "make check"}),
    ),
)
BETA = _claude(
    "beta", "beta-session", "Tidy up the kitchen.", Reply("b1", "The kitchen is tidy now.", "Where is the broom?")
)
GAMMA = _codex("List the harbours.", Reply("g1", "There are three harbours: north, south and east."))
ALL = (ALPHA, BETA, GAMMA)


class Agents:
    """A context manager for the agents' threads. `go` lets the answers end."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self._pool = ThreadPoolExecutor(8)

    def handler(self, request: Request) -> Response:
        wanted = request.header("x-three-agents")
        agent = next(one for one in ALL if one.name == wanted)
        return Response(200, (("content-type", "text/event-stream"),), self._chunks(agent.events))

    def ask(self, agent: Agent, port: int) -> Future[bytes]:
        """The answer's body, when it has ended, without what was only sent to wait."""
        return self._pool.submit(_post, agent, port)

    def close(self) -> None:
        self.go.set()
        self._pool.shutdown()

    def _chunks(self, events: list[bytes]) -> Iterator[tuple[float, bytes]]:
        half = len(events) // 2
        for event in events[:half]:
            yield 0.0, event
        while not self.go.is_set():
            yield HOLD_S, _WAIT
        for event in events[half:]:
            yield 0.0, event


def _post(agent: Agent, port: int) -> bytes:
    with WireClient(port, None, agent.url) as client:  # type: ignore[arg-type]  # plain HTTP: no certificate
        headers = {**agent.headers, "x-three-agents": agent.name}
        body = client.read_until_cut(client.post(agent.url, json.dumps(agent.body).encode(), headers))
        return body.replace(_WAIT, b"")

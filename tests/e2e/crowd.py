"""A crowd of agents of several dialects at work at once: what the live view is for.

In: how many. Out: agents, each with requests to send one after the other, and the upstream's handler that answers them,
piece by piece, each at its own pace. What every agent says has its name in it, so that a screen can be read for whole
lines, for who has said them, and for what is missing.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tests.e2e import dialects
from tests.e2e.answers import Request, Response, stream_response
from tests.e2e.dialects import Call, Reply, compact, sse
from tests.e2e.wire_client import WireClient

WHO_HEADER = "x-crowd"
"""Which agent asks, and which of its turns this is: `3/1`."""

PROSE = (
    "The module keeps a table of widths, and {who} has to find out which row is wrong before anything is changed. ",
    "Two callers depend on the old order; {who} leaves it as it is and adds a key instead.\n",
    "A short look at the tests first: they name 幅 and 高さ, so wide characters matter to {who}. ",
    "Nothing else reads the file, which {who} has made sure of.\n\n",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    url: str
    headers: dict[str, str]
    body: Callable[[str, list[tuple[Reply, str]]], dict[str, Any]]
    """The request's JSON, of the prompt and of what has been said and answered since."""
    answer: Callable[[Reply], Iterator[bytes]]
    shell: Callable[[str], tuple[str, dict[str, Any] | None, str | None]]
    """A command as this client's call: name, arguments, script."""


def _messages(prompt: str, turns: list[tuple[Reply, str]]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for reply, result in turns:
        assert reply.call is not None
        use = {"type": "tool_use", "id": reply.call.id, "name": reply.call.name, "input": reply.call.arguments}
        back = {"type": "tool_result", "tool_use_id": reply.call.id, "content": result}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [back]}]
    tools = [{"name": "Bash", "input_schema": {"type": "object"}}]
    model = "claude-sonnet-4-5-20250929"
    return {"model": model, "max_tokens": 4096, "stream": True, "messages": messages, "tools": tools}


def _input(prompt: str, turns: list[tuple[Reply, str]]) -> dict[str, Any]:
    items: list[dict[str, Any]] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}
    ]
    for reply, result in turns:
        assert reply.call is not None
        call = {"type": "custom_tool_call", "call_id": reply.call.id, "name": "exec", "input": reply.call.script}
        items += [call, {"type": "custom_tool_call_output", "call_id": reply.call.id, "output": result}]
    return {"model": "gpt-5.3-codex", "stream": True, "input": items, "tools": [{"type": "custom", "name": "exec"}]}


def _chat(prompt: str, turns: list[tuple[Reply, str]]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for reply, result in turns:
        assert reply.call is not None
        function = {"name": reply.call.name, "arguments": reply.call.wire}
        call = {"id": reply.call.id, "type": "function", "function": function}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": reply.call.id, "content": result},
        ]
    tools = [{"type": "function", "function": {"name": "run_shell_command", "parameters": {"type": "object"}}}]
    return {"model": "qwen3-coder-plus", "stream": True, "messages": messages, "tools": tools}


def _contents(prompt: str, turns: list[tuple[Reply, str]]) -> dict[str, Any]:
    contents: list[dict[str, Any]] = [{"role": "user", "parts": [{"text": prompt}]}]
    for reply, result in turns:
        assert reply.call is not None
        call = {"name": reply.call.name, "args": reply.call.arguments}
        back = {"name": reply.call.name, "response": {"output": result}}
        contents += [
            {"role": "model", "parts": [{"functionCall": call}]},
            {"role": "user", "parts": [{"functionResponse": back}]},
        ]
    return {"contents": contents, "tools": [{"functionDeclarations": [{"name": "run_shell_command"}]}]}


def _responses(reply: Reply) -> Iterator[bytes]:
    return (sse(compact(event), event["type"]) for event in dialects.responses(reply, "gpt-5.3-codex"))


CLAUDE = Dialect(
    "http://api.anthropic.com/v1/messages?beta=true",
    {"user-agent": "claude-cli/2.1.330 (external, cli)", "x-claude-code-session-id": "5e5510{:02}-0000-4000-8000-0000"},
    _messages,
    lambda reply: dialects.anthropic(reply, "claude-sonnet-4-5-20250929"),
    lambda command: ("Bash", {"command": command, "description": "Run it"}, None),
)
CODEX = Dialect(
    "http://api.openai.com/v1/responses",
    {"user-agent": "codex_cli_rs/0.169.0", "originator": "codex_cli_rs", "session-id": "0199c0de-{:04}-7000-8000-0000"},
    _input,
    _responses,
    lambda command: (
        "exec",
        None,
        f"const r = await tools.exec_command({compact({'cmd': command})});\ntext(r.output);",
    ),
)
QWEN = Dialect(
    "http://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
    {"user-agent": "QwenCode/0.24.4 (linux; x64)"},
    _chat,
    lambda reply: dialects.chat(reply, "qwen3-coder-plus"),
    lambda command: ("run_shell_command", {"command": command, "is_background": False}, None),
)
GEMINI = Dialect(
    "http://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse",
    {"user-agent": "GeminiCLI/0.61.0 (linux; x64)"},
    _contents,
    lambda reply: dialects.gemini(reply, "gemini-3-pro"),
    lambda command: ("run_shell_command", {"command": command}, None),
)
DIALECTS = (CLAUDE, CODEX, QWEN, GEMINI)


class Agent:
    """`name` is in all it says. `pace_s` between two pieces of its answers."""

    def __init__(self, number: int, paragraphs: int, pace_s: float) -> None:
        self.number = number
        self.name = f"agent-{number}"
        self.dialect = DIALECTS[number % len(DIALECTS)]
        self.pace_s = pace_s
        self.prompt = f"Please put the widths in order, {self.name}."
        prose = "".join(itertools.islice(itertools.cycle(PROSE), 3 * paragraphs)).format(who=self.name)
        self.command = (
            f"rg -n 'width|幅' src/{self.name} | sort -k2 | head -n {number + 20} && echo {self.name} has looked"
        )
        name, arguments, script = self.dialect.shell(self.command)
        call = Call(f"call_{number}", name, arguments, script)
        self.replies = (
            Reply(f"{number}-0", prose, f"What does the request of {self.name} mean? One look will tell.", call),
            Reply(f"{number}-1", f"Done, says {self.name}: the widths are in order.\n"),
        )
        self.result = f"src/{self.name}/a.py:3: width = 2\nsrc/{self.name}/b.py:9: width = 1\n"

    def lines(self) -> list[str]:
        """What has to be on the screen, each on a line of its own (which may have wrapped)."""
        prose = [line for line in self.replies[0].text.split("\n") if line]
        return [f"> {self.prompt}", f"$ {self.command}", *prose, *self.replies[1].text.splitlines()]

    def work(self, proxy_port: int) -> None:
        """Both turns. What comes back is no matter of the screen; a proxy that ends early neither."""
        for turn in range(len(self.replies)):
            turns = [(self.replies[0], self.result)][:turn]
            headers = {name: value.format(self.number) for name, value in self.dialect.headers.items()}
            body = json.dumps(self.dialect.body(self.prompt, turns)).encode()
            with WireClient(proxy_port, None, self.dialect.url) as client, contextlib.suppress(OSError, HTTPException):
                response = client.post(self.dialect.url, body, headers | {WHO_HEADER: f"{self.number}/{turn}"})
                client.read_until_cut(response)


class Crowd:
    """`handle` is the upstream's handler."""

    def __init__(self, agents: int, *, paragraphs: int = 2, pace_s: float = 0.02) -> None:
        self.agents = [Agent(number, paragraphs, pace_s * (1 + number % 3)) for number in range(agents)]

    def handle(self, request: Request) -> Response:
        number, _, turn = (request.header(WHO_HEADER) or "").partition("/")
        agent = self.agents[int(number)]
        return stream_response(agent.dialect.answer(agent.replies[int(turn)]), delay_s=agent.pace_s)

    def work(self, proxy_port: int, apart_s: float = 0.2) -> None:
        """All at once, each beginning a little after the one before it."""
        threads = [threading.Thread(target=agent.work, args=(proxy_port,), daemon=True) for agent in self.agents]
        for thread in threads:
            thread.start()
            time.sleep(apart_s)
        for thread in threads:
            thread.join()

"""A scripted model for the real clients: it thinks, says something, runs a shell command, and concludes.

In: any request that a coding agent makes while it works on one prompt. Out: the answer, and in `said` a note of each
model exchange (dialect, part in the play, what the log has to tell). Which part comes is decided by the request alone:
one that holds a tool's result gets the conclusion, one that offers a shell tool gets the call, one without tools is a
side call (a title, a summary). What is no model call gets an empty answer or 404, with which the clients go on.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.e2e import dialects
from tests.e2e.answers import Answer, Request, Response, WebSocket, json_response, stream_response
from tests.e2e.dialects import Call, Reply, Told

COMMAND = "echo hello-from-tool"
THINKING = "The user wants a greeting. I'll let the shell say it — “echo” is enough."
SAYING = "I'll run one command.\n"
CONCLUSION = "The tool said hello: hello-from-tool. Ünïcödé ✓ done."
SIDE = "Greeting from a tool"
DELAY_S = 0.002

type Part = Literal[
    "call", "conclusion", "delegation", "agent_call", "agent_conclusion", "side", "router", "warmup", "count_tokens"
]
"""The `agent_` parts are a sub-agent's."""

SHELL_TOOLS: dict[str, dict[str, Any]] = {
    "Bash": {"command": COMMAND, "description": "Say hello"},
    "bash": {"command": COMMAND, "description": "Say hello"},
    "run_shell_command": {"command": COMMAND, "description": "Say hello", "is_background": False},
    "exec_command": {"cmd": COMMAND},
    "shell_command": {"command": COMMAND},
    "shell": {"command": ["bash", "-lc", COMMAND]},
}
TASK = "Find out what the shell says when it is greeted."
AGENT_TOOLS: dict[str, dict[str, Any]] = {
    "Agent": {
        "description": "Greet the shell",
        "prompt": TASK,
        "subagent_type": "general-purpose",
        "run_in_background": False,
    },
    "task": {"description": "Greet the shell", "prompt": TASK, "subagent_type": "general"},
}
SPAWN = {"task_name": "greeting", "message": TASK, "fork_turns": "none"}
EXEC_SCRIPT = f'const r = await tools.exec_command({{"cmd":"{COMMAND}"}});\ntext(r.output);'


type Transport = Literal["sse", "websocket", "json"]


@dataclass(frozen=True, slots=True)
class Said:
    """One model exchange as the script played it."""

    part: Part
    dialect: str
    transport: Transport
    body: Any
    """The request's JSON: the body, or the message on a WebSocket."""
    told: Told


class Script:
    """The play. `handle` is the upstream's handler; it may be called from any connection."""

    def __init__(self, websockets: bool = True, quote: str = "", delegate: bool = False) -> None:
        """Without `websockets` an upgrade is refused with 426, after which Codex uses SSE. With `delegate` the shell is
        left to a sub-agent where the client has a tool for that.

        `quote` is what the conclusion ends with: a credential, say, that the model should have kept to itself.
        """
        self.said: list[Said] = []
        self.conclusion = CONCLUSION + quote
        self._websockets = websockets
        self._delegate = delegate
        self._numbers = itertools.count(1)

    def handle(self, request: Request) -> Answer:
        for pattern, handler in ROUTES:
            if re.fullmatch(pattern, f"{request.method} {request.path}"):
                return handler(self, request)
        return json_response({}) if request.method == "POST" else json_response({"error": "not here"}, 404)

    def _note(self, part: Part, dialect: str, body: Any, told: Told, transport: Transport = "sse") -> None:
        self.said.append(Said(part, dialect, transport, body, told))

    def _reply(self, part: Part, call: Call | None) -> Reply:
        id = f"script{next(self._numbers):04}"
        match part:
            case "call" | "delegation" | "agent_call":
                return Reply(id, SAYING, THINKING, call)
            case "conclusion" | "agent_conclusion":
                return Reply(id, self.conclusion)
            case _:
                return Reply(id, SIDE)

    def _decide(self, concluded: bool, tools: Iterable[str], first: Any) -> tuple[Part, Reply]:
        """`first` is the conversation's first message: a sub-agent's is the task that it was given."""
        offered = list(tools)
        in_agent = TASK in json.dumps(first)
        if concluded:
            part: Part = "agent_conclusion" if in_agent else "conclusion"
            return part, self._reply(part, None)
        part, choice = "agent_call" if in_agent else "call", SHELL_TOOLS
        if self._delegate and not in_agent and not AGENT_TOOLS.keys().isdisjoint(offered):
            part, choice = "delegation", AGENT_TOOLS
        name = next((tool for tool in offered if tool in choice), None)
        if name is None:
            return "side", self._reply("side", None)
        return part, self._reply(part, Call(f"call_{next(self._numbers):06}", name, choice[name]))

    # One method a dialect -------------------------------------------------------------------------------------------

    def anthropic(self, request: Request) -> Response:
        body = request.json()
        blocks = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
        concluded = any(block["type"] == "tool_result" for block in blocks)
        part, reply = self._decide(concluded, _names(body), body["messages"][0])
        self._note(part, "anthropic.messages", body, dialects.anthropic_told(reply))
        return stream_response(dialects.anthropic(reply, body["model"]), delay_s=DELAY_S)

    def count_tokens(self, request: Request) -> Response:
        self._note("count_tokens", "anthropic.messages", request.json(), Told(None, "", "", (), None, {}), "json")
        return json_response({"input_tokens": 1234})

    def responses(self, request: Request) -> Response:
        body = request.json()
        part, reply = self._decide_responses(body, _mentions_task(body))
        self._note(part, "openai.responses", body, dialects.responses_told(reply))
        events = [dialects.sse(dialects.compact(e), e["type"]) for e in dialects.responses(reply, body["model"])]
        answer = stream_response(events, delay_s=DELAY_S)
        pauses = ((delay_s, b"") for delay_s in self._pauses(part))
        return Response(answer.status, answer.headers, itertools.chain(pauses, answer.chunks))

    def responses_upgrade(self, _: Request) -> Answer:
        if not self._websockets:
            return json_response({"error": {"message": "WebSockets are not served here"}}, 426)

        in_agent = False

        def on_text(text: str) -> Iterator[tuple[float, str | None]]:
            nonlocal in_agent
            body = json.loads(text)
            real = body.get("generate") is not False
            in_agent = in_agent or _mentions_task(body)
            part, reply = self._decide_responses(body, in_agent) if real else ("warmup", self._reply("warmup", None))
            self._note(part, "openai.responses", body, dialects.responses_told(reply, real), "websocket")
            yield from ((delay_s, "") for delay_s in self._pauses(part))
            for event in dialects.responses(reply, body["model"], real):
                yield DELAY_S, dialects.compact(event)

        return WebSocket(on_text, deflate=True)

    def _decide_responses(self, body: dict[str, Any], in_agent: bool) -> tuple[Part, Reply]:
        items = [item for item in body["input"] if isinstance(item, dict)]
        concluded = any(str(item.get("type")).endswith("_call_output") for item in items)
        if concluded or not any(item.get("type") == "additional_tools" for item in items):
            return self._decide(concluded, _names(body), TASK if in_agent else None)
        call_id = f"call_{next(self._numbers):06}"
        if self._delegate and not in_agent:
            return "delegation", self._reply(
                "delegation", Call(call_id, "spawn_agent", SPAWN, namespace="collaboration")
            )
        part: Part = "agent_call" if in_agent else "call"
        return part, self._reply(part, Call(call_id, "exec", script=EXEC_SCRIPT))

    def _pauses(self, part: Part) -> Iterator[float]:
        """Codex does not wait for a sub-agent, and ends when the main agent has concluded."""
        if self._delegate and part == "conclusion":
            while not any(said.part == "agent_conclusion" for said in self.said):
                yield 0.05
            yield 0.5

    def chat(self, request: Request) -> Response:
        body = request.json()
        concluded = any(message["role"] == "tool" for message in body["messages"])
        names = [tool["function"]["name"] for tool in body.get("tools") or []]
        first = next(message for message in body["messages"] if message["role"] == "user")
        part, reply = self._decide(concluded, names, first)
        self._note(part, "openai.chat", body, dialects.chat_told(reply))
        return stream_response(dialects.chat(reply, body["model"]), delay_s=DELAY_S)

    def gemini_stream(self, request: Request) -> Response:
        body = request.json()
        parts = [part for content in body["contents"] for part in content["parts"]]
        names = [f["name"] for tool in body.get("tools") or [] for f in tool.get("functionDeclarations", [])]
        part, reply = self._decide(any("functionResponse" in part for part in parts), names, None)
        self._note(part, "google.generateContent", body, dialects.gemini_told(reply))
        return stream_response(dialects.gemini(reply, _gemini_model(request)), "text/event-stream", DELAY_S)

    def gemini_json(self, request: Request) -> Response:
        """The router's question, answered by the JSON that its schema asks for."""
        text = json.dumps({"complexity_reasoning": "One simple step.", "complexity_score": 10})
        reply = Reply(f"script{next(self._numbers):04}", text)
        self._note("router", "google.generateContent", request.json(), dialects.gemini_told(reply), "json")
        return json_response(dialects.gemini_chunk([{"text": text}], _gemini_model(request), reply.id, "STOP"))


def _mentions_task(body: dict[str, Any]) -> bool:
    """Whether a message of the input, not a call's arguments, has the sub-agent's task."""
    return any(TASK in json.dumps(item) for item in body["input"] if not str(item.get("type")).endswith("_call"))


def _names(body: dict[str, Any]) -> list[str]:
    return [tool.get("name", "") for tool in body.get("tools") or []]


def _gemini_model(request: Request) -> str:
    return request.path.rpartition("/")[2].partition(":")[0]


ROUTES: list[tuple[str, Callable[[Script, Request], Answer]]] = [
    (r"POST .*/v1/messages", Script.anthropic),
    (r"POST .*/v1/messages/count_tokens", Script.count_tokens),
    (r"POST .*/responses", Script.responses),
    (r"GET .*/responses", Script.responses_upgrade),
    (r"POST .*/chat/completions", Script.chat),
    (r"POST /v1beta/models/[^/]+:streamGenerateContent", Script.gemini_stream),
    (r"POST /v1beta/models/[^/]+:generateContent", Script.gemini_json),
]

"""Where a secret can be planted, and whether anything of it can be found in a log folder afterwards.

In: a text in pieces. Out: `Seen` items as the event loop would have queued them, in each dialect's own words: `PLACES`.
And from a finished folder: `traces`, whatever of a secret can be put together from what is in its files: as it stands,
JSON-unescaped, percent-decoded, base64-decoded, and joined over the frames as a client would join them.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from addons.capture.observed import ChunkSeen, HeadSeen, MessageSeen, RequestSeen, Seen
from addons.sinks.reader import iter_records
from addons.sinks.records import Kind
from tests.exchanges import at, elsewhere, end, handshake, request, sse
from tests.redaction.samples import Sample
from tests.wire.test_eventstream import event as aws_event

SHORTEST_TRACE = 12

type Body = Callable[[Sequence[str]], Iterable[bytes | str]]
"""The chunks (or, on a WebSocket, the messages) of an answer that says these pieces."""


@dataclass(frozen=True, slots=True)
class Place:
    """`as_json`: the pieces are those of a JSON text in which the planted text is a string."""

    name: str
    ask: RequestSeen
    content_type: str
    body: Body
    as_json: bool = False

    def text(self, planted: str) -> str:
        return json.dumps({"command": planted}) if self.as_json else planted

    def play(self, pieces: Sequence[str], flow_id: str, gap_ms: float = 20.0) -> Iterator[Seen]:
        yield self._asked(flow_id)
        if self.ask.is_websocket:
            yield HeadSeen(at(50), 101, ())
            yield MessageSeen(at(100), True, '{"type":"response.create","model":"m","input":"hi"}')
        else:
            yield HeadSeen(at(100), 200, (("content-type", self.content_type),))
        for number, piece in enumerate(self.body(pieces)):
            moment = at(200 + gap_ms * number)
            if isinstance(piece, str):
                yield MessageSeen(moment, False, piece)
            else:
                yield ChunkSeen(moment, piece)
        yield end()

    def _asked(self, flow_id: str) -> RequestSeen:
        values = {name: getattr(self.ask, name) for name in RequestSeen.__slots__}
        return RequestSeen(**{**values, "flow_id": flow_id})


# -- bodies ----------------------------------------------------------------------------------------------------------


def anthropic_events(start: dict[str, Any], kind: str, field: str, pieces: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One block of the kind, and between its deltas those of another."""
    yield {"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "model": "m", "content": []}}
    yield {"type": "content_block_start", "index": 0, "content_block": start}
    yield {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}
    for number, piece in enumerate(pieces):
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": kind, field: piece}}
        beside = {"type": "text_delta", "text": f"word {number} "}
        if number % 3 == 1:
            yield {"type": "content_block_delta", "index": 1, "delta": beside}
        if number % 7 == 2:
            yield {"type": "ping"}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "content_block_stop", "index": 1}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def anthropic(start: dict[str, Any], kind: str, field: str) -> Body:
    return lambda pieces: map(sse, anthropic_events(start, kind, field, pieces))


def responses_events(item: dict[str, Any], kind: str, done: str, where: dict[str, Any], pieces: Sequence[str]) -> Any:
    """An item with its deltas, another's deltas in between, and every snapshot that the API sends."""
    text = "".join(pieces)
    base = {"id": "resp_1", "object": "response", "model": "m", "status": "in_progress", "output": []}
    fill = json.dumps(item).replace('"TEXT"', json.dumps(text))
    whole, empty = json.loads(fill), json.loads(json.dumps(item).replace('"TEXT"', '""'))
    yield {"type": "response.created", "response": base}
    yield {"type": "response.output_item.added", "output_index": 0, "item": empty}
    for number, piece in enumerate(pieces):
        ids = {"item_id": "i_1", "output_index": 0, **where}
        yield {"type": f"response.{kind}.delta", **ids, "delta": piece, "obfuscation": "aB3d"}
        if number % 3 == 1:
            ids = {"item_id": "i_2", "output_index": 1, "content_index": 0}
            yield {"type": "response.output_text.delta", **ids, "delta": f"word {number} "}
    yield {"type": f"response.{kind}.done", "item_id": "i_1", "output_index": 0, **where, done: text}
    yield {"type": "response.output_item.done", "output_index": 0, "item": whole}
    yield {"type": "response.completed", "response": {**base, "status": "completed", "output": [whole]}}


MESSAGE = {"id": "i_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "TEXT"}]}
CALL = {"id": "i_1", "type": "function_call", "call_id": "call_1", "name": "shell", "arguments": "TEXT"}
CUSTOM = {"id": "i_1", "type": "custom_tool_call", "call_id": "call_1", "name": "exec", "input": "TEXT"}
REASONING = {"id": "i_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "TEXT"}]}
PART = {"content_index": 0}


def responses(item: dict[str, Any], kind: str, done: str, where: dict[str, Any]) -> Body:
    return lambda pieces: map(sse, responses_events(item, kind, done, where, pieces))


def messages(item: dict[str, Any], kind: str, done: str, where: dict[str, Any]) -> Body:
    return lambda pieces: map(json.dumps, responses_events(item, kind, done, where, pieces))


def chat(delta: Callable[[str], dict[str, Any]], beside: Callable[[str], dict[str, Any]]) -> Body:
    def body(pieces: Sequence[str]) -> Iterator[bytes]:
        base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m"}
        for number, piece in enumerate(pieces):
            yield sse({**base, "choices": [{"index": 0, "delta": delta(piece), "finish_reason": None}]})
            if number % 3 == 1:
                yield sse({**base, "choices": [{"index": 1, "delta": beside(f"word {number} ")}]})
        yield sse({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield sse("[DONE]")

    return body


def _chat_call(piece: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"name": "shell", "arguments": piece}}]}


def _parallel_calls(pieces: Sequence[str]) -> Iterator[bytes]:
    for number, piece in enumerate(pieces):
        calls = [{"index": 0, "function": {"arguments": piece}}, {"index": 1, "function": {"arguments": f"{number}"}}]
        yield sse({"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": calls[:: -1 if number % 2 else 1]}}]})


def _mistral_parts(pieces: Sequence[str]) -> Iterator[bytes]:
    """Content as a list of parts, two in each chunk."""
    for first in range(0, len(pieces), 2):
        parts = [{"type": "text", "text": piece} for piece in pieces[first : first + 2]]
        yield sse({"id": "c", "choices": [{"index": 0, "delta": {"content": parts}}]})
    yield sse("[DONE]")


def gemini(part: Callable[[str], dict[str, Any]], parts_a_chunk: int = 1) -> Body:
    def body(pieces: Sequence[str]) -> Iterator[bytes]:
        for first in range(0, len(pieces), parts_a_chunk):
            parts = [part(piece) for piece in pieces[first : first + parts_a_chunk]]
            chunk = {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}], "responseId": "r"}
            yield f"data: {json.dumps(chunk)}\r\n\r\n".encode()

    return body


def _partial_arguments(piece: str) -> dict[str, Any]:
    part = {"jsonPath": "$.command", "stringValue": piece, "willContinue": True}
    return {"functionCall": {"name": "shell", "partialArgs": [part]}}


def _gemini_array(pieces: Sequence[str]) -> Iterator[bytes]:
    yield b"["
    for number, piece in enumerate(pieces):
        chunk = {"candidates": [{"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0}]}
        yield (b",\n" if number else b"") + json.dumps(chunk, indent=1).encode()
    yield b"]"


def _bedrock_invoke(pieces: Sequence[str]) -> Iterator[bytes]:
    for inner in anthropic_events({"type": "text", "text": ""}, "text_delta", "text", pieces):
        encoded = base64.b64encode(json.dumps(inner).encode()).decode()
        yield aws_event("chunk", json.dumps({"bytes": encoded, "p": "abcdefgh"}).encode())


def _converse(wrap: Callable[[str], dict[str, Any]]) -> Body:
    def body(pieces: Sequence[str]) -> Iterator[bytes]:
        yield aws_event("messageStart", b'{"role":"assistant"}')
        for number, piece in enumerate(pieces):
            yield aws_event("contentBlockDelta", json.dumps({"contentBlockIndex": 0, "delta": wrap(piece)}).encode())
            if number % 3 == 1:
                beside = {"contentBlockIndex": 1, "delta": {"text": f"word {number} "}}
                yield aws_event("contentBlockDelta", json.dumps(beside).encode())
        yield aws_event("contentBlockStop", b'{"contentBlockIndex":0}')
        yield aws_event("messageStop", b'{"stopReason":"end_turn"}')

    return body


def ndjson(wrap: Callable[[str], dict[str, Any]]) -> Body:
    def body(pieces: Sequence[str]) -> Iterator[bytes]:
        for piece in pieces:
            yield json.dumps({"model": "m", **wrap(piece), "done": False}).encode() + b"\n"
        yield json.dumps({"model": "m", **wrap(""), "done": True, "done_reason": "stop"}).encode() + b"\n"

    return body


def _comments(pieces: Sequence[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield "".join(f": {line}\n" for line in piece.split("\n")).encode() + b"\n"
        yield sse({"type": "ping"})


def _plain_events(pieces: Sequence[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield "".join(f"data: {line}\n" for line in piece.split("\n")).encode() + b"\n"


def _whole_json(wrap: Callable[[list[str]], Any]) -> Body:
    return lambda pieces: [json.dumps(wrap(list(pieces))).encode()]


def _text_blocks(pieces: Sequence[str]) -> Iterator[bytes]:
    """Each piece is a block of its own: a client shows them one after the other."""
    yield sse({"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "model": "m", "content": []}})
    for index, piece in enumerate(pieces):
        yield sse({"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}})
        delta = {"type": "text_delta", "text": piece}
        yield sse({"type": "content_block_delta", "index": index, "delta": delta})
        yield sse({"type": "content_block_stop", "index": index})
    yield sse({"type": "message_stop"})


ANTHROPIC = request()
OPENAI = elsewhere("api.openai.com", "/v1/responses")
CHAT = elsewhere("api.openai.com", "/v1/chat/completions")
GEMINI = elsewhere("generativelanguage.googleapis.com", "/v1beta/models/g:streamGenerateContent")
BEDROCK = elsewhere("bedrock-runtime.us-east-1.amazonaws.com", "/model/m/invoke-with-response-stream")
CONVERSE = elsewhere("bedrock-runtime.us-east-1.amazonaws.com", "/model/m/converse-stream")
OLLAMA = elsewhere("localhost", "/api/chat")
GENERATE = elsewhere("localhost", "/api/generate")
SSE, AWS, NDJSON, JSON = (
    "text/event-stream",
    "application/vnd.amazon.eventstream",
    "application/x-ndjson",
    "application/json",
)
TEXT_BLOCK = {"type": "text", "text": ""}
THINKING_BLOCK = {"type": "thinking", "thinking": ""}
TOOL_BLOCK = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}

PLACES: tuple[Place, ...] = (
    Place("anthropic text", ANTHROPIC, SSE, anthropic(TEXT_BLOCK, "text_delta", "text")),
    Place("anthropic thinking", ANTHROPIC, SSE, anthropic(THINKING_BLOCK, "thinking_delta", "thinking")),
    Place("anthropic arguments", ANTHROPIC, SSE, anthropic(TOOL_BLOCK, "input_json_delta", "partial_json"), True),
    Place("anthropic, a block each", ANTHROPIC, SSE, _text_blocks),
    Place("responses text", OPENAI, SSE, responses(MESSAGE, "output_text", "text", PART)),
    Place("responses arguments", OPENAI, SSE, responses(CALL, "function_call_arguments", "arguments", {}), True),
    Place("responses custom input", OPENAI, SSE, responses(CUSTOM, "custom_tool_call_input", "input", {})),
    Place(
        *("responses summary", OPENAI, SSE),
        responses(REASONING, "reasoning_summary_text", "text", {"summary_index": 0}),
    ),
    Place("chat text", CHAT, SSE, chat(lambda piece: {"content": piece}, lambda piece: {"content": piece})),
    Place("chat reasoning", CHAT, SSE, chat(lambda p: {"reasoning_content": p}, lambda piece: {"content": piece})),
    Place("chat arguments", CHAT, SSE, chat(_chat_call, _chat_call), True),
    Place("chat, parallel calls", CHAT, SSE, _parallel_calls, True),
    Place("mistral parts", elsewhere("api.mistral.ai", "/v1/chat/completions"), SSE, _mistral_parts),
    Place("gemini text", GEMINI, SSE, gemini(lambda piece: {"text": piece})),
    Place("gemini, parts", GEMINI, SSE, gemini(lambda piece: {"text": piece}, 3)),
    Place("gemini thought", GEMINI, SSE, gemini(lambda piece: {"text": piece, "thought": True})),
    Place("gemini partial arguments", GEMINI, SSE, gemini(_partial_arguments)),
    Place("gemini array", GEMINI, JSON, _gemini_array),
    Place("bedrock invoke", BEDROCK, AWS, _bedrock_invoke),
    Place("bedrock text", CONVERSE, AWS, _converse(lambda piece: {"text": piece})),
    Place("bedrock arguments", CONVERSE, AWS, _converse(lambda piece: {"toolUse": {"input": piece}}), True),
    Place("ollama chat", OLLAMA, NDJSON, ndjson(lambda p: {"message": {"role": "assistant", "content": p}})),
    Place("ollama thinking", OLLAMA, NDJSON, ndjson(lambda p: {"message": {"role": "assistant", "thinking": p}})),
    Place("ollama generate", GENERATE, NDJSON, ndjson(lambda piece: {"response": piece})),
    Place("socket text", handshake(), "", messages(MESSAGE, "output_text", "text", PART)),
    Place("socket arguments", handshake(), "", messages(CALL, "function_call_arguments", "arguments", {}), True),
    Place("comments", ANTHROPIC, SSE, _comments),
    Place("plain events", elsewhere("news.example", "/feed", b""), SSE, _plain_events),
    Place(
        *("unknown JSON", elsewhere("news.example", "/feed", b""), SSE),
        lambda pieces: [sse({"x": [{"y": {"z": piece}}], "n": 1}) for piece in pieces],
    ),
    Place(
        *("unknown JSON, strings of an array", elsewhere("news.example", "/feed", b""), SSE),
        lambda pieces: [sse({"x": list(pieces[at : at + 2])}) for at in range(0, len(pieces), 2)],
    ),
    Place(
        *("answer of parts", ANTHROPIC, JSON),
        _whole_json(
            lambda pieces: {
                "id": "msg_1",
                "type": "message",
                "content": [{"type": "text", "text": piece} for piece in pieces],
            }
        ),
    ),
)
"""Answers. What a client sends is `ASKED`."""


def asked_in_parts(pieces: Sequence[str]) -> dict[str, Any]:
    content = [{"type": "text", "text": piece} for piece in pieces]
    return {"model": "m", "stream": True, "messages": [{"role": "user", "content": content}]}


def asked_in_a_result(pieces: Sequence[str]) -> dict[str, Any]:
    content = [{"type": "text", "text": piece} for piece in pieces]
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}
    return {"model": "m", "stream": True, "messages": [{"role": "user", "content": [result]}]}


def asked_in_a_string(pieces: Sequence[str]) -> dict[str, Any]:
    return {"model": "m", "stream": True, "messages": [{"role": "user", "content": "".join(pieces)}]}


def asked_in_a_call(pieces: Sequence[str]) -> dict[str, Any]:
    call = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "".join(pieces)}}
    return {"model": "m", "stream": True, "messages": [{"role": "assistant", "content": [call]}]}


def asked_of_responses(pieces: Sequence[str]) -> dict[str, Any]:
    content = [{"type": "input_text", "text": piece} for piece in pieces]
    arguments = json.dumps({"command": ["bash", "-lc", "".join(pieces)]})
    items = [
        {"type": "message", "role": "user", "content": content},
        {"type": "function_call", "call_id": "c", "name": "shell", "arguments": arguments},
        {"type": "function_call_output", "call_id": "c", "output": json.dumps({"output": "".join(pieces)})},
    ]
    return {"model": "m", "stream": True, "instructions": "".join(pieces), "input": items}


def asked_of_gemini(pieces: Sequence[str]) -> dict[str, Any]:
    parts = [{"text": piece} for piece in pieces]
    return {"contents": [{"role": "user", "parts": parts}], "systemInstruction": {"parts": parts}}


def asked_in_system(pieces: Sequence[str]) -> dict[str, Any]:
    tool = {"name": "Bash", "description": "".join(pieces), "input_schema": {"type": "object"}}
    return {"model": "m", "system": "".join(pieces), "tools": [tool], "messages": [{"role": "user", "content": "x"}]}


type Ask = Callable[[Sequence[str]], dict[str, Any]]
ASKED: dict[str, tuple[RequestSeen, Ask]] = {
    "parts of a message": (ANTHROPIC, asked_in_parts),
    "a tool's result": (ANTHROPIC, asked_in_a_result),
    "a message's string": (ANTHROPIC, asked_in_a_string),
    "a call's input": (ANTHROPIC, asked_in_a_call),
    "system and tools": (ANTHROPIC, asked_in_system),
    "responses items": (OPENAI, asked_of_responses),
    "gemini contents": (GEMINI, asked_of_gemini),
}


# -- what is left ----------------------------------------------------------------------------------------------------

_ESCAPE = re.compile(r'\\+(?:u([0-9a-fA-F]{4})|(["/nrtbf]))')
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2]), text)


def opened(text: str) -> str:
    """What the base64 in the text holds."""
    inner = []
    for run in _BASE64_RUN.findall(text):
        digits = run.rstrip("=").replace("-", "+").replace("_", "/")
        for skip in range(4):
            part = digits[skip:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            inner.append(base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1"))
    return "\n".join(inner)


def joined_over_frames(root: Path) -> str:
    """The texts of each exchange as a client puts them together: the strings at one place of its frames, one after the
    other, and all comments; places in arrays count as one."""
    texts: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)

    def walk(node: Any, path: tuple[Any, ...]) -> None:
        if isinstance(node, str):
            texts[path].append(node)
            if path[-1] == "bytes":
                walk(json.loads(base64.b64decode(node)), (*path, "opened"))
        elif isinstance(node, dict):
            marks = [(name, value) for name, value in node.items() if name.endswith(("index", "Index", "thought"))]
            for name, member in node.items():
                walk(member, (*path, *marks, name))
        elif isinstance(node, list):
            for member in node:
                walk(member, (*path, "*"))

    for line in iter_records(root, Kind.LINES):
        walk(line["data"], (line["flow_id"], line["dir"]))
        if line.get("comment") is not None:
            texts[line["flow_id"], "comment"].append(line["comment"])
    for blob in iter_records(root, Kind.BLOBS):
        walk(blob["content"], (blob["hash"],))
    return "\n\0\n".join(["".join(pieces) for pieces in texts.values()])


def everything(root: Path) -> dict[str, str]:
    """All that can be read out of a folder, by how it is read."""
    stands = "\n".join(
        f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in sorted(root.rglob("*")) if path.is_file()
    )
    joined = joined_over_frames(root)
    readings = {"as it stands": stands, "joined": joined}
    for name, text in list(readings.items()):
        plain = unescaped(text)
        readings |= {f"{name}, unescaped": plain, f"{name}, percent-decoded": unquote(unquote(plain))}
        readings |= {f"{name}, entities": html.unescape(html.unescape(plain)), f"{name}, base64": opened(plain)}
        readings[f"{name}, base64 in base64"] = opened(readings[f"{name}, base64"])
    return readings


def traces(readings: dict[str, str], sample: Sample) -> list[str]:
    """How anything of the secret can be read: a dozen characters of it in a row are something."""
    hidden = sample.hidden
    parts = {hidden[at : at + SHORTEST_TRACE] for at in range(max(1, len(hidden) - SHORTEST_TRACE + 1))}
    return sorted({f"{name}: …{part}…" for name, text in readings.items() for part in parts if part in text})

"""One scripted reply, told in each provider's own words.

In: a `Reply` (thinking, text, a tool call, how it stops). Out: the frames of its stream, as each dialect's public
reference describes them (Anthropic Messages, OpenAI Responses and chat completions, Gemini generateContent), and
`Told`: what a log has to say about that reply, in the log format's terms.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PIECE_CHARS = 7
MODEL_VERSION = "scripted-model-1"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call: `arguments` for a function, `script` for a custom tool's free-form input."""

    id: str
    name: str
    arguments: dict[str, Any] | None = None
    script: str | None = None
    namespace: str | None = None
    """Of a Responses function call: the group of tools that it belongs to."""

    @property
    def wire(self) -> str:
        """The argument text as it is streamed."""
        return self.script if self.script is not None else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the scripted model says in one exchange."""

    id: str
    text: str
    thinking: str = ""
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What `sse_flow_ends.jsonl` has to say about a reply. `usage` holds only what the dialect reports."""

    response_id: str | None
    text: str
    thinking: str
    tool_calls: tuple[tuple[str | None, str, str, Any], ...]
    """(id, name, kind, arguments) of each call."""
    stop_reason: str | None
    usage: dict[str, int]


def pieces(text: str) -> list[str]:
    """The text in deltas of a few characters."""
    return ["".join(batch) for batch in itertools.batched(text, PIECE_CHARS)]


def compact(value: Any) -> str:
    """JSON the way services send it: no blanks, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sse(data: str, event: str | None = None) -> bytes:
    """One SSE event."""
    return (f"event: {event}\n" if event else "").encode() + f"data: {data}\n\n".encode()


# Anthropic Messages --------------------------------------------------------------------------------------------------

ANTHROPIC_INPUT = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 100,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
}
ANTHROPIC_OUTPUT_TOKENS = 57
SIGNATURE = "RXhhbXBsZSBzaWduYXR1cmUgb2YgYSB0aGlua2luZyBibG9jaw=="


def anthropic(reply: Reply, model: str) -> Iterator[bytes]:
    """The SSE events of a Messages reply, pings included, the data padded with blanks as the service does."""
    usage = {**ANTHROPIC_INPUT, "output_tokens": 1}
    message = {"id": f"msg_{reply.id}", "type": "message", "role": "assistant", "model": model, "content": []}
    head = {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}}
    yield sse(compact(head), "message_start")
    yield sse(compact({"type": "ping"}), "ping")
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if reply.thinking:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(reply.thinking)]
        signature = {"type": "signature_delta", "signature": SIGNATURE}
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]))
    if reply.text:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": p} for p in pieces(reply.text)]))
    if call := reply.call:
        start = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        blocks.append((start, [{"type": "input_json_delta", "partial_json": p} for p in ["", *pieces(call.wire)]]))
    for index, (block, deltas) in enumerate(blocks):
        yield _anthropic("content_block_start", index=index, content_block=block)
        for delta in deltas:
            yield _anthropic("content_block_delta", index=index, delta=delta)
        yield _anthropic("content_block_stop", index=index)
    stop = {"stop_reason": "tool_use" if reply.call else "end_turn", "stop_sequence": None}
    yield _anthropic("message_delta", delta=stop, usage={"output_tokens": ANTHROPIC_OUTPUT_TOKENS})
    yield _anthropic("message_stop")


def _anthropic(kind: str, **fields: Any) -> bytes:
    return sse(compact({"type": kind, **fields})[:-1] + "     }", kind)


def anthropic_told(reply: Reply) -> Told:
    usage = {
        "input_tokens": 2112,
        "cache_read_input_tokens": 2000,
        "cache_creation_input_tokens": 100,
        "cache_creation_5m_input_tokens": 60,
        "cache_creation_1h_input_tokens": 40,
        "output_tokens": ANTHROPIC_OUTPUT_TOKENS,
    }
    return Told(
        f"msg_{reply.id}", reply.text, reply.thinking, _calls(reply), "tool_use" if reply.call else "end_turn", usage
    )


def _calls(reply: Reply, with_id: bool = True) -> tuple[tuple[str | None, str, str, Any], ...]:
    if not (call := reply.call):
        return ()
    kind = "client" if call.script is None else "custom"
    return ((call.id if with_id else None, call.name, kind, call.arguments),)


# OpenAI Responses ----------------------------------------------------------------------------------------------------

RESPONSES_USAGE = {
    "input_tokens": 300,
    "input_tokens_details": {"cached_tokens": 200},
    "output_tokens": 80,
    "output_tokens_details": {"reasoning_tokens": 30},
    "total_tokens": 380,
}


def responses(reply: Reply, model: str, with_output: bool = True) -> Iterator[dict[str, Any]]:
    """The events of a Responses reply: the data of SSE events, or the messages of a WebSocket.

    Without output it is the answer to a warm-up: created, in_progress, completed.
    """
    numbers = itertools.count()
    items = _response_items(reply) if with_output else []
    base = {"id": f"resp_{reply.id}", "object": "response", "created_at": 1760000000, "model": model}

    def event(kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": kind, "sequence_number": next(numbers), **fields}

    yield event("response.created", response={**base, "status": "in_progress", "output": [], "usage": None})
    yield event("response.in_progress", response={**base, "status": "in_progress", "output": [], "usage": None})
    for index, (start, deltas, item) in enumerate(items):
        yield event("response.output_item.added", output_index=index, item=start)
        for kind, fields in deltas:
            yield event(kind, item_id=item["id"], output_index=index, **fields)
        yield event("response.output_item.done", output_index=index, item=item)
    usage = RESPONSES_USAGE if with_output else {**RESPONSES_USAGE, "output_tokens": 0, "total_tokens": 300}
    output = [item for _, _, item in items]
    yield event("response.completed", response={**base, "status": "completed", "output": output, "usage": usage})


type _Item = tuple[dict[str, Any], list[tuple[str, dict[str, Any]]], dict[str, Any]]


def _response_items(reply: Reply) -> list[_Item]:
    """(the item as announced, its deltas, the item as done) of each output item."""
    items: list[_Item] = []
    if reply.thinking:
        base: dict[str, Any] = {"id": f"rs_{reply.id}", "type": "reasoning", "encrypted_content": "gAAAAABo"}
        part: dict[str, Any] = {"type": "summary_text", "text": reply.thinking}
        kind = "response.reasoning_summary"
        deltas = [(f"{kind}_text.delta", {"summary_index": 0, "delta": piece}) for piece in pieces(reply.thinking)]
        deltas = [
            (f"{kind}_part.added", {"summary_index": 0, "part": {**part, "text": ""}}),
            *deltas,
            (f"{kind}_text.done", {"summary_index": 0, "text": reply.thinking}),
            (f"{kind}_part.done", {"summary_index": 0, "part": part}),
        ]
        items.append(({**base, "summary": []}, deltas, {**base, "summary": [part]}))
    if reply.text:
        base = {"id": f"msg_{reply.id}", "type": "message", "role": "assistant"}
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": reply.text}
        deltas = [("response.output_text.delta", {"content_index": 0, "delta": p}) for p in pieces(reply.text)]
        deltas = [
            ("response.content_part.added", {"content_index": 0, "part": {**part, "text": ""}}),
            *deltas,
            ("response.output_text.done", {"content_index": 0, "text": reply.text}),
            ("response.content_part.done", {"content_index": 0, "part": part}),
        ]
        start = {**base, "status": "in_progress", "content": []}
        items.append((start, deltas, {**base, "status": "completed", "content": [part]}))
    if call := reply.call:
        kind, field, event = (
            ("function_call", "arguments", "response.function_call_arguments")
            if call.script is None
            else ("custom_tool_call", "input", "response.custom_tool_call_input")
        )
        base = {"id": f"item_{reply.id}", "type": kind, "call_id": call.id, "name": call.name}
        base |= {"namespace": call.namespace} if call.namespace else {}
        deltas = [(f"{event}.delta", {"delta": piece}) for piece in pieces(call.wire)]
        deltas.append((f"{event}.done", {field: call.wire}))
        done = {**base, "status": "completed", field: call.wire}
        items.append(({**base, "status": "in_progress", field: ""}, deltas, done))
    return items


def responses_told(reply: Reply, with_output: bool = True) -> Told:
    usage = {"input_tokens": 300, "cache_read_input_tokens": 200, "output_tokens": 80, "reasoning_output_tokens": 30}
    if not with_output:
        return Told(f"resp_{reply.id}", "", "", (), "completed", {**usage, "output_tokens": 0})
    return Told(f"resp_{reply.id}", reply.text, reply.thinking, _calls(reply), "completed", usage)


# OpenAI chat completions ---------------------------------------------------------------------------------------------

CHAT_USAGE = {
    "prompt_tokens": 150,
    "completion_tokens": 40,
    "total_tokens": 190,
    "prompt_tokens_details": {"cached_tokens": 50},
    "completion_tokens_details": {"reasoning_tokens": 10},
}


def chat(reply: Reply, model: str) -> Iterator[bytes]:
    """The SSE events of a chat completion, usage in a last chunk without choices, closed by `[DONE]`."""
    base = {"id": f"chatcmpl-{reply.id}", "object": "chat.completion.chunk", "created": 1760000000, "model": model}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return sse(compact({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}))

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(reply.thinking):
        yield chunk({"reasoning_content": piece})
    for piece in pieces(reply.text):
        yield chunk({"content": piece})
    if call := reply.call:
        start = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield chunk({"tool_calls": [{"index": 0, **start}]})
        for piece in pieces(call.wire):
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if reply.call else "stop")
    yield sse(compact({**base, "choices": [], "usage": CHAT_USAGE}))
    yield sse("[DONE]")


def chat_told(reply: Reply) -> Told:
    usage = {"input_tokens": 150, "cache_read_input_tokens": 50, "output_tokens": 40, "reasoning_output_tokens": 10}
    return Told(
        f"chatcmpl-{reply.id}", reply.text, reply.thinking, _calls(reply), "tool_calls" if reply.call else "stop", usage
    )


# Gemini --------------------------------------------------------------------------------------------------------------

GEMINI_USAGE = {
    "promptTokenCount": 210,
    "cachedContentTokenCount": 110,
    "candidatesTokenCount": 33,
    "thoughtsTokenCount": 21,
    "totalTokenCount": 264,
}


def gemini(reply: Reply, model: str) -> Iterator[bytes]:
    """The SSE events of streamGenerateContent: lines end in CRLF, each chunk repeats the usage."""
    parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in pieces(reply.thinking)]
    parts += [{"text": piece} for piece in pieces(reply.text)]
    if call := reply.call:
        parts.append({"functionCall": {"name": call.name, "args": call.arguments}, "thoughtSignature": SIGNATURE})
    for index, part in enumerate(parts, 1):
        chunk = gemini_chunk([part], model, reply.id, "STOP" if index == len(parts) else None)
        yield f"data: {compact(chunk)}\r\n\r\n".encode()


def gemini_chunk(parts: list[dict[str, Any]], model: str, id: str, reason: str | None) -> dict[str, Any]:
    """One GenerateContentResponse: a chunk of a stream, or (with all parts) the whole answer."""
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": GEMINI_USAGE, "modelVersion": model, "responseId": id}


def gemini_told(reply: Reply) -> Told:
    usage = {"input_tokens": 210, "cache_read_input_tokens": 110, "output_tokens": 54, "reasoning_output_tokens": 21}
    return Told(reply.id, reply.text, reply.thinking, _calls(reply, with_id=False), "STOP", usage)

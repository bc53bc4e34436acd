"""The shape of a request: where each dialect keeps its conversation, its system prompt, its tools and its schema.

In: a request's parsed JSON, which may be anything. Out: pieces of it, never an error. What wraps a request is looked
through: Code Assist's `request` (WIRE.md section 2) and a WebSocket's `response.create` (section 3), whose fields stand
beside `type` or, as in the Realtime API, under `response`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from addons.protocols.values import obj, objs, text

CONVERSATIONS = ("messages", "input", "contents", "prompt", "inputText")
"""Where the conversation is: Anthropic, chat, Bedrock and Ollama; Responses; Gemini; completions; Titan."""

SYSTEM_PROMPTS = ("system", "instructions", "systemInstruction", "system_instruction", "preamble")
SYSTEM_ROLES = frozenset(("system", "developer"))

_SCHEMAS = (
    ("generationConfig", "responseJsonSchema"),
    ("generationConfig", "responseSchema"),
    ("response_format", "json_schema", "schema"),
    ("text", "format", "schema"),
    ("output_config", "format", "schema"),
    ("output_format", "schema"),
    ("format",),
)
"""Gemini's two, chat, Responses, Anthropic's two, Ollama."""


def payload(body: Any) -> dict[str, Any]:
    """The object that holds the conversation."""
    whole = obj(body)
    if not any(name in whole for name in CONVERSATIONS):
        for wrapper in ("request", "response"):
            if isinstance(whole.get(wrapper), dict):
                return obj(whole[wrapper])
    return whole


def conversation_items(body: Any) -> list[Any]:
    """The conversation's messages, input items or contents in order, as they stand in the body."""
    inner = payload(body)
    for name in CONVERSATIONS:
        value = inner.get(name)
        if value is not None:
            return value if isinstance(value, list) else [value]
    if isinstance(inner.get("message"), str):  # Cohere's first version
        history = inner.get("chat_history")
        return [*(history if isinstance(history, list) else ()), {"role": "USER", "message": inner["message"]}]
    return []


def without_cache_markers(value: Any) -> Any:
    """The value without the cache marks that clients move from turn to turn (`cache_control`, Bedrock's `cachePoint`,
    `prompt_cache_breakpoint`). The same object where it has none, or is nested too deeply to tell."""
    try:
        return _unmarked(value)
    except RecursionError:
        return value


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _unmarked(item) for name, item in value.items() if name not in _MARKERS}
        same = len(kept) == len(value) and all(kept[name] is item for name, item in value.items())
        return value if same else kept
    if isinstance(value, list):
        items = [_unmarked(item) for item in value if not _is_marker(item)]
        same = len(items) == len(value) and all(new is old for new, old in zip(items, value, strict=True))
        return value if same else items
    return value


_MARKERS = frozenset(("cache_control", "prompt_cache_breakpoint"))


def _is_marker(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"cachePoint"}


def system_head(body: Any, limit: int) -> str:
    """The beginning of the system prompt: of each of its first blocks, wherever the dialect keeps them."""
    inner = payload(body)
    found = [head_of(inner[name], limit) for name in SYSTEM_PROMPTS if name in inner]
    if not any(found):
        first = conversation_items(body)[:4]
        found = [head_of(item, limit) for item in objs(first) if text(item.get("role")) in SYSTEM_ROLES]
    return "\n".join(piece for piece in found if piece)[:limit]


def head_of(value: Any, limit: int, depth: int = 4) -> str:
    """The beginning of the text in a string, a block, a message or the first four of a list."""
    if isinstance(value, str):
        return value[:limit]
    if depth == 0:
        return ""
    if isinstance(value, list):
        pieces = (head_of(item, limit // 2, depth - 1) for item in value[:4])
        return "\n".join(piece for piece in pieces if piece)[:limit]
    if isinstance(value, dict):
        for name in ("text", "content", "parts"):
            if value.get(name):
                return head_of(value[name], limit, depth - 1)
    return ""


def has_tools(body: Any) -> bool:
    """Whether the model is offered any tool. Codex declares its tools in an input item (WIRE.md section 4)."""
    return next(_tools(body), None) is not None


def declares_tool(body: Any, name: str) -> bool:
    return any(name in _names(tool) for tool in _tools(body))


def _tools(body: Any) -> Iterator[Any]:
    inner = payload(body)
    for holder in (inner.get("tools"), obj(inner.get("toolConfig")).get("tools"), inner.get("functions")):
        if isinstance(holder, list):
            yield from holder
    items = inner.get("input")
    if isinstance(items, list):
        for item in objs(items[:4]):
            if item.get("type") == "additional_tools" and isinstance(item.get("tools"), list):
                yield from item["tools"]


def _names(tool: Any) -> Iterator[Any]:
    tool = obj(tool)
    yield tool.get("name")
    yield obj(tool.get("function")).get("name")
    for listed in ("functionDeclarations", "function_declarations"):
        for declared in objs(tool.get(listed)):
            yield declared.get("name")


def schema_properties(body: Any) -> frozenset[str]:
    """The names that an answer in JSON has to have, where the request prescribes its schema."""
    inner = payload(body)
    for path in _SCHEMAS:
        value: Any = inner
        for name in path:
            value = obj(value).get(name)
        properties = obj(value).get("properties")
        if isinstance(properties, dict):
            return frozenset(properties)
    return frozenset()


def requested_model(body: Any, path_model: str | None) -> str | None:
    """The model as requested: the body's word for it, else the path's. Gemini's `models/` prefix is no part of it."""
    for holder in (obj(body), payload(body)):
        model = holder.get("model")
        if isinstance(model, str) and model:
            return model.removeprefix("models/")
    return path_model


def wants_stream(body: Any) -> bool:
    """Whether the body asks for a stream. A `response.create` always does; with Gemini the path says it."""
    return obj(body).get("type") == "response.create" or payload(body).get("stream") is True

"""What a context window is made of: a request's bytes by what they are (SPEC S3.26, `context`).

In: a request's parsed JSON, in any dialect. Out: for each sort how many there are and how many bytes of compact JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from addons.protocols.request_shape import SYSTEM_PROMPTS, SYSTEM_ROLES, conversation_items, payload
from addons.protocols.request_text import is_models, returns_of, typed_in
from addons.protocols.values import obj, objs, text
from addons.wire.json_text import dump_json

SORTS = (
    "tool definitions",
    "system prompt",
    "injected by the client",
    "the person's words",
    "model's text",
    "model's thinking",
    "tool calls",
    "tool results",
    "images and files",
    "other",
)

_TOOLS = ("tools", "functions", "toolConfig")
_THINKING = ("thinking", "redacted_thinking", "reasoning", "reasoningContent", "thought")
_CALLS = ("tool_use", "toolUse", "functionCall", "function_call", "server_tool_use")
_FILES = ("image", "image_url", "input_image", "inlineData", "inline_data", "document", "input_file", "input_audio")


def window_parts(body: Any) -> dict[str, tuple[int, int]]:
    """By sort: count, bytes."""
    found: dict[str, tuple[int, int]] = {}
    for sort, value in _parts(payload(body)):
        count, size = found.get(sort, (0, 0))
        found[sort] = (count + 1, size + len(dump_json(value)))
    return {sort: found[sort] for sort in SORTS if sort in found}


def _parts(inner: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _TOOLS:
        tools = inner.get(name)
        for tool in tools if isinstance(tools, list) else [tools] if tools else []:
            yield "tool definitions", tool
    for name in SYSTEM_PROMPTS:
        blocks = inner.get(name)
        for block in blocks if isinstance(blocks, list) else [blocks] if blocks else []:
            yield "system prompt", block
    for item in conversation_items(inner):
        yield from _item(item)


def _item(item: Any) -> Iterator[tuple[str, Any]]:
    told = obj(item)
    kind = text(told.get("type"))
    if kind == "additional_tools":
        yield "tool definitions", item
    elif text(told.get("role")) in SYSTEM_ROLES:
        yield "system prompt", item
    elif kind in _THINKING:
        yield "model's thinking", item
    elif kind.endswith("_call"):
        yield "tool calls", item
    elif kind.endswith("_output") or (returns_of(item) and not objs(_blocks(told))):
        yield "tool results", item
    else:
        yield from _message(item, told)


def _message(item: Any, told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    by_model = is_models(item)
    for call in objs(told.get("tool_calls")):
        yield "tool calls", call
    if told.get("reasoning_content"):
        yield "model's thinking", told["reasoning_content"]
    blocks = _blocks(told)
    if not isinstance(blocks, list):
        words = blocks if blocks is not None else item
        if words:
            yield ("model's text" if by_model else _whose(item)), words
        return
    for block in blocks:
        yield _block_sort(item, block, by_model), block


def _block_sort(item: Any, block: Any, by_model: bool) -> str:
    told = obj(block)
    names = {text(told.get("type")), *told}
    if names & set(_THINKING):
        return "model's thinking"
    if names & set(_CALLS):
        return "tool calls"
    if returns_of({"content": [block]}):
        return "tool results"
    if names & set(_FILES):
        return "images and files"
    if isinstance(block, str) or "text" in told:
        return "model's text" if by_model else _whose({**obj(item), "content": [block]})
    return "other"


def _whose(item: Any) -> str:
    return "the person's words" if typed_in(item) else "injected by the client"


def _blocks(told: dict[str, Any]) -> Any:
    return told.get("content", told.get("parts"))

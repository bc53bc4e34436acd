"""What a message says, in any dialect: its role, and its pieces in order.

In: an element of a request's conversation, parsed, which may be anything. Out: a role and pieces: text, thinking, a
call, a result, or what is named by its kind alone (an image). Never an error: what nobody knows is shown as its JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from addons.protocols.values import dumped, obj, objs, text

type PieceKind = Literal["text", "thinking", "call", "result", "other"]

_DEPTH = 4


class Piece(NamedTuple):
    """`name` is the called tool's, or the call's id of a result; empty where there is none."""

    kind: PieceKind
    text: str
    name: str = ""


def role_of(item: Any) -> str:
    """Who speaks; the item's own kind where it names no role; empty where it is a bare text."""
    item = obj(item)
    return text(item.get("role")) or text(item.get("type"))


def pieces_of(item: Any, depth: int = _DEPTH) -> Iterator[Piece]:
    """Of a message, an input item, a content block, a list of them, or a bare string."""
    if isinstance(item, str):
        if item:
            yield Piece("text", item)
    elif isinstance(item, list):
        for element in item:
            yield from pieces_of(element, depth)
    elif isinstance(item, dict) and depth:
        yield from _object(item, depth - 1)
    elif item is not None:
        yield Piece("other", dumped(item))


def _object(item: dict[str, Any], depth: int) -> Iterator[Piece]:
    kind = text(item.get("type"))
    reader = READERS.get(kind) or next((MEMBERS[name] for name in MEMBERS if name in item), None)
    if reader is None and kind.endswith("_call"):
        reader = _call
    elif reader is None and (kind.endswith("_result") or kind.endswith("_output")):
        reader = _result
    if reader is not None:
        yield reader(item)
        return
    found = list(_message(item, depth))
    yield from found or [Piece("other", _described(item))]


def _message(item: dict[str, Any], depth: int) -> Iterator[Piece]:
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(item.get(name), str) and item[name]:
            yield Piece("thinking", item[name])
    if isinstance(item.get("tool_call_id"), str):
        yield Piece("result", _joined(item.get("content")), item["tool_call_id"])
    else:
        for name in ("content", "parts", "message", "text", "refusal"):
            if item.get(name):
                yield from pieces_of(item[name], depth)
    for call in objs(item.get("tool_calls")):
        inner = obj(call.get("function")) or call
        yield Piece("call", dumped(inner.get("arguments", inner.get("parameters"))), text(inner.get("name")))


def _text(item: dict[str, Any]) -> Piece:
    # Gemini marks a thought beside its text.
    kind: PieceKind = "thinking" if item.get("thought") is True else "text"
    return Piece(kind, dumped(item.get("text", item.get("refusal"))))


def _thinking(item: dict[str, Any]) -> Piece:
    reasoning = obj(item.get("reasoningContent"))
    plain = _joined(item.get("summary")) or _joined(item.get("content"))
    said = text(item.get("thinking")) or plain or text(obj(reasoning.get("reasoningText")).get("text"))
    hidden = text(item.get("encrypted_content")) or text(item.get("data")) or text(reasoning.get("redactedContent"))
    return Piece("thinking", said or f"(encrypted, {len(hidden):,} characters)")


def _call(item: dict[str, Any]) -> Piece:
    inner = obj(item.get("toolUse")) or obj(item.get("functionCall")) or obj(item.get("function_call")) or item
    given = (inner[name] for name in ("input", "arguments", "args", "action", "code", "query") if name in inner)
    name = text(inner.get("name")) or text(item.get("type"))
    return Piece("call", dumped(next(given, None)), name)


def _result(item: dict[str, Any]) -> Piece:
    inner = item
    for name in ("toolResult", "functionResponse", "function_response"):
        inner = obj(item.get(name)) or inner
    told = (inner[name] for name in ("content", "output", "response", "result", "tools") if name in inner)
    ids = (text(inner.get(name)) for name in ("tool_use_id", "call_id", "toolUseId", "id", "name"))
    failed = inner.get("is_error") is True or inner.get("status") in ("error", "failed")
    said = _joined(next(told, None))
    return Piece("result", f"(failed) {said}" if failed else said, next(filter(None, ids), ""))


def _joined(content: Any) -> str:
    """The text of a result or a summary; of an object without any its JSON."""
    if isinstance(content, dict):
        return text(content.get("text")) or text(content.get("output")) or dumped(content)
    return "\n".join(piece.text for piece in pieces_of(content))


def _described(item: dict[str, Any]) -> str:
    """Of an image, a file: what it is and how large. Of anything small: its JSON."""
    whole = dumped(item)
    kind = text(item.get("type")) or next(iter(item), "nothing")
    return whole if len(whole) <= 200 else f"({kind}, {len(whole):,} characters)"


READERS: Mapping[str, Callable[[dict[str, Any]], Piece]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text", "reasoning_text", "refusal"), _text),
    **dict.fromkeys(("thinking", "redacted_thinking", "reasoning"), _thinking),
    **dict.fromkeys(("tool_use", "server_tool_use", "mcp_tool_use", "tool_call"), _call),
}
"""Content blocks and input items by their `type`. Others that end in `_call`, `_result` or `_output` are what their
names say."""

MEMBERS: Mapping[str, Callable[[dict[str, Any]], Piece]] = {
    "toolUse": _call,
    "functionCall": _call,
    "toolResult": _result,
    "functionResponse": _result,
    "function_response": _result,
    "reasoningContent": _thinking,
    "text": _text,
}
"""Bedrock and Gemini name a block by its members."""

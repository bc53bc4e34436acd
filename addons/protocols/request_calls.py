"""The tool calls that stand in a conversation: the client sends back what the model has called, with the results.

In: one element of a request's conversation, parsed, in any dialect. Out: the calls in it that a client answers, each
with the id by which the result names it. What the provider runs itself is none of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from addons.protocols.values import obj, objs, text, word


class CallMade(NamedTuple):
    """`id` is None where the dialect gives calls none: results then come in the calls' order."""

    id: str | None
    name: str


def calls_of(item: Any) -> tuple[CallMade, ...]:
    item = obj(item)
    kind = text(item.get("type"))
    if kind.endswith("_call"):  # Responses; of its kinds only those that a client answers have a call id
        return (CallMade(word(item.get("call_id")), text(item.get("name")) or kind),) if item.get("call_id") else ()
    found = [_chat_call(call) for call in objs(item.get("tool_calls"))]
    if isinstance(item.get("function_call"), dict):  # chat's first form
        found.append(CallMade(None, text(item["function_call"].get("name"))))
    blocks = item.get("content") if isinstance(item.get("content"), list) else item.get("parts")
    return (*found, *(call for block in objs(blocks) if (call := _block_call(block)) is not None))


def _chat_call(call: dict[str, Any]) -> CallMade:
    return CallMade(word(call.get("id")), text(obj(call.get("function")).get("name")) or text(call.get("name")))


def _block_call(block: dict[str, Any]) -> CallMade | None:
    if block.get("type") == "tool_use":  # Anthropic
        return CallMade(word(block.get("id")), text(block.get("name")))
    if isinstance(block.get("toolUse"), dict):  # Bedrock Converse
        return CallMade(word(block["toolUse"].get("toolUseId")), text(block["toolUse"].get("name")))
    call = block.get("functionCall", block.get("function_call"))
    if isinstance(call, dict):  # Gemini
        return CallMade(word(call.get("id")), text(call.get("name")))
    return None

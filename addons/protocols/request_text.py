"""What is new in a request: the words that the person typed, and the tool results that the client returns.

In: a request's parsed JSON in any dialect. Out: `RequestText`. New is what follows the model's last words: everything
before has been in an earlier request. What clients inject into messages (reminders, environment blocks) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from addons.protocols.events import ToolReturn
from addons.protocols.injected import typed_text
from addons.protocols.request_shape import SYSTEM_ROLES, conversation_items
from addons.protocols.values import dumped, obj, objs, text, word

MODEL_ROLES = frozenset(("assistant", "model", "chatbot"))

MODEL_ITEMS = frozenset(
    (
        "reasoning",
        "function_call",
        "custom_tool_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "computer_call",
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_call",
        "mcp_list_tools",
        "tool_search_call",
    )
)
"""Input items of the Responses API that the model has made."""

TOOL_ROLES = frozenset(("tool", "function"))


@dataclass(frozen=True, slots=True)
class RequestText:
    """`prompt` is what the person typed last; None where that is nothing: the request returns tool results, or goes on
    by itself."""

    prompt: str | None
    tool_returns: tuple[ToolReturn, ...]


def prompt_of(body: Any, clean: Callable[[Any], Any] = lambda item: item) -> RequestText:
    """`clean` is what each new element of the conversation goes through before anything is taken from it."""
    prompt: str | None = None
    returns: list[ToolReturn] = []
    for item in map(clean, reversed(list(_new_items(conversation_items(body))))):
        returns += returns_of(item)
        prompt = typed_in(item) or prompt
    return RequestText(prompt, tuple(returns))


def typed_in(item: Any) -> str:
    """What the person typed in one element of a conversation; empty where that is nothing."""
    return "\n".join(filter(None, map(typed_text, _user_texts(item))))


def _new_items(items: list[Any]) -> Iterator[Any]:
    """From the last one back to the model's last words. A prefilled answer is the client's own, and nothing typed."""
    end = len(items) - 1 if items and _is_prefilled(items[-1]) else len(items)
    for item in reversed(items[:end]):
        if is_models(item):
            return
        yield item


def is_models(item: Any) -> bool:
    return text(obj(item).get("role")).lower() in MODEL_ROLES or text(obj(item).get("type")) in MODEL_ITEMS


def _is_prefilled(item: Any) -> bool:
    """The model's turn begun for it: text only. With anything else in it the turn was the model's and goes on."""
    content = obj(item).get("content")
    return is_models(item) and (
        isinstance(content, str) or (isinstance(content, list) and all(obj(part).get("text") for part in content))
    )


# -- the person's words ---------------------------------------------------------------------------------------------


def _user_texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
        return
    item = obj(item)
    role = text(item.get("role")).lower()
    if role in SYSTEM_ROLES or role in TOOL_ROLES or (role not in ("user", "human") and not _is_plain(item)):
        return
    if isinstance(item.get("message"), str):
        yield item["message"]
    content = item.get("content", item.get("parts", item.get("text")))
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        kinds = _codex_kinds(item)
        for index, part in enumerate(content):
            if isinstance(part, str):
                yield part
            elif kinds[index : index + 1] != [False]:
                guarded = obj(obj(obj(part).get("guardContent")).get("text"))  # Bedrock
                yield text(obj(part).get("text")) or text(guarded.get("text"))


def _is_plain(item: dict[str, Any]) -> bool:
    """An item without a role: Gemini allows it, and the Responses API has bare `input_text` items."""
    return "role" not in item and item.get("type") in (None, "message", "input_text", "text")


def _codex_kinds(item: dict[str, Any]) -> list[bool]:
    """For each part, whether the person typed it, where Codex says so: its kinds are `user.text` and others."""
    kinds = obj(item.get("internal_chat_message_metadata_passthrough")).get("content_item_kinds")
    return [text(kind).startswith("user") for kind in kinds] if isinstance(kinds, list) else []


# -- tool results ---------------------------------------------------------------------------------------------------


def returns_of(item: Any) -> list[ToolReturn]:
    """The tool results in one element of a conversation."""
    item = obj(item)
    kind = text(item.get("type"))
    if kind.endswith("_output"):
        call_id = word(item.get("call_id")) or word(item.get("id"))
        failed = item.get("status") in ("failed", "incomplete") or obj(item.get("output")).get("success") is False
        return [ToolReturn(call_id, _result_text(item.get("output")), failed)]
    if text(item.get("role")) in TOOL_ROLES:
        call_id = word(item.get("tool_call_id"))
        return [ToolReturn(call_id, _result_text(item.get("content")), item.get("is_error") is True)]
    blocks = item.get("content") if isinstance(item.get("content"), list) else item.get("parts")
    return [found for block in objs(blocks) if (found := _block_return(block)) is not None]


def _block_return(block: dict[str, Any]) -> ToolReturn | None:
    if block.get("type") == "tool_result":
        return ToolReturn(
            word(block.get("tool_use_id")), _result_text(block.get("content")), block.get("is_error") is True
        )
    if isinstance(block.get("toolResult"), dict):  # Bedrock Converse
        result = obj(block["toolResult"])
        failed = result.get("status") == "error"
        return ToolReturn(word(result.get("toolUseId")), _result_text(result.get("content")), failed)
    answer = block.get("functionResponse", block.get("function_response"))
    if isinstance(answer, dict):  # Gemini
        response = obj(answer.get("response"))
        said = response.get("error") or response.get("output") or response.get("result") or answer.get("response")
        return ToolReturn(word(answer.get("id")), _result_text(said), bool(response.get("error")))
    return None


def _result_text(content: Any) -> str:
    """A result as text: a string as it is, the texts of a list of blocks, else its JSON."""
    if isinstance(content, list):
        return "\n".join(filter(None, map(_part_text, content)))
    if isinstance(content, dict):
        inner = content.get("content", content.get("text"))
        return inner if isinstance(inner, str) else dumped(content)
    return dumped(content)


def _part_text(part: Any) -> str:
    if not isinstance(part, dict):
        return dumped(part)
    if isinstance(part.get("text"), str):
        return str(part["text"])
    kind = text(part.get("type")) or next(iter(part), "")
    return dumped(part["json"]) if "json" in part else f"[{kind}]"

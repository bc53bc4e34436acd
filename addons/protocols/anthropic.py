"""Anthropic Messages, wherever it is served (its own API, Bedrock invoke, Vertex, look-alikes), and the older Complete.

In: SSE frames `message_start` … `message_stop`, or one whole message. Out: events. A block's name is its index.
`input_json_delta` comes in pieces; a server tool that another tool calls has its whole input in `content_block_start`.
Source: https://docs.claude.com/en/docs/build-with-claude/streaming
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.decoder import Decoder, indexed
from addons.protocols.events import ToolKind
from addons.protocols.values import obj, objs, text

TOOL_BLOCKS: dict[str, ToolKind] = {"tool_use": "client", "server_tool_use": "server", "mcp_tool_use": "mcp"}

SILENT_BLOCKS = frozenset(("redacted_thinking", "container_upload", "compaction", "fallback"))
"""Known, and without text or call: ciphertext, a file's id, the summary of a conversation that was compacted."""

SILENT_DELTAS = frozenset(("signature_delta", "citations_delta", "compaction_delta"))


class AnthropicDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        kind = value.get("type") or event
        handler = HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            self.unknown(value, event)
        else:
            handler(self.answer, value)

    def on_end(self) -> None:
        """`message_stop` is the terminal event: a stop reason alone does not make a message whole."""


def _message_start(answer: Answer, value: dict[str, Any]) -> None:
    """The message may begin with blocks that the service already has: results of tools that code called."""
    message = obj(value.get("message"))
    answer.started(message.get("model"), message.get("id"))
    _whole_blocks(answer, "start", message.get("content"))
    answer.usage(message.get("usage"))
    answer.stop(message.get("stop_reason"))


def _block_start(answer: Answer, value: dict[str, Any]) -> None:
    _open_block(answer, indexed("", value), obj(value.get("content_block")))


def _open_block(answer: Answer, name: str, block: dict[str, Any]) -> None:
    kind = text(block.get("type"))
    tool = TOOL_BLOCKS.get(kind)
    if tool is not None:
        answer.call(name, block.get("id"), block.get("name"), tool).given = block.get("input")
    elif kind == "text":
        answer.text(name, block.get("text"))
    elif kind == "thinking":
        answer.thinking(name, block.get("thinking"))
    elif kind.endswith("_result"):
        content = block.get("content")
        failed = block.get("is_error") is True or text(obj(content).get("type")).endswith("_error")
        answer.result(name, block.get("tool_use_id"), _result_text(content), is_error=failed)
    elif kind not in SILENT_BLOCKS:
        answer.unrecognised(kind)


def _result_text(content: Any) -> Any:
    """The text of a result that is nothing but text parts; else the content as it is."""
    parts = content if isinstance(content, list) else []
    pieces = [text(part.get("text")) for part in objs(parts) if part.get("type") == "text"]
    return "".join(pieces) if pieces and len(pieces) == len(parts) else content


def _block_delta(answer: Answer, value: dict[str, Any]) -> None:
    delta = obj(value.get("delta"))
    kind = delta.get("type")
    name = indexed("", value)
    if kind == "text_delta":
        answer.text(name, delta.get("text"))
    elif kind == "input_json_delta":
        call = answer.known_call(name) or answer.call(name, None, None, "client")
        answer.arguments(call, delta.get("partial_json"))
    elif kind == "thinking_delta":
        answer.thinking(name, delta.get("thinking"))
    elif not isinstance(kind, str) or kind not in SILENT_DELTAS:
        answer.unrecognised(kind)


def _block_stop(answer: Answer, value: dict[str, Any]) -> None:
    name = indexed("", value)
    call = answer.known_call(name)
    if call is None:
        answer.end_block(name)
    else:
        answer.finish_call(call)


def _message_delta(answer: Answer, value: dict[str, Any]) -> None:
    answer.stop(obj(value.get("delta")).get("stop_reason"))
    answer.usage(value.get("usage"))


def _message_stop(answer: Answer, _value: dict[str, Any]) -> None:
    answer.finish()


def _ping(answer: Answer, _value: dict[str, Any]) -> None:
    answer.heartbeat()


def _whole_message(answer: Answer, value: dict[str, Any]) -> None:
    answer.started(value.get("model"), value.get("id"))
    _whole_blocks(answer, "", value.get("content"))
    answer.usage(value.get("usage"))
    answer.stop(value.get("stop_reason"))
    answer.finish()


def _whole_blocks(answer: Answer, prefix: str, content: Any) -> None:
    for index, block in enumerate(objs(content)):
        _open_block(answer, f"{prefix}{index}", block)
        call = answer.known_call(f"{prefix}{index}")
        if call is not None:
            answer.finish_call(call)


def _completion(answer: Answer, value: dict[str, Any]) -> None:
    """One piece of the Complete API, or its whole answer."""
    answer.started(value.get("model"), value.get("id"))
    answer.text("text", value.get("completion"))
    answer.stop(value.get("stop_reason"))
    if answer.stop_reason is not None:
        answer.finish()


HANDLERS: dict[str, Callable[[Answer, dict[str, Any]], None]] = {
    "message_start": _message_start,
    "content_block_start": _block_start,
    "content_block_delta": _block_delta,
    "content_block_stop": _block_stop,
    "message_delta": _message_delta,
    "message_stop": _message_stop,
    "ping": _ping,
    "message": _whole_message,
    "completion": _completion,
}

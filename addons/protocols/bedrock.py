"""Amazon Bedrock: Converse, and InvokeModel, which wraps the model maker's own dialect.

In: event-stream messages (`:event-type` as the frame's event), or a whole answer of either call. Out: events. An
invoke `chunk` has the inner JSON as base64 in `bytes`; its `amazon-bedrock-invocationMetrics` count as usage only where
the model itself tells none. Amazon's Nova speaks Converse inside InvokeModel, one object per event.
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer, Call
from addons.protocols.decoder import Decoder, indexed
from addons.protocols.values import obj, objs, text
from addons.wire.json_text import parse_json

METRICS = "amazon-bedrock-invocationMetrics"


class ConverseDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        handler = HANDLERS.get(event) if event is not None else None
        if handler is not None:
            handler(self.answer, value)
            return
        wrapped = [name for name in HANDLERS if isinstance(value.get(name), dict)]
        if wrapped:
            for name in wrapped:
                HANDLERS[name](self.answer, value[name])
        elif "output" in value and ("stopReason" in value or "usage" in value):
            self._whole(value)
        else:
            self.unknown(value, event)

    def _whole(self, value: dict[str, Any]) -> None:
        message = obj(obj(value.get("output")).get("message"))
        for index, block in enumerate(objs(message.get("content"))):
            _delta(self.answer, {"contentBlockIndex": index, "delta": block})
        self.answer.usage(value.get("usage"))
        self.answer.stop(value.get("stopReason"))
        self.answer.finish()


class InvokeDecoder(Decoder):
    def __init__(self, inner: Decoder, answer: Answer | None = None) -> None:
        """`inner` reads what the model itself says; it shares this decoder's answer."""
        super().__init__(answer)
        self.inner = inner

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        packed = value.get("bytes")
        if not isinstance(packed, str):
            self.inner.on_object(value, event)
            return
        try:
            chunk = parse_json(b64decode(packed, validate=True))
        except ValueError:
            self.answer.unrecognised(event)
            return
        inner_event = None if event == "chunk" else event
        metrics = chunk.pop(METRICS, None) if isinstance(chunk, dict) else None
        if chunk:
            self.inner.on_value(chunk, inner_event)
        if metrics is not None and not self.answer.has_usage:
            self.answer.usage(metrics)

    def on_end(self) -> None:
        self.inner.on_end()


def _message_start(_answer: Answer, _value: dict[str, Any]) -> None:
    """Has the role, which is always the assistant's."""


def _block_start(answer: Answer, value: dict[str, Any]) -> None:
    start = obj(value.get("start"))
    block = indexed("", value, "contentBlockIndex")
    tool = obj(start.get("toolUse"))
    if tool:
        _call(answer, block, tool)


def _delta(answer: Answer, value: dict[str, Any]) -> None:
    """A delta, or a whole content block, which has the same fields with all of their content."""
    delta = obj(value.get("delta"))
    block = indexed("", value, "contentBlockIndex")
    answer.text(block, delta.get("text"))
    reasoning = delta.get("reasoningContent")
    if isinstance(reasoning, dict):
        answer.thinking(block, reasoning.get("text"))
        answer.thinking(block, obj(reasoning.get("reasoningText")).get("text"))
    tool = delta.get("toolUse")
    if isinstance(tool, dict):
        _tool(answer, block, tool)
    result = delta.get("toolResult")
    if result is not None:
        content = obj(result).get("content", result)
        pieces = [text(part.get("text")) for part in objs(content)]
        answer.result(block, obj(result).get("toolUseId"), "".join(pieces) or content)


def _tool(answer: Answer, block: str, tool: dict[str, Any]) -> None:
    call = _call(answer, block, tool)
    given = tool.get("input")
    if isinstance(given, str):
        answer.arguments(call, given)
    elif given is not None:
        answer.finish_call_with(call, given)


def _call(answer: Answer, block: str, tool: dict[str, Any]) -> Call:
    server = text(tool.get("type")).startswith("server")
    return answer.call(block, tool.get("toolUseId"), tool.get("name"), "server" if server else "client")


def _block_stop(answer: Answer, value: dict[str, Any]) -> None:
    block = indexed("", value, "contentBlockIndex")
    call = answer.known_call(block)
    if call is None:
        answer.end_block(block)
    else:
        answer.finish_call(call)


def _message_stop(answer: Answer, value: dict[str, Any]) -> None:
    """Not the last frame: `metadata` follows with the usage."""
    answer.stop(value.get("stopReason"))


def _metadata(answer: Answer, value: dict[str, Any]) -> None:
    answer.usage(value.get("usage"))
    if answer.stop_reason is not None:
        answer.finish()


HANDLERS: dict[str, Callable[[Answer, dict[str, Any]], None]] = {
    "messageStart": _message_start,
    "contentBlockStart": _block_start,
    "contentBlockDelta": _delta,
    "contentBlockStop": _block_stop,
    "messageStop": _message_stop,
    "metadata": _metadata,
}

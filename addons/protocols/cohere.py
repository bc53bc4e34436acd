"""Cohere Chat, version 1 and version 2.

In: v1: NDJSON lines or SSE frames with `event_type`; v2: SSE frames with `type`; or a whole answer of either. Out:
events. v2's tool plan is what the model thinks before it calls: reasoning. v1's calls come whole in
`tool-calls-generation` (the chunks before it are a preview of the same) with their arguments as an object.
Sources: https://docs.cohere.com/v1/reference/chat-stream, https://docs.cohere.com/reference/chat-stream
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.decoder import Decoder, indexed
from addons.protocols.values import key, obj, objs

USAGE_KEYS = ("billed_units", "tokens", "cached_tokens")


class CohereDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        kind = value.get("event_type") or value.get("type") or event
        handler = HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            handler(self.answer, value)
        elif obj(value.get("message")).get("role") == "assistant":
            self._whole_v2(value)
        elif "generation_id" in value or "is_finished" in value:
            self._whole_v1(value)
        else:
            self.unknown(value, event)

    def _whole_v1(self, value: dict[str, Any]) -> None:
        answer = self.answer
        answer.started(None, value.get("response_id") or value.get("generation_id"))
        if not answer.has_text:
            answer.text("text", value.get("text"))
        _calls_v1(answer, value)
        answer.usage(_usage(value.get("meta")))
        answer.stop(value.get("finish_reason"))
        if value.get("is_finished") is not False:
            answer.finish()

    def _whole_v2(self, value: dict[str, Any]) -> None:
        answer = self.answer
        message = obj(value.get("message"))
        answer.started(value.get("model"), value.get("id"))
        answer.thinking("plan", message.get("tool_plan"))
        for index, part in enumerate(objs(message.get("content"))):
            _content(answer, str(index), part)
        for index, entry in enumerate(objs(message.get("tool_calls"))):
            _tool_call(answer, f"call{index}", entry)
        answer.usage(_usage(value.get("usage")))
        answer.stop(value.get("finish_reason"))
        answer.finish()


def _usage(meta: Any) -> dict[str, Any]:
    return {name: value for name, value in obj(meta).items() if name in USAGE_KEYS}


# Version 1


def _stream_start(answer: Answer, value: dict[str, Any]) -> None:
    answer.started(None, value.get("generation_id"))


def _text_generation(answer: Answer, value: dict[str, Any]) -> None:
    answer.text("text", value.get("text"))


def _plan_v1(answer: Answer, value: dict[str, Any]) -> None:
    answer.thinking("plan", value.get("text"))


def _calls_v1(answer: Answer, value: dict[str, Any]) -> None:
    for index, entry in enumerate(objs(value.get("tool_calls"))):
        call = answer.call(f"call{index}", entry.get("id"), entry.get("name"), "client")
        answer.finish_call_with(call, entry.get("parameters"))


def _stream_end(answer: Answer, value: dict[str, Any]) -> None:
    response = obj(value.get("response"))
    answer.started(None, response.get("response_id") or response.get("generation_id"))
    if not answer.has_text:
        answer.text("text", response.get("text"))
    _calls_v1(answer, response)
    answer.usage(_usage(response.get("meta")))
    answer.stop(value.get("finish_reason") or response.get("finish_reason"))
    answer.finish()


def _silent(_answer: Answer, _value: dict[str, Any]) -> None:
    """Searches, documents and citations: no text of the model's own, or told better by another event."""


# Version 2


def _message_start(answer: Answer, value: dict[str, Any]) -> None:
    answer.started(None, value.get("id"))


def _content_piece(answer: Answer, value: dict[str, Any]) -> None:
    content = obj(obj(obj(value.get("delta")).get("message")).get("content"))
    _content(answer, indexed("", value), content)


def _content(answer: Answer, block: str, part: dict[str, Any]) -> None:
    answer.thinking(f"{block}.thinking", part.get("thinking"))
    answer.text(block, part.get("text"))


def _content_end(answer: Answer, value: dict[str, Any]) -> None:
    answer.end_block(f"{key(value.get('index'))}.thinking")
    answer.end_block(key(value.get("index")))


def _plan_v2(answer: Answer, value: dict[str, Any]) -> None:
    answer.thinking("plan", obj(obj(value.get("delta")).get("message")).get("tool_plan"))


def _call_piece(answer: Answer, value: dict[str, Any]) -> None:
    calls = obj(obj(value.get("delta")).get("message")).get("tool_calls")
    for entry in objs([calls] if isinstance(calls, dict) else calls):
        _tool_call(answer, indexed("call", value), entry)


def _tool_call(answer: Answer, block: str, entry: dict[str, Any]) -> None:
    function = obj(entry.get("function"))
    call = answer.call(block, entry.get("id"), function.get("name"), "client")
    answer.arguments(call, function.get("arguments"))


def _call_end(answer: Answer, value: dict[str, Any]) -> None:
    call = answer.known_call(indexed("call", value))
    if call is not None:
        answer.finish_call(call)


def _message_end(answer: Answer, value: dict[str, Any]) -> None:
    delta = obj(value.get("delta"))
    answer.usage(_usage(delta.get("usage")))
    answer.stop(delta.get("finish_reason"))
    answer.finish()


HANDLERS: dict[str, Callable[[Answer, dict[str, Any]], None]] = {
    "stream-start": _stream_start,
    "text-generation": _text_generation,
    "tool-calls-chunk": _plan_v1,
    "tool-calls-generation": _calls_v1,
    "search-queries-generation": _silent,
    "search-results": _silent,
    "citation-generation": _silent,
    "debug": _silent,
    "stream-end": _stream_end,
    "message-start": _message_start,
    "content-start": _content_piece,
    "content-delta": _content_piece,
    "content-end": _content_end,
    "tool-plan-delta": _plan_v2,
    "tool-call-start": _call_piece,
    "tool-call-delta": _call_piece,
    "tool-call-end": _call_end,
    "citation-start": _silent,
    "citation-end": _silent,
    "message-end": _message_end,
}
"""The names of the two versions do not overlap."""

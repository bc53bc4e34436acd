"""OpenAI Responses: SSE events, WebSocket messages (the same JSON, without an event name), or one whole response.

In: frames. Out: events. Everything is told up to three times (deltas, `.done`, `response.completed`): deltas win, and a
snapshot fills in only what no delta has told. Blocks are named by `output_index`: some gateways give one item another
`item_id` in each event. Sources: https://platform.openai.com/docs/api-reference/responses-streaming, WIRE.md section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.decoder import Decoder, indexed
from addons.protocols.responses_items import Items
from addons.protocols.values import obj, objs, scalar, text

type Handler = Callable[["ResponsesDecoder", dict[str, Any]], None]

STATUS_WORDS = frozenset(
    ("in_progress", "searching", "interpreting", "generating", "completed", "failed", "partial_image", "added", "done")
)
"""Last words of event types that only tell how far an item has come."""


class ResponsesDecoder(Decoder):
    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self.items = Items(self.answer)

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        kind = text(value.get("type")) or event or ""
        handler = HANDLERS.get(kind)
        if handler is not None:
            handler(self, value)
        elif value.get("object") in ("response", "response.compaction"):
            self.final(value)
        elif kind.startswith("response.") and kind.rpartition(".")[2] in STATUS_WORDS:
            return
        else:
            self.unknown(value, event)

    def on_end(self) -> None:
        """Only a terminal event makes a response whole."""

    def final(self, response: dict[str, Any]) -> None:
        self.answer.started(response.get("model"), response.get("id"))
        self.items.fill(objs(response.get("output")))
        self.answer.usage(response.get("usage"))
        self.in_stream_error(response)
        status = response.get("status")
        self.answer.stop(obj(response.get("incomplete_details")).get("reason") or status)
        if status not in ("queued", "in_progress"):
            self.answer.finish()


def _started(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    response = obj(value.get("response"))
    decoder.answer.started(response.get("model"), response.get("id"))


def _final(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.final(obj(value.get("response")))
    decoder.answer.finish()


def _item_added(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.items.added(indexed("", value, "output_index"), obj(value.get("item")))


def _item_done(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.items.done(indexed("", value, "output_index"), obj(value.get("item")))


def _part(value: dict[str, Any], sort: str, index: str) -> str:
    return indexed(f"{indexed('', value, 'output_index')}.{sort}", value, index)


def _text_delta(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.answer.text(_part(value, "", "content_index"), value.get("delta"))


def _text_done(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    block = _part(value, "", "content_index")
    if not decoder.answer.told(block):
        decoder.answer.text(block, value.get("text", value.get("transcript")))
    decoder.answer.end_block(block)


def _refusal_delta(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.answer.refusal(_part(value, "refusal", "content_index"), value.get("delta"))


def _refusal_done(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    block = _part(value, "refusal", "content_index")
    if not decoder.answer.told(block):
        decoder.answer.refusal(block, value.get("refusal"))
    decoder.answer.end_block(block)


def _thinking(sort: str, index: str) -> tuple[Handler, Handler]:
    """The pair of handlers, delta and done, of one sort of reasoning text."""

    def delta(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
        decoder.answer.thinking(_part(value, sort, index), value.get("delta"))

    def done(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
        block = _part(value, sort, index)
        if not decoder.answer.told(block):
            decoder.answer.thinking(block, value.get("text"))
        decoder.answer.end_block(block)

    return delta, done


def _arguments_delta(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    decoder.items.arguments(indexed("", value, "output_index"), value.get("delta"), text(value.get("type")))


def _arguments_done(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    whole = value.get("arguments", value.get("input"))
    decoder.items.arguments_done(indexed("", value, "output_index"), whole, text(value.get("type")))


def _preview_delta(decoder: ResponsesDecoder, value: dict[str, Any]) -> None:
    part = scalar(value.get("command_index"))
    decoder.items.preview(indexed("", value, "output_index"), value.get("delta"), part)


def _ignore(_decoder: ResponsesDecoder, _value: dict[str, Any]) -> None:
    """Told better by another event."""


def _heartbeat(decoder: ResponsesDecoder, _value: dict[str, Any]) -> None:
    decoder.answer.heartbeat()


_reasoning_delta, _reasoning_done = _thinking("reasoning", "content_index")
_summary_delta, _summary_done = _thinking("summary", "summary_index")

HANDLERS: dict[str, Handler] = {
    "response.created": _started,
    "response.queued": _started,
    "response.in_progress": _started,
    "response.completed": _final,
    "response.done": _final,
    "response.incomplete": _final,
    "response.failed": _final,
    "response.cancelled": _final,
    "response.output_item.added": _item_added,
    "response.output_item.done": _item_done,
    "response.output_text.delta": _text_delta,
    "response.output_text.done": _text_done,
    "response.output_text.annotation.added": _ignore,
    # The Realtime API's, in both of its versions.
    "response.text.delta": _text_delta,
    "response.text.done": _text_done,
    "response.audio_transcript.delta": _text_delta,
    "response.audio_transcript.done": _text_done,
    "response.output_audio_transcript.delta": _text_delta,
    "response.output_audio_transcript.done": _text_done,
    "response.audio.delta": _ignore,
    "response.output_audio.delta": _ignore,
    "response.refusal.delta": _refusal_delta,
    "response.refusal.done": _refusal_done,
    "response.reasoning_text.delta": _reasoning_delta,
    "response.reasoning_text.done": _reasoning_done,
    "response.reasoning_summary_text.delta": _summary_delta,
    "response.reasoning_summary_text.done": _summary_done,
    "response.function_call_arguments.delta": _arguments_delta,
    "response.function_call_arguments.done": _arguments_done,
    "response.mcp_call_arguments.delta": _arguments_delta,
    "response.mcp_call_arguments.done": _arguments_done,
    "response.custom_tool_call_input.delta": _arguments_delta,
    "response.custom_tool_call_input.done": _arguments_done,
    "response.code_interpreter_call_code.delta": _preview_delta,
    "response.apply_patch_call_operation_diff.delta": _preview_delta,
    "response.shell_call_command.delta": _preview_delta,
    "keepalive": _heartbeat,
}

"""Chat completions: OpenAI, Mistral, and everybody who says "OpenAI-compatible".

In: SSE chunks (`choices[].delta`), or one whole completion (`choices[].message`). Out: events; of several choices only
the first (index 0) is told. Reasoning has many names: one of them is told per chunk, as gateways repeat it under two.
The terminal event is `data: [DONE]`; some leave it out, then a finish reason makes the answer whole when it ends.
Source: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.chat_calls import ChatCalls
from addons.protocols.decoder import Decoder
from addons.protocols.values import obj, objs

REASONING_KEYS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
"""DeepSeek's, OpenRouter's and Groq's, GitHub Copilot's, look-alikes'."""

REASONING_DETAIL_KEYS = ("text", "summary", "content")


class ChatDecoder(Decoder):
    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self.calls = ChatCalls(self.answer)

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        choices = value.get("choices")
        if not isinstance(choices, list):
            if value.get("object") == "chat.completion.chunk" or value.get("usage"):
                self._envelope(value)
            else:
                self.unknown(value, event)
            return
        self._envelope(value)
        for choice in choices:
            if isinstance(choice, dict) and not choice.get("index"):
                self._choice(choice, value)
        self.in_stream_error(value)

    def _envelope(self, value: dict[str, Any]) -> None:
        answer = self.answer
        answer.started(value.get("model") or value.get("model_id"), value.get("id"))
        usage = value.get("usage")
        if usage is None and "x_groq" in value:
            groq = obj(value["x_groq"])
            usage = groq.get("usage")
            self.in_stream_error(groq)
        if usage is not None:
            answer.usage(usage)

    def _choice(self, choice: dict[str, Any], value: dict[str, Any]) -> None:
        delta = choice.get("delta")
        message = choice.get("message")
        if isinstance(delta, dict):
            self._message(delta)
        elif isinstance(message, dict) and not self.answer.has_text:
            self._message(message)
        self.in_stream_error(choice)
        reason = choice.get("finish_reason")
        if reason is not None:
            self.answer.stop(reason)
            self.answer.finish_calls()
        if choice.get("usage") is not None:
            self.answer.usage(choice["usage"])
        if value.get("object") == "chat.completion" and delta is None:
            self.answer.finish()

    def _message(self, message: dict[str, Any]) -> None:
        for key in REASONING_KEYS:
            if message.get(key):
                self._thinking(message[key])
                break
        else:
            for detail in objs(message.get("reasoning_details")):
                self._thinking(next((detail[key] for key in REASONING_DETAIL_KEYS if detail.get(key)), None))
        for key, piece in message.items():
            if piece and key in FIELDS:
                FIELDS[key](self, piece)

    def _thinking(self, piece: Any) -> None:
        self.answer.thinking("thinking", piece)


def _content(decoder: ChatDecoder, piece: Any) -> None:
    if isinstance(piece, str):
        decoder.answer.text("text", piece)
    for part in objs(piece):
        kind = part.get("type")
        if kind == "thinking":
            thinking = part.get("thinking")
            decoder.answer.thinking("thinking", thinking)
            for inner in objs(thinking):
                decoder.answer.thinking("thinking", inner.get("text"))
        elif kind == "refusal":
            decoder.answer.refusal("refusal", part.get("refusal"))
        else:
            decoder.answer.text("text", part.get("text"))


def _refusal(decoder: ChatDecoder, piece: Any) -> None:
    decoder.answer.refusal("refusal", piece)


def _audio(decoder: ChatDecoder, piece: Any) -> None:
    decoder.answer.text("audio", obj(piece).get("transcript"))


def _tool_calls(decoder: ChatDecoder, piece: Any) -> None:
    for position, entry in enumerate(objs(piece)):
        decoder.calls.tool_call(entry, position)


def _function_call(decoder: ChatDecoder, piece: Any) -> None:
    decoder.calls.function_call(obj(piece))


FIELDS: dict[str, Callable[[ChatDecoder, Any], None]] = {
    "content": _content,
    "refusal": _refusal,
    "audio": _audio,
    "tool_calls": _tool_calls,
    "function_call": _function_call,
}
"""What a delta or message may hold, besides reasoning."""

"""Ollama's own API: /api/chat and /api/generate.

In: NDJSON lines, or one whole object, which has the same fields. Out: events. `done: true` is terminal. Tool calls come
whole, with their arguments as an object. Of the last line's counters only those of tokens are usage.
Source: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from __future__ import annotations

from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.decoder import Decoder
from addons.protocols.values import obj, objs

USAGE_KEYS = ("prompt_eval_count", "eval_count")


class OllamaDecoder(Decoder):
    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self._count = 0

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        if "done" not in value:
            self.unknown(value, event)
            return
        answer = self.answer
        answer.started(value.get("model"), None)
        message = obj(value.get("message"))
        answer.thinking("thinking", message.get("thinking", value.get("thinking")))
        answer.text("text", message.get("content", value.get("response")))
        for entry in objs(message.get("tool_calls")):
            function = obj(entry.get("function"))
            call = answer.call(f"call{self._count}", entry.get("id"), function.get("name"), "client")
            self._count += 1
            answer.finish_call_with(call, function.get("arguments"))
        answer.usage({key: value[key] for key in USAGE_KEYS if value.get(key) is not None})
        answer.stop(value.get("done_reason"))
        self.in_stream_error(value)
        if value.get("done") is True:
            answer.finish()

    def on_end(self) -> None:
        """`done` is the terminal mark, with or without a reason."""

"""Streams of an unknown dialect: text, stop reason and usage where their shape is evident.

In: frames that no known dialect fits. Out: events for what the usual names give away, `Unrecognised` for the rest.
Covers the text dialects inside Bedrock's InvokeModel (Titan, Llama, Mistral, Cohere), Hugging Face TGI, llama.cpp.
"""

from __future__ import annotations

import re
from typing import Any

from addons.protocols.decoder import Decoder
from addons.protocols.values import obj, objs, text

TEXT_PATHS: tuple[tuple[str, ...], ...] = (
    ("delta", "text"),
    ("delta", "content"),
    ("delta",),
    ("token", "text"),
    ("outputText",),
    ("generation",),
    ("text",),
    ("content",),
    ("completion",),
    ("output_text",),
    ("response",),
    ("output",),
    ("answer",),
    ("message", "content"),
    ("results", "outputText"),
    ("outputs", "text"),
    ("generations", "text"),
)
"""Where a piece of text stands, the first that has one. A list stands for its first object."""

WHOLE_PATHS: tuple[tuple[str, ...], ...] = (("generated_text",), ("results", "generated_text"))
"""Where the whole text stands, which counts if no piece has been told."""

THINKING_KEYS = ("reasoning_content", "reasoning", "thinking", "thought")
STOP_KEYS = (
    "finish_reason",
    "finishReason",
    "stop_reason",
    "stopReason",
    "done_reason",
    "completionReason",
    "stop_type",
)
STOP_HOLDERS = ("delta", "details", "results", "outputs", "generations")
USAGE_KEYS = ("usage", "usageMetadata", "usage_metadata", "token_usage", "tokenUsage")
END_KEYS = ("done", "is_finished", "finished")

_COUNTER = re.compile(r"(?:_tokens|_token_count|TokenCount|^tokens_(?:evaluated|predicted))$")
_THOUGHT = re.compile(r"reason|think|thought", re.IGNORECASE)


class UnknownDecoder(Decoder):
    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        if value.get("error") or value.get("type") == "error":
            self.unknown(value, event)
            return
        found = [self._text(value, event), self._usage(value), self._stop(value)]
        if any(found):
            self.answer.started(value.get("model") or value.get("model_id"), value.get("id"))
        else:
            self.unknown(value, event)
        if any(value.get(name) is True for name in END_KEYS):
            self.answer.finish()

    def _text(self, value: dict[str, Any], event: str | None) -> bool:
        source = {**value, **obj(value.get("delta"))}
        thought = next((source[name] for name in THINKING_KEYS if text(source.get(name))), None)
        self.answer.thinking("thinking", thought)
        if obj(value.get("token")).get("special") is True:
            return True
        piece = next((found for path in TEXT_PATHS if (found := _at(value, path))), "")
        if not piece and not self.answer.has_text:
            piece = next((found for path in WHOLE_PATHS if (found := _at(value, path))), "")
        if _THOUGHT.search(text(value.get("type")) or event or ""):
            self.answer.thinking("thinking", piece)
        else:
            self.answer.text("text", piece)
        return bool(piece or thought)

    def _usage(self, value: dict[str, Any]) -> bool:
        usage = next((value[name] for name in USAGE_KEYS if isinstance(value.get(name), dict)), None)
        if usage is None:
            usage = {
                name: count
                for name, count in value.items()
                if isinstance(count, int) and not isinstance(count, bool) and _COUNTER.search(name)
            }
        self.answer.usage(usage)
        return bool(usage)

    def _stop(self, value: dict[str, Any]) -> bool:
        for holder in (value, *(_first(value.get(name)) for name in STOP_HOLDERS)):
            for name in STOP_KEYS:
                if holder.get(name):
                    self.answer.stop(holder[name])
                    return True
        return False


def _first(value: Any) -> dict[str, Any]:
    return next(iter(objs(value)), obj(value))


def _at(value: dict[str, Any], path: tuple[str, ...]) -> str:
    for name in path[:-1]:
        value = _first(value.get(name))
    return text(value.get(path[-1]))

"""The dialects by name, and the decoder that settles on one of them.

In: a dialect's name, or None; then frames. Out: events, in the dialect that the frames are evidently of, even where
that is another than the name promised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.answer import Answer
from addons.protocols.anthropic import AnthropicDecoder
from addons.protocols.bedrock import ConverseDecoder, InvokeDecoder
from addons.protocols.cohere import CohereDecoder
from addons.protocols.completions import (
    CompletionsDecoder,
    ReplicateDecoder,
    TranscriptionDecoder,
    WatsonxGenerationDecoder,
)
from addons.protocols.decoder import Decoder
from addons.protocols.google import GoogleDecoder
from addons.protocols.google_interactions import InteractionsDecoder
from addons.protocols.mcp import McpDecoder
from addons.protocols.ollama import OllamaDecoder
from addons.protocols.openai_assistants import AssistantsDecoder
from addons.protocols.openai_chat import ChatDecoder
from addons.protocols.openai_responses import ResponsesDecoder
from addons.protocols.shapes import shape_of
from addons.protocols.unknown import UnknownDecoder
from addons.wire.frame import Frame


def _invoke(answer: Answer) -> Decoder:
    return InvokeDecoder(AdaptiveDecoder(None, answer), answer)


DIALECTS: dict[str, Callable[[Answer], Decoder]] = {
    "anthropic.messages": AnthropicDecoder,
    "anthropic.complete": AnthropicDecoder,
    "openai.responses": ResponsesDecoder,
    "openai.chat": ChatDecoder,
    "mistral.chat": ChatDecoder,
    "watsonx.chat": ChatDecoder,
    "openai.completions": CompletionsDecoder,
    "writer.completions": CompletionsDecoder,
    "openai.assistants": AssistantsDecoder,
    "openai.transcriptions": TranscriptionDecoder,
    "google.generateContent": GoogleDecoder,
    "google.interactions": InteractionsDecoder,
    "bedrock.converse-stream": ConverseDecoder,
    "bedrock.invoke-stream": _invoke,
    "ollama.chat": OllamaDecoder,
    "ollama.generate": OllamaDecoder,
    "cohere.chat-v1": CohereDecoder,
    "cohere.chat-v2": CohereDecoder,
    "watsonx.generation": WatsonxGenerationDecoder,
    "replicate.predictions": ReplicateDecoder,
    "mcp.streamable-http": McpDecoder,
}

NDJSON = frozenset(("ollama.chat", "ollama.generate", "cohere.chat-v1"))

FRAMES_TO_LOOK_AT = 16
"""By then a stream of a known path has shown its dialect, or keeps to the path's."""


class AdaptiveDecoder(Decoder):
    """Begins as the dialect that the path names, and settles on the one that the first frames show."""

    def __init__(self, api: str | None, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self._make: Callable[[Answer], Decoder] = DIALECTS.get(api or "", UnknownDecoder)
        self._inner = self._make(self.answer)
        self.text_events = self._inner.text_events
        self._left = FRAMES_TO_LOOK_AT

    def on_frame(self, frame: Frame) -> None:
        if self._left:
            super().on_frame(frame)
        else:
            self._inner.on_frame(frame)

    def on_object(self, value: dict[str, Any], event: str | None) -> None:
        if self._left:
            self._left -= 1
            shape = shape_of(value, event)
            if shape is not None:
                self._left = 0
                if DIALECTS[shape] is not self._make:
                    self._make = DIALECTS[shape]
                    self._inner = self._make(self.answer)
                    self.text_events = self._inner.text_events
        self._inner.on_object(value, event)

    def on_text(self, data: str, event: str | None) -> None:
        self._inner.on_text(data, event)

    def on_end(self) -> None:
        self._inner.on_end()

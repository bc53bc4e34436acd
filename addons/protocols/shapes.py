"""Which dialect a payload evidently is of, whatever the path promised.

In: a parsed JSON object and the frame's event name. Out: a dialect's name, or None where the shape could be anything's
(an error, a ping). A gateway may answer one dialect's path in another, and a stream of an unknown host is nearly always
of a known dialect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from addons.protocols.values import obj, objs, text

TYPES: dict[str, str] = {
    "message_start": "anthropic.messages",
    "content_block_start": "anthropic.messages",
    "content_block_delta": "anthropic.messages",
    "message_delta": "anthropic.messages",
    "message-start": "cohere.chat-v2",
    "content-start": "cohere.chat-v2",
    "tool-plan-delta": "cohere.chat-v2",
    "tool-call-start": "cohere.chat-v2",
    "stream-start": "cohere.chat-v1",
    "text-generation": "cohere.chat-v1",
}
"""By `type` or `event_type`."""

TYPE_PREFIXES: dict[str, str] = {
    "response.": "openai.responses",
    "transcript.text.": "openai.transcriptions",
    "interaction.": "google.interactions",
    "step.": "google.interactions",
    "thread.": "openai.assistants",
}
"""By `type`, `event_type`, `object` or event name."""


def _is_choice_with(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda value: any(name in choice for choice in objs(value.get("choices")))


def _is_converse(value: dict[str, Any]) -> bool:
    if "stopReason" in value and isinstance(obj(value.get("output")).get("message"), dict):
        return True
    return any(isinstance(value.get(name), dict) for name in ("messageStart", "contentBlockDelta", "contentBlockStart"))


def _is_ollama(name: str, kind: type) -> Callable[[dict[str, Any]], bool]:
    return lambda value: isinstance(value.get("done"), bool) and isinstance(value.get(name), kind)


KEYS: tuple[tuple[str, Callable[[dict[str, Any]], bool]], ...] = (
    ("openai.chat", _is_choice_with("delta")),
    ("openai.chat", _is_choice_with("message")),
    ("openai.completions", _is_choice_with("text")),
    ("openai.responses", lambda value: value.get("object") == "response"),
    ("anthropic.messages", lambda value: value.get("type") == "message" and isinstance(value.get("content"), list)),
    ("anthropic.complete", lambda value: "completion" in value and "stop_reason" in value),
    ("google.generateContent", lambda value: isinstance(value.get("candidates"), list)),
    ("google.generateContent", lambda value: "usageMetadata" in value or "promptFeedback" in value),
    ("google.generateContent", lambda value: isinstance(obj(value.get("response")).get("candidates"), list)),
    ("bedrock.converse-stream", _is_converse),
    ("bedrock.invoke-stream", lambda value: isinstance(value.get("bytes"), str)),
    ("ollama.chat", _is_ollama("message", dict)),
    ("ollama.generate", _is_ollama("response", str)),
    ("watsonx.generation", lambda value: any("generated_text" in result for result in objs(value.get("results")))),
    ("mcp.streamable-http", lambda value: value.get("jsonrpc") == "2.0"),
    ("cohere.chat-v1", lambda value: "generation_id" in value and "text" in value),
    ("writer.completions", lambda value: len(value) == 1 and isinstance(value.get("value"), str)),
)

EVENTS: dict[str, str] = {
    "messageStart": "bedrock.converse-stream",
    "contentBlockStart": "bedrock.converse-stream",
    "contentBlockDelta": "bedrock.converse-stream",
}


def shape_of(value: dict[str, Any], event: str | None) -> str | None:
    for word in (text(value.get("type")) or text(value.get("event_type")) or text(value.get("object")), event or ""):
        if word:
            found = TYPES.get(word) or EVENTS.get(word)
            if found is not None:
                return found
            for prefix, api in TYPE_PREFIXES.items():
                if word.startswith(prefix):
                    return api
    return next((api for api, fits in KEYS if fits(value)), None)

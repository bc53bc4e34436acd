"""Streams of no known path: the shape hands over to a dialect, or gives away text, stop reason and usage."""

from __future__ import annotations

import pytest

from addons.protocols.shapes import shape_of
from addons.wire.frame import Frame
from tests.protocols.recorded import summed, told

GENERIC = [
    pytest.param(
        [
            {"token": {"id": 1, "text": "Hi", "special": False}, "generated_text": None, "details": None},
            {
                "token": {"id": 2, "text": "</s>", "special": True},
                "generated_text": "Hi",
                "details": {"finish_reason": "eos_token"},
            },
        ],
        ("Hi", "", "eos_token", None),
        id="Hugging Face TGI",
    ),
    pytest.param([[{"generated_text": "Hi"}]], ("Hi", "", None, None), id="Hugging Face, whole"),
    pytest.param(
        [
            {"content": "Hi", "stop": False},
            {"content": "", "stop": True, "stop_type": "eos", "tokens_predicted": 1, "tokens_evaluated": 2},
        ],
        ("Hi", "", "eos", {"tokens_predicted": 1, "tokens_evaluated": 2}),
        id="llama.cpp's own",
    ),
    pytest.param(
        [{"type": "text-delta", "delta": "Hi"}, {"type": "reasoning-delta", "delta": "hm"}, {"finishReason": "stop"}],
        ("Hi", "hm", "stop", None),
        id="deltas named by type",
    ),
    pytest.param(
        [{"delta": {"content": "Hi", "reasoning": "hm"}, "usage": {"in": 1}}],
        ("Hi", "hm", None, {"in": 1}),
        id="delta object",
    ),
    pytest.param(
        [{"response": "Hi", "usage": {"prompt_tokens": 1}}, "[DONE]"],
        ("Hi", "", None, {"prompt_tokens": 1}),
        id="Cloudflare",
    ),
]


@pytest.mark.parametrize(("payloads", "expected"), GENERIC)
def test_what_shapes_give_away(payloads, expected):
    summary = summed(told(None, *payloads))
    assert (summary.text, summary.thinking, summary.stop_reason, summary.usage_raw) == expected


@pytest.mark.parametrize("api", [None, "openai.chat", "anthropic.messages", "ollama.chat", "google.generateContent"])
def test_done_is_terminal_everywhere(api):
    assert summed(told(api, "[DONE]")).finished


@pytest.mark.parametrize("api", [None, "openai.chat", "openai.responses", "bedrock.converse-stream"])
def test_another_dialect_than_the_path_promised(api):
    frames = [
        Frame(data=None, comment="hello"),
        ("ping", {"type": "ping"}),
        {"type": "message_start", "message": {"id": "m", "model": "claude"}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]
    summary = summed(told(api, *frames))
    assert (summary.text, summary.model, summary.stop_reason, summary.finished) == ("Hi", "claude", "end_turn", True)


SHAPES = [
    pytest.param({"type": "content_block_stop", "index": 0}, None, None, id="alone it could be anything's"),
    pytest.param({"error": {"message": "x"}}, None, None, id="an error is nobody's"),
    pytest.param({"type": "response.created"}, None, "openai.responses", id="a type's prefix"),
    pytest.param({"id": "r"}, "thread.run.created", "openai.assistants", id="an event's prefix"),
    pytest.param({"choices": [{"delta": {}}]}, None, "openai.chat", id="delta"),
    pytest.param({"choices": [{"text": ""}]}, None, "openai.completions", id="text"),
    pytest.param({"choices": []}, None, None, id="no choice yet"),
    pytest.param({"response": {"candidates": []}}, None, "google.generateContent", id="Code Assist"),
    pytest.param({"done": False, "response": ""}, None, "ollama.generate", id="ollama"),
    pytest.param({"p": "ab", "role": "assistant"}, "messageStart", "bedrock.converse-stream", id="event-stream"),
    pytest.param({"value": "Hi"}, None, "writer.completions", id="writer"),
]


@pytest.mark.parametrize(("value", "event", "api"), SHAPES)
def test_the_shape_of_a_payload(value, event, api):
    assert shape_of(value, event) == api

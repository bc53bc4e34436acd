"""Bedrock by hand: Converse, and what InvokeModel wraps."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from addons.protocols.events import (
    BlockFinished,
    ResponseFinished,
    Stopped,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    Unrecognised,
    UsageReported,
)
from tests.protocols.recorded import call, summed, told


def delta(index, **fields):
    return ("contentBlockDelta", {"contentBlockIndex": index, "delta": fields, "p": "abc"})


def start(index, **fields):
    return ("contentBlockStart", {"contentBlockIndex": index, "start": fields, "p": "abc"})


def stop(index):
    return ("contentBlockStop", {"contentBlockIndex": index, "p": "abc"})


ROWS = [
    pytest.param(
        [("messageStart", {"role": "assistant"}), delta(0, text="Hi"), stop(0)],
        [TextDelta("0", "Hi"), BlockFinished("0")],
        id="text",
    ),
    pytest.param(
        [delta(0, reasoningContent={"text": "hm"}), delta(0, reasoningContent={"signature": "E"}), stop(0)],
        [ThinkingDelta("0", "hm"), BlockFinished("0")],
        id="reasoning",
    ),
    pytest.param(
        [
            start(0, toolUse={"toolUseId": "t", "name": "f"}),
            delta(0, toolUse={"input": '{"a":'}),
            delta(0, toolUse={"input": "1}"}),
            stop(0),
        ],
        [
            ToolCallStarted("0", "t", "f", "client"),
            ToolArgumentsDelta("0", '{"a":'),
            ToolArgumentsDelta("0", "1}"),
            ToolCallFinished("0", "t", "f", "client", {"a": 1}, '{"a":1}'),
        ],
        id="a call",
    ),
    pytest.param(
        [start(1, toolResult={"toolUseId": "t"}), delta(1, toolResult=[{"text": "[HIDDEN]"}]), stop(1)],
        [ToolResult("1", None, "[HIDDEN]", False)],
        id="a result of a tool that the provider runs",
    ),
    pytest.param(
        [("messageStop", {"stopReason": "end_turn"}), ("metadata", {"usage": {"inputTokens": 1}, "metrics": {}})],
        [Stopped("end_turn"), UsageReported({"inputTokens": 1}), ResponseFinished()],
        id="metadata is the last frame",
    ),
    pytest.param(
        [("messageStop", {"stopReason": "end_turn"})],
        [Stopped("end_turn"), ResponseFinished()],
        id="whole, though cut off before its metadata",
    ),
    pytest.param(
        [("throttlingException", {"message": "Too many"})],
        [StreamError("Too many", "throttlingException")],
        id="an exception in mid-stream",
    ),
]


@pytest.mark.parametrize(("payloads", "events"), ROWS)
def test_what_converse_tells(payloads, events):
    assert told("bedrock.converse-stream", *payloads) == events


def test_a_whole_converse_answer():
    content = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "E"}}},
        {"text": "Hi"},
        {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}},
    ]
    summary = summed(
        told(
            "bedrock.converse-stream",
            {
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": "tool_use",
                "usage": {"inputTokens": 1},
                "metrics": {},
            },
        )
    )
    assert (summary.text, summary.thinking, summary.stop_reason, summary.finished) == ("Hi", "hm", "tool_use", True)
    assert summary.tool_calls == [call("t", "f", "client", {"a": 1}, None)]


def invoked(*chunks):
    """What a summary says of an InvokeModel stream of these inner payloads."""
    frames = [("chunk", {"bytes": b64encode(json.dumps(chunk).encode()).decode(), "p": "ab"}) for chunk in chunks]
    summary = summed(told("bedrock.invoke-stream", *frames))
    return summary.text, summary.stop_reason, summary.usage_raw, summary.finished


METRICS = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 1, "outputTokenCount": 2}}

MODELS = [
    pytest.param(
        [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
            {"type": "message_stop", **METRICS},
        ],
        ("Hi", "end_turn", {"output_tokens": 3}, True),
        id="Anthropic",
    ),
    pytest.param(
        [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockDelta": {"delta": {"text": "Hi"}, "contentBlockIndex": 0}},
            {"messageStop": {"stopReason": "end_turn"}},
            {"metadata": {"usage": {"inputTokens": 1}}, **METRICS},
        ],
        ("Hi", "end_turn", {"inputTokens": 1}, True),
        id="Nova",
    ),
    pytest.param(
        [
            {"outputText": "Hi", "index": 0, "inputTextTokenCount": 1, "completionReason": None},
            {"outputText": "!", "totalOutputTextTokenCount": 2, "completionReason": "FINISH", **METRICS},
        ],
        ("Hi!", "FINISH", {"inputTextTokenCount": 1, "totalOutputTextTokenCount": 2}, True),
        id="Titan",
    ),
    pytest.param(
        [
            {"generation": "Hi", "prompt_token_count": 1, "generation_token_count": 1, "stop_reason": None},
            {"generation": "", "generation_token_count": 2, "stop_reason": "stop", **METRICS},
        ],
        ("Hi", "stop", {"prompt_token_count": 1, "generation_token_count": 2}, True),
        id="Llama",
    ),
    pytest.param(
        [
            {"outputs": [{"text": "Hi", "stop_reason": None}]},
            {"outputs": [{"text": "", "stop_reason": "stop"}], **METRICS},
        ],
        ("Hi", "stop", {"inputTokenCount": 1, "outputTokenCount": 2}, True),
        id="Mistral, whose tokens only Bedrock counts",
    ),
    pytest.param(
        [
            {"event_type": "text-generation", "text": "Hi", "is_finished": False},
            {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {"text": "Hi"}, **METRICS},
        ],
        ("Hi", "COMPLETE", {"inputTokenCount": 1, "outputTokenCount": 2}, True),
        id="Cohere Command R",
    ),
    pytest.param(
        [{"text": "Hi", "is_finished": False}, {"is_finished": True, "finish_reason": "COMPLETE"}],
        ("Hi", "COMPLETE", None, True),
        id="Cohere Command",
    ),
    pytest.param(
        [{"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}],
        ("Hi", "stop", None, True),
        id="models that speak chat completions",
    ),
]


@pytest.mark.parametrize(("chunks", "expected"), MODELS)
def test_the_models_own_dialect_inside_invoke(chunks, expected):
    assert invoked(*chunks) == expected


def test_a_whole_invoke_answer_is_the_models_own():
    payload = {
        "inputTextTokenCount": 5,
        "results": [{"tokenCount": 2, "outputText": "Hi", "completionReason": "FINISH"}],
    }
    summary = summed(told("bedrock.invoke-stream", payload))
    assert (summary.text, summary.stop_reason, summary.finished) == ("Hi", "FINISH", True)


@pytest.mark.parametrize("packed", ["%%%", "e30", b64encode(b"\xff\xfe").decode(), b64encode(b"no json").decode()])
def test_a_chunk_that_cannot_be_unpacked(packed):
    assert told("bedrock.invoke-stream", ("chunk", {"bytes": packed})) == [Unrecognised("chunk")]

"""Ollama, Cohere, Assistants, MCP and the dialects of bare text, by hand."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    BlockFinished,
    Heartbeat,
    ResponseFinished,
    ResponseStarted,
    Stopped,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageReported,
)
from tests.protocols.recorded import call, summed, told


def v2(kind, index=0, **message):
    return {"type": kind, "index": index, "delta": {"message": message}}


ROWS = [
    pytest.param(
        "ollama.chat",
        [
            {"model": "q", "message": {"role": "assistant", "content": "", "thinking": "hm"}, "done": False},
            {"model": "q", "message": {"content": "Hi"}, "done": False},
            {
                "model": "q",
                "message": {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}]},
                "done": False,
            },
            {
                "model": "q",
                "message": {"content": ""},
                "done": True,
                "done_reason": "stop",
                "eval_count": 2,
                "total_duration": 9,
            },
        ],
        [
            ResponseStarted("q", None),
            ThinkingDelta("thinking", "hm"),
            TextDelta("text", "Hi"),
            ToolCallStarted("call0", "c", "f", "client"),
            ToolArgumentsDelta("call0", '{"a":1}'),
            ToolCallFinished("call0", "c", "f", "client", {"a": 1}, None),
            UsageReported({"eval_count": 2}),
            Stopped("stop"),
            ResponseFinished(),
        ],
        id="Ollama chat",
    ),
    pytest.param(
        "ollama.generate",
        [{"model": "q", "response": "Hi", "done": False}, {"model": "q", "response": "", "done": True}],
        [ResponseStarted("q", None), TextDelta("text", "Hi"), ResponseFinished()],
        id="Ollama generate",
    ),
    pytest.param("ollama.chat", [{"error": "no such model"}], [StreamError("no such model")], id="Ollama's error"),
    pytest.param(
        "cohere.chat-v1",
        [
            {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
            {"is_finished": False, "event_type": "search-results", "documents": []},
            {"is_finished": False, "event_type": "text-generation", "text": "Hi"},
            {"event_type": "tool-calls-generation", "tool_calls": [{"name": "f", "parameters": {"a": 1}}]},
            {
                "is_finished": True,
                "event_type": "stream-end",
                "finish_reason": "COMPLETE",
                "response": {
                    "response_id": "r",
                    "text": "Hi",
                    "meta": {"api_version": {}, "tokens": {"input_tokens": 1}},
                },
            },
        ],
        [
            ResponseStarted(None, "g"),
            TextDelta("text", "Hi"),
            ToolCallStarted("call0", None, "f", "client"),
            ToolArgumentsDelta("call0", '{"a":1}'),
            ToolCallFinished("call0", None, "f", "client", {"a": 1}, None),
            ResponseStarted(None, "r"),
            UsageReported({"tokens": {"input_tokens": 1}}),
            Stopped("COMPLETE"),
            ResponseFinished(),
        ],
        id="Cohere version 1",
    ),
    pytest.param(
        "cohere.chat-v2",
        [
            {"type": "message-start", "id": "r", "delta": {"message": {"role": "assistant", "content": []}}},
            v2("tool-plan-delta", tool_plan="hm"),
            v2(
                "tool-call-start",
                tool_calls={"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}},
            ),
            v2("tool-call-delta", tool_calls={"function": {"arguments": "{}"}}),
            v2("tool-call-end"),
            v2("content-start", content={"type": "text", "text": ""}),
            v2("content-delta", content={"text": "Hi"}),
            {"type": "content-end", "index": 0},
            {"type": "citation-start", "index": 0, "delta": {}},
            {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 1}}}},
        ],
        [
            ResponseStarted(None, "r"),
            ThinkingDelta("plan", "hm"),
            ToolCallStarted("call0", "c", "f", "client"),
            ToolArgumentsDelta("call0", "{}"),
            ToolCallFinished("call0", "c", "f", "client", {}, "{}"),
            TextDelta("0", "Hi"),
            BlockFinished("0"),
            UsageReported({"tokens": {"input_tokens": 1}}),
            Stopped("COMPLETE"),
            ResponseFinished(),
        ],
        id="Cohere version 2",
    ),
    pytest.param(
        "openai.completions",
        [{"id": "c", "model": "m", "choices": [{"index": 0, "text": "Hi", "finish_reason": "length"}]}, "[DONE]"],
        [ResponseStarted("m", "c"), TextDelta("text", "Hi"), Stopped("length"), ResponseFinished()],
        id="legacy completions",
    ),
    pytest.param(
        "writer.completions",
        [{"value": "Hi"}, {"value": " you"}],
        [TextDelta("text", "Hi"), TextDelta("text", " you")],
        id="Writer, which tells no end",
    ),
    pytest.param(
        "openai.transcriptions",
        [
            {"type": "transcript.text.delta", "delta": "Hi"},
            {"type": "transcript.text.done", "text": "Hi", "usage": {"input_tokens": 1}},
        ],
        [TextDelta("text", "Hi"), UsageReported({"input_tokens": 1}), ResponseFinished()],
        id="a transcription",
    ),
    pytest.param(
        "openai.transcriptions",
        [{"text": "Hi"}],
        [TextDelta("text", "Hi"), ResponseFinished()],
        id="a whole transcription",
    ),
    pytest.param(
        "watsonx.generation",
        [
            (
                "message",
                {
                    "model_id": "g",
                    "results": [{"generated_text": "", "input_token_count": 5, "stop_reason": "not_finished"}],
                },
            ),
            (
                "message",
                {
                    "model_id": "g",
                    "results": [
                        {
                            "generated_text": "Hi",
                            "generated_token_count": 1,
                            "input_token_count": 0,
                            "stop_reason": "max_tokens",
                        }
                    ],
                },
            ),
        ],
        [
            ResponseStarted("g", None),
            UsageReported({"input_token_count": 5}),
            TextDelta("text", "Hi"),
            UsageReported({"generated_token_count": 1}),
            Stopped("max_tokens"),
            ResponseFinished(),
        ],
        id="watsonx generation",
    ),
    pytest.param(
        "watsonx.chat",
        [{"id": "c", "model_id": "g", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}],
        [ResponseStarted("g", "c"), TextDelta("text", "Hi"), Stopped("stop"), ResponseFinished()],
        id="watsonx chat",
    ),
    pytest.param(
        "replicate.predictions",
        [("output", "Hi"), ("output", " 1"), ("logs", "…"), ("output", "[1]"), ("output", "{not"), ("done", "{}")],
        [
            TextDelta("text", "Hi"),
            TextDelta("text", " 1"),
            TextDelta("text", "[1]"),
            TextDelta("text", "{not"),
            ResponseFinished(),
        ],
        id="Replicate streams plain text",
    ),
    pytest.param(
        "replicate.predictions",
        [
            {
                "id": "p",
                "model": "a/b",
                "status": "succeeded",
                "urls": {},
                "output": ["Hi", "!"],
                "metrics": {"input_token_count": 1, "predict_time": 2},
            }
        ],
        [
            ResponseStarted("a/b", "p"),
            TextDelta("text", "Hi"),
            TextDelta("text", "!"),
            UsageReported({"input_token_count": 1}),
            Stopped("succeeded"),
            ResponseFinished(),
        ],
        id="a Replicate prediction",
    ),
    pytest.param(
        "mcp.streamable-http",
        [
            {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}},
            {"jsonrpc": "2.0", "id": 0, "result": {"content": [{"type": "text", "text": "Hi"}]}},
        ],
        [Heartbeat(), ResponseStarted(None, 0), TextDelta("0", "Hi"), ResponseFinished()],
        id="MCP",
    ),
    pytest.param(
        "mcp.streamable-http",
        [{"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "Method not found"}}],
        [ResponseStarted(None, 1), StreamError("Method not found", None, -32601)],
        id="MCP's error",
    ),
    pytest.param(
        "openai.assistants",
        [
            ("thread.run.created", {"id": "run", "object": "thread.run", "model": "m", "status": "queued"}),
            (
                "thread.run.step.delta",
                {
                    "id": "step",
                    "delta": {
                        "step_details": {
                            "tool_calls": [
                                {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}
                            ]
                        }
                    },
                },
            ),
            (
                "thread.run.step.delta",
                {
                    "id": "step",
                    "delta": {
                        "step_details": {
                            "tool_calls": [{"index": 0, "type": "function", "function": {"arguments": "{}"}}]
                        }
                    },
                },
            ),
            ("thread.run.requires_action", {"id": "run", "model": "m", "status": "requires_action"}),
            ("done", "[DONE]"),
        ],
        [
            ResponseStarted("m", "run"),
            ToolCallStarted("step.call0", "c", "f", "client"),
            ToolArgumentsDelta("step.call0", "{}"),
            Stopped("requires_action"),
            ToolCallFinished("step.call0", "c", "f", "client", {}, "{}"),
            ResponseFinished(),
        ],
        id="a run that waits for a tool",
    ),
    pytest.param(
        "openai.assistants",
        [
            ("thread.message.created", {"id": "msg", "content": []}),
            (
                "thread.message.delta",
                {"id": "msg", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "Hi"}}]}},
            ),
            ("thread.message.completed", {"id": "msg", "content": [{"type": "text", "text": {"value": "Hi"}}]}),
            (
                "thread.run.failed",
                {"id": "run", "status": "failed", "last_error": {"code": "server_error", "message": "Oops"}},
            ),
        ],
        [
            TextDelta("msg.0", "Hi"),
            ResponseStarted(None, "run"),
            StreamError("Oops", None, "server_error"),
            Stopped("failed"),
            ResponseFinished(),
        ],
        id="a run that fails",
    ),
]


@pytest.mark.parametrize(("api", "payloads", "events"), ROWS)
def test_what_frames_tell(api, payloads, events):
    assert told(api, *payloads) == events


WHOLE = [
    pytest.param(
        "cohere.chat-v1",
        {
            "response_id": "r",
            "generation_id": "g",
            "text": "Hi",
            "finish_reason": "COMPLETE",
            "tool_calls": [{"name": "f", "parameters": {}}],
        },
        [call(None, "f", "client", {}, None)],
        id="Cohere version 1",
    ),
    pytest.param(
        "cohere.chat-v2",
        {
            "id": "r",
            "message": {
                "role": "assistant",
                "content": [{"type": "text", "text": "Hi"}],
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            "finish_reason": "COMPLETE",
            "usage": {"tokens": {"input_tokens": 1}},
        },
        [call("c", "f", "client", {}, "{}")],
        id="Cohere version 2",
    ),
]


@pytest.mark.parametrize(("api", "payload", "tool_calls"), WHOLE)
def test_whole_answers(api, payload, tool_calls):
    summary = summed(told(api, payload))
    assert (summary.text, summary.response_id, summary.stop_reason, summary.finished) == ("Hi", "r", "COMPLETE", True)
    assert summary.tool_calls == tool_calls

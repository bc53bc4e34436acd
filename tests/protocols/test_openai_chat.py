"""Chat completions by hand, with the variations of those who say "OpenAI-compatible"."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    Heartbeat,
    RefusalDelta,
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
from addons.wire.frame import Frame
from tests.protocols.recorded import call, summed, told


def chunk(delta=None, *, finish=None, index=0, **fields):
    choice = {"index": index, "delta": delta if delta is not None else {}, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice], **fields}


def calls(*entries, **fields):
    return chunk({"tool_calls": list(entries)}, **fields)


def function(name=None, arguments=None, **fields):
    return {"function": {"name": name, "arguments": arguments}, **fields}


ROWS = [
    pytest.param([chunk({"role": "assistant", "content": "Hi"})], [TextDelta("text", "Hi")], id="text"),
    pytest.param(
        [chunk({"content": None}, id="c", model="m"), chunk({"content": ""}, id="c", model="m")],
        [ResponseStarted("m", "c")],
        id="id and model are told once, empty content not at all",
    ),
    pytest.param(
        [chunk({"content": "a"}, index=1), chunk({"content": "b"}, index=0)],
        [TextDelta("text", "b")],
        id="only the first of several choices",
    ),
    pytest.param([chunk({"refusal": "No"})], [RefusalDelta("refusal", "No")], id="refusal"),
    pytest.param([chunk({"reasoning_content": "hm"})], [ThinkingDelta("thinking", "hm")], id="DeepSeek's reasoning"),
    pytest.param(
        [chunk({"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]})],
        [ThinkingDelta("thinking", "hm")],
        id="reasoning under two names is told once",
    ),
    pytest.param(
        [
            chunk(
                {"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}, {"type": "reasoning.encrypted"}]}
            )
        ],
        [ThinkingDelta("thinking", "hm")],
        id="reasoning only in the details",
    ),
    pytest.param(
        [
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                        {"type": "text", "text": "a"},
                    ]
                }
            )
        ],
        [ThinkingDelta("thinking", "hm"), TextDelta("text", "a")],
        id="Mistral's list of parts",
    ),
    pytest.param(
        [
            calls(function("f", "", index=0, id="c1", type="function")),
            calls(function(None, '{"a"', index=0)),
            calls(function(None, ":1}", index=0, id="")),
            chunk(finish="tool_calls"),
            "[DONE]",
        ],
        [
            ToolCallStarted("call0", "c1", "f", "client"),
            ToolArgumentsDelta("call0", '{"a"'),
            ToolArgumentsDelta("call0", ":1}"),
            Stopped("tool_calls"),
            ToolCallFinished("call0", "c1", "f", "client", {"a": 1}, '{"a":1}'),
            ResponseFinished(),
        ],
        id="a call in pieces",
    ),
    pytest.param(
        [chunk(usage={"prompt_tokens": 1}), chunk(usage={"prompt_tokens": 1}), chunk(usage=None)],
        [UsageReported({"prompt_tokens": 1})],
        id="the same usage again is no news",
    ),
    pytest.param(
        [{"choices": [], "usage": {"prompt_tokens": 1}}],
        [UsageReported({"prompt_tokens": 1})],
        id="usage in a chunk without choices",
    ),
    pytest.param(
        [chunk(x_groq={"id": "r", "usage": {"prompt_tokens": 1}})],
        [UsageReported({"prompt_tokens": 1})],
        id="Groq's usage",
    ),
    pytest.param(
        [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 1}}]}],
        [Stopped("stop"), UsageReported({"prompt_tokens": 1}), ResponseFinished()],
        id="Moonshot's usage",
    ),
    pytest.param(
        [chunk({"content": "x"}), chunk(finish="stop")],
        [TextDelta("text", "x"), Stopped("stop"), ResponseFinished()],
        id="without [DONE], whole when it ends after its finish reason",
    ),
    pytest.param([chunk({"content": "x"})], [TextDelta("text", "x")], id="cut off"),
    pytest.param(
        [("error", {"error": {"message": "Bad", "type": "invalid_request_error", "code": "tool_use_failed"}})],
        [StreamError("Bad", "invalid_request_error", "tool_use_failed")],
        id="Groq's error in mid-stream",
    ),
    pytest.param(
        [chunk({"content": ""}, finish="error", error={"code": 502, "message": "Upstream"})],
        [Stopped("error"), StreamError("Upstream", None, 502), ResponseFinished()],
        id="OpenRouter's error in mid-stream",
    ),
    pytest.param(
        [Frame(data=None, comment=" OPENROUTER PROCESSING"), Frame(data="")],
        [Heartbeat(), Heartbeat()],
        id="comments and empty data are proof of life",
    ),
    pytest.param([" [DONE] "], [ResponseFinished()], id="blanks around the terminal mark"),
    pytest.param([{"choices": [{"index": 0, "delta": None}]}], [], id="a delta that is null"),
]


@pytest.mark.parametrize(("payloads", "events"), ROWS)
def test_what_frames_tell(payloads, events):
    assert told("openai.chat", *payloads) == events


CALLS = [
    pytest.param(
        [
            calls(function("f", "", index=0, id="a")),
            calls(function("g", "", index=1, id="b")),
            calls(function(None, "[1]", index=0), function(None, "[2]", index=1)),
        ],
        [call("a", "f", "client", [1], "[1]"), call("b", "g", "client", [2], "[2]")],
        id="interleaved by index",
    ),
    pytest.param(
        [calls(function("f", "[1]", index=0, id="a"), function("f", "[2]", index=0, id="b"))],
        [call("a", "f", "client", [1], "[1]"), call("b", "f", "client", [2], "[2]")],
        id="whole calls that all have the index 0",
    ),
    pytest.param(
        [calls(function("f", "[1]", id="a")), calls(function("g", "[2]", id="b"))],
        [call("a", "f", "client", [1], "[1]"), call("b", "g", "client", [2], "[2]")],
        id="whole calls without index, a chunk each",
    ),
    pytest.param(
        [calls(function("f", "[1]"), function("g", "[2]")), calls(function("f", "[3]"))],
        [
            call(None, "f", "client", [1], "[1]"),
            call(None, "g", "client", [2], "[2]"),
            call(None, "f", "client", [3], "[3]"),
        ],
        id="whole calls with neither index nor id",
    ),
    pytest.param(
        [calls(function("f", "[", index=0, id="a")), calls(function("f", "1]", index=0, id="a"))],
        [call("a", "f", "client", [1], "[1]")],
        id="id and name in every chunk",
    ),
    pytest.param(
        [
            calls(function("get_", None, index=0, id="a")),
            calls(function("it", None, index=0)),
            calls(function(None, "{}", index=0)),
        ],
        [call("a", "get_it", "client", {}, "{}")],
        id="a name in pieces",
    ),
    pytest.param(
        [calls(function("f", {"a": 1}, index=0, id="a"))],
        [call("a", "f", "client", {"a": 1}, None)],
        id="arguments as an object",
    ),
    pytest.param(
        [calls(function("f", "", index=0, id="a"))], [call("a", "f", "client", None, "")], id="no arguments at all"
    ),
    pytest.param(
        [calls({"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}})],
        [call("a", "sh", "custom", None, "ls")],
        id="a custom tool",
    ),
    pytest.param(
        [chunk({"function_call": {"name": "f", "arguments": ""}}), chunk({"function_call": {"arguments": "{}"}})],
        [call(None, "f", "client", {}, "{}")],
        id="the older function_call",
    ),
    pytest.param(
        [calls(function("f", "{1", index=0, id="a"))],
        [call("a", "f", "client", None, "{1")],
        id="arguments that are no JSON",
    ),
    pytest.param(
        [calls(function("f", "[12345678901234567890123]", index=0, id="a"))],
        [call("a", "f", "client", [12345678901234567890123], "[12345678901234567890123]")],
        id="a number longer than 64 bits",
    ),
]


@pytest.mark.parametrize("end", [[chunk(finish="tool_calls"), "[DONE]"], [chunk(finish="tool_calls")]])
@pytest.mark.parametrize(("payloads", "expected"), CALLS)
def test_which_piece_belongs_to_which_call(payloads, expected, end):
    assert summed(told("openai.chat", *payloads, *end)).tool_calls == expected


def test_a_call_that_was_cut_off_has_what_came_of_it():
    summary = summed(told("openai.chat", calls(function("f", '{"a', index=0, id="c"))))
    assert summary.tool_calls == [call("c", "f", "client", None, '{"a')]
    assert not summary.finished


def test_a_whole_completion():
    message = {
        "role": "assistant",
        "content": "Hi",
        "reasoning_content": "hm",
        "tool_calls": [function("f", "{}", id="a", type="function")],
    }
    summary = summed(
        told(
            "openai.chat",
            {
                "id": "c",
                "object": "chat.completion",
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
                "usage": {"prompt_tokens": 1},
            },
        )
    )
    assert (summary.text, summary.thinking, summary.finished, summary.model) == ("Hi", "hm", True, "m")
    assert summary.tool_calls == [call("a", "f", "client", {}, "{}")]


def test_a_last_chunk_that_repeats_the_whole_message():
    """Perplexity and Writer send `message` beside `delta`."""
    summary = summed(
        told(
            "openai.chat",
            {"choices": [{"index": 0, "delta": {"content": "Hi"}, "message": {"content": "Hi"}}]},
            {
                "choices": [
                    {"index": 0, "delta": {"content": ""}, "message": {"content": "Hi"}, "finish_reason": "stop"}
                ]
            },
            {"object": "chat.completion.done", "choices": [{"index": 0, "message": {"content": "Hi"}}]},
        )
    )
    assert summary.text == "Hi"

"""Anthropic Messages and Complete, by hand: one row, one fact."""

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
    ToolResult,
    Unrecognised,
    UsageReported,
)
from tests.protocols.recorded import call, summed, told


def start(index, block):
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index, **fields):
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stop(index):
    return {"type": "content_block_stop", "index": index}


ROWS = [
    pytest.param(
        [{"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {"input_tokens": 3}}}],
        [ResponseStarted("m", "msg_1"), UsageReported({"input_tokens": 3})],
        id="the start names model, id and input",
    ),
    pytest.param(
        [start(0, {"type": "text", "text": ""}), delta(0, type="text_delta", text="Hi"), stop(0)],
        [TextDelta("0", "Hi"), BlockFinished("0")],
        id="text",
    ),
    pytest.param(
        [
            start(0, {"type": "thinking", "thinking": "", "signature": ""}),
            delta(0, type="thinking_delta", thinking="hm"),
            delta(0, type="signature_delta", signature="Eu=="),
            stop(0),
        ],
        [ThinkingDelta("0", "hm"), BlockFinished("0")],
        id="thinking, its signature is no text",
    ),
    pytest.param(
        [start(0, {"type": "redacted_thinking", "data": "Eq=="}), stop(0)], [], id="redacted thinking tells nothing"
    ),
    pytest.param(
        [
            start(1, {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}),
            delta(1, type="input_json_delta", partial_json=""),
            delta(1, type="input_json_delta", partial_json='{"command":'),
            delta(1, type="input_json_delta", partial_json=' "ls"}'),
            stop(1),
        ],
        [
            ToolCallStarted("1", "t1", "Bash", "client"),
            ToolArgumentsDelta("1", '{"command":'),
            ToolArgumentsDelta("1", ' "ls"}'),
            ToolCallFinished("1", "t1", "Bash", "client", {"command": "ls"}, '{"command": "ls"}'),
        ],
        id="a call, its first piece empty",
    ),
    pytest.param(
        [
            start(0, {"type": "tool_use", "id": "t", "name": "now", "input": {}}),
            delta(0, type="input_json_delta", partial_json=""),
            stop(0),
        ],
        [ToolCallStarted("0", "t", "now", "client"), ToolCallFinished("0", "t", "now", "client", {}, "")],
        id="a call without arguments",
    ),
    pytest.param(
        [start(0, {"type": "server_tool_use", "id": "s", "name": "web_fetch", "input": {"url": "u"}}), stop(0)],
        [
            ToolCallStarted("0", "s", "web_fetch", "server"),
            ToolArgumentsDelta("0", '{"url":"u"}'),
            ToolCallFinished("0", "s", "web_fetch", "server", {"url": "u"}, None),
        ],
        id="a call whose whole input comes with its start",
    ),
    pytest.param(
        [
            start(0, {"type": "tool_use", "id": "t", "name": "w", "input": {}}),
            delta(0, type="input_json_delta", partial_json='{"a": [1,'),
            stop(0),
        ],
        [
            ToolCallStarted("0", "t", "w", "client"),
            ToolArgumentsDelta("0", '{"a": [1,'),
            ToolCallFinished("0", "t", "w", "client", None, '{"a": [1,'),
        ],
        id="arguments that max_tokens cut off are no JSON",
    ),
    pytest.param(
        [start(0, {"type": "mcp_tool_use", "id": "m", "name": "ask", "server_name": "wiki", "input": {"q": 1}})],
        [ToolCallStarted("0", "m", "ask", "mcp")],
        id="a call of an MCP server",
    ),
    pytest.param(
        [
            start(
                0,
                {
                    "type": "mcp_tool_result",
                    "tool_use_id": "m",
                    "is_error": True,
                    "content": [{"type": "text", "text": "no"}],
                },
            )
        ],
        [ToolResult("0", "m", "no", True)],
        id="an MCP server's result is its text",
    ),
    pytest.param(
        [
            start(
                0,
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "s",
                    "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"},
                },
            )
        ],
        [ToolResult("0", "s", '{"type":"web_search_tool_result_error","error_code":"unavailable"}', True)],
        id="a server tool's failure",
    ),
    pytest.param(
        [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}],
        [Stopped("end_turn"), UsageReported({"output_tokens": 9})],
        id="a stop reason alone does not finish",
    ),
    pytest.param([{"type": "message_stop"}], [ResponseFinished()], id="the terminal event"),
    pytest.param([("ping", {"type": "ping"})], [Heartbeat()], id="ping"),
    pytest.param(
        [("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})],
        [StreamError("Overloaded", "overloaded_error")],
        id="an error in mid-stream",
    ),
    pytest.param([start(0, {"type": "hologram"})], [Unrecognised("hologram")], id="a new kind of block"),
    pytest.param([{"type": "message_limit"}], [Unrecognised("message_limit")], id="a new kind of event"),
    pytest.param([delta(0, type="smell_delta")], [Unrecognised("smell_delta")], id="a new kind of delta"),
    pytest.param(
        [delta(3, type="input_json_delta", partial_json="{")],
        [ToolCallStarted("3", None, "", "client"), ToolArgumentsDelta("3", "{")],
        id="a capture that begins inside a call",
    ),
]


@pytest.mark.parametrize(("payloads", "events"), ROWS)
def test_what_frames_tell(payloads, events):
    assert told("anthropic.messages", *payloads) == events


def test_blocks_may_interleave():
    summary = summed(
        told(
            "anthropic.messages",
            start(0, {"type": "tool_use", "id": "a", "name": "f", "input": {}}),
            start(1, {"type": "tool_use", "id": "b", "name": "g", "input": {}}),
            delta(1, type="input_json_delta", partial_json="[2"),
            delta(0, type="input_json_delta", partial_json="[1"),
            delta(1, type="input_json_delta", partial_json="]"),
            delta(0, type="input_json_delta", partial_json="]"),
            stop(1),
            stop(0),
        )
    )
    assert summary.tool_calls == [call("a", "f", "client", [1], "[1]"), call("b", "g", "client", [2], "[2]")]


def test_a_whole_message():
    summary = summed(
        told(
            "anthropic.messages",
            {
                "type": "message",
                "id": "msg",
                "model": "m",
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "E"},
                    {"type": "text", "text": "Hi"},
                    {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
                ],
                "stop_reason": "tool_use",
                "usage": {"input_tokens": 1, "output_tokens": 2},
            },
        )
    )
    assert (summary.text, summary.thinking, summary.stop_reason, summary.finished) == ("Hi", "hm", "tool_use", True)
    assert summary.tool_calls == [call("t", "f", "client", {"a": 1}, None)]
    assert summary.usage_raw == {"input_tokens": 1, "output_tokens": 2}


def test_a_message_may_begin_with_blocks():
    """Code that called tools goes on: the service hands over what it has, then streams from index 0."""
    content = [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}]
    summary = summed(
        told(
            "anthropic.messages",
            {"type": "message_start", "message": {"id": "m", "content": content, "stop_reason": None}},
            start(0, {"type": "text", "text": ""}),
            delta(0, type="text_delta", text="done"),
            stop(0),
        )
    )
    assert summary.tool_calls == [call("t", "f", "client", {"a": 1}, None)]
    assert summary.text == "done"


def test_complete_ends_with_its_stop_reason():
    assert told(
        "anthropic.complete",
        (
            "completion",
            {"type": "completion", "id": "c", "completion": " Hi", "stop_reason": None, "model": "claude-2"},
        ),
        ("ping", {"type": "ping"}),
        (
            "completion",
            {"type": "completion", "id": "c", "completion": "", "stop_reason": "max_tokens", "model": "claude-2"},
        ),
    ) == [
        ResponseStarted("claude-2", "c"),
        TextDelta("text", " Hi"),
        Heartbeat(),
        Stopped("max_tokens"),
        ResponseFinished(),
    ]

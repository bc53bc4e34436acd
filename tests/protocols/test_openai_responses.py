"""OpenAI Responses by hand: deltas win, snapshots fill in what no delta told."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    BlockFinished,
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
    ToolResult,
    Unrecognised,
    UsageReported,
)
from tests.protocols.recorded import call, summed, told


def event(kind, **fields):
    return {"type": f"response.{kind}", "sequence_number": 1, **fields}


def added(index, **item):
    return event("output_item.added", output_index=index, item=item)


def done(index, **item):
    return event("output_item.done", output_index=index, item=item)


def completed(*output, **fields):
    response = {"id": "resp", "object": "response", "model": "m", "status": "completed", "output": list(output)}
    return event("completed", response={**response, **fields})


MESSAGE = {"type": "message", "id": "msg", "content": [{"type": "output_text", "text": "Hi you"}]}
CALL = {"type": "function_call", "id": "fc", "call_id": "call_1", "name": "f", "arguments": '{"a":1}'}

ROWS = [
    pytest.param(
        [
            event("output_text.delta", output_index=0, content_index=0, item_id="a", delta="Hi"),
            event("output_text.delta", output_index=0, content_index=0, item_id="b", delta=" you"),
            event("output_text.done", output_index=0, content_index=0, text="Hi you"),
            event("content_part.done", output_index=0, content_index=0, part={"type": "output_text", "text": "Hi you"}),
            done(0, **MESSAGE),
        ],
        [TextDelta("0.0", "Hi"), TextDelta("0.0", " you"), BlockFinished("0.0")],
        id="text told four times is told once, though item ids change",
    ),
    pytest.param([done(0, **MESSAGE)], [TextDelta("0.0", "Hi you"), BlockFinished("0.0")], id="text only in the item"),
    pytest.param(
        [event("output_text.done", output_index=0, content_index=1, text="x")],
        [TextDelta("0.1", "x"), BlockFinished("0.1")],
        id="text only in its end",
    ),
    pytest.param(
        [
            event("reasoning_summary_text.delta", output_index=0, summary_index=0, delta="hm"),
            event("reasoning_summary_text.done", output_index=0, summary_index=0, text="hm"),
            event("reasoning_text.delta", output_index=0, content_index=0, delta="raw"),
            done(0, type="reasoning", summary=[{"text": "hm"}], content=[{"text": "raw"}], encrypted_content="gA"),
        ],
        [
            ThinkingDelta("0.summary0", "hm"),
            BlockFinished("0.summary0"),
            ThinkingDelta("0.reasoning0", "raw"),
            BlockFinished("0.reasoning0"),
        ],
        id="reasoning, its summary and itself",
    ),
    pytest.param(
        [
            event("refusal.delta", output_index=0, content_index=0, delta="No"),
            event("refusal.done", output_index=0, content_index=0, refusal="No"),
        ],
        [RefusalDelta("0.refusal0", "No"), BlockFinished("0.refusal0")],
        id="refusal",
    ),
    pytest.param(
        [
            added(1, **{**CALL, "arguments": ""}),
            event("function_call_arguments.delta", output_index=1, delta='{"a"'),
            event("function_call_arguments.delta", output_index=1, delta=":1}"),
            event("function_call_arguments.done", output_index=1, arguments='{"a":1}'),
            done(1, **CALL),
        ],
        [
            ToolCallStarted("1", "call_1", "f", "client"),
            ToolArgumentsDelta("1", '{"a"'),
            ToolArgumentsDelta("1", ":1}"),
            ToolCallFinished("1", "call_1", "f", "client", {"a": 1}, '{"a":1}'),
        ],
        id="a function call",
    ),
    pytest.param(
        [done(1, **CALL)],
        [
            ToolCallStarted("1", "call_1", "f", "client"),
            ToolArgumentsDelta("1", '{"a":1}'),
            ToolCallFinished("1", "call_1", "f", "client", {"a": 1}, '{"a":1}'),
        ],
        id="a function call in one piece",
    ),
    pytest.param(
        [
            added(0, type="custom_tool_call", id="ctc", call_id="c", name="exec", input=""),
            event("custom_tool_call_input.delta", output_index=0, delta="text(1)"),
            event("custom_tool_call_input.done", output_index=0, input="text(1)"),
            done(0, type="custom_tool_call", id="ctc", call_id="c", name="exec", input="text(1)"),
        ],
        [
            ToolCallStarted("0", "c", "exec", "custom"),
            ToolArgumentsDelta("0", "text(1)"),
            ToolCallFinished("0", "c", "exec", "custom", None, "text(1)"),
        ],
        id="free-form input is no JSON even if it could be",
    ),
    pytest.param(
        [
            added(0, type="mcp_call", id="mcp_1", name="ask", arguments="", server_label="wiki"),
            event("mcp_call_arguments.delta", output_index=0, delta="{}"),
            done(0, type="mcp_call", id="mcp_1", name="ask", arguments="{}", output="42", error=None),
        ],
        [
            ToolCallStarted("0", "mcp_1", "ask", "mcp"),
            ToolArgumentsDelta("0", "{}"),
            ToolCallFinished("0", "mcp_1", "ask", "mcp", {}, "{}"),
            ToolResult("0", "mcp_1", "42", False),
        ],
        id="a call of an MCP server, with its result",
    ),
    pytest.param(
        [
            added(0, type="web_search_call", id="ws", status="in_progress"),
            event("web_search_call.in_progress", output_index=0),
            event("web_search_call.searching", output_index=0),
            event("web_search_call.completed", output_index=0),
            done(0, type="web_search_call", id="ws", action={"type": "search", "query": "q"}),
        ],
        [
            ToolCallStarted("0", "ws", "web_search_call", "server"),
            ToolArgumentsDelta("0", '{"type":"search","query":"q"}'),
            ToolCallFinished("0", "ws", "web_search_call", "server", {"type": "search", "query": "q"}, None),
        ],
        id="a web search",
    ),
    pytest.param(
        [
            added(0, type="code_interpreter_call", id="ci", code=""),
            event("code_interpreter_call_code.delta", output_index=0, delta='print("'),
            event("code_interpreter_call_code.delta", output_index=0, delta='é\n")'),
            done(0, type="code_interpreter_call", id="ci", code='print("é\n")', outputs=[{"logs": "é"}]),
        ],
        [
            ToolCallStarted("0", "ci", "code_interpreter_call", "server"),
            ToolArgumentsDelta("0", '{"code":"'),
            ToolArgumentsDelta("0", 'print(\\"'),
            ToolArgumentsDelta("0", 'é\\n\\")'),
            ToolArgumentsDelta("0", '"}'),
            ToolCallFinished("0", "ci", "code_interpreter_call", "server", {"code": 'print("é\n")'}, None),
            ToolResult("0", "ci", '[{"logs":"é"}]', False),
        ],
        id="code streams as JSON in the making",
    ),
    pytest.param(
        [
            added(0, type="shell_call", id="sh", call_id="c", action={"commands": []}),
            event("shell_call_command.added", output_index=0, command_index=0, command=""),
            event("shell_call_command.delta", output_index=0, command_index=0, delta="ls"),
            event("shell_call_command.delta", output_index=0, command_index=1, delta="pwd"),
            done(0, type="shell_call", id="sh", call_id="c", action={"commands": ["ls", "pwd"]}),
        ],
        [
            ToolCallStarted("0", "c", "shell_call", "server"),
            ToolArgumentsDelta("0", '{"commands":["'),
            ToolArgumentsDelta("0", "ls"),
            ToolArgumentsDelta("0", '","'),
            ToolArgumentsDelta("0", "pwd"),
            ToolArgumentsDelta("0", '"]}'),
            ToolCallFinished("0", "c", "shell_call", "server", {"commands": ["ls", "pwd"]}, None),
        ],
        id="shell commands",
    ),
    pytest.param(
        [
            added(0, type="apply_patch_call", call_id="c", operation={"type": "create_file", "path": "p", "diff": ""}),
            event("apply_patch_call_operation_diff.delta", output_index=0, delta="+a"),
            event("apply_patch_call_operation_diff.done", output_index=0, diff="+a"),
            done(0, type="apply_patch_call", call_id="c", operation={"type": "create_file", "path": "p", "diff": "+a"}),
        ],
        [
            ToolCallStarted("0", "c", "apply_patch_call", "server"),
            ToolArgumentsDelta("0", '{"type":"create_file","path":"p","diff":"'),
            ToolArgumentsDelta("0", "+a"),
            ToolArgumentsDelta("0", '"}'),
            ToolCallFinished(
                "0", "c", "apply_patch_call", "server", {"type": "create_file", "path": "p", "diff": "+a"}, None
            ),
        ],
        id="a patch",
    ),
    pytest.param(
        [
            done(0, type="image_generation_call", id="ig", result="UklGR"),
            done(1, type="tool_search_call", id="tsc", call_id=None, arguments={"paths": ["p"]}),
            done(2, type="tool_search_output", id="tso", call_id=None, tools=[{"name": "f"}]),
        ],
        [
            ToolCallStarted("0", "ig", "image_generation_call", "server"),
            ToolCallFinished("0", "ig", "image_generation_call", "server", None, None),
            ToolCallStarted("1", "tsc", "tool_search_call", "server"),
            ToolArgumentsDelta("1", '{"paths":["p"]}'),
            ToolCallFinished("1", "tsc", "tool_search_call", "server", {"paths": ["p"]}, None),
            ToolResult("2", "tso", '[{"name":"f"}]', False),
        ],
        id="other calls of the provider",
    ),
    pytest.param(
        [
            added(0, type="tool_search_call", id="tsc", call_id="announced", arguments={}),
            done(0, type="tool_search_call", id="tsc", call_id="final", arguments={"goal": "g"}),
        ],
        [
            ToolCallStarted("0", "announced", "tool_search_call", "server"),
            ToolArgumentsDelta("0", '{"goal":"g"}'),
            ToolCallFinished("0", "final", "tool_search_call", "server", {"goal": "g"}, None),
        ],
        id="a call that is done under another id",
    ),
    pytest.param(
        [
            added(0, type="program", id="cm", call_id="c", code=""),
            done(0, type="program", id="cm", call_id="c", code="text(1);"),
            done(1, type="program_output", id="co", call_id="c", output="1"),
        ],
        [
            ToolCallStarted("0", "c", "program", "server"),
            ToolArgumentsDelta("0", '{"code":"text(1);"}'),
            ToolCallFinished("0", "c", "program", "server", {"code": "text(1);"}, None),
            ToolResult("1", "c", "1", False),
        ],
        id="programmatic tool calling",
    ),
    pytest.param(
        [
            done(0, type="mcp_list_tools", id="l", tools=[{"name": "ask"}]),
            done(1, type="mcp_approval_request", id="r", name="ask", arguments="{}"),
            event("image_generation_call.partial_image", output_index=0, partial_image_b64="UklGR"),
            event("output_text.annotation.added", output_index=0, annotation={}),
        ],
        [],
        id="items and events that are no content",
    ),
    pytest.param([done(0, type="hologram")], [Unrecognised("hologram")], id="a new kind of item"),
    pytest.param([{"type": "codex.rate_limits"}], [Unrecognised("codex.rate_limits")], id="a new kind of event"),
    pytest.param(
        [
            event("created", response={"id": "r", "model": "m"}),
            event("in_progress", response={"id": "r", "model": "m"}),
        ],
        [ResponseStarted("m", "r")],
        id="the start is told once",
    ),
    pytest.param(
        [completed(usage={"input_tokens": 1})],
        [ResponseStarted("m", "resp"), UsageReported({"input_tokens": 1}), Stopped("completed"), ResponseFinished()],
        id="the end",
    ),
    pytest.param(
        [event("incomplete", response={"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}})],
        [Stopped("max_output_tokens"), ResponseFinished()],
        id="an incomplete response says why",
    ),
    pytest.param(
        [
            {"type": "error", "error": {"type": "server_error", "code": "c", "message": "Oops"}},
            event("failed", response={"status": "failed", "error": {"code": "c", "message": "Oops"}}),
        ],
        [StreamError("Oops", "server_error", "c"), Stopped("failed"), ResponseFinished()],
        id="one failure told twice",
    ),
    pytest.param(
        [{"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None}],
        [StreamError("Slow down", None, "rate_limit_exceeded")],
        id="a flat error event",
    ),
    pytest.param(
        [{"type": "error", "status": 429, "error": {"type": "usage_limit_reached", "message": "Later"}, "headers": {}}],
        [StreamError("Later", "usage_limit_reached")],
        id="an error message on a WebSocket",
    ),
]


@pytest.mark.parametrize(("payloads", "events"), ROWS)
def test_what_frames_tell(payloads, events):
    assert told("openai.responses", *payloads) == events


def test_a_whole_response():
    summary = summed(
        told(
            "openai.responses",
            {
                "id": "resp",
                "object": "response",
                "model": "m",
                "status": "completed",
                "output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}, MESSAGE, CALL],
                "usage": {"input_tokens": 1, "output_tokens": 2},
            },
        )
    )
    assert (summary.text, summary.thinking, summary.stop_reason) == ("Hi you", "hm", "completed")
    assert summary.tool_calls == [call("call_1", "f", "client", {"a": 1}, '{"a":1}')]
    assert summary.finished


def test_the_snapshot_adds_what_the_stream_did_not_tell():
    """A gateway that streams text alone: the call stands in the snapshot, at an index of its own."""
    events = told(
        "openai.responses",
        event("output_text.delta", output_index=0, content_index=0, delta="Hi you"),
        completed({"type": "reasoning", "summary": []}, MESSAGE, CALL),
    )
    summary = summed(events)
    assert summary.text == "Hi you"
    assert [one["name"] for one in summary.tool_calls] == ["f"]


def test_a_capture_that_begins_inside_a_call():
    summary = summed(
        told(
            "openai.responses",
            event("custom_tool_call_input.delta", output_index=4, delta="rest"),
            done(4, type="custom_tool_call", call_id="c", name="exec", input="the rest"),
        )
    )
    assert summary.tool_calls == [call("c", "exec", "custom", None, "the rest")]

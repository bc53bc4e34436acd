"""Gemini's generateContent and Interactions, by hand."""

from __future__ import annotations

import json

import pytest

from addons.protocols.events import (
    BlockFinished,
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
    UsageReported,
)
from addons.protocols.google_arguments import PartialArguments
from tests.protocols.recorded import call, summed, told


def parts(*content, **candidate):
    return {"candidates": [{"content": {"parts": list(content), "role": "model"}, "index": 0, **candidate}]}


ROWS = [
    pytest.param(
        [parts({"text": "hm", "thought": True}, {"text": "Hi"})],
        [ThinkingDelta("thinking", "hm"), TextDelta("text", "Hi")],
        id="thought and text",
    ),
    pytest.param(
        [parts({"text": "", "thoughtSignature": "E"}), parts({"thoughtSignature": "E"}), parts({"inlineData": {}})],
        [],
        id="signatures and images have nothing to tell",
    ),
    pytest.param(
        [parts({"functionCall": {"id": "c", "name": "f", "args": {"a": 1}}}, {"functionCall": {"name": "g"}})],
        [
            ToolCallStarted("call1", "c", "f", "client"),
            ToolArgumentsDelta("call1", '{"a":1}'),
            ToolCallFinished("call1", "c", "f", "client", {"a": 1}, None),
            ToolCallStarted("call2", None, "g", "client"),
            ToolArgumentsDelta("call2", "{}"),
            ToolCallFinished("call2", None, "g", "client", {}, None),
        ],
        id="whole calls",
    ),
    pytest.param(
        [
            parts({"functionCall": {"name": "f", "willContinue": True}}),
            parts(
                {
                    "functionCall": {
                        "partialArgs": [{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}],
                        "willContinue": True,
                    }
                }
            ),
            parts({"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "y"}], "willContinue": True}}),
            parts({"functionCall": {}}),
        ],
        [
            ToolCallStarted("call1", None, "f", "client"),
            ToolArgumentsDelta("call1", '{"a":"x'),
            ToolArgumentsDelta("call1", 'y"'),
            ToolArgumentsDelta("call1", "}"),
            ToolCallFinished("call1", None, "f", "client", {"a": "xy"}, None),
        ],
        id="streamed arguments",
    ),
    pytest.param(
        [
            parts({"executableCode": {"language": "PYTHON", "code": "1"}}),
            parts({"codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "no"}}),
        ],
        [
            ToolCallStarted("call1", None, "code_execution", "server"),
            ToolArgumentsDelta("call1", '{"language":"PYTHON","code":"1"}'),
            ToolCallFinished("call1", None, "code_execution", "server", {"language": "PYTHON", "code": "1"}, None),
            ToolResult("call1", None, "no", True),
        ],
        id="code that the provider runs",
    ),
    pytest.param(
        [{**parts({"text": "x"}, finishReason="STOP"), "usageMetadata": {"promptTokenCount": 1}, "modelVersion": "g"}],
        [
            ResponseStarted("g", None),
            TextDelta("text", "x"),
            Stopped("STOP"),
            UsageReported({"promptTokenCount": 1}),
            ResponseFinished(),
        ],
        id="a finish reason makes it whole when it ends",
    ),
    pytest.param(
        [{"response": parts({"text": "x"}), "traceId": "t"}], [TextDelta("text", "x")], id="Code Assist's wrapping"
    ),
    pytest.param(
        [[parts({"text": "x"}), parts({"text": "y"})]], [TextDelta("text", "x"), TextDelta("text", "y")], id="a list"
    ),
    pytest.param(
        [{"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 1}}],
        [UsageReported({"promptTokenCount": 1}), Stopped("SAFETY"), ResponseFinished()],
        id="a prompt that is blocked",
    ),
    pytest.param(
        [[{"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED"}}]],
        [StreamError("Quota", "RESOURCE_EXHAUSTED", 429)],
        id="an error in a list",
    ),
    pytest.param(
        [parts(finishReason="MALFORMED_FUNCTION_CALL")],
        [Stopped("MALFORMED_FUNCTION_CALL"), ResponseFinished()],
        id="a finish without content",
    ),
    pytest.param(
        [{"candidates": [{"index": 1, "content": {"parts": [{"text": "no"}]}}]}], [], id="only the first candidate"
    ),
]


@pytest.mark.parametrize(("payloads", "events"), ROWS)
def test_what_frames_tell(payloads, events):
    assert told("google.generateContent", *payloads) == events


def piece(path, value, *, more=False):
    kinds = {str: "stringValue", bool: "boolValue", type(None): "nullValue", int: "numberValue", float: "numberValue"}
    return {"jsonPath": path, kinds[type(value)]: value, **({"willContinue": True} if more else {})}


PATHS = [
    pytest.param([], {}, id="none"),
    pytest.param(
        [piece("$.a", "x", more=True), piece("$.a", '"\n', more=True), piece("$.a", "")], {"a": 'x"\n'}, id="string"
    ),
    pytest.param(
        [piece("$.a", 1), piece("$.b", True), piece("$.c", None)], {"a": 1, "b": True, "c": None}, id="scalars"
    ),
    pytest.param(
        [piece("$.a.b[0]", "x"), piece("$.a.b[1]", "y"), piece("$.a.c", 2)],
        {"a": {"b": ["x", "y"], "c": 2}},
        id="nested",
    ),
    pytest.param(
        [piece("$.l[0].k", 1), piece("$.l[0].m", 2), piece("$.l[1].k", 3)],
        {"l": [{"k": 1, "m": 2}, {"k": 3}]},
        id="list of objects",
    ),
    pytest.param(
        [piece("$['a b']", "x", more=True), piece("$.c", 1)], {"a b": "x", "c": 1}, id="quoted name, string left open"
    ),
    pytest.param(
        [piece("$..a", 1), piece("x", 1), piece("$[0]", 1), {"jsonPath": "$.a"}], {}, id="paths that are none"
    ),
]


@pytest.mark.parametrize(("pieces", "value"), PATHS)
def test_arguments_put_together_from_json_paths(pieces, value):
    arguments = PartialArguments()
    written = "".join([*(arguments.write(one) for one in pieces), arguments.close()])
    assert arguments.value == value
    assert json.loads(written) == value


def interaction(kind, **fields):
    return {"event_type": kind, **fields}


STEPS = [
    interaction("interaction.created", interaction={"id": "v1", "status": "in_progress", "model": "g"}),
    interaction("interaction.status_update", interaction_id="v1", status="in_progress"),
    interaction("step.start", index=0, step={"type": "thought"}),
    interaction("step.delta", index=0, delta={"type": "thought_summary", "content": {"type": "text", "text": "hm"}}),
    interaction("step.delta", index=0, delta={"type": "thought_signature", "signature": "E"}),
    interaction("step.stop", index=0),
    interaction("step.start", index=1, step={"type": "model_output", "content": [{"type": "text", "text": "Hi"}]}),
    interaction("step.delta", index=1, delta={"type": "text", "text": " you"}),
    interaction("step.stop", index=1),
    interaction("step.start", index=2, step={"type": "function_call", "id": "c", "name": "f", "arguments": {}}),
    interaction("step.delta", index=2, delta={"type": "arguments_delta", "arguments": '{"a":1}'}),
    interaction("step.stop", index=2),
    interaction("step.start", index=3, step={"type": "google_search_call", "id": "s", "arguments": {"queries": ["q"]}}),
    interaction("step.stop", index=3),
    interaction("step.start", index=4, step={"type": "google_search_result", "call_id": "s", "result": [1]}),
    interaction(
        "interaction.completed",
        interaction={"id": "v1", "status": "requires_action", "usage": {"total_input_tokens": 1}},
    ),
]


def test_interactions_as_steps():
    assert told("google.interactions", *STEPS, "[DONE]") == [
        ResponseStarted("g", "v1"),
        ThinkingDelta("0", "hm"),
        BlockFinished("0"),
        TextDelta("1", "Hi"),
        TextDelta("1", " you"),
        BlockFinished("1"),
        ToolCallStarted("2", "c", "f", "client"),
        ToolArgumentsDelta("2", '{"a":1}'),
        ToolCallFinished("2", "c", "f", "client", {"a": 1}, '{"a":1}'),
        ToolCallStarted("3", "s", "google_search_call", "server"),
        ToolArgumentsDelta("3", '{"queries":["q"]}'),
        ToolCallFinished("3", "s", "google_search_call", "server", {"queries": ["q"]}, None),
        ToolResult("4", "s", "[1]", False),
        UsageReported({"total_input_tokens": 1}),
        Stopped("requires_action"),
        ResponseFinished(),
    ]


def test_interactions_in_their_first_version():
    summary = summed(
        told(
            "google.interactions",
            interaction("interaction.start", interaction={"id": "v1"}),
            interaction("content.start", index=0, content={"type": "thought"}),
            interaction("content.delta", index=0, delta={"type": "thought", "text": "hm"}),
            interaction("content.delta", index=1, delta={"type": "text", "text": "Hi"}),
            interaction(
                "content.delta", index=2, delta={"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}}
            ),
            interaction("content.stop", index=2),
            interaction(
                "interaction.complete",
                interaction={"id": "v1", "status": "completed", "outputs": [{"type": "text", "text": "Hi"}]},
            ),
        )
    )
    assert (summary.text, summary.thinking, summary.stop_reason, summary.finished) == ("Hi", "hm", "completed", True)
    assert summary.tool_calls == [call("c", "f", "client", {"a": 1}, None)]


def test_a_whole_interaction():
    summary = summed(
        told(
            "google.interactions",
            {
                "id": "v1",
                "object": "interaction",
                "model": "g",
                "status": "completed",
                "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Hi"}]}],
            },
        )
    )
    assert (summary.text, summary.model, summary.finished) == ("Hi", "g", True)

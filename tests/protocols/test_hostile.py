"""Whatever a server sends, no exception leaves a decoder, and every event keeps the promises of its type."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.protocols.dialects import DIALECTS
from addons.protocols.events import (
    RefusalDelta,
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
from addons.protocols.usage import normalise_usage
from addons.wire.frame import Frame
from addons.wire.json_text import dump_json
from tests.protocols.recorded import every_recording, summed, told

RECORDED = every_recording()
APIS = [None, *DIALECTS]

needs_recordings = pytest.mark.skipif(not RECORDED, reason="no recorded streams beside the checkout")

strange = st.sampled_from(
    [None, True, False, 0, -1, 2.5, 10**20, "", "x", "\ud800", [], [None], [[]], [1, "a"], {}, {"type": 1}, {"": None}]
).map(deepcopy)


def keeps_its_promises(event: Any) -> bool:
    match event:
        case TextDelta(block, text) | ThinkingDelta(block, text) | RefusalDelta(block, text):
            return isinstance(block, str) and isinstance(text, str) and text != ""
        case ToolArgumentsDelta(block, text):
            return isinstance(block, str) and isinstance(text, str) and text != ""
        case ToolCallStarted(block, call_id, name, kind) | ToolCallFinished(block, call_id, name, kind):
            known = kind in ("client", "server", "mcp", "custom")
            return isinstance(block, str) and isinstance(call_id, str | None) and isinstance(name, str) and known
        case ToolResult(block, call_id, text, is_error):
            return isinstance(call_id, str | None) and isinstance(text, str) and isinstance(is_error, bool)
        case ResponseStarted(model, response_id):
            return isinstance(model, str | None) and isinstance(response_id, str | int | None)
        case Stopped(reason):
            return isinstance(reason, str | int)
        case StreamError(message, kind, code):
            return isinstance(message, str) and isinstance(kind, str | None) and isinstance(code, str | int | None)
        case UsageReported(raw):
            return isinstance(raw, dict)
        case Unrecognised(kind):
            return isinstance(kind, str)
    return True


def check(api: str | None, frames: list[Frame]) -> None:
    events = told(api, *frames)
    assert [event for event in events if not keeps_its_promises(event)] == []
    summary = summed(events)
    dump_json([summary.text, summary.thinking, summary.tool_calls, summary.usage_raw, summary.response_id])
    assert all(count is None or isinstance(count, int) for count in normalise_usage(api, summary.usage_raw).values())


@given(st.sampled_from(APIS), st.lists(st.tuples(st.text(max_size=8) | st.none(), st.text(max_size=30)), max_size=6))
@settings(max_examples=150)
def test_arbitrary_text_in_frames(api, pairs):
    check(api, [Frame(data=data, event=event) for event, data in pairs])


words = st.sampled_from(
    ["type", "delta", "choices", "content", "message", "index", "error", "text", "usage", "response", "item", "output"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(APIS), st.lists(json_values, min_size=1, max_size=4))
@settings(max_examples=200)
def test_arbitrary_json_in_frames(api, payloads):
    check(api, [Frame(data=json.dumps(payload)) for payload in payloads])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def changed(value: Any, path: tuple[Any, ...], *, delete: bool, replacement: Any) -> Any:
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    if delete:
        del holder[path[-1]]
    else:
        holder[path[-1]] = replacement
    return value


def mutated(data: st.DataObject, frame: Frame) -> Frame:
    try:
        value = json.loads(frame.data or "")
    except ValueError:
        return frame
    packed = isinstance(value, dict) and isinstance(value.get("bytes"), str)
    if packed:
        value = json.loads(b64decode(value["bytes"]))
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(value)
        if found:
            path = data.draw(st.sampled_from(found))
            value = changed(value, path, delete=data.draw(st.booleans()), replacement=data.draw(strange))
    if packed:
        value = {"bytes": b64encode(json.dumps(value).encode()).decode()}
    return Frame(data=json.dumps(value), event=frame.event)


@needs_recordings
@given(st.data())
@settings(max_examples=400, deadline=None)
def test_recorded_frames_with_fields_that_are_missing_or_of_another_type(data):
    recording = data.draw(st.sampled_from(RECORDED))
    frames = recording.frames
    begin = data.draw(st.integers(0, max(0, len(frames) - 12)))
    chosen = frames[:3] + frames[begin : begin + 12] + frames[-4:]
    hit = data.draw(st.sets(st.integers(0, len(chosen) - 1), min_size=1, max_size=6))
    check(
        data.draw(st.sampled_from([recording.api, recording.api, None])),
        [mutated(data, frame) if number in hit else frame for number, frame in enumerate(chosen)],
    )


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param("[" * 100_000, id="endless nesting"),
        pytest.param('{"delta":' * 5000 + "1" + "}" * 5000, id="deep objects"),
        pytest.param("NaN", id="no JSON number"),
        pytest.param('{"choices":[{"delta":{"content":"\\ud83d"}}]}', id="half an emoji"),
        pytest.param('{"type":"message_start","message":{"id":' + "9" * 5000 + "}}", id="endless number"),
    ],
)
def test_payloads_that_break_parsers(api, data):
    check(api, [Frame(data=data), Frame(data=data, event="error"), Frame(data=None, comment="x"), Frame(data="")])

"""When tool calls streamed, over the real pipeline: SSE and a WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from addons.capture.observed import ChunkSeen, Cut, EndSeen, HeadSeen, MessageSeen, Seen
from addons.capture.pipeline import Pipeline
from addons.options import OPTIONS, parse_settings
from tests.exchanges import NEVER_DAYS
from tests.reports.asking import rows_of
from tests.sources.captured import MESSAGES, SSE, Screen, at, request, typed

START = {"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {"input_tokens": 1}}}
STOP = [
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
]


def opened(index: int, kind: str, call_id: str) -> dict[str, Any]:
    block = {"type": kind, "id": call_id, "name": "Bash", "input": {}}
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": text}}


def captured(root: Path, seen: Iterable[tuple[str, Seen]]) -> Path:
    values = {option.name: option.default for option in OPTIONS}
    values |= {"agent_log_dir": str(root), "agent_rotate_days": NEVER_DAYS}
    pipeline = Pipeline(lambda: parse_settings(values.__getitem__), Screen(), lambda _: None)  # type: ignore[arg-type]
    for flow_id, item in sorted(seen, key=lambda pair: pair[1].at.monotonic_ns):
        pipeline.handle(flow_id, item)
        pipeline.flush()
    pipeline.close()
    return root


def exchange(flow_id: str, ms: float, body: dict[str, Any], *told: tuple[float, dict[str, Any]], cut: Cut = Cut.NONE):
    """`told`: how many milliseconds after its beginning, and which event."""
    yield flow_id, request(ms, flow_id, MESSAGES, {}, json.dumps({"model": "m", "stream": True, **body}).encode())
    yield flow_id, HeadSeen(at(ms + 10), 200, SSE)
    for after_ms, event in told:
        yield flow_id, ChunkSeen(at(ms + after_ms), f"data: {json.dumps(event)}\n\n".encode())
    yield flow_id, EndSeen(at(ms + told[-1][0] + 1), cut)


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory):
    """Three calls: one that a client answers, one that the provider runs, one that is cut off."""
    web = {"type": "web_search_tool_result", "tool_use_id": "srv", "content": []}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    first = exchange(
        "first",
        0,
        {"messages": messages},
        (20, START),
        (100, opened(0, "tool_use", "c1")),
        (130, delta(0, '{"command":')),
        (170, delta(0, '"ls"}')),
        (200, {"type": "content_block_stop", "index": 0}),
        (210, opened(1, "server_tool_use", "srv")),
        (220, {"type": "content_block_stop", "index": 1}),
        (300, {"type": "content_block_start", "index": 2, "content_block": web}),
        (310, {"type": "content_block_stop", "index": 2}),
        *((320.0, event) for event in STOP),
    )
    made = {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "Bash", "input": {}}]}
    back = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "out"}]}
    second = exchange(
        "second",
        1000,
        {"messages": [*messages, made, back]},
        (20, START),
        (50, opened(0, "tool_use", "c2")),
        (60, delta(0, '{"comma')),
        cut=Cut.CLIENT,
    )
    return captured(tmp_path_factory.mktemp("times"), [*first, *second])


@pytest.fixture(scope="module")
def rows(log_dir):
    return {row["call_id"]: row for row in rows_of(log_dir, "call_times")}


NAMES = ("state", "first_argument_ms", "streaming_ms", "deltas", "took_ms")


@pytest.mark.parametrize(
    ("call_id", "expected"),
    [
        pytest.param("c1", ("returned", 30.0, 70.0, 2, 679.0), id="answered by the client"),
        pytest.param("srv", ("returned", 10.0, 0.0, 1, 80.0), id="run by the provider: arguments with its end"),
        pytest.param("c2", ("streaming", 10.0, None, 1, None), id="cut off"),
    ],
)
def test_moments(rows, call_id, expected):
    assert tuple(rows[call_id][name] for name in NAMES) == expected


def test_a_tool_took_as_long_as_calls_says(log_dir, rows):
    told = {row["call_id"]: row["took_ms"] for row in rows_of(log_dir, "calls")}
    assert (told["c1"], told["c2"]) == (rows["c1"]["took_ms"], None)


def test_calls_of_a_log_without_frames_have_no_moments(tmp_path):
    told = [START, opened(0, "tool_use", "c"), {"type": "content_block_stop", "index": 0}, *STOP]
    root = captured(tmp_path, exchange("f", 0, {"messages": []}, *((20.0, event) for event in told)))
    for path in (root / "all-mitm-sse").glob("sse_lines*"):  # it may have been rotated, as old as it is
        path.unlink()
    (row,) = rows_of(root, "call_times")
    assert (row["announced"], row["deltas"], row["state"]) == (None, 0, "complete")


def test_calls_over_a_websocket(tmp_path):
    """The second request has only what is new, and names the response that it goes on from."""
    url = "https://chatgpt.com/backend-api/codex/responses"
    item = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "shell", "arguments": ""}
    done = item | {"arguments": '{"command":["ls"]}'}
    place = {"output_index": 0, "item_id": "fc"}
    answers = [
        (200, {"type": "response.created", "response": {"id": "resp_1", "model": "m", "output": []}}),
        (300, {"type": "response.output_item.added", "output_index": 0, "item": item}),
        (350, {"type": "response.function_call_arguments.delta", **place, "delta": done["arguments"]}),
        (400, {"type": "response.output_item.done", "output_index": 0, "item": done}),
        (450, {"type": "response.completed", "response": {"id": "resp_1", "model": "m", "output": [done]}}),
    ]
    back = {"type": "function_call_output", "call_id": "c1", "output": "out"}
    first = {"type": "response.create", "model": "m", "input": [typed("go")]}
    second = {"type": "response.create", "model": "m", "input": [back], "previous_response_id": "resp_1"}
    final = {"type": "response.completed", "response": {"id": "resp_2", "model": "m", "output": []}}
    seen: list[tuple[str, Seen]] = [
        ("ws", request(0, "ws", url, {"session_id": "s"}, b"", is_websocket=True)),
        ("ws", HeadSeen(at(50), 101, ())),
        ("ws", MessageSeen(at(100), True, json.dumps(first))),
        *(("ws", MessageSeen(at(ms), False, json.dumps(event))) for ms, event in answers),
        ("ws", MessageSeen(at(1400), True, json.dumps(second))),
        ("ws", MessageSeen(at(1500), False, json.dumps(final))),
        ("ws", EndSeen(at(1600), Cut.NONE)),
    ]
    root = captured(tmp_path, seen)
    (times,) = rows_of(root, "call_times")
    assert tuple(times[name] for name in NAMES) == ("returned", 50.0, 50.0, 1, 950.0)
    (link,) = rows_of(root, "call_linkage")
    assert (link["flow_id"], link["result_flow_id"], link["linked_by"]) == ("ws:0", "ws:1", "response")

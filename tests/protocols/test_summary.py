"""The sum of events, as sse_flow_ends.jsonl has it."""

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
    Unrecognised,
    UsageReported,
)
from tests.protocols.recorded import call, summed


def test_nothing_told_is_null_and_no_text_is_empty():
    summary = summed([Heartbeat(), Unrecognised("x")])
    assert (summary.text, summary.thinking, summary.refusal, summary.tool_calls) == ("", "", None, [])
    assert (summary.stop_reason, summary.usage_raw, summary.model, summary.response_id) == (None, None, None, None)
    assert (summary.error, summary.finished) == (None, False)


def test_pieces_are_joined_in_the_order_in_which_they_came():
    summary = summed([TextDelta("1", "a"), ThinkingDelta("0", "x"), TextDelta("2", "b"), RefusalDelta("3", "no")])
    assert (summary.text, summary.thinking, summary.refusal) == ("ab", "x", "no")


def test_a_later_start_fills_in_and_corrects():
    summary = summed([ResponseStarted("m", None), ResponseStarted(None, "r"), ResponseStarted("m2", "r")])
    assert (summary.model, summary.response_id) == ("m2", "r")


def test_of_each_usage_field_the_last_value_that_was_not_null():
    reports = [{"a": 1, "b": {"x": 1, "y": None}, "c": 3}, {"a": None, "b": {"x": 2}, "d": 0}]
    assert summed(UsageReported(raw) for raw in reports).usage_raw == {"a": 1, "b": {"x": 2}, "c": 3, "d": 0}


def test_calls_stand_in_order_of_first_appearance():
    summary = summed(
        [
            ToolCallStarted("b", "2", "g", "client"),
            ToolCallStarted("a", "1", "f", "client"),
            ToolCallFinished("a", "1", "f", "client", {}, "{}"),
            ToolCallFinished("b", "2", "g", "client", None, None),
        ]
    )
    assert [one["name"] for one in summary.tool_calls] == ["g", "f"]


CUT = [
    pytest.param("client", ["{", "}"], {}, "{}", id="whole JSON though no end was told"),
    pytest.param("client", ['{"a'], None, '{"a', id="no JSON yet"),
    pytest.param("client", [], None, "", id="nothing yet"),
    pytest.param("custom", ["1"], None, "1", id="free-form input is never parsed"),
]


@pytest.mark.parametrize(("kind", "pieces", "arguments", "raw"), CUT)
def test_a_call_that_was_cut_off_has_what_came(kind, pieces, arguments, raw):
    events = [ToolCallStarted("0", "c", "f", kind), *(ToolArgumentsDelta("0", piece) for piece in pieces)]
    assert summed(events).tool_calls == [call("c", "f", kind, arguments, raw)]


def test_the_end_of_a_call_has_the_last_word():
    events = [
        ToolCallStarted("0", None, "", "client"),
        ToolArgumentsDelta("0", '{"a":1}'),
        ToolCallFinished("0", "c", "f", "client", {"a": 1}, None),
    ]
    assert summed(events).tool_calls == [call("c", "f", "client", {"a": 1}, None)]


def test_the_last_stop_reason_the_first_error_and_the_end():
    summary = summed([Stopped("a"), Stopped("b"), StreamError("one"), StreamError("two"), ResponseFinished()])
    assert (summary.stop_reason, summary.error, summary.finished) == ("b", StreamError("one"), True)

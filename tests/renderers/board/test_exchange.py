"""renderers/board/exchange.py: blocks, phases and states of one exchange."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    BlockFinished,
    ExchangeEnded,
    RefusalDelta,
    ResponseStarted,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    ToolReturn,
)
from renderers.board.blocks import MOST_BLOCKS
from renderers.board.board import Board
from renderers.board.facts import Phase
from tests.renderers.board.exchanges_shown import at_once, play, the_exchange
from tests.renderers.live_screen import ended, started

CALL = [
    ToolCallStarted("2", "c-1", "Bash", "client"),
    ToolArgumentsDelta("2", '{"command":'),
    ToolArgumentsDelta("2", '"ls"}'),
]
CALLED = ToolCallFinished("2", "c-1", "Bash", "client", {"command": "ls"}, '{"command":"ls"}')


def blocks_of(*events, **begin) -> list[tuple[str, str, str, bool]]:
    board = play(Board(), at_once("a", started("a", **begin), *events))
    return [(block.kind, block.name, block.text, block.is_done) for block in board.blocks("a")]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([TextDelta("0", "a"), TextDelta("0", "b")], [("text", "", "ab", False)], id="text grows"),
        pytest.param([TextDelta("0", "a"), BlockFinished("0")], [("text", "", "a", True)], id="a block's end"),
        pytest.param(
            [ThinkingDelta("0", "t"), TextDelta("1", "a"), ThinkingDelta("0", "u")],
            [("thinking", "", "tu", False), ("text", "", "a", False)],
            id="blocks that interleave",
        ),
        pytest.param([RefusalDelta("0", "no")], [("refusal", "", "no", False)], id="a refusal"),
        pytest.param(CALL, [("call", "Bash", '{"command":"ls"}', False)], id="a call that streams"),
        pytest.param([*CALL, CALLED], [("call", "Bash", '{"command":"ls"}', True)], id="a call that is complete"),
        pytest.param([CALLED], [("call", "Bash", '{"command":"ls"}', True)], id="a call without deltas"),
        pytest.param(
            [ToolCallFinished("2", None, "f", "client", {"a": "ü"}, None)],
            [("call", "f", '{"a": "ü"}', True)],
            id="arguments that the wire has as an object",
        ),
        pytest.param(
            [ToolArgumentsDelta("2", "{}"), ToolCallStarted("2", None, "late", "client")],
            [("call", "late", "{}", False)],
            id="a name that comes after the arguments",
        ),
        pytest.param(
            [*CALL, CALLED, ToolResult("3", "c-1", "done", False)],
            [("call", "Bash", '{"command":"ls"}', True), ("result", "Bash", "done", True)],
            id="a result of the provider's",
        ),
        pytest.param([TextDelta("0", "a"), ended("a")], [("text", "", "a", True)], id="the end ends all"),
    ],
)
def test_blocks(events, expected):
    assert blocks_of(*events) == expected


def test_results_come_before_the_prompt():
    returns = [ToolReturn("c-1", "out", True)]
    assert blocks_of(prompt="go on", returns=returns) == [("result", "", "out", True), ("prompt", "", "go on", True)]


def test_a_result_has_the_name_of_its_call():
    board = play(Board(), at_once("a", started("a"), *CALL, CALLED, ended("a")))
    play(board, at_once("b", started("b", returns=[ToolReturn("c-1", "out", False)])))
    assert [(block.kind, block.name) for block in board.blocks("b")] == [("result", "Bash")]


def test_a_stream_of_blocks_without_end_is_bounded():
    board = play(Board(), at_once("a", started("a"), *[TextDelta(str(n), "x") for n in range(MOST_BLOCKS + 5)]))
    facts = the_exchange(board, "a")
    assert (facts.blocks, facts.first_block) == (MOST_BLOCKS + 5, 5)
    assert [block.number for block in board.blocks("a")][:2] == [5, 6]


# -- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], ("waiting", ""), id="nothing has come"),
        pytest.param([ResponseStarted("m", None)], ("waiting", ""), id="no token yet"),
        pytest.param([ThinkingDelta("0", "t")], ("thinking", ""), id="thinking"),
        pytest.param([ThinkingDelta("0", "t"), TextDelta("1", "a")], ("answering", ""), id="answering"),
        pytest.param(CALL, ("calling", "Bash"), id="arguments"),
        pytest.param([*CALL, CALLED, ended("a")], ("running", "Bash"), id="the client's turn"),
        pytest.param(
            [CALLED, ToolCallFinished("3", "c-2", "Read", "client", {}, "{}"), ended("a")],
            ("running", "Bash +1"),
            id="two calls",
        ),
        pytest.param([TextDelta("0", "a"), ended("a")], ("idle", ""), id="the end"),
        pytest.param(
            [ToolCallFinished("2", "c", "web_search", "server", {}, "{}"), ended("a")],
            ("idle", "web_search"),
            id="the provider's own tool",
        ),
        pytest.param([ended("a", "error", "overloaded", status=529)], ("error", ""), id="an error"),
        pytest.param([TextDelta("0", "a"), ended("a", "upstream_closed")], ("error", ""), id="cut off by the provider"),
        pytest.param([*CALL, CALLED, ended("a", "upstream_closed")], ("error", "Bash"), id="cut off after a call"),
        pytest.param([TextDelta("0", "a"), ended("a", "client_closed")], ("interrupted", ""), id="stopped by hand"),
        pytest.param([*CALL, CALLED, ended("a", "client_closed")], ("interrupted", "Bash"), id="stopped after a call"),
    ],
)
def test_states(events, expected):
    facts = the_exchange(play(Board(), at_once("a", started("a"), *events)), "a")
    assert (facts.state, facts.tool) == expected


def test_the_streams_own_error_is_told_at_once():
    board = play(Board(), at_once("a", started("a"), StreamError("Overloaded", "overloaded_error")))
    assert the_exchange(board, "a").error == "overloaded_error: Overloaded"


def test_the_model_is_the_one_that_answers():
    board = play(Board(), at_once("a", started("a", model="m"), ResponseStarted("m-2025", None)))
    assert the_exchange(board, "a").model == "m-2025"


# -- phases ----------------------------------------------------------------------------------------------------------


def phases_of(*steps, duration_ms: float = 1000.0, ttft_ms: float | None = 400.0) -> list[tuple[str, float, float]]:
    end = ExchangeEnded("a", "complete", None, 200, "m", "end_turn", {}, duration_ms, ttft_ms)
    board = play(Board(), [("a", started("a"), 300.0), *(("a", event, ms) for event, ms in steps), ("a", end, 1000.0)])
    return [(phase.kind, phase.begin_ms, phase.end_ms) for phase in the_exchange(board, "a").phases]


def test_phases_follow_each_other():
    steps = [(ThinkingDelta("0", "t"), 400), (ThinkingDelta("0", "t"), 500), (TextDelta("1", "a"), 700), (CALLED, 900)]
    assert phases_of(*steps) == [
        ("waiting", 0, 400),
        ("thinking", 400, 500),
        ("text", 500, 700),
        ("arguments", 700, 900),
    ]


def test_the_exchanges_own_first_token_counts():
    told = phases_of((TextDelta("0", "a"), 430), (TextDelta("0", "a"), 900))
    assert told == [
        ("waiting", 0, 400),
        ("text", 400, 900),
    ]


def test_without_a_token_it_has_waited_all_the_time():
    assert phases_of(ttft_ms=None) == [("waiting", 0, 1000)]


def test_times_that_can_not_be_are_not_told():
    assert phases_of((TextDelta("0", "a"), 900), duration_ms=60_000) == []


def test_the_tools_time_is_until_the_request_that_returns_the_result():
    board = play(Board(), at_once("a", started("a", model="m"), ms=0) + at_once("a", CALLED, ms=500))
    play(board, at_once("a", ended("a"), ms=2500))
    later = started("b", returns=[ToolReturn("c-1", "out", False)])
    object.__setattr__(later, "started_epoch_ns", later.started_epoch_ns + 4_000_000_000)
    play(board, at_once("b", later, ms=4000))
    assert the_exchange(board, "a").phases[-1] == Phase("tools", 2500.0, 4000.0)
    assert the_exchange(board, "a").state == "idle"

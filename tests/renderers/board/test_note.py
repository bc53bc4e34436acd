"""renderers/board/note.py: one exchange in one line."""

from __future__ import annotations

import pytest

from addons.protocols.events import ThinkingDelta, ToolCallFinished, ToolCallStarted, ToolReturn
from renderers.board.board import Board
from renderers.board.note import flow_note, short_count, tokens
from tests.renderers.board.exchanges_shown import at_once, play, the_exchange, the_session
from tests.renderers.live_screen import ended, started

CALL = ToolCallFinished("2", "c-1", "Bash", "client", {}, "{}")


def note(*events, **begin):
    board = play(Board(), at_once("a", started("a", **begin), *events))
    return flow_note(the_exchange(board, "a"), the_session(board))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], "#1 claude-code · waiting · m", id="waiting"),
        pytest.param([ThinkingDelta("0", "x")], "#1 claude-code · thinking · m", id="thinking"),
        pytest.param([ToolCallStarted("1", "c", "Bash", "client")], "#1 claude-code · calling Bash · m", id="calling"),
        pytest.param(
            [CALL, ended("a", stop="tool_use")],
            "#1 claude-code · running Bash · 1.2k in (75% cached) 30 out · m",
            id="the client's turn",
        ),
        pytest.param(
            [ended("a", cost_usd=0.0123)],
            "#1 claude-code · done: end_turn · 1.2k in (75% cached) 30 out · $0.0123 · m",
            id="the end",
        ),
        pytest.param(
            [ended("a", "error", "Busy", status=529, usage={})],
            "#1 claude-code · overloaded (529): Busy · m",
            id="an error",
        ),
        pytest.param(
            [ended("a", "client_closed", usage={})], "#1 claude-code · client closed · m", id="stopped by hand"
        ),
    ],
)
def test_notes(events, expected):
    assert note(*events) == expected


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        pytest.param({"agent": "helper", "purpose": "subagent"}, "#1 claude-code ⤷1 · waiting · m", id="a sub-agent"),
        pytest.param({"purpose": "title"}, "#1 claude-code · title · waiting · m", id="a side call"),
        pytest.param({"model": None}, "#1 claude-code · waiting", id="no model"),
        pytest.param({"number": None}, "#? session- claude-code · waiting · m", id="no number"),
        pytest.param({"client": "x\x1b[2J"}, "#1 x␛[2J · waiting · m", id="hostile"),
    ],
)
def test_who(begin, expected):
    session = begin.pop("number", 1)
    board = play(Board(), at_once("a", started("a", session, **begin)))
    assert flow_note(the_exchange(board, "a"), the_session(board, f"session-{session}")) == expected


def test_a_silence_is_said():
    board = play(Board(), at_once("a", started("a")))
    board.tick(11.0)
    assert "silent for 11 s before the first token" in flow_note(the_exchange(board, "a"), the_session(board))


def test_the_last_tool_is_named_when_its_result_has_come():
    board = play(Board(), at_once("a", started("a"), CALL, ended("a", stop="tool_use")))
    play(board, at_once("b", started("b", returns=[ToolReturn("c-1", "out", False)])))
    assert "done: tool_use · Bash" in flow_note(the_exchange(board, "a"), the_session(board))


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (9_949, "9.9k"), (9_950, "10k"), (999_499, "999k"), (999_500, "1.0M")],
)
def test_short_counts(count, expected):
    assert short_count(count) == expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, ""),
        ({"input_tokens": 5}, "5 in"),
        ({"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 2}, "10 in (50% cached) 2 out"),
    ],
)
def test_tokens(usage, expected):
    assert tokens(usage) == expected

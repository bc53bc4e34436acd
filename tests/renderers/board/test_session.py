"""renderers/board/session.py: what a session's exchanges add up to."""

from __future__ import annotations

import pytest

from addons.protocols.events import TextDelta, ToolCallFinished
from renderers.board.board import Board
from tests.renderers.board.exchanges_shown import at_once, play, the_exchange, the_session
from tests.renderers.live_screen import ended, started

CALLED = ToolCallFinished("2", "c-1", "Task", "client", {}, "{}")


def test_tokens_are_summed_up():
    board = play(Board(), at_once("a", started("a"), ended("a")) + at_once("b", started("b"), ended("b")))
    session = the_session(board)
    assert (session.input_tokens, session.cached_tokens, session.output_tokens) == (2400, 1800, 60)


def test_what_was_not_told_is_no_number():
    board = play(Board(), at_once("a", started("a"), ended("a", usage={})))
    session = the_session(board)
    assert (session.input_tokens, session.cost_usd, session.unpriced, session.context_tokens) == (0, None, 1, None)


def test_the_context_is_that_of_the_sessions_own_agent():
    board = play(Board(), at_once("a", started("a"), ended("a")))
    play(board, at_once("b", started("b", agent="sub"), ended("b", usage={"input_tokens": 9, "output_tokens": 1})))
    assert the_session(board).context_tokens == 1230


def test_turns_are_what_the_person_typed():
    board = play(Board(), at_once("a", started("a", prompt="go"), ended("a")) + at_once("b", started("b"), ended("b")))
    play(board, at_once("c", started("c", agent="sub", prompt="find"), ended("c")))
    assert (the_session(board).turns, the_session(board).exchanges, the_session(board).prompt) == (1, 3, "go")


def test_sub_agents_are_told_apart():
    board = play(Board(), at_once("a", started("a"), CALLED, ended("a")))
    play(board, at_once("b", started("b", agent="x")) + at_once("c", started("c", agent="y"), TextDelta("0", "t")))
    session = the_session(board)
    assert (session.state, session.tool) == ("running", "Task")
    assert [(one.agent_id, one.number, one.state) for one in session.agents] == [
        ("x", 1, "waiting"),
        ("y", 2, "answering"),
    ]


@pytest.mark.parametrize(
    ("purpose", "is_conversation"), [pytest.param("main", True, id="main"), pytest.param("title", False, id="title")]
)
def test_titles_alone_are_no_conversation(purpose, is_conversation):
    board = play(Board(), at_once("a", started("a", purpose=purpose, prompt="x"), ended("a")))
    assert the_session(board).is_conversation is is_conversation


def test_what_runs_beside_the_conversation_is_not_its_state():
    board = play(Board(), at_once("a", started("a"), ended("a")) + at_once("t", started("t", purpose="title")))
    assert the_session(board).state == "idle"


def test_a_retry_says_so_and_repeats_nothing():
    board = play(Board(), at_once("a", started("a", prompt="go"), ended("a", "error", status=529)))
    play(board, at_once("b", started("b", prompt="go")))
    assert the_exchange(board, "b").notes == ("retry 2 after overloaded (529)",)
    assert board.blocks("b") == ()
    assert (the_session(board).turns, the_session(board).errors) == (1, 1)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param("complete", ("idle", 0), id="done"),
        pytest.param("error", ("error", 1), id="an error"),
        pytest.param("upstream_closed", ("error", 1), id="cut off by the provider"),
        pytest.param("client_closed", ("interrupted", 0), id="stopped by hand"),
    ],
)
def test_how_the_last_answer_ended(end, expected):
    session = the_session(play(Board(), at_once("a", started("a"), TextDelta("0", "x"), ended("a", end))))
    assert (session.state, session.errors) == expected


def test_the_open_exchange_counts_though_a_later_one_has_ended():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "x")))
    play(board, at_once("b", started("b"), ended("b")))
    assert the_session(board).state == "answering"

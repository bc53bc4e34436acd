"""renderers/board/board.py: what has changed since a reader's version, and how much is remembered."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.protocols.events import TextDelta, ThinkingDelta
from renderers.board import board as bounds
from renderers.board.board import Board
from renderers.board.session import EXCHANGES_EACH
from tests.renderers.board.exchanges_shown import Reader, Step, at_once, play, the_exchange, the_session
from tests.renderers.live_screen import ended, started


def answer(flow_id: str, session: int, *texts: str) -> list[Step]:
    deltas = [TextDelta("0", text) for text in texts]
    return at_once(flow_id, started(flow_id, session, prompt=f"{flow_id}?"), *deltas, ended(flow_id))


def test_a_reader_gets_only_what_has_changed():
    board = play(Board(), answer("a", 1, "x") + answer("b", 2, "y"))
    version = board.changes(0).version
    play(board, at_once("c", started("c", 2)))
    changes = board.changes(version)
    assert [one.flow_id for one in changes.exchanges] == ["c"]
    assert [one.number for one in changes.sessions] == [2]


def test_nothing_has_changed():
    board = play(Board(), answer("a", 1, "x"))
    changes = board.changes(board.version)
    assert (changes.sessions, changes.exchanges, changes.is_whole) == ((), (), False)


def test_changes_come_in_the_order_in_which_they_happened():
    board = play(
        Board(), at_once("a", started("a")) + at_once("b", started("b", 2)) + at_once("a", TextDelta("0", "x"))
    )
    assert [one.flow_id for one in board.changes(0).exchanges] == ["b", "a"]


def test_events_of_an_exchange_that_never_began_are_ignored():
    board = play(Board(), at_once("a", TextDelta("0", "x"), ended("a")))
    assert board.version == 0


def test_the_same_flow_again_is_a_new_exchange():
    board = play(Board(), answer("a", 1, "x") + answer("a", 1, "y"))
    assert [(one.flow_id, one.number) for one in board.changes(0).exchanges] == [("a", 2)]


def test_a_silence_is_a_change():
    board = play(Board(dead_after_s=60), at_once("a", started("a")))
    version = board.version
    board.tick(11.0)
    assert [(one.state, one.silence) for one in board.changes(version).exchanges] == [
        ("stalled", "silent for 11 s before the first token")
    ]
    assert the_session(board).state == "stalled"


def test_a_silence_ends_with_content():
    board = play(Board(), at_once("a", started("a")))
    board.tick(11.0)
    play(board, at_once("a", TextDelta("0", "x"), ms=12_000))
    assert (the_exchange(board, "a").state, the_exchange(board, "a").silence) == ("answering", "")


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_of_a_session_the_latest_exchanges_are_remembered():
    board = Board()
    for number in range(EXCHANGES_EACH + 10):
        play(board, answer(f"f{number}", 1, "x"))
    session = the_session(board)
    assert (session.exchanges, session.first_exchange) == (EXCHANGES_EACH + 10, 11)
    assert len(board.changes(0).exchanges) == EXCHANGES_EACH


def test_sums_outlive_what_is_forgotten():
    board = Board()
    for number in range(EXCHANGES_EACH + 10):
        play(board, answer(f"f{number}", 1, "x"))
    assert the_session(board).input_tokens == 1200 * (EXCHANGES_EACH + 10)


def test_a_reader_is_told_what_is_forgotten():
    board = Board()
    for number in range(EXCHANGES_EACH):
        play(board, answer(f"f{number}", 1, "x"))
    version = board.version
    play(board, answer("more", 1, "x"))
    assert board.changes(version).forgotten_exchanges == ("f0",)


def test_the_session_that_rested_longest_is_forgotten():
    board = Board()
    for number in range(bounds.MOST_SESSIONS):
        play(board, answer(f"f{number}", number, "x"))
    version = board.version
    play(board, answer("f0 again", 0, "x") + answer("new", 999, "x"))
    assert board.changes(version).forgotten_sessions == ("session-1",)
    assert len(board.changes(0).sessions) == bounds.MOST_SESSIONS


def test_a_reader_that_was_away_for_too_long_gets_all(monkeypatch):
    monkeypatch.setattr(bounds, "_REMEMBERED_GONE", 3)
    monkeypatch.setattr(bounds, "MOST_SESSIONS", 2)
    board = play(Board(), answer("first", 0, "x"))
    version = board.version
    for number in range(1, 10):
        play(board, answer(f"f{number}", number, "x"))
    changes = board.changes(version)
    assert (changes.is_whole, [one.number for one in changes.sessions]) == (True, [8, 9])


def test_the_oldest_texts_go_first(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_CHARS", 250)
    board = play(Board(), answer("a", 1, "x" * 98) + answer("b", 1, "y" * 98) + answer("c", 1, "z" * 98))
    texts = [board.blocks(flow_id)[1] for flow_id in "abc"]
    assert [(block.begin, len(block.text)) for block in texts] == [(98, 0), (0, 98), (0, 98)]


def test_an_open_exchange_is_never_forgotten(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_EXCHANGES", 2)
    board = play(Board(), at_once("open", started("open")) + answer("b", 1, "x") + answer("c", 1, "y"))
    assert [one.flow_id for one in board.changes(0).exchanges] == ["open", "c"]


# -- properties ------------------------------------------------------------------------------------------------------

EVENTS = st.lists(
    st.one_of(
        st.builds(TextDelta, st.sampled_from("01"), st.text(min_size=1, max_size=9)),
        st.builds(ThinkingDelta, st.sampled_from("01"), st.text(min_size=1, max_size=9)),
    ),
    max_size=8,
)


@given(st.lists(EVENTS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_interleaving_of_flows_equals_each_alone(flows, random):
    scripts = {
        str(number): [*at_once(str(number), started(str(number), number), *events, ended(str(number)))]
        for number, events in enumerate(flows)
    }
    order = [flow_id for flow_id, steps in scripts.items() for _ in steps]
    random.shuffle(order)
    left = {flow_id: list(steps) for flow_id, steps in scripts.items()}
    mixed = play(Board(), [left[flow_id].pop(0) for flow_id in order])
    for flow_id, steps in scripts.items():
        alone = play(Board(), steps)
        assert mixed.blocks(flow_id) == alone.blocks(flow_id)
        assert the_exchange(mixed, flow_id) == the_exchange(alone, flow_id)
        assert the_session(mixed, f"session-{flow_id}") == the_session(alone, f"session-{flow_id}")


@given(EVENTS, st.sets(st.integers(0, 9)))
def test_a_reader_who_looks_now_and_then_has_what_one_has_who_looks_at_the_end(events, looks):
    board = Board()
    often = Reader(board)
    for number, step in enumerate(at_once("a", started("a", prompt="go"), *events, ended("a"))):
        play(board, [step])
        if number in looks:
            often.read()
    often.read()
    once = Reader(board)
    once.read()
    assert often.texts == once.texts
    assert often.missed == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60))
def test_reading_while_another_thread_feeds(deltas):
    board = Board()
    reader = Reader(board)
    steps = at_once("a", started("a"), *[TextDelta("0", f"{number} ") for number in range(deltas)], ended("a"))
    feeding = threading.Thread(target=play, args=(board, steps))
    feeding.start()
    while feeding.is_alive():
        reader.read()
    reader.read()
    assert reader.texts == {("a", 0): "".join(f"{number} " for number in range(deltas))}


@pytest.mark.parametrize("latest", [pytest.param(1, id="one"), pytest.param(2, id="two")])
def test_a_conversation_begins_with_its_latest_exchanges(latest):
    board = play(Board(), answer("a", 1, "x") + answer("b", 1, "y") + answer("c", 1, "z"))
    reader = Reader(board, latest=latest)
    assert [block.flow_id for block in reader.read()][::2] == list("abc")[-latest:]


def test_what_came_earlier_is_fetched_when_wanted():
    board = play(Board(), answer("a", 1, "x") + answer("b", 1, "y") + answer("c", 1, "z"))
    reader = Reader(board, latest=1)
    reader.read()
    told = [reader.conversation.earlier(3, 1), reader.conversation.earlier(2), reader.conversation.earlier(1)]
    assert [(first, [block.flow_id for block in blocks]) for first, blocks in told] == [
        (2, ["b", "b"]),
        (1, ["a", "a"]),
        (1, []),
    ]

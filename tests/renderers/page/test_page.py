"""renderers/page/page.py: a session's conversation as cards."""

from __future__ import annotations

import re

import pytest

from addons.protocols.events import StreamError, TextDelta, ThinkingDelta, ToolCallFinished, ToolReturn
from renderers.board.board import Board
from renderers.cells import cells_of
from renderers.page import page as bounds
from renderers.page.page import Page
from renderers.view_options import ViewOptions
from tests.renderers.board.exchanges_shown import at_once, play, the_session
from tests.renderers.live_screen import ended, started

CALL = ToolCallFinished("2", "c-1", "Bash", "client", {"command": "ls"}, '{"command":"ls"}')


class Screen:
    """A page and what has been read of the board."""

    def __init__(self, board: Board, session: int = 1, latest: int = 20) -> None:
        self.board = board
        self.page = Page(board, f"session-{session}", ViewOptions(), latest)
        self._version = 0
        self._session = f"session-{session}"

    def read(self) -> bool:
        changes = self.board.changes(self._version)
        self._version = changes.version
        return self.page.read(the_session(self.board, self._session), changes.exchanges)

    def earlier(self) -> bool:
        return self.page.earlier(self.board.changes(0).exchanges)

    def text(self) -> list[str]:
        self.read()
        rows = ["".join(text for _, text in row) for card in self.page.cards for row in card.rows(200, False, cells_of)]
        return [re.sub(r"\d\d:\d\d:\d\d", "TIME", row) for row in rows]


def answer(flow_id: str, *texts: str, session: int = 1, **begin):
    deltas = [TextDelta("0", text) for text in texts]
    return at_once(flow_id, started(flow_id, session, **begin), *deltas, ended(flow_id))


END = "■ m · end_turn · 1,200 in (75% cached) · 30 out · 15 tokens/s · first token 0.5 s · 2.5 s"


def test_an_exchange():
    board = play(
        Board(),
        at_once("a", started("a", prompt="Why?"), ThinkingDelta("0", "hm"), TextDelta("1", "so"), CALL, ended("a")),
    )
    assert Screen(board).text() == ["── 1 · TIME · m ──", "> Why?", "✻ hm", "so", "▶ Bash", "$ ls", END]


def test_results_are_before_what_follows_them():
    board = play(Board(), at_once("a", started("a"), CALL, ended("a")))
    play(board, at_once("b", started("b", returns=[ToolReturn("c-1", "out", False)]), TextDelta("0", "ok"), ended("b")))
    assert Screen(board).text()[-4:] == ["── 2 · TIME · m ──", "◀ Bash: out", "ok", END]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], "◌ waiting …", id="nothing yet"),
        pytest.param([ThinkingDelta("0", "hm")], "◌ thinking …", id="thinking"),
        pytest.param(
            [ended("a", "client_closed", "Client disconnected.", usage={})],
            "■ m · client closed · Client disconnected. · first token 0.5 s · 2.5 s",
            id="cut off",
        ),
        pytest.param(
            [StreamError("Busy"), ended("a", "error", "Busy", status=529, usage={})],
            "■ m · overloaded (529) · Busy · first token 0.5 s · 2.5 s",
            id="an error",
        ),
    ],
)
def test_an_exchange_s_end(events, expected):
    assert Screen(play(Board(), at_once("a", started("a"), *events))).text()[-1] == expected


def test_a_silence_is_said():
    board = play(Board(), at_once("a", started("a")))
    board.tick(11.0)
    assert Screen(board).text()[-1] == "‖ silent for 11 s before the first token"


def test_what_is_new_is_added():
    board = play(Board(), at_once("a", started("a", prompt="Why?"), TextDelta("0", "so")))
    screen = Screen(board)
    assert screen.text()[-2:] == ["so", "◌ answering …"]
    play(board, at_once("a", TextDelta("0", " it is"), ended("a")))
    assert screen.text()[-2:] == ["so it is", END]
    assert not screen.read()


def test_a_sub_agent_is_named():
    board = play(Board(), answer("a", "x") + answer("b", "y", agent="helper"))
    assert Screen(board).text()[3] == "── 2 · ⤷1 · TIME · m ──"


def test_what_is_no_conversation_is_not_shown():
    board = play(Board(), answer("a", "x") + answer("t", "A title", purpose="title"))
    assert len(Screen(board).text()) == 3


def test_other_sessions_are_not_shown():
    board = play(Board(), answer("a", "x") + answer("b", "y", session=2))
    assert Screen(board).text()[1:] == ["x", END]


def test_exchanges_stay_in_the_order_of_their_beginning():
    board = play(Board(), at_once("a", started("a")) + at_once("b", started("b"), TextDelta("0", "second")))
    screen = Screen(board)
    screen.read()
    play(board, at_once("a", TextDelta("0", "first")))
    assert [text for text in screen.text() if text in ("first", "second")] == ["first", "second"]


def test_the_latest_are_there_first_and_the_others_when_wanted():
    board = play(Board(), [step for name in "abcd" for step in answer(name, name)])
    screen = Screen(board, latest=2)
    assert [text for text in screen.text() if len(text) == 1] == ["c", "d"]
    assert screen.earlier()
    assert [text for text in screen.text() if len(text) == 1] == ["a", "b", "c", "d"]
    assert screen.text()[0] == "── 1 · TIME · m ──"
    assert not screen.earlier()


def test_a_flow_s_first_card():
    board = play(Board(), answer("a", "x") + answer("b:0", "y") + answer("b:1", "z"))
    screen = Screen(board)
    screen.read()
    found = screen.page.first_card_of("b")
    assert found is not None
    assert found.flow_id == "b:1"
    assert screen.page.first_card_of("c") is None


@pytest.mark.parametrize(("name", "most"), [("MOST_EXCHANGES", 2), ("MOST_CHARS", 250)])
def test_the_page_is_bounded(monkeypatch, name, most):
    monkeypatch.setattr(bounds, name, most)
    board = Board()
    screen = Screen(board)
    for flow_id in "abcde":
        play(board, answer(flow_id, flow_id * 100))
        screen.read()
    assert [text[0] for text in screen.text() if len(text) == 100] == ["d", "e"]

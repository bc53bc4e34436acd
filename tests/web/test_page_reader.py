"""addons/web/page_reader.py: one page's messages, each when it is wanted."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from addons.protocols.events import TextDelta, ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from addons.web import page_reader
from addons.web.page_reader import PageReader
from renderers.board.board import Board
from renderers.view_options import ViewOptions
from tests.renderers.board.exchanges_shown import Step, at_once, play
from tests.renderers.live_screen import ended, started

WATCH = {"watch": "session-1"}


def reader_of(board: Board, *questions: dict[str, Any]) -> PageReader:
    reader = PageReader(board, ViewOptions())
    for question in questions:
        reader.ask(question)
    return reader


def next_of(reader: PageReader) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(reader.next_message())
    return found


def text_of(message: dict[str, Any]) -> str:
    return "".join(block["text"] for block in message["blocks"])


def called(*pieces: str) -> list[Step]:
    deltas = [ToolArgumentsDelta("1", piece) for piece in pieces]
    return at_once("a", started("a"), ToolCallStarted("1", "c", "Bash", "client"), *deltas)


def test_a_new_page_gets_all_there_is():
    message = next_of(reader_of(play(Board(), at_once("a", started("a")) + at_once("b", started("b", 2)))))
    assert message["whole"] is True
    assert [session["number"] for session in message["sessions"]] == [1, 2]
    assert [exchange["flow"] for exchange in message["exchanges"]] == ["a", "b"]
    assert "blocks" not in message


def test_the_board_can_be_told_from_another():
    board = play(Board(), at_once("a", started("a")))
    reader = PageReader(board, ViewOptions(), "this one")
    assert next_of(reader)["origin"] == "this one"
    assert "origin" not in next_of(reader)


def test_then_only_what_is_new():
    board = play(Board(), at_once("a", started("a")) + at_once("b", started("b", 2)))
    reader = reader_of(board)
    next_of(reader)
    play(board, at_once("b", TextDelta("0", "x")))
    message = next_of(reader)
    assert {name for name in message if name != "now"} == {"sessions", "exchanges"}
    assert [exchange["flow"] for exchange in message["exchanges"]] == ["b"]


def test_news_are_there_until_they_have_been_told():
    board = play(Board(), at_once("a", started("a")))
    reader = reader_of(board)
    assert reader.has_news
    next_of(reader)
    assert not reader.has_news
    play(board, at_once("a", TextDelta("0", "x")))
    assert reader.has_news
    next_of(reader)
    assert not reader.has_news


def test_an_empty_board_is_told_once():
    reader = reader_of(Board())
    assert reader.has_news
    assert next_of(reader)["whole"] is True
    assert not reader.has_news


def test_a_watched_sessions_text_comes_as_it_grows():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "Hel")))
    reader = reader_of(board, WATCH)
    assert text_of(next_of(reader)) == "Hel"
    play(board, at_once("a", TextDelta("0", "lo")))
    message = next_of(reader)
    assert [(block["begin"], block["text"]) for block in message["blocks"]] == [(3, "lo")]


def test_other_sessions_texts_are_not_sent():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "mine")))
    play(board, at_once("b", started("b", 2), TextDelta("0", "another's")))
    assert text_of(next_of(reader_of(board, WATCH))) == "mine"


def test_another_session_is_watched_from_its_beginning():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "x")))
    play(board, at_once("b", started("b", 2), TextDelta("0", "y")))
    reader = reader_of(board, WATCH)
    next_of(reader)
    reader.ask({"watch": "session-2"})
    message = next_of(reader)
    assert (message["watched"], message["from"], text_of(message)) == ("session-2", 1, "y")


def test_a_session_that_is_not_there_has_no_blocks():
    message = next_of(reader_of(Board(), {"watch": "no such session"}))
    assert (message["watched"], message["blocks"]) == ("no such session", [])


def test_earlier_calls_come_when_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(page_reader, "LATEST", 2)
    board = Board()
    for number in range(30):
        play(board, at_once(f"f{number}", started(f"f{number}"), TextDelta("0", "x"), ended(f"f{number}")))
    reader = reader_of(board, WATCH)
    assert next_of(reader)["from"] == 11
    reader.ask({"earlier": 11})
    message = next_of(reader)
    assert (message["from"], [block["flow"] for block in message["blocks"]]) == (9, ["f8", "f9"])


@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"watch": 5}, id="no id"),
        pytest.param({"earlier": "x"}, id="no number"),
        pytest.param({"what": "else"}, id="unknown"),
        pytest.param({"earlier": 5}, id="of no session"),
    ],
)
def test_questions_that_mean_nothing_are_passed_over(question):
    assert "watched" not in next_of(reader_of(Board(), question))


# -- much text -------------------------------------------------------------------------------------------------------


def test_a_long_text_comes_in_several_messages(monkeypatch):
    monkeypatch.setattr(page_reader, "MESSAGE_CHARS", 10)
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "0123456789abcdefghijKLM"), ended("a")))
    reader = reader_of(board, WATCH)
    pieces = []
    while reader.has_news:
        (block,) = next_of(reader)["blocks"]
        pieces.append((block["begin"], block["text"], block.get("done", False)))
    assert pieces == [(0, "0123456789", False), (10, "abcdefghij", False), (20, "KLM", True)]


def test_what_has_come_meanwhile_follows(monkeypatch):
    monkeypatch.setattr(page_reader, "MESSAGE_CHARS", 4)
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "abcdefgh")))
    reader = reader_of(board, WATCH)
    said = text_of(next_of(reader))
    play(board, at_once("a", TextDelta("0", "ij")))
    while reader.has_news:
        said += text_of(next_of(reader))
    assert said == "abcdefghij"


def test_a_page_that_slept_gets_the_end_of_a_text_that_outgrew_the_board():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "beginning")))
    reader = reader_of(board, WATCH)
    next_of(reader)
    play(board, at_once("a", TextDelta("0", "x" * 1_000_000)))
    (block,) = next_of(reader)["blocks"]
    assert block["begin"] == 9 + 1_000_000 - 200_000


# -- calls -----------------------------------------------------------------------------------------------------------


def test_a_call_is_told_as_the_terminal_shows_it():
    board = play(Board(), called('{"command": "ls -l"}'))
    play(board, at_once("a", ToolCallFinished("1", "c", "Bash", "client", {"command": "ls -l"}, None)))
    (block,) = next_of(reader_of(board, WATCH))["blocks"]
    written = [
        (role, text) for what, role, text in (span for span in block["spans"] if len(span) > 1) if what == "write"
    ]
    assert ("command", "ls -l") in written
    assert "text" not in block


def test_a_call_goes_on_where_it_was():
    board = play(Board(), called('{"command": "ls'))
    reader = reader_of(board, WATCH)
    first = next_of(reader)["blocks"][0]
    play(board, at_once("a", ToolArgumentsDelta("1", ' -l"}')))
    second = next_of(reader)["blocks"][0]
    assert (first["fresh"], second.get("fresh", False)) == (True, False)
    assert second["spans"] == [["write", "command", " -l"]]


def test_a_call_whose_beginning_is_lost_is_shown_as_it_is():
    board = play(Board(), called("x" * 300_000))
    (block,) = next_of(reader_of(board, WATCH))["blocks"]
    assert {role for _, role, _ in block["spans"]} == {"arguments"}


def test_the_page_knows_what_time_it_is_where_the_events_come_from():
    board = play(Board(), at_once("a", started("a")))
    assert next_of(reader_of(board))["now"] >= 1_700_000_000_000

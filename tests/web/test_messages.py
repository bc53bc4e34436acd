"""addons/web/messages.py: what the page is told holds nothing that could act upon it, and nothing that was not told."""

from __future__ import annotations

import orjson
import pytest

from addons.protocols.events import TextDelta
from addons.web.messages import block_message, exchange_message, session_message, span_messages
from renderers.board.board import Board
from renderers.board.facts import BlockFacts
from renderers.spans import MARKS, Erase, FreshLine, Painted, Provisional, Styled
from tests.renderers.board.exchanges_shown import at_once, play, the_exchange, the_session
from tests.renderers.live_screen import ended, started

HOSTILE = "\x1b[2J\u202e\ud800</script>"
HARMLESS = "␛[2J<U+202E><U+D800></script>"


def test_a_session_as_the_page_reads_it():
    board = play(Board(), at_once("a", started("a", prompt="go"), TextDelta("0", "x"), ended("a")))
    assert session_message(the_session(board)) == {
        "id": "session-1",
        "number": 1,
        "client": "claude-code",
        "provider": "anthropic",
        "conversation": True,
        "model": "m",
        "state": "idle",
        "agents": [],
        "prompt": "go",
        "started": 1_700_000_000_000,
        "last": 1_700_000_000_000,
        "turns": 1,
        "exchanges": 1,
        "first": 1,
        "errors": 0,
        "input": 1200,
        "cached": 900,
        "output": 30,
        "unpriced": 1,
        "context": 1230,
    }


def test_an_exchange_as_the_page_reads_it():
    board = play(Board(), at_once("a", started("a")) + at_once("a", TextDelta("0", "x"), ms=500))
    play(board, at_once("a", ended("a"), ms=2500))
    assert exchange_message(the_exchange(board, "a")) == {
        "flow": "a",
        "session": "session-1",
        "number": 1,
        "purpose": "main",
        "model": "m",
        "started": 1_700_000_000_000,
        "state": "idle",
        "phases": [["waiting", 0, 500], ["text", 500, 500]],
        "first": 0,
        "duration": 2500.0,
        "ttft": 500.0,
        "status": 200,
        "end": "complete",
        "stop": "end_turn",
        "input": 1200,
        "cached": 900,
        "output": 30,
    }


def test_a_block_as_the_page_reads_it():
    (block,) = play(Board(), at_once("a", started("a"), TextDelta("0", "héllo"))).blocks("a")
    assert block_message(block, fresh=True) == {
        "flow": "a",
        "number": 0,
        "kind": "text",
        "fresh": True,
        "begin": 0,
        "end": 5,
        "text": "héllo",
    }


def test_a_result_is_what_the_tool_put_out():
    text = "Exit code: 2\nWall time: 3 seconds\nOutput:\nno such file"
    told = block_message(BlockFacts("a", 1, "result", "sh", "c", "", True, True, 0, text))
    assert (told["text"], told["about"]) == ("no such file", "exit 2 · 3.0 s")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(lambda board: session_message(the_session(board)), id="session"),
        pytest.param(lambda board: exchange_message(the_exchange(board, "a")), id="exchange"),
        pytest.param(lambda board: block_message(board.blocks("a")[0]), id="prompt"),
        pytest.param(lambda board: block_message(board.blocks("a")[1]), id="text"),
    ],
)
def test_nothing_hostile_is_sent(message):
    board = Board()
    play(board, at_once("a", started("a", prompt=HOSTILE, model=HOSTILE), TextDelta("0", HOSTILE)))
    sent = orjson.dumps(message(board)).decode()
    assert HARMLESS in sent
    assert not {"\x1b", "\u202e"} & set(sent)


def test_spans_are_told_in_order():
    painted = Painted(f"{MARKS['argument_key']}k{MARKS['plain']}: ")
    assert span_messages([FreshLine(), Provisional("tool", "a"), Erase(), Styled("command", "ls"), painted]) == [
        ["line"],
        ["provisional", "tool", "a"],
        ["erase"],
        ["write", "command", "ls"],
        ["write", "argument_key", "k"],
        ["write", "plain", ": "],
    ]

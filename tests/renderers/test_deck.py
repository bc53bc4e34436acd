"""renderers/deck.py: which cards may still grow, and what is on them."""

from __future__ import annotations

import pytest

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from renderers.card import CardState
from renderers.deck import Deck
from renderers.flow import Flow
from renderers.pen import Pen
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import FlatThenWhole


def deck(**details: str) -> Deck:
    return Deck(ViewOptions(details=details), FlatThenWhole, lambda: 80)


def flow(name: str = "a") -> Flow:
    return Flow(name, "s", "", 0.0)


def shown(of: Flow) -> str:
    """All that waits to be shown."""
    cards = [card for card in (of.current, *of.queue) if card is not None]
    return Pen(False, lambda: 80, False).write([span for card in cards for span in card.take()])


def test_a_card_is_the_flows_as_soon_as_it_has_something_to_show():
    cards, one = deck(thinking="hide"), flow()
    cards.text("thinking", one, "0", "x", 0.0)
    assert (one.has_waiting, len(cards.of(one))) == (False, 1)
    cards.text("text", one, "1", "y", 0.0)
    assert one.has_waiting


def test_calls_of_one_flow_may_be_open_together():
    cards, one = deck(), flow()
    for block in "12":
        cards.call(one, ToolCallStarted(block, None, "Bash", "client"), 0.0)
    cards.arguments(one, ToolArgumentsDelta("1", "{}"), 0.0)
    cards.close_call(one, "1")
    assert list(cards.open["tool"]) == [("a", "2")]


def test_a_block_ends_the_texts_of_its_own_flow_alone():
    cards, one, other = deck(), flow("a"), flow("b")
    for each in (one, other):
        cards.text("thinking", each, "0", "x", 0.0)
    (ended,) = cards.of(one)
    cards.text("text", one, "1", "y", 0.0)
    assert ended.state is CardState.DONE
    assert {kind: list(keys) for kind, keys in cards.open.items() if keys} == {
        "thinking": [("b", "0")],
        "text": [("a", "1")],
    }


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        pytest.param("full", "▶ Bash\n{}\n", id="full"),
        pytest.param("one_line", "▶ Bash {}", id="one line"),
        pytest.param("raw", "▶ Bash\n{}\n", id="raw"),
        pytest.param("hide", "", id="hidden"),
    ],
)
def test_how_much_of_a_call_is_shown(detail, expected):
    cards, one = deck(tool=detail), flow()
    cards.call(one, ToolCallStarted("1", "t1", "Bash", "client"), 0.0)
    cards.arguments(one, ToolArgumentsDelta("1", "{}"), 0.0)
    cards.call(one, ToolCallFinished("1", "t1", "Bash", "client", None, "{}"), 0.0)
    cards.close_call(one, "1")
    assert shown(one) == expected


def test_what_is_whole_at_once_is_done_at_once():
    cards, one = deck(), flow()
    cards.prompt(one, "go\n", 0.0)
    cards.result(one, "Bash", "out", False, 0.0)
    cards.line(one, "note", "stall", "◔ said", 0.0)
    assert {card.state for card in (one.current, *one.queue) if card} == {CardState.DONE}
    assert shown(one) == "> go\n◀ Bash: out\n◔ said\n"

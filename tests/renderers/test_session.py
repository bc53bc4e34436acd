"""renderers/session.py: what is counted, and which cards are open."""

from __future__ import annotations

from collections import Counter

import pytest

from addons.protocols.events import (
    BlockFinished,
    ExchangeEvent,
    Stopped,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    ToolReturn,
    UsageReported,
)
from renderers.bookkeeping import (
    BLOCK_DELTA,
    MESSAGE_DELTA,
    PROMPT,
    REMEMBERED_POINTS,
    TOOL_RESULT,
    TURN_END,
    DataPoint,
    Turn,
)
from renderers.card import CardState
from renderers.flow import Flow
from renderers.session import SessionStreamEngine
from renderers.spans import Erase, FreshLine, Painted, Provisional, Span, Styled
from renderers.tool_call import ToolCallView
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import FlatThenWhole, ended, started
from tests.renderers.painted import runs


def engine() -> SessionStreamEngine:
    return SessionStreamEngine(ViewOptions(), FlatThenWhole, lambda: 80)


def fed(session: SessionStreamEngine, flow_id: str, *events: ExchangeEvent, now_s: float = 0.0) -> Flow:
    flow = Flow(flow_id, "s", "", now_s)
    for event in events:
        session.feed(flow, event, now_s)
    return flow


def shown(flow: Flow) -> str:
    """All that waits to be shown of a flow."""
    cards = [card for card in (flow.current, *flow.queue) if card is not None]
    return settled([span for card in cards for span in card.waiting])


def settled(spans: list[Span]) -> str:
    """What stands in the end."""
    kept: list[str] = []
    for span in spans:
        match span:
            case Styled(_, text):
                kept.append(text)
            case Painted():
                kept += [text for _, text in runs(span)]
            case Provisional() | Erase():
                # The view shows what it takes back once more.
                pass
            case FreshLine():
                kept.append("\n")
    return "".join(kept)


CALL = (
    ToolCallStarted("1", "t1", "Bash", "client"),
    ToolArgumentsDelta("1", "{}"),
    ToolCallFinished("1", "t1", "Bash", "client", {}, "{}"),
)


def test_data_points_of_every_kind():
    session = engine()
    fed(session, "a", started("a", prompt="go"), TextDelta("0", "word"), Stopped("end_turn"), ended("a"))
    assert list(session.books.points) == [
        DataPoint(PROMPT, 0.0, "a", "prompt-1", 2),
        DataPoint(BLOCK_DELTA, 0.0, "a", "text", 4),
        DataPoint(MESSAGE_DELTA, 0.0, "a", "end_turn", 0),
        DataPoint(TURN_END, 0.0, "a", "end_turn", 0),
    ]


def test_kinds_and_tools_are_counted():
    session = engine()
    fed(session, "a", started("a", prompt="go"), *CALL, UsageReported({}), ended("a", stop="tool_use"))
    fed(session, "b", started("b", returns=[ToolReturn("t1", "out", False)]), ToolResult("2", None, "x", False))
    assert session.books.tools == Counter({"Bash": 1})
    assert session.books.kinds == Counter({PROMPT: 1, BLOCK_DELTA: 1, MESSAGE_DELTA: 1, TOOL_RESULT: 2})
    assert (session.books.flows, session.books.prompts) == (2, 1)


def test_a_turn_lasts_from_the_prompt_until_the_agent_rests():
    session = engine()
    fed(session, "a", started("a", prompt="go"), *CALL, ended("a"), now_s=1.0)
    assert not session.books.turns
    fed(
        session, "b", started("b", returns=[ToolReturn("t1", "", False)]), TextDelta("0", "done"), ended("b"), now_s=9.0
    )
    assert list(session.books.turns) == [Turn(1.0, 9.0)]


def test_what_a_session_cost_is_said_when_a_turn_ends():
    session = engine()
    flow = fed(session, "a", started("a"), *CALL, ended("a", cost_usd=0.25))
    assert "session" not in shown(flow)
    flow = fed(session, "b", started("b"), ended("b", cost_usd=0.5))
    assert " · $0.5000 · session $0.7500 · " in shown(flow)


def test_a_call_without_a_price_makes_the_sessions_cost_a_lower_bound():
    session = engine()
    fed(session, "a", started("a"), ended("a"))
    _, last = [fed(session, flow, started(flow), ended(flow, cost_usd=0.5)) for flow in "bc"]
    assert "session at least $1.00" in shown(last)


def test_a_failure_ends_no_turn():
    session = engine()
    fed(session, "a", started("a", prompt="go"), ended("a", "error", status=529))
    assert not session.books.turns


def test_open_cards_by_content_type_in_order_and_flushed_on_completion():
    session = engine()
    fed(session, "a", started("a"), ThinkingDelta("0", "x"))
    flow = fed(session, "b", started("b"), ThinkingDelta("0", "y"))
    call = ToolCallStarted("2", "t2", "Bash", "client")
    calling = fed(session, "c", started("c"), *CALL[:2], call)
    assert {kind: list(cards) for kind, cards in session.deck.open.items()} == {
        "thinking": [("a", "0"), ("b", "0")],
        "text": [],
        "refusal": [],
        "tool": [("c", "1"), ("c", "2")],
    }
    (card,) = session.deck.of(flow)
    session.feed(flow, BlockFinished("0"), 0.0)
    assert card.state is CardState.DONE
    calls = session.deck.of(calling)
    session.feed(calling, ended("c"), 0.0)
    assert {card.state for card in calls} == {CardState.DONE}
    assert {kind: list(cards) for kind, cards in session.deck.open.items() if cards} == {"thinking": [("a", "0")]}


def test_the_next_block_ends_the_texts_before_it():
    """Not every dialect says when a block is over. Calls may be told of at once."""
    session = engine()
    flow = fed(session, "a", started("a"), ThinkingDelta("0", "x"), TextDelta("1", "y"), *CALL[:2])
    assert {kind: list(cards) for kind, cards in session.deck.open.items() if cards} == {"tool": [("a", "1")]}
    assert shown(flow) == "\n✻ x\ny\n▶ Bash\n"


@pytest.mark.parametrize("detail", ["full", "one_line"])
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        pytest.param("Bash", '{"command": "make all', "make all", id="recognised"),
        pytest.param("no_such_tool", '{"que', '"que', id="still provisional"),
    ],
)
def test_a_call_that_is_cut_off_shows_what_came_of_it(name, arguments, expected, detail):
    """The answer ends before the call does: its view is closed, so what it held back stands there."""
    session = SessionStreamEngine(ViewOptions(details={"tool": detail}), ToolCallView, lambda: 80)
    call = (ToolCallStarted("1", "t1", name, "client"), ToolArgumentsDelta("1", arguments))
    flow = fed(session, "a", started("a"), *call)
    (card,) = session.deck.of(flow)
    session.feed(flow, ended("a", "client_closed"), 0.0)
    assert card.state is CardState.DONE
    shown = settled(card.waiting)
    assert expected in shown
    assert name in shown


def test_what_is_remembered_is_bounded():
    session = engine()
    flow = fed(session, "a", started("a"))
    for _ in range(REMEMBERED_POINTS + 5):
        session.feed(flow, TextDelta("0", "x"), 0.0)
    assert len(session.books.points) == REMEMBERED_POINTS
    assert session.books.kinds[BLOCK_DELTA] == REMEMBERED_POINTS + 5


def test_arguments_of_a_call_that_was_never_announced():
    session = engine()
    flow = fed(session, "a", started("a"), ToolArgumentsDelta("7", "x"))
    assert list(session.deck.open["tool"]) == [("a", "7")]
    assert flow.has_waiting

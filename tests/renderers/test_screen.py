"""renderers/screen.py: when the screen passes on, and to whom."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    BlockFinished,
    Heartbeat,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from renderers.engine import LiveView
from renderers.flow import Flow
from renderers.guard import GUARD_S, SESSION_S, SILENCE_S, STARVING_S, TURN_S, Place, SessionGuard
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import END, ended, play, seen, started, view

HEAD = "── #{} claude-code · m ──\n"


def head(number: int) -> str:
    return ("\n\n" if number > 1 else "") + HEAD.format(number)


TWO = (("a", started("a")), ("a", TextDelta("0", "x")), ("b", started("b", 2)), ("b", TextDelta("0", "y")))
"""The first has the screen since 0 s and is in the middle of a line; the second waits."""


@pytest.fixture
def two() -> LiveView:
    live = view()
    play(*TWO, live=live)
    return live


@pytest.mark.parametrize(
    ("place", "held_s", "silent_s", "waiting", "why"),
    [
        pytest.param(Place.ENDED, 0.0, 0.0, 1, "it has ended", id="ended, however soon"),
        pytest.param(Place.BLOCK_END, GUARD_S - 0.1, 0.0, 1, "", id="a block's end too soon"),
        pytest.param(Place.BLOCK_END, GUARD_S, 0.0, 1, "end of a block", id="a block's end"),
        pytest.param(Place.LINE_END, TURN_S - 0.1, 0.0, 1, "", id="a line's end too soon"),
        pytest.param(Place.LINE_END, TURN_S, 0.0, 1, "end of a line", id="a line's end"),
        pytest.param(Place.LINE_END, GUARD_S, 0.0, 20, "end of a line", id="sooner when many wait"),
        pytest.param(Place.MID_LINE, SILENCE_S, SILENCE_S, 1, "silence", id="silence"),
        pytest.param(Place.MID_LINE, 0.1, SILENCE_S, 1, "", id="silence, only just given the screen"),
        pytest.param(Place.MID_LINE, TURN_S + 2.9, 0.0, 1, "", id="within a long line"),
        pytest.param(Place.MID_LINE, TURN_S + 3.0, 0.0, 1, "its time is over", id="a line without end"),
    ],
)
def test_when_the_screen_passes_on(place, held_s, silent_s, waiting, why):
    assert SessionGuard().may_leave(place, held_s, silent_s, waiting) == why


def flow(flow_id: str, session: str, since_s: float) -> Flow:
    made = Flow(flow_id, session, "", 0.0)
    made.waits_since_s = since_s
    return made


@pytest.mark.parametrize(
    ("now_s", "chosen"),
    [
        pytest.param(5.0, "same session", id="the session that has the screen first"),
        pytest.param(SESSION_S + 0.1, "longest", id="not for ever"),
    ],
)
def test_to_whom(now_s, chosen):
    guard = SessionGuard()
    guard.taken(flow("before", "s1", 0.0), 0.0)
    waiting = {f.flow_id: f for f in (flow("same session", "s1", 2.0), flow("longest", "s2", 1.0))}
    assert guard.choose(waiting, now_s).flow_id == chosen


def test_nobody_starves():
    guard = SessionGuard()
    guard.taken(flow("before", "s1", 0.0), STARVING_S)
    waiting = {f.flow_id: f for f in (flow("same session", "s1", 2.0), flow("starving", "s2", 0.0))}
    assert guard.choose(waiting, STARVING_S + 0.1).flow_id == "starving"


def test_who_has_the_screen_streams(two):
    assert two.feed("a", TextDelta("0", "!"), 0.1) == "!"
    assert two.feed("b", TextDelta("0", "!"), 0.1) == ""


def test_what_waits_is_shown_whole_in_its_turn(two):
    assert two.feed("b", ended("b"), 0.1) == ""
    assert two.feed("a", ended("a"), 0.2) == f"\n{END}\n\n{HEAD.format(2)}y\n{END}\n"


def test_at_a_blocks_end(two):
    assert two.feed("a", BlockFinished("0"), GUARD_S) == f"{head(2)}y"
    assert two.feed("b", TextDelta("0", "!"), GUARD_S) == "!"


def test_in_the_middle_of_a_delta_where_a_line_ends(two):
    """The rest of the delta waits with its flow."""
    assert two.feed("a", TextDelta("0", "1\n2\n3"), TURN_S) == f"1\n2\n\n{HEAD.format(2)}y"
    assert two.feed("b", ended("b"), TURN_S) == f"\n{END}\n\n{HEAD.format(1)}3"


def test_a_line_without_end_is_cut_and_said_to_go_on(two):
    assert two.feed("a", TextDelta("0", "-"), TURN_S) == "-"
    assert two.feed("a", TextDelta("0", "-"), TURN_S + 3.0) == f"-{head(2)}y"
    two.feed("a", TextDelta("0", "z"), TURN_S + 3.0)
    assert two.feed("b", ended("b"), TURN_S + 3.0).endswith("\n\n── #1 claude-code · m · continues ──\nz")


def test_silence_makes_room(two):
    assert two.tick(SILENCE_S / 2) == ""
    assert two.tick(SILENCE_S) == f"{head(2)}y"


def test_a_ping_of_one_who_has_nothing_to_say_changes_nothing(two):
    two.tick(SILENCE_S)
    assert two.feed("a", Heartbeat(), 2 * SILENCE_S + 1) == ""


def test_the_next_call_of_an_agent_needs_no_new_header():
    live = view()
    play(("a", started("a")), ("a", TextDelta("0", "x")), ("a", ended("a")), live=live)
    assert play(("b", started("b")), ("b", TextDelta("0", "y")), live=live) == "y"


def test_calls_of_one_agent_at_once_are_told_apart():
    shown = play(
        ("a", started("a")),
        ("a", TextDelta("0", "x")),
        ("b", started("b")),
        ("b", TextDelta("0", "y")),
        ("a", ended("a")),
    )
    assert "\n── #1 claude-code · m ∥2 ──\ny" in shown


def test_a_provisional_line_is_taken_back_when_the_screen_passes_on_and_comes_again():
    live = view()
    text = play(
        ("a", started("a")),
        ("a", ToolCallStarted("0", "t", "Bash", "client")),
        ("a", ToolArgumentsDelta("0", "per")),
        ("b", started("b", 2)),
        ("b", TextDelta("0", "y")),
        live=live,
    )
    assert seen(text) == f"{HEAD.format(1)}▶ Bash\nper"
    text += live.tick(SILENCE_S)
    assert seen(text) == f"{HEAD.format(1)}▶ Bash\n\n{HEAD.format(2)}y"
    text += live.feed("a", ToolArgumentsDelta("0", "haps"), SILENCE_S) + live.feed("b", ended("b"), SILENCE_S)
    assert seen(text, 100).endswith(f"{END}\n\n{HEAD.format(1)}⋯ Bash\nperhaps")


def test_what_is_erased_while_it_waits_is_never_seen():
    live = view()
    play(("a", started("a")), ("a", TextDelta("0", "x")), ("b", started("b", 2)), live=live)
    call = [ToolArgumentsDelta("0", piece) for piece in "abcde"]
    play(("b", ToolCallStarted("0", "t", "Bash", "client")), *(("b", event) for event in call), live=live)
    assert live.feed("a", ended("a"), 0.0).endswith(f"\n{HEAD.format(2)}▶ Bash\nabcde")


def parallel(live: LiveView, *steps: tuple[float, str, str]) -> str:
    """Arguments of calls of one flow, in pieces: (time, block, piece)."""
    text = play(("a", started("a")), *(("a", ToolCallStarted(b, b, f"T{b}", "client")) for b in "12"), live=live)
    return text + "".join(live.feed("a", ToolArgumentsDelta(block, piece), at_s) for at_s, block, piece in steps)


def test_parallel_calls_of_one_flow_do_not_mix():
    live = view()
    text = parallel(live, (0.0, "1", "one "), (0.0, "2", "two "), (0.1, "1", "more"), (0.1, "2", "more"))
    for block, raw in (("1", "one more"), ("2", "two more")):
        text += live.feed("a", ToolCallFinished(block, block, f"T{block}", "client", None, raw), 0.2)
    assert seen(text) == f"{HEAD.format(1)}▶ T1\none more\n▶ T2\ntwo more\n"


def test_a_call_that_pauses_makes_room_for_the_next_of_its_flow():
    live = view()
    text = parallel(live, (0.0, "1", "one"), (0.1, "2", "two"))
    assert seen(text).endswith("▶ T1\none")
    text += live.tick(0.5)
    assert seen(text).endswith("▶ T1\n▶ T2\ntwo")
    text += live.feed("a", ended("a"), 0.6)
    assert seen(text, 100) == f"{HEAD.format(1)}▶ T1\n▶ T2\ntwo\n⋯ T1\none\n{END}\n"


def test_decisions_are_said():
    live = view(ViewOptions(log_screen=True))
    text = play(*TWO, live=live) + live.tick(SILENCE_S)
    assert "⧉ #2 claude-code has the screen after #1 claude-code: silence, waited 2.0 s\n" in text

"""renderers/stalls.py: silences named, each once."""

from __future__ import annotations

import pytest

from renderers.stalls import Stall, seconds, step_after


def said_over(stall: Stall, until_s: int, dead_after_s: float = 1e9) -> list[tuple[int, str]]:
    ticks = ((now_s, stall.tick(now_s, dead_after_s)) for now_s in range(until_s + 1))
    return [(now_s, said) for now_s, said in ticks if said]


def test_at_ten_and_thirty_seconds_then_each_minute():
    assert [now_s for now_s, _ in said_over(Stall(0.0), 250)] == [10, 30, 60, 120, 180, 240]


def test_then_every_ten_minutes():
    assert [step_after(at) for at in (599, 600, 1300)] == [600, 1200, 1800]


def test_where_it_is_silent_and_since_when():
    stall = Stall(0.0)
    stall.heard("inside tool arguments (Bash)", 5.0)
    stall.sign_of_life("a ping", 12.0)
    assert stall.tick(15.0, 60.0) == "silent for 10 s inside tool arguments (Bash), last sign a ping 3 s ago"


def test_dead_says_so_and_goes_on_saying_it():
    assert said_over(Stall(0.0), 120, dead_after_s=40.0) == [
        (10, "silent for 10 s before the first token"),
        (30, "silent for 30 s before the first token"),
        (40, "dead: silent for 40 s before the first token"),
        (60, "dead: silent for 60 s before the first token"),
        (120, "dead: silent for 2 min before the first token"),
    ]


def test_a_delta_begins_anew():
    stall = Stall(0.0)
    assert stall.tick(10.0, 60.0)
    stall.heard("inside text", 11.0)
    assert stall.tick(20.0, 60.0) == ""
    assert stall.tick(21.0, 60.0) == "silent for 10 s inside text"


def test_after_a_gap_in_ticks_only_the_last_step_is_said():
    stall = Stall(0.0)
    assert stall.tick(65.0, 1e9) == "silent for 65 s before the first token"
    assert stall.tick(66.0, 1e9) == ""


@pytest.mark.parametrize(
    ("duration_s", "expected"),
    [(9.9, "9 s"), (119, "119 s"), (120, "2 min"), (130, "2 min 10 s"), (7199, "119 min 59 s"), (7900, "2 h 11 min")],
)
def test_durations(duration_s, expected):
    assert seconds(duration_s) == expected

"""addons/sources/pace.py: when a record is due, by a clock that goes only when it is told to."""

from __future__ import annotations

import math

import pytest

from addons.sources.pace import REST_S, SILENCE_S, Pace

S = 1_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def waits(pace: Pace, clock: Clock, *times: tuple[float, bool]) -> list[float]:
    """What is waited for each, by somebody who waits as told."""
    found = []
    for at_s, is_resting in times:
        wait_s = pace.wait_s(int(at_s * S), is_resting)
        clock.now_s += max(0.0, wait_s)
        found.append(round(wait_s, 6))
    return found


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        pytest.param(1.0, [0, 1.5, 0.5, 0], id="as recorded"),
        pytest.param(10.0, [0, 0.15, 0.05, 0], id="ten times as fast"),
        pytest.param(0.5, [0, 3, 1, 0], id="half as fast"),
        pytest.param(math.inf, [0, 0, 0, 0], id="at once"),
    ],
)
def test_pauses_are_the_recorded_ones_by_the_speed(clock: Clock, speed: float, expected: list[float]) -> None:
    pace = Pace(speed, clock)
    assert waits(pace, clock, (50, False), (51.5, False), (52, False), (52, False)) == expected


def test_time_spent_on_showing_is_not_waited_again(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    pace.wait_s(0, False)
    clock.now_s += 0.3
    assert pace.wait_s(1 * S, False) == pytest.approx(0.7)


def test_after_having_been_stopped_it_goes_on_instead_of_racing(clock: Clock) -> None:
    pace = Pace(1.0, clock)
    waits(pace, clock, (0, False), (1, False))
    clock.now_s += 3600
    assert pace.wait_s(2 * S, False) <= 0
    assert waits(pace, clock, (3, False), (4, False)) == [0.5, 1]


def test_nights_and_killed_proxies_are_not_sat_through(clock: Clock) -> None:
    night_s = 8 * 3600
    assert waits(Pace(1.0, clock), clock, (0, True), (night_s, True)) == [0, REST_S]
    assert waits(Pace(2.0, clock), clock, (0, True), (night_s, False)) == [0, SILENCE_S / 2]
    assert waits(Pace(10.0, clock), clock, (0, True), (5, True)) == [0, 0.5]


def test_a_clock_that_was_set_back_costs_nothing(clock: Clock) -> None:
    assert waits(Pace(1.0, clock), clock, (100, False), (40, False), (41, False)) == [0, 0, 1]

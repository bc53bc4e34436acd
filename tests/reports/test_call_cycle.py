"""addons/reports/call_cycle.py: one call's states, step by step."""

from __future__ import annotations

from datetime import datetime

import pytest

from addons.reports.call_cycle import Call, State, Step, Violation

ARGUMENTS, DONE, RESULT = Step.ARGUMENTS, Step.DONE, Step.RESULT


@pytest.mark.parametrize(
    ("steps", "state", "violations"),
    [
        pytest.param([], State.ANNOUNCED, (), id="announced"),
        pytest.param([ARGUMENTS], State.STREAMING, (), id="streaming"),
        pytest.param([ARGUMENTS, ARGUMENTS, DONE], State.COMPLETE, (), id="complete"),
        pytest.param([DONE], State.COMPLETE, (), id="complete without arguments"),
        pytest.param([ARGUMENTS, DONE, RESULT], State.RETURNED, (), id="returned"),
        pytest.param([DONE, DONE, ARGUMENTS], State.COMPLETE, (), id="an end that is told again"),
        pytest.param([DONE, RESULT, RESULT], State.RETURNED, (Violation.DUPLICATE_RESULT,), id="returned twice"),
        pytest.param([DONE, RESULT, RESULT, RESULT], State.RETURNED, (Violation.DUPLICATE_RESULT,), id="and again"),
        pytest.param([RESULT], State.RETURNED, (Violation.UNFINISHED_ANSWERED,), id="returned when announced"),
        pytest.param([ARGUMENTS, RESULT], State.RETURNED, (Violation.UNFINISHED_ANSWERED,), id="returned in streaming"),
    ],
)
def test_states_and_violations(steps, state, violations):
    call = Call("c", "Bash", "client", None)
    for step in steps:
        call.take(step)
    assert (call.state, call.violations) == (state, violations)


def test_the_moment_of_a_state_is_its_first():
    call = Call("c", "Bash", "client", None)
    for second, step in enumerate([ARGUMENTS, ARGUMENTS, DONE, RESULT, RESULT]):
        call.take(step, datetime(2026, 11, 26, 12, 0, second))
    assert call.complete_at == datetime(2026, 11, 26, 12, 0, 2)
    assert call.returned_at == datetime(2026, 11, 26, 12, 0, 3)

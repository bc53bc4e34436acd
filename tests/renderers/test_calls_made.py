"""renderers/calls_made.py: whose result it is."""

from __future__ import annotations

from renderers.calls_made import REMEMBERED_CALLS, CallMade, CallsMade

LIST = CallMade("Bash", "ls")
READ = CallMade("Read", "a.py")
NOBODY = CallMade("", "")


def test_a_result_is_told_by_its_calls_id():
    calls = CallsMade()
    calls.add("", "t1", LIST)
    calls.add("", "t2", READ)
    assert [calls.answered("", call_id) for call_id in ("t2", "t1", "t3")] == [READ, LIST, NOBODY]


def test_without_ids_results_come_in_the_calls_order_agent_by_agent():
    calls = CallsMade()
    calls.add("", None, LIST)
    calls.add("sub", None, READ)
    calls.add("", None, READ)
    assert [calls.answered(agent, None) for agent in ("", "sub", "", "")] == [LIST, READ, READ, NOBODY]


def test_what_an_agent_left_unanswered_is_answered_no_more():
    calls = CallsMade()
    calls.add("", None, LIST)
    calls.add("sub", None, READ)
    calls.gone_on("")
    assert [calls.answered(agent, None) for agent in ("", "sub")] == [NOBODY, READ]


def test_the_oldest_are_forgotten():
    calls = CallsMade()
    for number in range(REMEMBERED_CALLS + 1):
        calls.add("", f"t{number}", LIST)
    assert [calls.answered("", call_id) for call_id in ("t0", "t1")] == [NOBODY, LIST]

"""renderers/allowances.py: said when much is used, once a step."""

from __future__ import annotations

from addons.protocols.events import Allowance
from renderers.allowances import Allowances


def test_each_step_is_said_once_and_again_after_a_reset():
    watch = Allowances()
    said = [watch.told([Allowance("5-hour", used, None)]) for used in (0.2, 0.76, 0.8, 0.91, 1.0, 1.1, 0.01, 0.75)]
    assert [line for lines in said for line in lines] == [
        "5-hour limit: 76% used",
        "5-hour limit: 91% used",
        "5-hour limit: 100% used",
        "5-hour limit: 75% used",
    ]


def test_when_it_resets_is_said_where_it_is_told():
    told = Allowances().told(
        [Allowance("weekly", 0.9, 7_900.0), Allowance("tokens", 0.9, 0.2), Allowance("a\x1b", 1, -5)]
    )
    assert told == ["weekly limit: 90% used, resets in 2 h 11 min", "tokens limit: 90% used", "a␛ limit: 100% used"]

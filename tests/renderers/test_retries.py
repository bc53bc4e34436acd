"""renderers/retries.py: the same request again after a failure."""

from __future__ import annotations

import pytest

from addons.protocols.events import ToolReturn
from renderers.end_line import failure_words
from renderers.retries import Retries
from tests.renderers.live_screen import ended, started


def tell(retries: Retries, *events) -> list[str]:
    said = []
    for event in events:
        if hasattr(event, "prompt"):
            said.append(retries.started(event.agent_id or "", event))
        else:
            retries.ended("", event, failure_words(event.end, event.status))
    return said


def test_counted_from_the_first_try():
    asked = [started(flow_id, prompt="go") for flow_id in "abc"]
    failed = [ended(flow_id, "error", status=529) for flow_id in "ab"]
    assert tell(Retries(), asked[0], failed[0], asked[1], failed[1], asked[2]) == [
        "",
        "retry 2 after overloaded (529)",
        "retry 3 after overloaded (529)",
    ]


@pytest.mark.parametrize(
    ("first", "end", "second"),
    [
        pytest.param(started("a", prompt="go"), ended("a"), started("b", prompt="go"), id="it went well"),
        pytest.param(
            started("a", prompt="go"), ended("a", "client_closed"), started("b", prompt="go"), id="stopped by hand"
        ),
        pytest.param(started("a", prompt="go"), ended("a", "error"), started("b", prompt="else"), id="another prompt"),
        pytest.param(
            started("a", returns=[ToolReturn("1", "x", False)]),
            ended("a", "error"),
            started("b", returns=[ToolReturn("2", "x", False)]),
            id="another result",
        ),
        pytest.param(
            started("a", prompt="go"), ended("a", "error"), started("b", prompt="go", agent="x"), id="another agent"
        ),
        pytest.param(
            started("a", prompt="go"), ended("z", "error"), started("b", prompt="go"), id="another flow failed"
        ),
    ],
)
def test_no_retry(first, end, second):
    assert tell(Retries(), first, end, second) == ["", ""]


def test_a_continuation_that_says_nothing_new_is_one():
    assert tell(Retries(), started("a"), ended("a", "upstream_closed"), started("b")) == [
        "",
        "retry 2 after upstream closed",
    ]

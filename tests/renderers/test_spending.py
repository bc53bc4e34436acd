"""renderers/spending.py: dollars, and what nobody knows the dollars of."""

from __future__ import annotations

import pytest

from renderers.spending import Spending
from tests.renderers.live_screen import USAGE, ended


@pytest.mark.parametrize(
    ("purpose", "status", "usage", "cost_usd", "expected"),
    [
        pytest.param("main", 200, USAGE, 0.25, (0.25, 0), id="priced"),
        pytest.param(
            "warmup", 200, {"input_tokens": 300, "output_tokens": 0}, 0.25, (0.25, 0), id="a warm-up is billed"
        ),
        pytest.param("main", 200, USAGE, None, (None, 1), id="a model without a price"),
        pytest.param("main", 200, {}, None, (None, 1), id="answered, and nothing was counted"),
        pytest.param("main", 429, {}, None, (None, 0), id="refused"),
        pytest.param("main", None, {}, None, (None, 0), id="never answered"),
        pytest.param("main", 529, USAGE, None, (None, 1), id="refused, though tokens were counted"),
        pytest.param("count_tokens", 200, {}, None, (None, 0), id="only counted tokens"),
    ],
)
def test_an_exchange(purpose, status, usage, cost_usd, expected):
    spending = Spending()
    spending.add(ended("a", status=status, usage=usage, cost_usd=cost_usd), purpose)
    assert (spending.cost_usd, spending.unpriced) == expected


def test_dollars_are_summed_up():
    spending = Spending()
    for cost_usd in (0.25, 0.5):
        spending.add(ended("a", cost_usd=cost_usd), "main")
    assert spending.cost_usd == 0.75

"""addons/protocols/limits.py: what heads of answers say about limits."""

from __future__ import annotations

import pytest

from addons.protocols.events import Allowance
from addons.protocols.limits import allowances_of, retry_after_s

NOW_S = 1_800_000_000.0
"""2027-01-15T08:00:00Z"""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            {
                "anthropic-ratelimit-unified-status": "allowed_warning",
                "anthropic-ratelimit-unified-5h-utilization": "0.83",
                "anthropic-ratelimit-unified-5h-reset": "1800002520",
                "anthropic-ratelimit-unified-7d-utilization": "0.4",
            },
            [Allowance("5-hour", 0.83, 2520.0), Allowance("weekly", 0.4, None)],
            id="a Claude subscription",
        ),
        pytest.param(
            {
                "x-codex-primary-used-percent": "25.0",
                "x-codex-primary-window-minutes": "300",
                "x-codex-primary-reset-at": "1800000060",
                "x-codex-secondary-used-percent": "100",
                "x-codex-secondary-window-minutes": "10080",
                "x-codex-secondary-reset-after-seconds": "9",
            },
            [Allowance("5-hour", 0.25, 60.0), Allowance("weekly", 1.0, 9.0)],
            id="a ChatGPT plan",
        ),
        pytest.param(
            {
                "anthropic-ratelimit-input-tokens-limit": "50000",
                "anthropic-ratelimit-input-tokens-remaining": "5000",
                "anthropic-ratelimit-input-tokens-reset": "2027-01-15T08:00:30Z",
            },
            [Allowance("input tokens", 0.9, 30.0)],
            id="Anthropic, per minute",
        ),
        pytest.param(
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1m2.5s",
                "x-ratelimit-limit-tokens": "100",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "12ms",
            },
            [Allowance("requests", 1 - 59 / 60, 62.5), Allowance("tokens", 1.0, 0.012)],
            id="OpenAI, per minute",
        ),
        pytest.param({"x-codex-primary-used-percent": "soon", "x-ratelimit-limit-requests": "0"}, [], id="nonsense"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_how_much_is_used(headers, expected):
    assert list(allowances_of(headers, NOW_S)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"retry-after": "30"}, 30.0, id="seconds"),
        pytest.param({"retry-after-ms": "1500", "retry-after": "2"}, 1.5, id="milliseconds, which are finer"),
        pytest.param({"retry-after": "Fri, 15 Jan 2027 08:01:00 GMT"}, 60.0, id="a date"),
        pytest.param({"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}, 0.0, id="a date that is over"),
        pytest.param({"retry-after": "later"}, None, id="nonsense"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_how_long_to_wait(headers, expected):
    assert retry_after_s(headers, NOW_S) == expected

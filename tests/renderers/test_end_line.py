"""renderers/end_line.py: one call in one line."""

from __future__ import annotations

import pytest

from addons.protocols.events import ExchangeEnded
from renderers.end_line import context_gauge, context_share, dollars, end_line, failure_words
from tests.renderers.live_screen import END, ended


def test_all_that_is_told():
    assert end_line(ended("a")) == END


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            ExchangeEnded("a", "complete", None, 200, None, None, {}, 1000.0, None),
            "■ complete · 1.0 s",
            id="nothing told",
        ),
        pytest.param(
            ExchangeEnded("a", "error", "slow down", 429, "m", None, {}, 100.0, None),
            "■ m · rate limited (429) · slow down · 0.1 s",
            id="429",
        ),
        pytest.param(
            ExchangeEnded("a", "upstream_closed", None, 200, "m", None, {"output_tokens": None}, 100.0, 90.0),
            "■ m · upstream closed · first token 0.1 s · 0.1 s",
            id="cut off",
        ),
        pytest.param(
            ExchangeEnded(
                "a",
                "complete",
                None,
                200,
                "m",
                "stop",
                {"input_tokens": 10, "cache_read_input_tokens": 0, "output_tokens": 40, "reasoning_output_tokens": 30},
                1010.0,
                1000.0,
            ),
            "■ m · stop · 10 in · 40 out (30 reasoning) · first token 1.0 s · 1.0 s",
            id="all at once: no speed",
        ),
        pytest.param(
            ExchangeEnded("a", "upstream_closed", None, 200, "m", None, {"output_tokens": 1}, 9000.0, 500.0),
            "■ m · upstream closed · 1 out · first token 0.5 s · 9.0 s",
            id="cut off: hardly a token was counted",
        ),
        pytest.param(
            ExchangeEnded("a", "complete", None, 200, "\x1b[2J", "\x07", {}, 1000.0, None),
            "■ ␛[2J · ␇ · 1.0 s",
            id="hostile",
        ),
    ],
)
def test_the_line(event, expected):
    assert end_line(event) == expected


def test_a_message_that_is_on_the_screen_is_not_said_again():
    event = ended("a", "error", "Overloaded", status=529, usage={})
    assert "Overloaded" in end_line(event)
    assert "Overloaded" not in end_line(event, said="Overloaded")


@pytest.mark.parametrize(
    ("end", "status", "expected"),
    [
        ("complete", 200, ""),
        ("complete", None, ""),
        ("client_closed", 200, "client closed"),
        ("error", 200, "error"),
        ("error", 529, "overloaded (529)"),
        ("error", 418, "HTTP error (418)"),
    ],
)
def test_failures_in_plain_words(end, status, expected):
    assert failure_words(end, status) == expected


@pytest.mark.parametrize(
    ("window", "tokens", "share", "gauge"),
    [
        pytest.param(200_000, 60_000, "context 30%", "context ▮▮▮▯▯▯▯▯▯▯ 30% of 200k", id="known"),
        pytest.param(None, 60_000, "", "context 60,000 tokens", id="unknown"),
        pytest.param(None, 1, "", "context 1 token", id="one"),
        pytest.param(200_000, 1_999, "", "context ▯▯▯▯▯▯▯▯▯▯ <1% of 200k", id="hardly anything"),
        pytest.param(200_000, 2_000, "context 1%", "context ▯▯▯▯▯▯▯▯▯▯ 1% of 200k", id="one percent"),
        pytest.param(200_000, 300_000, "", "context 300,000 tokens", id="fuller than known"),
        pytest.param(200_000, None, "", "", id="not told"),
    ],
)
def test_the_gauge(window, tokens, share, gauge):
    usage: dict[str, int | None] = {"input_tokens": tokens, "output_tokens": 0}
    event = ExchangeEnded("a", "complete", None, 200, "m", None, usage, 1.0, None, context_window=window)
    assert (context_share(event), context_gauge(event)) == (share, gauge)


@pytest.mark.parametrize(
    ("cost_usd", "expected"),
    [
        (None, ""),
        (0.0, "$0.0000"),
        (0.00001, "under $0.0001"),
        (0.01234, "$0.0123"),
        (0.5, "$0.5000"),
        (12.345678, "$12.35"),
        (1234.5, "$1,234.50"),
    ],
)
def test_dollars(cost_usd, expected):
    assert dollars(cost_usd) == expected


def test_the_cost_and_the_context_stand_in_the_line():
    event = ExchangeEnded(
        "a", "complete", None, 200, "m", "stop", {"input_tokens": 10}, 1000.0, None, cost_usd=0.0123, context_window=100
    )
    assert (
        end_line(event, session="session $1.50") == "■ m · stop · 10 in · $0.0123 · session $1.50 · 1.0 s · context 10%"
    )

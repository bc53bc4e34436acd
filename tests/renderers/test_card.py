"""renderers/card.py: what a card shows when its turn comes."""

from __future__ import annotations

import pytest

from renderers.card import Card, up_to_line_end, without_erased
from renderers.spans import Erase, FreshLine, Painted, Provisional, Styled

A, B, P = Styled("text", "a"), Styled("text", "b"), Provisional("text", "p")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([A, P, P, Erase(), B], [Styled("text", "ab")], id="as if it had never been"),
        pytest.param([P, Erase(), A], [Erase(), A], id="more of it may be on the screen"),
        pytest.param([Erase(), A], [Erase(), A], id="it is on the screen"),
        pytest.param([A, P], [A, P], id="still provisional"),
        pytest.param([P, FreshLine(), A], [P, FreshLine(), A], id="it stays"),
        pytest.param([Painted("\x01a"), Painted("\x02b"), A], [Painted("\x01a\x02b"), A], id="painted"),
        pytest.param([A, Styled("tool", "t"), B], [A, Styled("tool", "t"), B], id="roles are kept apart"),
    ],
)
def test_what_was_erased_meanwhile_is_left_out(spans, expected):
    assert without_erased(spans) == expected


@pytest.mark.parametrize(
    ("spans", "first", "rest"),
    [
        pytest.param([Styled("text", "a\nb")], [Styled("text", "a\n")], [B], id="in the middle"),
        pytest.param([Styled("text", "a\n")], [Styled("text", "a\n")], [], id="at the end"),
        pytest.param([A, B], [], [A, B], id="no line ends"),
        pytest.param([Styled("text", "a\n"), B], [Styled("text", "a\n")], [B], id="an earlier span"),
        pytest.param([Painted("\x01,\n  \x02k")], [Painted("\x01,\n")], [Painted("\x01  \x02k")], id="painted"),
        pytest.param([Styled("text", "a\n"), P], [], [Styled("text", "a\n"), P], id="provisional"),
    ],
)
def test_a_turn_may_end_with_a_line(spans, first, rest):
    assert up_to_line_end(spans) == (first, rest)


def test_what_was_taken_back_comes_first():
    card = Card("tool", 0.0)
    card.add([A])
    card.put_back([P])
    assert card.take() == [P, A]
    assert card.waiting == []


def test_the_longest_gap():
    card = Card("text", 0.0)
    for now_s in (5.0, 5.1, 7.1, 7.2):
        card.heard(now_s)
    assert (card.deltas, card.first_s, card.last_s, round(card.gap_s, 3)) == (4, 5.0, 7.2, 2.0)

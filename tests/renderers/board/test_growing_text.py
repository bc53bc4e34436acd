"""renderers/board/growing_text.py: a reader gets what is new, wherever pieces were cut and whatever was dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.board.growing_text import GrowingText


def grown(limit: int, *pieces: str) -> GrowingText:
    text = GrowingText(limit)
    for piece in pieces:
        text.append(piece)
    return text


@pytest.mark.parametrize(
    ("pieces", "place", "expected"),
    [
        pytest.param(["abc", "def"], 0, (0, "abcdef"), id="all of it"),
        pytest.param(["abc", "def"], 3, (3, "def"), id="from a seam"),
        pytest.param(["abc", "def"], 4, (4, "ef"), id="from within a piece"),
        pytest.param(["abc", "def"], 6, (6, ""), id="nothing is new"),
        pytest.param([], 0, (0, ""), id="nothing has come"),
        pytest.param(["x"] * 200, 150, (150, "x" * 50), id="pieces that were made one"),
    ],
)
def test_what_came_after_a_place(pieces, place, expected):
    assert grown(1000, *pieces).since(place) == expected


def test_the_oldest_is_dropped_and_counted():
    text = grown(8, "abcdefgh", "ijklmnop")
    assert (text.begins, text.since(0)) == (8, (8, "ijklmnop"))


def test_one_piece_that_is_too_long_keeps_its_end():
    assert grown(4, "abcdefgh").since(0) == (4, "efgh")


def test_places_hold_after_all_was_dropped():
    text = grown(100, "abc")
    text.drop()
    text.append("def")
    assert text.since(0) == (3, "def")


@given(st.lists(st.text(max_size=20), max_size=200), st.integers(8, 300), st.integers(0, 400))
def test_it_is_the_end_of_what_was_said(pieces, limit, place):
    text = grown(limit, *pieces)
    said = "".join(pieces)
    begin, found = text.since(place)
    assert found == said[max(place, text.begins) :]
    assert begin == min(max(place, text.begins), len(said))
    assert len(said) - text.begins >= min(len(said), limit)
    assert len(said) - text.begins <= limit + limit // 8

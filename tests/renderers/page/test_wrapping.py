"""renderers/page/wrapping.py: rows of a screen's width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.cells import cells_of
from renderers.page.wrapping import wrap
from renderers.wrapping import hang_of


def texts(line, width):
    return ["".join(text for _, text in row) for row in wrap(line, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        pytest.param("abc", 5, ["abc"], id="fits"),
        pytest.param("", 5, [""], id="an empty line is a row"),
        pytest.param("abcdefg", 5, ["abcde", "fg"], id="no blank"),
        pytest.param("abcd efg", 5, ["abcd", "efg"], id="at a blank"),
        pytest.param("abcde fg", 5, ["abcde", "fg"], id="at the blank behind"),
        pytest.param("a bcdefg", 5, ["a bcd", "efg"], id="not at one near the beginning"),
        pytest.param("日本語", 4, ["日本", "語"], id="two cells each"),
        pytest.param("a日本", 4, ["a日", "本"], id="half a cell is left"),
    ],
)
def test_wrap(text, width, expected):
    assert [row.rstrip() for row in texts([("text", text)], width)] == expected


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        pytest.param("thinking", "┊ abcd efgh ijkl", ["┊ abcd", "  efgh", "  ijkl"], id="under a thought's text"),
        pytest.param("text", "- abcd efgh", ["- abcd", "  efgh"], id="under an item's text"),
        pytest.param("command", "- abcd efgh", ["- abcd", "efgh"], id="code keeps its rows"),
    ],
)
def test_where_further_rows_begin(role, text, expected):
    assert [row.rstrip() for row in texts([(role, text)], 8)] == expected


@given(st.text("xy 日é", max_size=60), st.integers(6, 12))
def test_no_row_that_hangs_is_too_wide_and_nothing_is_lost(text, width):
    first, *more = texts([("thinking", f"┊ {text}")], width)
    assert all(sum(map(cells_of, row.rstrip(" "))) <= width for row in (first, *more))
    hang = " " * hang_of(f"┊ {text}", width)
    assert first + "".join(row.removeprefix(hang) for row in more) == f"┊ {text}"


def test_segments_keep_their_roles():
    rows = wrap([("a", "one t"), ("b", "wo three")], 7)
    assert rows == [[("a", "one t"), ("b", "wo ")], [("b", "three")]]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.text("xy 日é", min_size=1, max_size=9)), max_size=5),
    st.integers(2, 12),
)
def test_no_row_is_too_wide_and_nothing_is_lost(line, width):
    rows = wrap(line, width)
    assert all(sum(cells_of(char) for _, text in row for char in text.rstrip(" ")) <= width for row in rows)
    assert "".join(text for row in rows for _, text in row) == "".join(text for _, text in line)
    flat = [(role, char) for role, text in line for char in text]
    assert [(role, char) for row in rows for role, text in row for char in text] == flat

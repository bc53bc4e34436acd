"""renderers/cells.py: columns and rows."""

from __future__ import annotations

import pytest

from renderers.cells import end_of, fits, plain_cells


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        pytest.param("", 10, (0, 0), id="nothing"),
        pytest.param("abc", 10, (0, 3), id="in a row"),
        pytest.param("x" * 10, 10, (0, 10), id="a full row: the wrap comes with the next character"),
        pytest.param("x" * 11, 10, (1, 1), id="one more"),
        pytest.param("x" * 30, 10, (2, 10), id="three full rows"),
        pytest.param("宽" * 5, 10, (0, 10), id="wide, a full row"),
        pytest.param("a" + "宽" * 5, 10, (1, 2), id="a wide character does not begin in the last column"),
        pytest.param("é" * 11, 10, (1, 1), id="narrow beyond ASCII"),
    ],
)
def test_where_text_ends(text, width, expected):
    assert end_of(text, width) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="ascii"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("e\u0301", "e", id="combining mark"),
        pytest.param("👩\u200d💻", "👩💻", id="joined emoji"),
        pytest.param("👍🏽", "👍", id="skin tone"),
        pytest.param("❤\ufe0f", "❤", id="variation selector"),
    ],
)
def test_only_what_every_terminal_measures_alike(text, expected):
    assert plain_cells(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "rows", "expected"),
    [
        pytest.param("x" * 50, 0, 3, 30, id="three rows"),
        pytest.param("x" * 50, 8, 1, 2, id="the rest of a row"),
        pytest.param("宽" * 50, 1, 1, 4, id="wide"),
        pytest.param("abc", 0, 3, 3, id="all"),
    ],
)
def test_how_much_fits(text, column, rows, expected):
    assert fits(text, column, 10, rows) == expected

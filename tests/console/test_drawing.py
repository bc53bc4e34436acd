"""addons/console/drawing.py: rows onto a canvas."""

from __future__ import annotations

import pytest

from addons.console.drawing import cells, cut, draw, markup


def texts(canvas):
    return [row.decode() for row in canvas.text]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], ["    ", "    "], id="nothing"),
        pytest.param([[("text", "ab")]], ["ab  ", "    "], id="less"),
        pytest.param([[("text", "abcdef")], [], [("text", "x")]], ["abcd", "    "], id="more"),
        pytest.param([[("text", "日本語")]], ["日本", "    "], id="two cells each"),
        pytest.param([[("text", "a日本")]], ["a日 ", "    "], id="half a cell is left"),
        pytest.param([[("text", "e\u0301x")]], ["e\u0301x  ", "    "], id="a mark takes none"),
        pytest.param([[("text", "a"), ("error", "b")]], ["ab  ", "    "], id="two attributes"),
    ],
)
def test_a_canvas_has_exactly_its_size(rows, expected):
    canvas = draw(rows, 4, 2)
    assert texts(canvas) == expected
    assert (canvas.cols(), canvas.rows()) == (4, 2)
    assert all(sum(map(cells, text)) == 4 for text in texts(canvas))


def test_attributes():
    (runs,) = [list(row) for row in draw([[("text", "a"), ("error", "é")]], 4, 1).content()]
    assert [(attribute, text) for attribute, _, text in runs] == [
        ("text", b"a"),
        ("error", "é".encode()),
        (None, b"  "),
    ]


@pytest.mark.parametrize(
    ("row", "found", "expected"),
    [
        pytest.param([("prompt", "a")], "", [("warn", "a")], id="a role's colour"),
        pytest.param([("new role", "a")], "", [("text", "a")], id="a role that nobody knows"),
        pytest.param([("text", "make it")], "make", [("focusfield", "make"), ("boolean", " it")], id="found"),
        pytest.param([("text", "Make")], "make", [("focusfield", "Make")], id="small letters find both"),
        pytest.param([("text", "make")], "Make", [("boolean", "make")], id="large ones do not"),
        pytest.param(
            [("text", "aXbXc")],
            "X",
            [("boolean", "a"), ("focusfield", "X"), ("boolean", "b"), ("focusfield", "X"), ("boolean", "c")],
            id="twice",
        ),
        pytest.param(
            [("text", "İx")], "x", [("boolean", "İ"), ("focusfield", "x")], id="where small letters are longer"
        ),
    ],
)
def test_markup(row, found, expected):
    assert markup(row, found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("abcd", "abcd", id="it fits"),
        pytest.param("abcde", "abc…", id="it does not"),
        pytest.param("日本", "日本", id="two cells each"),
        pytest.param("日本語", "日…", id="half a cell is left"),
    ],
)
def test_what_is_cut_says_so(text, expected):
    assert cut(text, 4) == expected

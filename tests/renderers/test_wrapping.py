"""renderers/wrapping.py: rows end between words, however the text comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.cells import cells_of
from renderers.pen import Pen
from renderers.spans import FreshLine, Styled
from renderers.wrapping import MOST_WORD_CELLS
from tests.renderers.json_cuts import cut, places
from tests.renderers.live_screen import SmallTerminal

WIDTH = 30


def rows(*pieces: str, width: int = WIDTH, role: str = "text", indent: str = "") -> list[str]:
    pen = Pen(True, lambda: width, can_erase=True)
    pen.indent = indent
    terminal = SmallTerminal(width)
    for piece in pieces:
        terminal.write(pen.write([Styled(role, piece)]))
    return terminal.rows()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a row that ends between two words", ["a row that ends between two", "words"], id="between words"),
        pytest.param("123456789 123456789 1234567890 x", ["123456789 123456789 1234567890", "x"], id="just fits"),
        pytest.param(
            "- an item whose second row is under its text",
            ["- an item whose second row is", "  under its text"],
            id="item",
        ),
        pytest.param(
            "  12. an item, further in and with a number",
            ["  12. an item, further in and", "      with a number"],
            id="number",
        ),
        pytest.param(
            "✻ a thought of more than one row of text", ["✻ a thought of more than one", "  row of text"], id="mark"
        ),
        pytest.param("x " + "y" * 45, ["x", "y" * 30, "y" * 15], id="a word longer than a row"),
        pytest.param(
            "ab 全角文字は二つの桁を取る全角文字",
            ["ab 全角文字は二つの桁を取る全", "角文字"],
            id="characters of two columns",
        ),
        pytest.param("one\n\ntwo", ["one", "", "two"], id="line feeds"),
        pytest.param(
            "a e\u0301 marks may be wide or not, who", ["a e\u0301 marks may be wide or not,", " who"], id="not certain"
        ),
    ],
)
def test_where_rows_end(text, expected):
    assert rows(text) == rows(*text) == expected


def test_under_an_indent():
    assert rows("- what a sub-agent says in an item", indent="  ") == ["  - what a sub-agent says in", "    an item"]


def test_commands_and_code_are_left_to_the_terminal():
    """What is copied from the screen has to be what was written."""
    assert rows("make all the things in one row", width=25, role="command") == ["make all the things in on", "e row"]


def test_a_pipe_gets_lines_as_they_are():
    text = "a line that is longer than the width of what nobody knows"
    assert Pen(False, lambda: WIDTH, can_erase=False).write([Styled("text", text)]) == text


def test_after_a_resize_the_line_is_the_terminals():
    width = [WIDTH]
    pen = Pen(False, lambda: width[0], can_erase=True)
    pen.write([Styled("text", "begun in a wide terminal, ")])
    width[0] = 25
    assert pen.write([Styled("text", "and ended in a narrow one")]) == "and ended in a narrow one"
    pen.write([FreshLine()])
    assert pen.write([Styled("text", "the next line is broken again")]) == "the next line is broken \nagain"


def test_a_fact_of_an_end_line_stays_whole():
    text = "■ m · 57 out · context ▯▯▯▯▯▯▯▯▯▯ 71% of 1,000k"
    assert rows(text, width=46) == ["■ m · 57 out ·", "  context ▯▯▯▯▯▯▯▯▯▯ 71% of 1,000k"]


WORDS = st.text(alphabet="ab .-é宽", max_size=60)


@settings(max_examples=300)
@given(text=WORDS | st.text(alphabet="ab é宽\u0301■·", max_size=90), width=st.integers(24, 40), at=places)
def test_the_rows_are_the_same_for_every_cut(text, width, at):
    assert rows(*cut(text, at), width=width) == rows(text, width=width)


@settings(max_examples=300)
@given(text=WORDS, width=st.integers(24, 40))
def test_nothing_is_lost_and_no_short_word_is_cut(text, width):
    shown = rows(text, width=width)
    assert "".join("".join(shown).split()) == "".join(text.split())
    for word in text.replace("宽", " ").split():
        if len(word) < min(width // 2, MOST_WORD_CELLS):
            assert any(word in row for row in shown)
    assert all(sum(map(cells_of, row)) <= width for row in shown)

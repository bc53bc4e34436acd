"""renderers/sanitise.py: nothing that a terminal could act upon gets through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.sanitise import one_line, sanitise


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        pytest.param("\x1b[31mred", "␛[31mred", id="escape sequence"),
        pytest.param("a\rb", "a␍b", id="carriage return overwrites nothing"),
        pytest.param("\x1b]8;;http://x\x07", "␛]8;;http://x␇", id="hyperlink"),
        pytest.param("\x9b2J", "<U+009B>2J", id="C1 control sequence introducer"),
        pytest.param("a\u202eb", "a<U+202E>b", id="bidirectional override"),
        pytest.param("\u2066x\u2069", "<U+2066>x<U+2069>", id="isolate"),
        pytest.param("\x7f", "␡", id="delete"),
        pytest.param("a\u200bb\u2063c\u00ad", "a<U+200B>b<U+2063>c<U+00AD>", id="what takes no room"),
        pytest.param("\u3164\u115f", "<U+3164><U+115F>", id="letters that nobody sees"),
        pytest.param("a\U000e0061\U000e0101", "a<U+E0061><U+E0101>", id="text hidden in tags and selectors"),
        pytest.param("\ud800", "<U+D800>", id="lone surrogate"),
        pytest.param("a\tb\nc", "a\tb\nc", id="tab and line feed pass"),
        pytest.param("日本語 👩\u200d💻 é ⚠\ufe0f", "日本語 👩\u200d💻 é ⚠\ufe0f", id="text passes"),
    ],
)
def test_controls_become_visible(hostile, shown):
    assert sanitise(hostile) == shown


@given(st.text())
def test_no_control_is_left(text):
    left = sanitise(text)
    assert not [c for c in left if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]


@given(st.text(), st.text())
def test_pieces_may_be_cut_anywhere(first, second):
    assert sanitise(first + second) == sanitise(first) + sanitise(second)


def test_clean_text_is_the_same_object():
    text = "plain text"
    assert sanitise(text) is text


def test_one_line_folds_and_shortens():
    assert one_line("a\n  b\x1b", 10) == "a b␛"
    assert one_line("abcdef", 4) == "abc…"

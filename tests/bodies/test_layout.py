"""addons/bodies/layout.py: bounded, folded, without a control character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.bodies.layout import LINE_CHARS, indented, presentable, pretty, sections, without_middle


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        pytest.param("abcd", 4, "abcd", id="fits"),
        pytest.param("abcdefghij", 8, "abcdef\n[… 2 characters are not shown here …]\nij", id="loses its middle"),
    ],
)
def test_without_middle(text, most, expected):
    assert without_middle(text, most) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain\ttext\n", "plain\ttext\n", id="what may pass passes"),
        pytest.param("\x1b[2J\x9b\r", "␛[2J<U+009B>␍", id="controls are visible"),
        pytest.param("a" * (LINE_CHARS + 3), "a" * LINE_CHARS + "\naaa", id="a long line is folded"),
        pytest.param(f"{'a' * (LINE_CHARS - 5)} {'b' * 9}", f"{'a' * (LINE_CHARS - 5)}\n{'b' * 9}", id="at a blank"),
    ],
)
def test_presentable(text, expected):
    assert presentable(text) == expected


@given(st.text(alphabet="ab \n", max_size=5000))
def test_folding_only_breaks_lines(text):
    folded = presentable(text)
    assert "".join(folded.split()) == "".join(text.split())
    assert max(map(len, folded.split("\n"))) <= LINE_CHARS


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}', id="JSON"),
        pytest.param(b"no json \xff", "no json �", id="no JSON"),
        pytest.param('{"a":"\\ud83d"}', '{"a":"\\ud83d"}', id="what the fast writer refuses"),
    ],
)
def test_pretty(body, expected):
    assert pretty(body) == expected


def test_sections():
    assert sections(["a", "", "b"]) == "a\n\nb"


def test_indented():
    assert indented("a\n\nb", "  ") == "  a\n\n  b"

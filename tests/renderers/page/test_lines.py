"""renderers/page/lines.py: what spans come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.page.lines import LINE_CHARS, Lines
from renderers.spans import MARKS, Erase, FreshLine, Painted, Provisional, Styled


def lines_of(*spans):
    lines = Lines()
    for span in spans:
        lines.add([span])
    return lines.shown()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([Styled("text", "ab")], [[("text", "ab")]], id="text"),
        pytest.param([Styled("text", "a"), Styled("text", "b")], [[("text", "ab")]], id="neighbours of one role"),
        pytest.param([Styled("text", "a"), Styled("tool", "b")], [[("text", "a"), ("tool", "b")]], id="two roles"),
        pytest.param([Styled("text", "a\n\nb")], [[("text", "a")], [], [("text", "b")]], id="line feeds"),
        pytest.param([Styled("text", "a\n")], [[("text", "a")]], id="a line feed at the end"),
        pytest.param([Styled("text", "a"), FreshLine(), FreshLine()], [[("text", "a")]], id="a fresh line is one line"),
        pytest.param([Styled("text", "a\tb")], [[("text", "a    b")]], id="a tab"),
        pytest.param(
            [Styled("text", "a"), Provisional("tool", "b"), Provisional("arguments", "c")],
            [[("text", "a")], [("tool", "b"), ("arguments", "c")]],
            id="a provisional line",
        ),
        pytest.param(
            [Styled("text", "a"), Provisional("tool", "b"), Erase(), Styled("command", "c")],
            [[("text", "a")], [("command", "c")]],
            id="erased",
        ),
        pytest.param(
            [Provisional("tool", "b"), FreshLine(), Styled("text", "a")],
            [[("tool", "b")], [("text", "a")]],
            id="not erased",
        ),
        pytest.param([Provisional("tool", "b"), Erase(), Erase()], [[]], id="erased twice"),
        pytest.param(
            [Painted(f'{MARKS["plain"]}{{\n  {MARKS["argument_key"]}"a"{MARKS["plain"]}: ')],
            [[("plain", "{")], [("plain", "  "), ("argument_key", '"a"'), ("plain", ": ")]],
            id="painted",
        ),
        pytest.param([], [[]], id="nothing"),
    ],
)
def test_lines(spans, expected):
    assert lines_of(*spans) == expected


def test_a_line_of_any_length_is_gone_on_with_on_the_next():
    assert [len(line[0][1]) for line in lines_of(Styled("text", "x" * (2 * LINE_CHARS + 1)))] == [
        LINE_CHARS,
        LINE_CHARS,
        1,
    ]


@given(st.lists(st.text("ab\n", max_size=6), max_size=6))
def test_how_text_is_cut_makes_no_difference(pieces):
    assert lines_of(*[Styled("text", piece) for piece in pieces]) == lines_of(Styled("text", "".join(pieces)))


def test_what_has_changed_is_told():
    lines = Lines()
    lines.add([Styled("text", "a\nb\nc")])
    lines.changed_from = len(lines.lines)
    lines.add([Styled("text", "d\ne")])
    assert lines.changed_from == 2

"""renderers/pen.py: spans on a terminal, and the provisional line taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.pen import Pen
from renderers.spans import MARKS, Erase, FreshLine, Painted, Provisional, Span, Styled
from tests.renderers.live_screen import SmallTerminal, seen


def pen(width: int = 20, *, colour: bool = False, can_erase: bool = True, indent: str = "") -> Pen:
    made = Pen(colour, lambda: width, can_erase)
    made.indent = indent
    return made


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([Styled("text", "a"), Styled("text", "b")], "ab", id="text goes on"),
        pytest.param(
            [FreshLine(), Styled("text", "a"), FreshLine(), FreshLine()], "a\n", id="fresh line only if needed"
        ),
        pytest.param([Styled("text", "a\n"), FreshLine(), Styled("text", "b")], "a\nb", id="already at a line's start"),
        pytest.param([Provisional("text", "p"), Erase(), Styled("text", "x")], "x", id="taken back"),
        pytest.param([Styled("text", "a"), Provisional("text", "p"), Erase()], "a\n", id="it had a line of its own"),
        pytest.param([Provisional("text", "p"), FreshLine()], "p\n", id="nobody took it back"),
        pytest.param([Provisional("text", "p"), Styled("text", "q")], "pq", id="it was right and goes on"),
        pytest.param([Erase(), Styled("text", "a")], "a", id="nothing to take back"),
        pytest.param([Provisional("text", "e\u0301"), FreshLine()], "e\u0301\n", id="whole once it stays"),
    ],
)
@pytest.mark.parametrize("can_erase", [True, False])
def test_what_is_seen(spans, expected, can_erase):
    text = pen(can_erase=can_erase).write(spans)
    if can_erase:
        terminal = SmallTerminal(20)
        terminal.write(text)
        assert terminal.text() == expected
    else:
        assert text == expected


def test_a_pipe_gets_no_control_and_no_provisional_line():
    shown = pen(can_erase=False)
    assert shown.write([Provisional("text", "perhaps")]) == ""
    assert shown.write([Erase(), Styled("text", "sure")]) == "sure"


def test_colour_line_by_line():
    assert pen(colour=True).write([Styled("text", "a\n\nb")]) == "\x1b[35ma\x1b[0m\n\n\x1b[35mb\x1b[0m"


JSON = Painted(f'{MARKS["plain"]}{{\n  {MARKS["argument_key"]}"a"{MARKS["plain"]}: {MARKS["argument_value"]}1')


def test_painted_text():
    assert pen(colour=True).write([JSON]) == '\x1b[0m{\n  \x1b[36m"a"\x1b[0m: \x1b[32m1\x1b[0m'
    assert pen().write([JSON]) == '{\n  "a": 1'
    assert pen(indent="  ").write([JSON, Painted(f"{MARKS['plain']}\n}}"), FreshLine()]) == '  {\n    "a": 1\n  }\n'
    assert pen(indent="  ").write([Painted(f"{MARKS['plain']}a\n"), Styled("text", "b")]) == "  a\n  b"


def test_an_unknown_role_is_plain():
    assert pen(colour=True).write([Styled("nobody's", "a")]) == "a"


@pytest.mark.parametrize("cuts", [["a\nb\n\nc"], ["a", "\nb", "\n", "\n", "c"], ["a\n", "b\n", "\nc"]])
def test_an_indent_is_at_each_lines_beginning(cuts):
    shown = pen(indent="  ")
    assert "".join(shown.write([Styled("text", cut)]) for cut in cuts) == "  a\n  b\n\n  c"


TEXT = st.text(alphabet="ab \u5bbd\u2026\u00e9\U0001f600", max_size=30)


@settings(max_examples=150)
@given(before=TEXT, pieces=st.lists(TEXT, max_size=6), width=st.integers(4, 30), indent=st.sampled_from(["", "  "]))
def test_a_provisional_line_leaves_no_trace(before, pieces, width, indent):
    """However often it has wrapped, with whatever characters."""
    spans: list[Span] = [Styled("text", before)]
    shown = pen(width, indent=indent)
    with_it = shown.write(
        [*spans, *(Provisional("arguments", piece) for piece in pieces), Erase(), FreshLine(), Styled("text", "end")]
    )
    assert seen(with_it, width) == seen(
        pen(width, indent=indent).write([*spans, FreshLine(), Styled("text", "end")]), width
    )


@settings(max_examples=150)
@given(pieces=st.lists(TEXT, min_size=1, max_size=6), width=st.integers(4, 40), later=st.integers(4, 40))
def test_nor_after_a_resize(pieces, width, later):
    now = [width]
    shown = Pen(False, lambda: now[0], True)
    terminal = SmallTerminal(width)
    terminal.write(
        shown.write([Styled("text", "x" * 50 + "\n"), *(Provisional("arguments", piece) for piece in pieces)])
    )
    terminal.resize(later)
    now[0] = later
    terminal.write(shown.write([Erase(), Styled("text", "end")]))
    expected = SmallTerminal(width)
    expected.write("x" * 50 + "\n")
    expected.resize(later)
    expected.write("end")
    assert terminal.text() == expected.text()


def test_a_long_provisional_line_stays_within_reach():
    """What scrolls out at the top can't be erased."""
    shown = pen(10)
    terminal = SmallTerminal(10)
    terminal.write(shown.write([Provisional("text", "x" * 15), Provisional("text", "y" * 50)]))
    assert terminal.rows() == ["x" * 10, "x" * 5 + "y" * 5, "y" * 10]
    terminal.write(shown.write([FreshLine()]))
    assert terminal.text().replace("\n", "") == "x" * 15 + "y" * 50


def test_taking_back_gives_the_line_to_be_written_again():
    shown = pen()
    line: list[Span] = [Provisional("text", "a"), Provisional("text", "b")]
    text = shown.write(line)
    erased, spans = shown.take_back()
    assert spans == line
    assert seen(text + erased) == ""
    assert not shown.has_provisional

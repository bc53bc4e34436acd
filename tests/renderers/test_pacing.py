"""renderers/pacing.py: when text leaves for the terminal."""

from __future__ import annotations

import pytest

from renderers.pacing import LIMIT_CHARS, Pacer


def test_pieces_leave_one_per_delay():
    pacer = Pacer(delay_ms=100, flush_ms=0)
    assert [pacer.pass_on(text, 0.0) for text in ("a", "b", "c", "d")] == ["a", "", "", ""]
    assert pacer.pass_on("", 0.1) == "b"
    assert pacer.pass_on("", 0.35) == "cd"


def test_a_pause_leaves_no_credit():
    pacer = Pacer(delay_ms=100, flush_ms=0)
    assert pacer.pass_on("a", 0.0) == "a"
    assert [pacer.pass_on(text, 60.0) for text in ("b", "c")] == ["b", ""]


def test_text_is_collected_for_an_interval():
    pacer = Pacer(delay_ms=0, flush_ms=200)
    assert [pacer.pass_on(text, now_s) for text, now_s in (("a", 0.0), ("b", 0.1), ("c", 0.15), ("", 0.25))] == [
        "a",
        "",
        "",
        "bc",
    ]


def test_what_is_too_far_behind_goes_at_once():
    pacer = Pacer(delay_ms=1000, flush_ms=0)
    pacer.pass_on("first", 0.0)
    assert pacer.pass_on("x" * LIMIT_CHARS, 0.0) == ""
    assert len(pacer.pass_on("yy", 0.0)) == LIMIT_CHARS


def test_the_rest_at_the_end():
    pacer = Pacer(delay_ms=1000, flush_ms=0)
    said = [pacer.pass_on(text, 0.0) for text in "abc"]
    assert "".join(said) + pacer.rest() == "abc"


def test_when_the_next_piece_is_due():
    pacer = Pacer(30, 0)
    assert pacer.due_in_s(0.0) is None
    assert pacer.pass_on("a", 0.0) == "a"
    assert pacer.pass_on("b", 0.0) == ""
    assert pacer.due_in_s(0.01) == pytest.approx(0.02)
    assert pacer.due_in_s(1.0) == 0.0

"""JavaScript strings, decoded across any cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.tool_views.js_strings import JsString
from tests.renderers.json_cuts import cut


def decoded(pieces: list[str], *, raw: bool = False) -> str:
    string = JsString(raw=raw)
    return "".join([*map(string.feed, pieces), string.close()])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a\nb\tc", "a\nb\tc"),
        (r"\"\'\`\\\$\q", "\"'`\\$q"),
        (r"\x41\u0042\u{43}\u{1f469}", "ABC👩"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83dx\ude00", "\ud83dx\ude00"),
        ("a\\\nb", "ab"),
        (r"\u12G4\xZ", "u12G4xZ"),
        (r"\u{110000}", r"\u{110000}"),
        ("${a}", "${a}"),
        ("end\\", "end\\"),
        (r"\u00", r"\u00"),
    ],
)
def test_escapes_mean_what_they_mean_in_javascript(text, expected):
    assert decoded([text]) == expected
    assert decoded(list(text)) == expected


def test_a_raw_template_keeps_its_backslashes():
    assert decoded([r"a\nb"], raw=True) == r"a\nb"


@given(text=st.text(), places=st.lists(st.integers(0, 1000), max_size=6))
def test_what_json_writes_javascript_reads(text, places):
    assert decoded(cut(json.dumps(text)[1:-1], places)) == text


@given(
    parts=st.lists(st.sampled_from([*"\\ux{}019afdD\n`", "\\u", "\\ud83d", "\\ude00", "\\u{1f4", "\\x4"]), max_size=20),
    places=st.lists(st.integers(0, 1000), max_size=6),
)
def test_cut_anywhere_it_is_the_same(parts, places):
    text = "".join(parts)
    assert decoded(cut(text, places)) == decoded([text])

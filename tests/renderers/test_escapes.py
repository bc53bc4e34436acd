"""renderers/escapes.py: what escapes mean, cut anywhere; the oracle is `json.loads`."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from renderers.escapes import HIDDEN, JsonStringReader, JsonStringWriter, TextDeltaNormalizer
from renderers.sanitise import sanitise
from tests.renderers.json_cuts import cut, places, texts

escaped = st.lists(
    st.sampled_from(
        [
            *("\\n", "\\r", "\\t", "\\f", "\\b", '\\"', "\\\\", "\\/", "\\u00e9", "\\u005C", "\\uD83D", "\\ude00"),
            *("\\ud83d\\udc69", "\\ud83", "\\u", "n", "u", "00e9", "é", "👩", " "),
        ]
    ),
    max_size=12,
).map("".join)
"""Escapes in a row, also unfinished and unpaired ones."""


def decoded(*pieces: str) -> str:
    normalizer = TextDeltaNormalizer()
    return "".join([*map(normalizer.feed, pieces), normalizer.close()])


def written(*pieces: str) -> str:
    writer = JsonStringWriter()
    return "".join([*map(writer.feed, pieces), writer.close()])


ESCAPES = [
    pytest.param(r"\n\r\t\f\b\"\\\/", '\n\r\t\f\b"\\/', id="all the short ones"),
    pytest.param(r"\u00e9\u00E9", "éé", id="code in either case"),
    pytest.param(r"\ud83d\ude00", "😀", id="surrogate pair"),
    pytest.param(r"\uD83D\uDE00", "😀", id="surrogate pair in capitals"),
    pytest.param(r"\\n", r"\n", id="escaped backslash, then n"),
    pytest.param(r"\\\n", "\\\n", id="escaped backslash, then line feed"),
    pytest.param(r"\\\\u0041", r"\\u0041", id="escaped backslashes, then no code"),
    pytest.param(r"\u005cn", r"\n", id="a backslash by its code escapes nothing"),
    pytest.param(r"\u0000", "\0", id="NUL"),
    pytest.param(r"\ud83dx", "\ud83dx", id="high surrogate alone"),
    pytest.param(r"\ude00", "\ude00", id="low surrogate alone"),
    pytest.param(r"\ud83d\ud83d\ude00", "\ud83d😀", id="high surrogate before a pair"),
    pytest.param(r"\ud83d\\ude00", "\ud83d\\ude00", id="an escaped backslash parts a pair"),
    pytest.param(r"\ud83d\n", "\ud83d\n", id="high surrogate, then another escape"),
    pytest.param("日本", "日本", id="what needs no escape"),
]


@pytest.mark.parametrize(("inside", "text"), ESCAPES)
def test_escapes_mean_what_json_says_in_one_piece_and_by_character(inside, text):
    assert json.loads(f'"{inside}"') == text
    assert decoded(inside) == decoded(*inside) == text


INVALID = [
    pytest.param(r"\q", r"\q", id="unknown letter"),
    pytest.param(r"\u12G4", r"\u12G4", id="no hexadecimal digit"),
    pytest.param(r"\u12\n", "\\u12\n", id="an escape inside a code"),
    pytest.param(r"\ud83d\u12", "\ud83d\\u12", id="half a pair and a code cut short"),
    pytest.param("\\", "\\", id="backslash at the end"),
    pytest.param(r"\u00e", r"\u00e", id="code cut short"),
    pytest.param(r"\ud83d", "\ud83d", id="half a pair at the end"),
    pytest.param('a"b\nc', 'a"b\nc', id="quote and line feed as they are"),
]


@pytest.mark.parametrize(("inside", "text"), INVALID)
def test_what_is_no_escape_is_shown_as_it_is(inside, text):
    assert decoded(inside) == decoded(*inside) == text


@given(texts, st.booleans(), places)
def test_any_string_cut_anywhere_decodes_to_itself(text, ascii_only, at):
    inside = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    assert decoded(*cut(inside, at)) == json.loads(f'"{inside}"')


@given(escaped, places)
@example("\\ud83d\\", [1])
def test_any_pieces_give_the_same_text(inside, at):
    assert decoded(*cut(inside, at)) == decoded(inside)


@pytest.mark.parametrize(
    ("piece", "certain"),
    [
        pytest.param("abc", "abc", id="text"),
        pytest.param("abc\\", "abc", id="backslash"),
        pytest.param("abc\\n", "abc\n", id="whole escape"),
        pytest.param("abc\\\\", "abc\\", id="escaped backslash"),
        pytest.param("abc\\u00e", "abc", id="code begun"),
        pytest.param("abc\\u00e9", "abcé", id="whole code"),
        pytest.param("abc\\ud83d", "abc", id="half a pair"),
        pytest.param("abc\\ud83d\\ude0", "abc", id="pair begun"),
        pytest.param("abc\\ud83d\\u0", "abc\ud83d", id="no pair any more"),
        pytest.param("abc\\ude00", "abc\ude00", id="low surrogate: nothing to wait for"),
        pytest.param("abc\\u0g", "abc\\u0g", id="no escape any more"),
    ],
)
def test_at_most_an_unfinished_escape_is_held_back(piece, certain):
    assert TextDeltaNormalizer().feed(piece) == certain


# -- up to the closing quote -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param(['ab", 1'], [("ab", ", 1")], id="ends within a piece"),
        pytest.param(["ab", '"'], [("ab", None), ("", "")], id="ends a piece"),
        pytest.param(['a\\"b"c'], [('a"b', "c")], id="an escaped quote is text"),
        pytest.param(["a\\", '"b"c'], [("a", None), ('"b', "c")], id="cut at the backslash"),
        pytest.param(["a\\\\", '"c'], [("a\\", None), ("", "c")], id="an escaped backslash escapes no quote"),
        pytest.param(['\\ud83d"x'], [("\ud83d", "x")], id="the quote ends an unfinished pair"),
        pytest.param(["\\u12", '"x'], [("", None), ("\\u12", "x")], id="the quote ends an unfinished code"),
        pytest.param(['"', "x", "y"], [("", ""), ("", "x"), ("", "y")], id="all that follows is rest"),
        pytest.param(["", ""], [("", None), ("", None)], id="nothing"),
    ],
)
def test_a_string_is_read_up_to_its_quote(pieces, expected):
    reader = JsonStringReader()
    assert [reader.feed(piece) for piece in pieces] == expected


def test_a_string_that_never_ends_gives_what_was_held_back():
    reader = JsonStringReader()
    assert reader.feed("a\\u00e") == ("a", None)
    assert reader.close() == "\\u00e"


@given(texts, texts, places)
def test_a_string_and_what_follows_it_cut_anywhere(text, after, at):
    inside = json.dumps(text)
    reader = JsonStringReader()
    fed = [reader.feed(piece) for piece in cut(inside[1:] + after, at)]
    assert "".join(text for text, _ in fed) == json.loads(inside)
    assert "".join(rest or "" for _, rest in fed) == after


# -- staying JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        pytest.param(r"\n\t\"\\", r"\n\t\"\\", id="short escapes stay"),
        pytest.param(r"\/\u00e9\u0041\ud83d\ude00", "/éA😀", id="what needs no escape gets none"),
        pytest.param(r"\u000a\u0022\u005c\u001b", r"\n\"\\\u001b", id="what needs one gets the usual one"),
        pytest.param("\x1b\n\x7f\x9b\u202e", r"\u001b\n\u007f\u009b\u202e", id="hidden characters as they are"),
        pytest.param(r"\u202e\ud83d", r"\u202e\ud83d", id="hidden characters escaped"),
        pytest.param("\U000e0041", r"\udb40\udc41", id="beyond 16 bits"),
        pytest.param(r"\q\u12G4", r"\q\u12G4", id="no escapes"),
    ],
)
def test_the_inside_of_a_string_as_json_dumps_has_it(inside, shown):
    assert written(inside) == written(*inside) == shown


@given(texts, st.booleans(), places)
def test_what_is_written_is_the_same_string_and_safe(text, ascii_only, at):
    inside = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    shown = written(*cut(inside, at))
    assert json.loads(f'"{shown}"') == json.loads(f'"{inside}"'.translate(HIDDEN))
    assert sanitise(shown) == shown

"""renderers/json_stream.py: JSON laid out while it streams; the oracle is `json.dumps(indent=2)`."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.escapes import HIDDEN
from renderers.json_layout import MOST_DEPTH
from renderers.json_stream import JsonStreamFormatter
from renderers.sanitise import sanitise
from tests.renderers.json_cuts import cut, json_texts, near_json, places, records
from tests.renderers.painted import runs

SEEN_RAW_BY_DUMPS = {code: shown for code, shown in HIDDEN.items() if code >= 0x7F}


def spans(*pieces: str, indent: int = 2) -> list[tuple[str, str]]:
    """Roles and texts, neighbours of one role put together."""
    formatter = JsonStreamFormatter(indent)
    merged: list[tuple[str, str]] = []
    painted = [*(span for piece in pieces for span in formatter.feed(piece)), *formatter.close()]
    for role, text in [run for span in painted for run in runs(span)]:
        if merged and merged[-1][0] == role:
            merged[-1] = (role, merged[-1][1] + text)
        else:
            merged.append((role, text))
    return merged


def shown(*pieces: str, indent: int = 2) -> str:
    return "".join(text for _, text in spans(*pieces, indent=indent))


def dumped(text: str, indent: int = 2) -> str:
    return json.dumps(json.loads(text), indent=indent, ensure_ascii=False).translate(SEEN_RAW_BY_DUMPS)


def test_keys_values_and_what_is_between_have_their_roles():
    assert spans('{"a":[1,"x",{}],"b\\n":null}') == [
        ("plain", "{\n  "),
        ("argument_key", '"a"'),
        ("plain", ": [\n    "),
        ("argument_value", "1"),
        ("plain", ",\n    "),
        ("argument_value", '"x"'),
        ("plain", ",\n    {}\n  ],\n  "),
        ("argument_key", '"b\\n"'),
        ("plain", ": "),
        ("argument_value", "null"),
        ("plain", "\n}"),
    ]


@given(json_texts() | records(), st.sampled_from((0, 2, 4)), places)
@settings(max_examples=300)
def test_valid_json_comes_out_as_dumps_has_it(text, indent, at):
    assert shown(*cut(text, at), indent=indent) == dumped(text, indent)


@given(json_texts() | records() | near_json, places)
@settings(max_examples=500)
def test_any_pieces_give_the_same_text_in_the_same_roles(text, at):
    assert spans(*cut(text, at)) == spans(*text) == spans(text)


@given(st.lists(st.sampled_from([*'{}[],:" a1-', '"b"', "\\n", '\\"', "true", "é", "\x1b"]), max_size=25).map("".join))
def test_nothing_but_blanks_is_ever_lost(text):
    out = shown(text).replace("\\u001b", "␛")
    assert "".join(out.split()) == "".join(sanitise(text).split())


@given(near_json, places)
def test_no_control_gets_out(text, at):
    out = shown(*cut(text, at))
    assert sanitise(out) == out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[1.0, 1E+5, -0, 12345678901234567890123]", "1.0 1E+5 -0 12345678901234567890123", id="numbers"),
        pytest.param('["\\ud83d", "\\u12"]', r'"\ud83d" "\u12"', id="the quote ends an unfinished escape"),
        pytest.param('["\\/", "\\u00e9"]', '"/" "é"', id="escapes that need not be"),
    ],
)
def test_how_values_are_spelled(text, expected):
    assert " ".join(text for role, text in spans(text) if role == "argument_value") == expected


def test_a_repeated_key_stays():
    assert shown('{"a":1,"a":2}') == '{\n  "a": 1,\n  "a": 2\n}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ls -la  *.py", "ls -la  *.py", id="no JSON at all"),
        pytest.param('{"a": 1} {"b": 2}', '{\n  "a": 1\n} {"b": 2}', id="after the value"),
        pytest.param('{"a": 1  b, [}', '{\n  "a": 1  b, [}', id="after a member"),
        pytest.param("[1,]", "[\n  1,\n  ]", id="comma before the end"),
        pytest.param("[1  x]", "[\n  1  x]", id="after an item"),
        pytest.param("[1}", "[\n  1}", id="wrong bracket"),
        pytest.param("{'a'}", "{'a'}", id="single quotes"),
        pytest.param('{"a": @x}', '{\n  "a":  @x}', id="no value"),
        pytest.param('{"a": tru, "b": 01}', '{\n  "a": tru,\n  "b": 01\n}', id="words that are no values"),
        pytest.param("\ufeff{}", "<U+FEFF>{}", id="byte order mark"),
        pytest.param("{}\x1b[2J", "{}␛[2J", id="escape sequence behind"),
        pytest.param('{"a": "x\\', '{\n  "a": "x\\', id="cut in an escape"),
        pytest.param('{"a\\ud83d', '{\n  "a\\ud83d', id="cut in a key"),
    ],
)
def test_what_is_no_json_is_shown_as_it_is(text, expected):
    assert shown(text) == shown(*text) == expected


@pytest.mark.parametrize(
    ("before", "piece", "certain"),
    [
        pytest.param("", "{", "{", id="bracket, but not yet its line feed"),
        pytest.param("{", "}", "}", id="empty"),
        pytest.param("{", '"', '\n  "', id="a key begins"),
        pytest.param('{"a', "b", "b", id="inside a key"),
        pytest.param('{"a"', ":", ": ", id="colon"),
        pytest.param('{"a":', "1", "1", id="digit"),
        pytest.param('{"a":1', "2", "2", id="another"),
        pytest.param('{"a":1', ",", ",\n  ", id="comma, and the next line"),
        pytest.param('{"a":"', "x", "x", id="inside a string"),
        pytest.param('{"a":"', "x\\", "x", id="half an escape waits"),
        pytest.param('{"a":"x\\', "n", "\\n", id="and comes whole"),
        pytest.param('{"a":"x', '"', '"', id="closing quote"),
        pytest.param('{"a":[]', "}", "\n}", id="end"),
    ],
)
def test_a_character_is_shown_as_soon_as_it_is_certain(before, piece, certain):
    formatter = JsonStreamFormatter()
    formatter.feed(before)
    assert "".join(text for span in formatter.feed(piece) for _, text in runs(span)) == certain


@pytest.mark.parametrize(
    "text", ['{"a": ' * 70 + "[1, {}, []]" + "}" * 70, "[" * 70 + '{"a": [1, {}], "b": []}' + "]" * 70]
)
def test_beyond_the_depth_a_whole_piece_is_laid_out_as_its_characters_are(text):
    assert spans(text) == spans(*text)


def test_blanks_of_any_kind_between_the_parts_change_nothing():
    blanks = [" " * n + tail for n in range(12) for tail in ("", "\n", "\t\r\n", " \t ")]
    parts = ['{"a":', "1,", '"b":', "[", "]", ",", '"c":', "[{", "},", "2]", "}"]
    text = "[" + ",".join(blank.join(parts) + blank for blank in blanks * 2) + "]"
    assert spans(text) == spans(*text)
    assert shown(text) == dumped(text)


def test_deep_nesting_is_laid_out_to_a_depth_and_goes_on_in_one_line():
    deep = MOST_DEPTH * "[" + "[[1,2],{}]" + MOST_DEPTH * "]"
    out = shown(*deep)
    assert json.loads(out) == json.loads(deep)
    assert "[[1, 2], {}]\n" in out
    endless = shown("[" * 100_000)
    assert endless.count("[") == 100_000 > sys.getrecursionlimit()
    assert len(endless) < 110_000

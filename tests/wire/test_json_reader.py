"""addons/wire/json_reader.py: the same value, or the same refusal, as from a parser that gets the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire import json_reader
from addons.wire.json_reader import JsonReader, slices
from addons.wire.json_text import parse_json, parse_json_exactly


def read(text: str, slice_length: int, piece_length: int, parse=parse_json_exactly) -> Any:
    reader = JsonReader(parse, slice_length)
    for piece in slices(text, piece_length):
        reader.feed(piece)
    return reader.close()


def outcome(parse) -> Any:
    """The value as text, so that 1, 1.0 and true differ, and the order of names counts; None for a refusal."""
    try:
        return json.dumps(parse())
    except ValueError:
        return None


CHARACTERS = st.sampled_from('ab"\\/\n\u00e9\U0001f600,:[]{} 1')
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(CHARACTERS, max_size=12),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(CHARACTERS, max_size=3), inner, max_size=4),
    max_leaves=30,
)
TEXTS = st.builds(json.dumps, VALUES, indent=st.sampled_from([None, 0, 2]), ensure_ascii=st.booleans())
FAULTS = st.lists(st.tuples(st.integers(0, 500), st.sampled_from('{}[],:"\\ 1ae'), st.booleans()), max_size=2)
LENGTHS = st.integers(1, 30)


def broken(text: str, faults: list[tuple[int, str, bool]]) -> str:
    for at, character, is_in_place in faults:
        place = at % (len(text) + 1)
        text = text[:place] + character + text[place + is_in_place :]
    return text


@given(TEXTS, FAULTS, LENGTHS, LENGTHS)
def test_slices_and_pieces_of_any_length_change_nothing(text, faults, slice_length, piece_length):
    text = broken(text, faults)
    whole = outcome(lambda: parse_json_exactly(text))
    assert outcome(lambda: read(text, slice_length, piece_length)) == whole


SPLIT = [
    # text, slice length -> how much was parsed at once, at most
    pytest.param(json.dumps([{"role": "user", "content": "hello"}] * 50), 100, 250, id="elements"),
    pytest.param(json.dumps({f"name{number}": number for number in range(200)}), 100, 250, id="members"),
    pytest.param(json.dumps([[{"a": [{"text": "x" * 2000}]}]]), 100, 250, id="a string inside"),
    pytest.param(json.dumps({"text": 'quoted "line"\n' * 100}), 100, 250, id="a string with escapes"),
    pytest.param(json.dumps({"a": {"b": {"c": list(range(500))}}}), 100, 250, id="containers in containers"),
    pytest.param(json.dumps("x" * 2000), 100, 250, id="only a string"),
    pytest.param(json.dumps("\\" * 1000), 100, 250, id="only backslashes"),
]


@pytest.mark.parametrize(("text", "slice_length", "longest"), SPLIT)
def test_nothing_is_parsed_at_once_that_is_much_longer_than_a_slice(text, slice_length, longest):
    lengths = []

    def parse(piece: str) -> Any:
        lengths.append(len(piece))
        return parse_json(piece)

    assert read(text, slice_length, slice_length, parse) == json.loads(text)
    assert max(lengths) <= longest


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A" * 2000, id="no JSON"),
        pytest.param("[" + " " * 2000, id="blanks"),
        pytest.param('{"' + "a" * 2000, id="a name"),
    ],
)
def test_what_cannot_be_split_is_joined_once_at_most(text):
    """Else a long text of that kind would be copied with every piece of it."""
    reader = JsonReader(parse_json, 10)
    pieces = list(slices(text, 10))
    for piece in pieces:
        reader.feed(piece)
    assert len(reader._unparsed) >= len(pieces) - 5


NO_JSON = [
    pytest.param("", id="nothing"),
    pytest.param("[1,2", id="an array without its end"),
    pytest.param('["abc', id="a string without its end"),
    pytest.param("[1]]", id="a bracket too many"),
    pytest.param("[1,2] 3", id="two values"),
    pytest.param("1,2", id="two values with a comma"),
    pytest.param("[[1,2,3,4,5,6]5]", id="a value behind a long one"),
    pytest.param("[[1,2,3,4,5,6],]", id="a comma behind a long one"),
    pytest.param("[[1,2,3,4,5,6],,1]", id="two commas behind a long one"),
    pytest.param("[1 [1,2,3,4,5,6]]", id="a value in front of a long one"),
    pytest.param('{"a":1[1,2,3,4,5,6]}', id="a value in front of a long one, in an object"),
    pytest.param("{[1,2,3,4,5,6]}", id="a long one without a name"),
    pytest.param('{"a" [1,2,3,4,5,6]}', id="a name without a colon"),
    pytest.param("[1,2,3,4,5,6}", id="another closing bracket"),
    pytest.param('["a\nb and more of it"]', id="a line break in a string"),
    pytest.param('["a\\xb and more of it"]', id="an escape that is none"),
    pytest.param("[1,2,3,NaN]", id="not a number"),
    pytest.param("[" * 9001, id="nested too deeply"),
]


@pytest.mark.parametrize("text", NO_JSON)
@pytest.mark.parametrize("slice_length", [1, 4, 100])
def test_what_is_no_json_is_refused(text, slice_length):
    with pytest.raises(ValueError):  # noqa: PT011  (whichever parser says it)
        read(text, slice_length, slice_length)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a":[1,2,3],"b":2,"a":4}', {"a": 4, "b": 2}, id="of a repeated name the last value counts"),
        pytest.param('["\\ud83d\\ude00\\ud83d"]', ["\U0001f600\ud83d"], id="half a surrogate pair"),
        pytest.param('["\\\\\\\\\\\\"]', ["\\\\\\"], id="backslashes"),
        pytest.param('{"a long name with \\" in it":[1,2]}', {'a long name with " in it': [1, 2]}, id="a long name"),
        pytest.param("[123456789012345678901234567890]", [123456789012345678901234567890], id="a long integer"),
        pytest.param(" [ ] ", [], id="an empty array"),
        pytest.param('{"a":{ },"b":[ ]}', {"a": {}, "b": []}, id="empty ones inside"),
    ],
)
@pytest.mark.parametrize("slice_length", [1, 2, 5, 100])
@pytest.mark.parametrize("piece_length", [1, 3, 7])
def test_what_is_odd_is_read(text, value, slice_length, piece_length):
    assert read(text, slice_length, piece_length) == value


def test_an_integer_longer_than_a_text_that_is_read_in_slices_is_no_json():
    """Python refuses to read it, and the reader has nothing to cut."""
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json_exactly("[" + "1" * (json_reader.SLICE * 5) + "]")

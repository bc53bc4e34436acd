"""What counts as JSON, and how values are written."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire import json_text
from addons.wire.json_text import LARGE, dump_in_slices, dump_json, parse_json, parse_json_exactly

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_what_is_written_reads_as_the_same_value(value):
    assert parse_json(dump_json(value)) == json.loads(dump_json(value)) == value


ODD = [
    pytest.param('"\\ud83d"', "\ud83d", id="escaped lone surrogate"),
    pytest.param('"\ud83d"', "\ud83d", id="lone surrogate as it is"),
    pytest.param(b'{"a": [1, null]}', {"a": [1, None]}, id="bytes"),
    pytest.param(" 1 \r\n", 1, id="blanks around"),
]


@pytest.mark.parametrize(("text", "value"), ODD)
def test_what_counts_as_json(text, value):
    assert parse_json(text) == value


NO_JSON = [
    pytest.param("NaN", id="NaN"),
    pytest.param('{"a": -Infinity}', id="Infinity"),
    pytest.param("", id="nothing"),
    pytest.param("{'a': 1}", id="single quotes"),
    pytest.param("[1,]", id="comma at the end"),
    pytest.param(b'"\xff"', id="bytes that are no UTF-8"),
    pytest.param("[" * 200_000, id="endless nesting"),
    pytest.param("[" * 200_000 + "]" * 200_000, id="nesting too deep"),
    pytest.param("9" * 5000, id="number too long"),
]


@pytest.mark.parametrize("text", NO_JSON)
def test_all_else_is_one_kind_of_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_long_integers_are_kept_where_it_matters():
    long = 2**70
    assert parse_json_exactly(f'{{"a": [{long}]}}') == {"a": [long]}
    assert parse_json(f"{long}") == float(long)
    assert dump_json(long) == str(long).encode()


def test_a_lone_surrogate_is_written_escaped():
    assert dump_json({"a": "é\ud83d"}) == b'{"a":"\\u00e9\\ud83d"}'
    assert dump_json({"a": "é"}) == '{"a":"é"}'.encode()


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, [math.nan, object()]])
def test_what_json_cannot_say(value):
    with pytest.raises(ValueError, match="JSON"):
        dump_json(value)


@pytest.mark.parametrize("parse", [parse_json, parse_json_exactly])
def test_a_large_text_reads_as_a_small_one(parse):
    value = {"messages": [{"role": "user", "content": f'"{number}"\n é \U0001f600' * 40} for number in range(1000)]}
    text = json.dumps(value)
    assert len(text) > LARGE
    assert parse(text) == value


@given(values)
def test_what_is_written_in_slices_is_the_same(value):
    """Whatever counts as a slice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "SLICE", 10)
        assert dump_in_slices(value) == dump_json(value)


def test_a_large_string_is_written_in_slices(monkeypatch):
    written = []
    monkeypatch.setattr(json_text.orjson, "dumps", lambda value: written.append(value) or json.dumps(value).encode())
    text = "é" * (3 * json_text.SLICE)
    assert json.loads(dump_in_slices({"text": text})) == {"text": text}
    assert max(map(len, written)) <= json_text.SLICE


@pytest.mark.parametrize("odd", ["\ud83d", 2**70], ids=["lone surrogate", "long integer"])
def test_of_a_large_value_only_the_odd_slice_is_escaped(monkeypatch, odd):
    monkeypatch.setattr(json_text, "SLICE", 10)
    written = dump_in_slices(["é" * 20, odd])
    assert json.loads(written) == ["é" * 20, odd]
    assert "é".encode() in written

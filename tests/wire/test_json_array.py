"""A streamed JSON array: each element is a frame as soon as it is complete; brackets and commas are none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire.frame import Frame
from addons.wire.json_array import JsonArrayFramer
from tests.wire.cuts import (
    Recording,
    assert_any_cut_gives,
    drain,
    drain_bytewise,
    drain_whole,
    fixed_pieces,
    frames_per_piece,
    pieces_of,
    recordings,
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'[{"a":1}\n,\r\n{"b":2}\n]\n', ['{"a":1}', '{"b":2}'], id="as Gemini sends it"),
        pytest.param(b'[{"a":[1,{"b":[2]}]},[3,[4]]]', ['{"a":[1,{"b":[2]}]}', "[3,[4]]"], id="nested"),
        pytest.param(b'[ {"a" : 1 } , {} ]', ['{"a" : 1 }', "{}"], id="blanks around elements"),
        pytest.param(b'["a,]\\"[", "b"]', ['"a,]\\"["', '"b"'], id="strings with separators in them"),
        pytest.param(b"[1, true,null ,2.5]", ["1", "true", "null", "2.5"], id="numbers and literals"),
        pytest.param(b'[{"a":"]"},{"b":"\\\\"}]', ['{"a":"]"}', '{"b":"\\\\"}'], id="brackets in a string"),
        pytest.param(b"[]", [], id="empty array"),
        pytest.param(b"", [], id="empty body"),
        pytest.param(b"\xef\xbb\xbf[{}]", ["{}"], id="byte order mark"),
        pytest.param(b"\r\n [{}]", ["{}"], id="blanks before the array"),
        pytest.param(b"[{}]\n[[]]", ["{}", "[]"], id="a second array"),
        pytest.param(b'[{}]\n{"a":1}\nrest', ["{}", '{"a":1}', "rest"], id="what follows the array is kept"),
        pytest.param(b'{"error":[1]}', ['{"error":[1]}'], id="no array at all"),
        pytest.param(b'[{"a":1},{"b":', ['{"a":1}', '{"b":'], id="cut in an element"),
        pytest.param(b'[{"a":"x', ['{"a":"x'], id="cut in a string"),
        pytest.param(b'["x', ['"x'], id="cut in a string element"),
        pytest.param(b'["', ['"'], id="cut after a quote"),
        pytest.param(b"[1, 2", ["1", "2"], id="cut in a number"),
        pytest.param(b'[{"a":1},', ['{"a":1}'], id="cut after a comma"),
        pytest.param(b"[", [], id="cut after the bracket"),
        pytest.param(b'["a\n,{"b":1}]', ['"a', '{"b":1}'], id="line feed in a string element"),
    ],
)
def test_elements(body: bytes, expected: list[str]) -> None:
    frames = [Frame(text) for text in expected]
    assert drain_whole(JsonArrayFramer(), body) == frames
    assert drain_bytewise(JsonArrayFramer(), body) == frames
    assert_any_cut_gives(frames, JsonArrayFramer, body)


def test_an_element_comes_with_its_last_bracket() -> None:
    pieces = [b'[{"a":', b"1}", b"\n", b',{"b":2}', b'\n,"x"', b",3", b"]"]
    delivered = [[frame.data for frame in frames] for frames in frames_per_piece(JsonArrayFramer(), pieces)]
    assert delivered == [[], ['{"a":1}'], [], ['{"b":2}'], ['"x"'], [], ["3"], []]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 2]), st.booleans(), st.data())
def test_elements_come_back(values: list[object], indent: int | None, ascii_only: bool, data: st.DataObject) -> None:
    """The oracle is `json.dumps`: its texts are the elements."""
    texts = [json.dumps(value, indent=indent, ensure_ascii=ascii_only) for value in values]
    body = ("[" + "\n,\r\n".join(texts) + "]").encode()
    assert [frame.data for frame in drain(JsonArrayFramer(), data.draw(pieces_of(body)))] == texts


@given(st.text(alphabet='{}[]",:\\\n a1', max_size=40), st.data())
def test_cuts_do_not_matter_in_broken_json(text: str, data: st.DataObject) -> None:
    body = b"[" + text.encode()
    assert drain(JsonArrayFramer(), data.draw(pieces_of(body))) == drain_whole(JsonArrayFramer(), body)


@pytest.mark.parametrize("recording", recordings("JSON array (streamed)"))
def test_recorded(recording: Recording) -> None:
    whole = drain_whole(JsonArrayFramer(), recording.body)
    assert len(whole) == recording.meta["counts"]["events"]
    assert [json.loads(frame.data or "") for frame in whole] == json.loads(recording.body)
    assert all((frame.data or "").encode() in recording.body for frame in whole)
    assert drain_bytewise(JsonArrayFramer(), recording.body) == whole
    assert drain(JsonArrayFramer(), fixed_pieces(recording.body, 100)) == whole

"""JSON values one after another: each is a frame the moment it is complete, with its own text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire.frame import Frame
from addons.wire.json_values import JsonValuesFramer
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

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}'], id="ndjson"),
        pytest.param(b'{"a":1}\r\n{"b":2}', ['{"a":1}', '{"b":2}'], id="crlf, last line without end"),
        pytest.param(b'{"a":1}{"b":2}[3]', ['{"a":1}', '{"b":2}', "[3]"], id="concatenated"),
        pytest.param(
            b'{\n  "a": [\n    1\n  ]\n}\n{\n}\n', ['{\n  "a": [\n    1\n  ]\n}', "{\n}"], id="pretty-printed"
        ),
        pytest.param(b' \n\t{"a" : 1 } \n\n ', ['{"a" : 1 }'], id="blanks around, none inside touched"),
        pytest.param(b'{"a":"}]\\"}{["}', ['{"a":"}]\\"}{["}'], id="brackets and quotes in a string"),
        pytest.param(b'{"a":"\\\\"}{"b":"\\\\\\""}', ['{"a":"\\\\"}', '{"b":"\\\\\\""}'], id="runs of backslashes"),
        pytest.param('{"a":"\u2028\u0085é😀"}'.encode(), ['{"a":"\u2028\u0085é😀"}'], id="separators in a string"),
        pytest.param(b'{"a":"\\u00e9"}', ['{"a":"\\u00e9"}'], id="escapes as they came"),
        pytest.param(b'1\ntrue\n"x y"\nnull', ["1", "true", '"x y"', "null"], id="scalars by lines"),
        pytest.param(b"[[1],[2,[3]]]", ["[[1],[2,[3]]]"], id="nested arrays are one value"),
        pytest.param(b'oops {"a":1}\n{"b":2}\n', ['oops {"a":1}', '{"b":2}'], id="a line that is no JSON"),
        pytest.param(b"data: {}\n", ["data: {}"], id="another transport's line"),
        pytest.param(b'{"a":1} rest\n{"b":2}', ['{"a":1}', "rest", '{"b":2}'], id="rest of a line after a value"),
        pytest.param(b'{"a":"cut\n{"error":"died"}\n', ['{"a":"cut', '{"error":"died"}'], id="line cut in a string"),
        pytest.param(b'{"a":"cut\\\n{"b":2}\n', ['{"a":"cut\\', '{"b":2}'], id="line cut after a backslash"),
        pytest.param(b']\n{"b":2}', ["]", '{"b":2}'], id="a stray bracket"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', ['{"a":1}'], id="byte order mark"),
        pytest.param(b'\x1e{"a":1}\n\x1e{"b":2}\n', ['{"a":1}', '{"b":2}'], id="RFC 7464 text sequence"),
        pytest.param(b"<html>\n<p>no</p>\n", ["<html>", "<p>no</p>"], id="an error page by lines"),
        pytest.param(b"", [], id="empty body"),
        pytest.param(b" \r\n\n", [], id="nothing but blanks"),
        pytest.param(b'{"a":[1,', ['{"a":[1,'], id="cut in an array"),
        pytest.param(b'{"a":"b', ['{"a":"b'], id="cut in a string"),
        pytest.param(b'{"a":"b\\', ['{"a":"b\\'], id="cut after a backslash"),
        pytest.param(b'{"a":1}\n{', ['{"a":1}', "{"], id="cut after a bracket"),
        pytest.param(b"tru", ["tru"], id="cut in a literal"),
        pytest.param(b'{"a":"\xf0\x9f', ['{"a":"\ufffd'], id="cut in a character"),
    ],
)
def test_values(body: bytes, expected: list[str]) -> None:
    frames = [Frame(text) for text in expected]
    assert drain_whole(JsonValuesFramer(), body) == frames
    assert drain_bytewise(JsonValuesFramer(), body) == frames
    assert_any_cut_gives(frames, JsonValuesFramer, body)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([b'{"a":1', b"}", b"\n"], [[], ["{...}"], [], []], id="object with its bracket, not its line"),
        pytest.param([b"12", b"3\n"], [[], ["123"], []], id="number with its line"),
        pytest.param([b"12", b"3"], [[], [], ["123"]], id="number with the end"),
    ],
)
def test_a_frame_comes_when_it_is_complete(pieces: list[bytes], expected: list[list[str]]) -> None:
    wanted = [[text.replace("{...}", '{"a":1}') for text in texts] for texts in expected]
    delivered = frames_per_piece(JsonValuesFramer(), pieces)
    assert [[frame.data for frame in frames] for frames in delivered] == wanted


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 1]), st.booleans(), st.data())
def test_values_come_back(values: list[object], indent: int | None, ascii_only: bool, data: st.DataObject) -> None:
    """The oracle is `json.dumps`: its texts, one after another, are the frames."""
    texts = [json.dumps(value, indent=indent, ensure_ascii=ascii_only) for value in values]
    body = "\n".join(texts).encode()
    assert [frame.data for frame in drain(JsonValuesFramer(), data.draw(pieces_of(body)))] == texts


@given(st.text(alphabet='{}[]",:\\\n\r a1é', max_size=40), st.data())
def test_any_text_is_kept(text: str, data: st.DataObject) -> None:
    """Broken JSON too: nothing but white space gets lost, and the cuts don't matter."""
    body = text.encode()
    frames = drain(JsonValuesFramer(), data.draw(pieces_of(body)))
    assert frames == drain_whole(JsonValuesFramer(), body)
    assert "".join("".join(frame.data or "" for frame in frames).split()) == "".join(text.split())


@pytest.mark.parametrize("recording", recordings("newline-delimited JSON", "single JSON object"))
def test_recorded(recording: Recording) -> None:
    whole = drain_whole(JsonValuesFramer(), recording.body)
    assert len(whole) == recording.meta["counts"]["events"]
    decoder, rest = json.JSONDecoder(), recording.body.decode()
    expected = []
    while rest := rest.lstrip():
        end = decoder.raw_decode(rest)[1]
        expected.append(Frame(rest[:end]))
        rest = rest[end:]
    assert whole == expected
    assert drain_bytewise(JsonValuesFramer(), recording.body) == whole
    assert drain(JsonValuesFramer(), fixed_pieces(recording.body, 100)) == whole

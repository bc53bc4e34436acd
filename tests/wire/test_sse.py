"""Server-sent events: WHATWG's rules as a table, what this record keeps beyond them, and every recorded stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.wire.frame import Frame
from addons.wire.sse import SseFramer
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

WHATWG_EXAMPLES = [
    pytest.param(
        b"data: YHOO\ndata: +2\ndata: 10\n\n",
        [Frame("YHOO\n+2\n10")],
        id="example 1: data lines are joined by line feeds",
    ),
    pytest.param(
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
        [
            Frame(None, comment="test stream"),
            Frame("first event", id="1"),
            Frame("second event", id=""),
            Frame(" third event"),
        ],
        id="example 2: comment, ids, one space dropped, last block unterminated",
    ),
    pytest.param(
        b"data\n\ndata\ndata\n\ndata:",
        [Frame(""), Frame("\n"), Frame("")],
        id="example 3: data without colon",
    ),
    pytest.param(
        b"data:test\n\ndata: test\n\n",
        [Frame("test"), Frame("test")],
        id="example 4: the space after the colon is optional",
    ),
    pytest.param(
        b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
        [Frame("73857293", event="add"), Frame("2153", event="remove")],
        id="event names",
    ),
]

FIELD_RULES = [
    pytest.param(b"event: a\nevent: b\ndata: x\n\n", [Frame("x", event="b")], id="the last event name wins"),
    pytest.param(b"event:\ndata: x\n\n", [Frame("x")], id="an empty event name is none"),
    pytest.param(b"event: a\n\ndata: x\n\n", [Frame(None, event="a"), Frame("x")], id="event without data is kept"),
    pytest.param(b"id: 7\n\n", [Frame(None, id="7")], id="id alone is kept"),
    pytest.param(b"id: a\0b\ndata: x\n\n", [Frame("x")], id="id with NUL is ignored"),
    pytest.param(b"id: a\0b\n\n", [], id="a block of ignored lines is no frame"),
    pytest.param(b"retry: 3000\n\n", [Frame(None, retry=3000)], id="retry alone is kept"),
    pytest.param(b"retry: 3s\ndata: x\n\n", [Frame("x")], id="retry takes digits only"),
    pytest.param("retry: ٣\ndata: x\n\n".encode(), [Frame("x")], id="retry takes ASCII digits only"),
    pytest.param(b"retry: -1\ndata: x\n\n", [Frame("x")], id="retry takes no sign"),
    pytest.param(b"retry: " + b"9" * 5000 + b"\ndata: x\n\n", [Frame("x")], id="retry of 5,000 digits is no time"),
    pytest.param(b"Data: y\ndata: x\n\n", [Frame("x")], id="field names are case-sensitive"),
    pytest.param(b" data: y\ndata: x\n\n", [Frame("x")], id="a blank before the name makes another name"),
    pytest.param(b"other: y\ndata: x\n\n", [Frame("x")], id="unknown fields beside data are dropped"),
    pytest.param(b"data: a: b: c\n\n", [Frame("a: b: c")], id="only the first colon separates"),
    pytest.param(b"data:\tx \n\n", [Frame("\tx ")], id="only one space is dropped, no tab, none at the end"),
    pytest.param(b"data: x\n\n\n\n\ndata: y\n\n", [Frame("x"), Frame("y")], id="extra blank lines"),
    pytest.param(b"\xef\xbb\xbfdata: x\n\n", [Frame("x")], id="byte order mark"),
    pytest.param("data: a\u2028b\u0085c\n\n".encode(), [Frame("a\u2028b\u0085c")], id="line separators inside data"),
    pytest.param(b"data: a\rdata: b\r\r", [Frame("a\nb")], id="cr ends lines"),
    pytest.param(b"data: a\r\ndata: b\r\n\r\n", [Frame("a\nb")], id="crlf ends lines"),
    pytest.param(b'data: {"a": 1 }\n\n', [Frame('{"a": 1 }')], id="padding stays"),
    pytest.param(b": one\n:two\n:\n\n", [Frame(None, comment="one\ntwo\n")], id="comment lines are joined"),
    pytest.param(b":ping\ndata: x\n\n", [Frame("x", comment="ping")], id="comment and data are one frame"),
    pytest.param(
        b'{\n  "error": "overloaded"\n}\n\n',
        [Frame('{\n  "error": "overloaded"\n}')],
        id="bare JSON in mid-stream is kept as data",
    ),
    pytest.param(b"", [], id="empty body"),
    pytest.param(b"\n\n\n", [], id="nothing but blank lines"),
]

TRUNCATED = [
    pytest.param(b"data: x\n", [Frame("x")], id="before the blank line"),
    pytest.param(b"data: x", [Frame("x")], id="before the line's end"),
    pytest.param(b'data: {"a', [Frame('{"a')], id="inside the data"),
    pytest.param(b"data:", [Frame("")], id="after the colon"),
    pytest.param(b"data: x\n\ndat", [Frame("x")], id="inside a field's name"),
    pytest.param(b"data: x\n\ndata", [Frame("x")], id="after a field's name"),
    pytest.param(b"data: x\n\nevent: e\nda", [Frame("x"), Frame(None, event="e")], id="between event and data"),
    pytest.param(b": pi", [Frame(None, comment="pi")], id="inside a comment"),
    pytest.param(b"data: \xf0\x9f\x98", [Frame("\ufffd")], id="inside a character"),
    pytest.param(b"data: x\r\n\r", [Frame("x")], id="inside the last crlf"),
]


@pytest.mark.parametrize(("body", "expected"), WHATWG_EXAMPLES + FIELD_RULES + TRUNCATED)
def test_frames(body: bytes, expected: list[Frame]) -> None:
    assert drain_whole(SseFramer(), body) == expected
    assert drain_bytewise(SseFramer(), body) == expected
    if len(body) < 200:
        assert_any_cut_gives(expected, SseFramer, body)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([b"data: x\n", b"\n"], [[], [Frame("x")], []], id="with the blank line's lf"),
        pytest.param([b"data: x\r\r"], [[Frame("x")], []], id="bare cr does not wait for the next piece"),
        pytest.param([b"data: x\r\n\r", b"\ndata: y"], [[Frame("x")], [], [Frame("y")]], id="cr of a crlf is enough"),
        pytest.param([b"data: x\n\ndata: y\n\nda"], [[Frame("x"), Frame("y")], []], id="several in one piece"),
        pytest.param([b"data: x\n\n", b""], [[Frame("x")], [], []], id="an empty piece brings nothing"),
    ],
)
def test_a_frame_comes_with_its_blank_line(pieces: list[bytes], expected: list[list[Frame]]) -> None:
    assert frames_per_piece(SseFramer(), pieces) == expected


LINES = st.sampled_from(
    [
        b"data: x",
        b"data",
        b"data:{}",
        b"event: e",
        b"id: 1",
        b"id",
        b"retry: 5",
        b": c",
        b"",
        b"junk",
        "data: é😀".encode(),
    ]
)


@given(st.data())
def test_frames_do_not_depend_on_the_cuts(data: st.DataObject) -> None:
    ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
    body = b"".join(line + end for line, end in data.draw(st.lists(st.tuples(LINES, ends), max_size=12)))
    assert drain(SseFramer(), data.draw(pieces_of(body))) == drain_whole(SseFramer(), body)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8")), min_size=1), st.data())
def test_any_text_comes_back(texts: list[str], data: st.DataObject) -> None:
    """The oracle is the writer: each text was put into one event."""
    body = "".join(f"data: {text}\n\n" for text in texts).encode()
    assert [frame.data for frame in drain(SseFramer(), data.draw(pieces_of(body)))] == texts


@pytest.mark.parametrize("recording", recordings("text/event-stream"))
def test_recorded(recording: Recording) -> None:
    """`counts.events` counts blocks with data, `[DONE]` too; comments and bare ids come on top."""
    whole = drain_whole(SseFramer(), recording.body)
    assert len([frame for frame in whole if frame.data is not None]) == recording.meta["counts"]["events"]
    comments = len([frame for frame in whole if frame.comment is not None])
    assert comments == recording.meta["features"].get("comments", 0)
    assert drain_bytewise(SseFramer(), recording.body) == whole
    for size in (7, 1000):
        assert drain(SseFramer(), fixed_pieces(recording.body, size)) == whole


@settings(max_examples=25)
@given(st.data())
def test_a_stream_cut_short_gives_a_prefix(data: st.DataObject) -> None:
    """Whatever the place of the cut, all frames but the last are those of the whole stream."""
    body = b"".join(b'event: delta\ndata: {"n": %d, "text": "\xc3\xa9"}\n\n' % n for n in range(20))
    whole = drain_whole(SseFramer(), body)
    short = drain_whole(SseFramer(), body[: data.draw(st.integers(0, len(body)))])
    assert short[:-1] == whole[: max(len(short) - 1, 0)]

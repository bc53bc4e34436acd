"""AWS event-stream messages, made here from the specification's layout, and recorded ones."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire.errors import FramingError
from addons.wire.eventstream import EventStreamFramer, read_prelude
from addons.wire.frame import Frame
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


def header(name: str, kind: int, value: bytes) -> bytes:
    return bytes([len(name)]) + name.encode() + bytes([kind]) + value


def text_header(name: str, value: str) -> bytes:
    return header(name, 7, struct.pack(">H", len(value.encode())) + value.encode())


def message(payload: bytes, *headers: bytes) -> bytes:
    block = b"".join(headers)
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    head = prelude + struct.pack(">I", zlib.crc32(prelude))
    return head + block + payload + struct.pack(">I", zlib.crc32(head + block + payload))


def event(name: str, payload: bytes) -> bytes:
    content_type = text_header(":content-type", "application/json")
    return message(payload, text_header(":event-type", name), content_type, text_header(":message-type", "event"))


OTHER_HEADERS = [
    header("true", 0, b""),
    header("false", 1, b""),
    header("byte", 2, b"\x01"),
    header("short", 3, b"\x01\x02"),
    header("int", 4, b"\x01\x02\x03\x04"),
    header("long", 5, b"12345678"),
    header("bytes", 6, b"\x00\x03abc"),
    header("time", 8, b"12345678"),
    header("uuid", 9, b"1234567890123456"),
]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(event("chunk", b'{"a":1}'), [Frame('{"a":1}', event="chunk")], id="event"),
        pytest.param(
            event("start", b"{}") + event("stop", b"[]"),
            [Frame("{}", event="start"), Frame("[]", event="stop")],
            id="two events",
        ),
        pytest.param(
            message(
                b'{"message":"slow"}',
                text_header(":exception-type", "throttlingException"),
                text_header(":message-type", "exception"),
            ),
            [Frame('{"message":"slow"}', event="throttlingException")],
            id="exception",
        ),
        pytest.param(
            message(
                b"",
                text_header(":message-type", "error"),
                text_header(":error-code", "InternalError"),
                text_header(":error-message", "it broke"),
            ),
            [Frame("it broke", event="InternalError")],
            id="error: no payload, its message is the data",
        ),
        pytest.param(
            message(b"x", *OTHER_HEADERS, text_header(":event-type", "chunk")),
            [Frame("x", event="chunk")],
            id="headers of every type before the one that counts",
        ),
        pytest.param(message(b"x"), [Frame("x")], id="no headers"),
        pytest.param(message(b""), [Frame("")], id="smallest message"),
        pytest.param(message(b"x", header(":event-type", 4, b"abcd")), [Frame("x")], id="event type that is no string"),
        pytest.param(event("é", "é😀".encode()), [Frame("é😀", event="é")], id="text outside ASCII"),
        pytest.param(event("chunk", b"\xff"), [Frame("\ufffd", event="chunk")], id="payload that is no UTF-8"),
        pytest.param(b"", [], id="empty body"),
        pytest.param(event("a", b"1") + event("b", b"2")[:-1], [Frame("1", event="a")], id="cut in a CRC"),
        pytest.param(event("a", b"1") + event("b", b"2")[:40], [Frame("1", event="a")], id="cut in the headers"),
        pytest.param(event("a", b"1") + event("b", b"2")[:5], [Frame("1", event="a")], id="cut in a prelude"),
    ],
)
def test_messages(body: bytes, expected: list[Frame]) -> None:
    assert drain_whole(EventStreamFramer(), body) == expected
    assert drain_bytewise(EventStreamFramer(), body) == expected
    assert_any_cut_gives(expected, EventStreamFramer, body)


def flipped(body: bytes, at: int) -> bytes:
    broken = bytearray(body)
    broken[at] ^= 0x10
    return bytes(broken)


SECRET = event("chunk", b"hunter2")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(flipped(SECRET, 2), "prelude", id="length"),
        pytest.param(flipped(SECRET, 7), "prelude", id="headers' length"),
        pytest.param(flipped(SECRET, 9), "prelude", id="prelude CRC"),
        pytest.param(flipped(SECRET, 15), "CRC-32", id="header"),
        pytest.param(flipped(SECRET, -6), "CRC-32", id="payload"),
        pytest.param(flipped(SECRET, -1), "CRC-32", id="message CRC"),
        pytest.param(b"hunter2 in plain text", "prelude", id="another transport"),
        pytest.param(
            struct.pack(">III", 15, 0, zlib.crc32(struct.pack(">II", 15, 0))), "prelude", id="length too small"
        ),
        pytest.param(
            struct.pack(">III", 20, 5, zlib.crc32(struct.pack(">II", 20, 5))), "prelude", id="headers too long"
        ),
        pytest.param(message(b"hunter2", b"\x05hunte\x0a"), "headers", id="unknown header type"),
        pytest.param(message(b"hunter2", b"\xffhunter2"), "headers", id="header name beyond the block"),
        pytest.param(message(b"hunter2", b"\x01a\x07\x00\x09hunter2"), "headers", id="header value beyond the block"),
        pytest.param(message(b"hunter2", b"\x01a\x07\x00"), "headers", id="header length cut"),
    ],
)
def test_broken_framing(broken: bytes, reason: str) -> None:
    """Messages before the fault come first, the fault comes once and quotes nothing, then there is nothing."""
    good = event("first", b"1")
    framer = EventStreamFramer()
    assert framer.feed(good + broken + good) == [Frame("1", event="first")]
    with pytest.raises(FramingError, match=reason) as raised:
        framer.feed(good)
    assert "hunte" not in str(raised.value)
    assert framer.feed(good) == []
    assert framer.close() == []


def test_fault_is_raised_at_once_where_nothing_precedes_it() -> None:
    framer = EventStreamFramer()
    with pytest.raises(FramingError):
        framer.feed(flipped(SECRET, -1))
    assert framer.close() == []


def test_fault_is_raised_by_close_where_no_feed_follows() -> None:
    framer = EventStreamFramer()
    assert len(framer.feed(SECRET + flipped(SECRET, -1))) == 1
    with pytest.raises(FramingError):
        framer.close()


def test_a_message_comes_with_its_last_byte() -> None:
    body = event("a", b"1")
    assert frames_per_piece(EventStreamFramer(), [body[:-1], body[-1:]]) == [[], [Frame("1", event="a")], []]


@given(st.lists(st.tuples(st.text(max_size=20), st.text()), max_size=5), st.data())
def test_messages_come_back(events: list[tuple[str, str]], data: st.DataObject) -> None:
    body = b"".join(event(name, payload.encode()) for name, payload in events)
    expected = [Frame(payload, event=name) for name, payload in events]
    assert drain(EventStreamFramer(), data.draw(pieces_of(body))) == expected


def test_read_prelude_wants_twelve_bytes() -> None:
    assert read_prelude(SECRET[:11]) is None
    assert read_prelude(SECRET[:12]) is not None


@pytest.mark.parametrize("recording", recordings("application/vnd.amazon.eventstream"))
def test_recorded(recording: Recording) -> None:
    whole = drain_whole(EventStreamFramer(), recording.body)
    assert len(whole) == recording.meta["counts"]["events"]
    assert {frame.event for frame in whole} == {kind.split("/")[0] for kind in recording.meta["counts"]["event_types"]}
    assert all(isinstance(json.loads(frame.data or ""), dict) for frame in whole)
    assert drain_bytewise(EventStreamFramer(), recording.body) == whole
    assert drain(EventStreamFramer(), fixed_pieces(recording.body, 100)) == whole

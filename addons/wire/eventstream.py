"""AWS event-stream messages: how Bedrock answers.

In: bytes of an `application/vnd.amazon.eventstream` body. Out: a frame for each message, by the encoding that Smithy
publishes ("Amazon Event Stream Specification"); all numbers are big-endian:

    total length (4)  headers length (4)  CRC-32 of these eight bytes (4)
    headers: name length (1)  name  type (1)  value
    payload
    CRC-32 of all that precedes it (4)

`event` is the header `:event-type`, of an exception `:exception-type`, of an error `:error-code`. `data` is the payload
as text; an error has none and tells itself in `:error-message`, which is its data then.

Bytes that break the format raise `FramingError` (errors.py says when): without a valid length there is no next
message. A message that the end of the stream cuts is not given out: nothing vouches for its bytes.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from addons.wire.errors import FramingError
from addons.wire.frame import Frame

CONTENT_TYPE = "application/vnd.amazon.eventstream"

PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
_SMALLEST_MESSAGE = PRELUDE.size + _CRC.size

STRING = 7
FIXED_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Header types whose values have one size: true, false, byte, short, integer, long, timestamp, UUID."""
COUNTED_TYPES = {6, STRING}
"""Byte array and string: a length of two bytes comes first."""

EVENT_HEADERS = (":event-type", ":exception-type", ":error-code")


@dataclass(frozen=True, slots=True)
class _Prelude:
    total_bytes: int
    headers_bytes: int


def read_prelude(first: bytes | bytearray) -> _Prelude | None:
    """The lengths in a message's first twelve bytes; None where they are fewer or no prelude (its CRC tells)."""
    if len(first) < PRELUDE.size:
        return None
    total, headers, crc = PRELUDE.unpack_from(first)
    if zlib.crc32(first[:8]) != crc or headers > total - _SMALLEST_MESSAGE:
        return None
    return _Prelude(total, headers)


class EventStreamFramer:
    """Messages in pieces that may end anywhere."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._prelude: _Prelude | None = None
        self._fault: FramingError | None = None
        self._dead = False

    def feed(self, piece: bytes) -> list[Frame]:
        self._raise_fault()
        if self._dead:
            return []
        self._buffer += piece
        frames: list[Frame] = []
        try:
            while (message := self._next_message()) is not None:
                frames.append(_frame_of(message))
        except FramingError as fault:
            self._fault = fault
            self._dead = True
            self._buffer.clear()
            if not frames:
                self._raise_fault()
        return frames

    def close(self) -> list[Frame]:
        self._raise_fault()
        return []

    def _raise_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault:
            raise fault

    def _next_message(self) -> bytes | None:
        """The next whole message with its CRC checked; None when more bytes are needed."""
        if self._prelude is None:
            if len(self._buffer) < PRELUDE.size:
                return None
            self._prelude = read_prelude(self._buffer)
            if self._prelude is None:
                raise FramingError("event stream: the prelude of a message is broken (lengths or CRC-32)")
        total = self._prelude.total_bytes
        if len(self._buffer) < total:
            return None
        message = bytes(self._buffer[:total])
        del self._buffer[:total]
        self._prelude = None
        if zlib.crc32(message[: -_CRC.size]) != _CRC.unpack_from(message, total - _CRC.size)[0]:
            raise FramingError("event stream: a message does not match its CRC-32")
        return message


def _frame_of(message: bytes) -> Frame:
    payload_start = PRELUDE.size + PRELUDE.unpack_from(message)[1]
    headers = _string_headers(message[PRELUDE.size : payload_start])
    payload = message[payload_start : -_CRC.size].decode("utf-8", "replace")
    return Frame(
        data=payload or headers.get(":error-message", ""),
        event=next((headers[name] for name in EVENT_HEADERS if name in headers), None),
    )


def _string_headers(block: bytes) -> dict[str, str]:
    """The headers of type string; the others are walked over."""
    headers: dict[str, str] = {}
    position = 0
    try:
        while position < len(block):
            name_end = position + 1 + block[position]
            name = block[position + 1 : name_end].decode("utf-8", "replace")
            kind = block[name_end]
            start = name_end + 1
            if kind in COUNTED_TYPES:
                size = _LENGTH.unpack_from(block, start)[0]
                start += _LENGTH.size
            else:
                size = FIXED_SIZES[kind]
            position = start + size
            if kind == STRING:
                headers[name] = block[start:position].decode("utf-8", "replace")
    except (IndexError, KeyError, struct.error):
        position = -1
    if position != len(block):
        raise FramingError("event stream: the headers of a message are broken")
    return headers

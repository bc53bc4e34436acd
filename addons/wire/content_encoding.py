"""Content-Encoding undone while the bytes arrive.

In: the body's bytes as on the wire, in pieces, and the header's value. Out: the bytes that were encoded, as far as each
piece lets them be told (RFC 9110, section 8.4; gzip RFC 1952, deflate RFC 1950, br RFC 7932, zstd RFC 8878).

A list ("gzip, br") is undone from its end. Where senders and the standards differ, senders win: raw deflate (RFC 1951)
under the name deflate, several gzip members or zstd frames in a row, padding after the last gzip member. A body that
is cut gives what could be decoded and is no fault: whether an answer is whole shows in its terminal event.

Against bombs: each coding hands its output on in bounded steps, and one `feed` gives at most `limit_bytes` in all its
stages. Above that, for an encoding that is not in the table, and for corrupt data, `EncodingError` (errors.py says
when). The libraries give nothing of the call that meets corrupt data: up to INPUT_BYTES of what precedes it are lost.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

from addons.wire.errors import EncodingError

STEP_BYTES = 1 << 20
"""What a coding hands on at once, where its library can be told so."""
INPUT_BYTES = 1 << 10
"""What a coding gets at once. Zstandard's library can't be told a step: 1 KiB may grow to 32 MiB in it, not more."""
LIMIT_BYTES = 128 << 20
MAX_CODINGS = 4

_WBITS_ZLIB_OR_GZIP = 47
_WBITS_RAW = -15


class Coding(Protocol):
    """One coding, undone."""

    def steps(self, data: bytes) -> Iterator[bytes]: ...


def _inflate(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """All that `data` gives. A full step can leave output in the library, even where no input is left."""
    while True:
        step = stream.decompress(data, STEP_BYTES)
        if step:
            yield step
        data = stream.unconsumed_tail
        if not data and len(step) < STEP_BYTES:
            return


class _Gzip:
    """Members in a row. What follows the last one and is no member is padding, as gzip(1) has it."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = zlib.decompressobj(_WBITS_ZLIB_OR_GZIP)

    def steps(self, data: bytes) -> Iterator[bytes]:
        while data and self._member:
            if self._member.eof:
                self._member = zlib.decompressobj(_WBITS_ZLIB_OR_GZIP) if data[0] == 0x1F else None
            else:
                yield from _inflate(self._member, data)
                data = self._member.unused_data


class _Deflate:
    """The zlib format, or raw deflate: the first two bytes tell (RFC 1950, section 2.2)."""

    def __init__(self) -> None:
        self._first = b""
        self._stream: zlib._Decompress | None = None

    def steps(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._first += data
            if len(self._first) < 2:
                return
            data = self._first
            has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if has_header else _WBITS_RAW)
        if data and not self._stream.eof:
            yield from _inflate(self._stream, data)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def steps(self, data: bytes) -> Iterator[bytes]:
        # A full step may leave output behind, whatever `can_accept_more_data` says: only an empty one is the last.
        while step := self._stream.process(data, output_buffer_limit=STEP_BYTES):
            yield step
            data = b""


class _Zstd:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def steps(self, data: bytes) -> Iterator[bytes]:
        yield self._stream.decompress(data)


CODINGS: dict[str, Callable[[], Coding]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
NO_CODINGS = {"", "identity"}
_CORRUPT = (zlib.error, brotli.error, zstandard.ZstdError)


class ContentDecoder:
    """A body's codings, undone one after another. Made by `decoder_for`."""

    def __init__(self, codings: list[tuple[str, Coding]], limit_bytes: int) -> None:
        """`codings`: names with their decoders, the one that was applied last first."""
        self._codings = codings
        self._limit_bytes = limit_bytes
        self._fed_bytes = 0
        self._fault: EncodingError | None = None
        self._dead = False

    @property
    def is_identity(self) -> bool:
        return not self._codings

    def feed(self, piece: bytes) -> bytes:
        if not self._codings:
            return piece
        self._raise_fault()
        if self._dead:
            return b""
        self._fed_bytes += len(piece)
        self._left_bytes = self._limit_bytes
        decoded: list[bytes] = []
        try:
            for step in self._undo(piece, 0):
                decoded.append(step)
        except EncodingError as fault:
            self._fault = fault
            self._dead = True
            if not decoded:
                self._raise_fault()
        return b"".join(decoded)

    def close(self) -> bytes:
        """Nothing is ever left: each `feed` gives all it can."""
        self._raise_fault()
        return b""

    def _raise_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault:
            raise fault

    def _undo(self, data: bytes, stage: int) -> Iterator[bytes]:
        if stage == len(self._codings):
            yield data
            return
        for start in range(0, len(data), INPUT_BYTES):
            for step in self._steps(data[start : start + INPUT_BYTES], stage):
                yield from self._undo(step, stage + 1)

    def _steps(self, data: bytes, stage: int) -> Iterator[bytes]:
        name, coding = self._codings[stage]
        try:
            for step in coding.steps(data):
                self._left_bytes -= len(step)
                if self._left_bytes < 0:
                    limit = f"{self._limit_bytes} bytes"
                    raise EncodingError(f"content-encoding {name}: a piece of the body grows to more than {limit}")
                yield step
        except _CORRUPT:
            where = f"within the first {self._fed_bytes} bytes of the body"
            raise EncodingError(f"content-encoding {name}: corrupt data {where}") from None


def decoder_for(header: str | None, limit_bytes: int = LIMIT_BYTES) -> ContentDecoder:
    """The decoder for a Content-Encoding header's value; None and "" mean that the body is not encoded."""
    names = [name.strip().lower() for name in (header or "").split(",")]
    names = [name for name in names if name not in NO_CODINGS]
    if len(names) > MAX_CODINGS:
        raise EncodingError(
            f"content-encoding: {len(names)} codings one over the other, at most {MAX_CODINGS} are undone"
        )
    for name in names:
        if name not in CODINGS:
            raise EncodingError(f"content-encoding {name[:40]!r} is unknown; known are {', '.join(CODINGS)}, identity")
    return ContentDecoder([(name, CODINGS[name]()) for name in reversed(names)], limit_bytes)


def decode_body(data: bytes, header: str | None, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """A whole body at once, such as a request's."""
    decoder = decoder_for(header, limit_bytes)
    return decoder.feed(data) + decoder.close()

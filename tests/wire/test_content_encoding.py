"""Content-Encoding: every coding, cut anywhere, gives what was encoded; faults say what is wrong and quote nothing."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Iterable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.wire import content_encoding
from addons.wire.content_encoding import ContentDecoder, decode_body, decoder_for
from addons.wire.errors import EncodingError
from tests.wire.cuts import fixed_pieces, pieces_of

TEXT = b"".join(b'event: delta\ndata: {"n": %d, "text": "\xf0\x9f\x98\x80"}\n\n' % n for n in range(40))


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def stored_block(data: bytes) -> bytes:
    """What follows the first byte of a stored block of raw deflate, which is not the last one (RFC 1951, 3.2.4)."""
    return struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def flushed(
    start: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]],
) -> list[bytes]:
    """Each event of TEXT flushed on its own, as servers that stream do; what ends the stream is the last piece."""
    compress, flush, finish = start()
    return [compress(event + b"\n\n") + flush() for event in TEXT.split(b"\n\n")[:-1]] + [finish()]


def start_zlib(wbits: int) -> tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]:
    stream = zlib.compressobj(wbits=wbits)
    return stream.compress, lambda: stream.flush(zlib.Z_SYNC_FLUSH), stream.flush


def start_brotli() -> tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]:
    stream = brotli.Compressor()
    return stream.process, stream.flush, stream.finish


def start_zstd() -> tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]:
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress, lambda: stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), stream.flush


def decode(decoder: ContentDecoder, pieces: Iterable[bytes]) -> bytes:
    return b"".join(decoder.feed(piece) for piece in pieces) + decoder.close()


HALF = len(TEXT) // 2
SKIPPABLE_ZSTD_FRAME = b"\x50\x2a\x4d\x18\x05\x00\x00\x00extra"
ENCODED = {
    "no header": (None, TEXT),
    "empty header": ("", TEXT),
    "identity": ("identity", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "gzip with file name and extra field": (
        "gzip",
        b"\x1f\x8b\x08\x0c\0\0\0\0\0\x03\x04\0abcdname\0" + gzip.compress(TEXT)[10:],
    ),
    "gzip members in a row": ("gzip", gzip.compress(TEXT[:HALF]) + gzip.compress(b"") + gzip.compress(TEXT[HALF:])),
    "gzip with padding": ("gzip", gzip.compress(TEXT) + bytes(20)),
    "zlib format under the name gzip": ("gzip", zlib.compress(TEXT)),
    "x-gzip": ("x-gzip", gzip.compress(TEXT)),
    "deflate in zlib format": ("deflate", zlib.compress(TEXT)),
    "deflate, zlib at level 0": ("deflate", zlib.compress(TEXT, 0)),
    "raw deflate": ("deflate", raw_deflate(TEXT)),
    "raw deflate, a stored block that begins like zlib's first byte": (
        "deflate",
        b"\x08" + stored_block(TEXT) + b"\x03\0",
    ),
    "raw deflate, first bytes with zlib's check": (
        "deflate",
        b"\x00" + stored_block(TEXT[:31]) + raw_deflate(TEXT[31:]),
    ),
    "br": ("br", brotli.compress(TEXT)),
    "zstd": ("zstd", zstd(TEXT)),
    "zstd frames in a row": ("zstd", zstd(TEXT[:HALF]) + SKIPPABLE_ZSTD_FRAME + zstd(TEXT[HALF:])),
    "list": ("gzip, br", brotli.compress(gzip.compress(TEXT))),
    "list of three, with blanks and identity": (
        " deflate ,identity,\tgzip,zstd ",
        zstd(gzip.compress(zlib.compress(TEXT))),
    ),
    "capitals": ("GZip", gzip.compress(TEXT)),
}


@pytest.mark.parametrize("case", ENCODED)
@settings(max_examples=25)
@given(data=st.data())
def test_every_encoding_cut_anywhere(case: str, data: st.DataObject) -> None:
    header, encoded = ENCODED[case]
    assert decode(decoder_for(header), data.draw(pieces_of(encoded))) == TEXT


@pytest.mark.parametrize("case", ENCODED)
def test_every_encoding_whole_and_bytewise(case: str) -> None:
    header, encoded = ENCODED[case]
    assert decode_body(encoded, header) == TEXT
    assert decode(decoder_for(header), fixed_pieces(encoded, 1)) == TEXT


@pytest.mark.parametrize("header", [None, "gzip", "deflate", "br", "zstd", "gzip, br"])
def test_empty_body(header: str | None) -> None:
    assert decode_body(b"", header) == b""


@pytest.mark.parametrize("step_bytes", [1, 16, content_encoding.STEP_BYTES])
@pytest.mark.parametrize(
    ("header", "start"),
    [
        pytest.param("gzip", lambda: start_zlib(31), id="gzip"),
        pytest.param("deflate", lambda: start_zlib(15), id="deflate"),
        pytest.param("deflate", lambda: start_zlib(-15), id="raw deflate"),
        pytest.param("br", start_brotli, id="br"),
        pytest.param("zstd", start_zstd, id="zstd"),
    ],
)
def test_what_was_flushed_comes_at_once(
    header: str,
    start: Callable[[], tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]],
    step_bytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where an event does not fit into one step."""
    monkeypatch.setattr(content_encoding, "STEP_BYTES", step_bytes)
    decoder = decoder_for(header)
    decoded = [decoder.feed(piece) for piece in flushed(start)]
    assert decoded == [event + b"\n\n" for event in TEXT.split(b"\n\n")[:-1]] + [b""]


@pytest.mark.parametrize("case", [case for case in ENCODED if ENCODED[case][0] not in (None, "", "identity")])
def test_a_body_that_is_cut_is_no_fault(case: str) -> None:
    header, encoded = ENCODED[case]
    for end in range(len(encoded)):
        assert TEXT.startswith(decode_body(encoded[:end], header)), f"cut at {end}"


@pytest.mark.parametrize(
    ("header", "encoded", "reason"),
    [
        pytest.param("gzip", b"hunter2 is plain text", "gzip: corrupt", id="gzip: no gzip at all"),
        pytest.param("deflate", b"hunter2 is plain text", "deflate: corrupt", id="deflate: no deflate at all"),
        pytest.param("br", b"hunter2 is plain text" * 9, "br: corrupt", id="br: no brotli at all"),
        pytest.param("zstd", b"hunter2 is plain text", "zstd: corrupt", id="zstd: no zstd at all"),
        pytest.param("gzip", gzip.compress(b"hunter2")[:-8] + bytes(8), "gzip: corrupt", id="gzip: wrong CRC"),
        pytest.param("zstd", zstd(b"hunter2") + b"hunter2", "zstd: corrupt", id="zstd: rubbish after a frame"),
        pytest.param("br", brotli.compress(b"hunter2") + b"hunter2", "br: corrupt", id="br: rubbish at the end"),
        pytest.param("br, gzip", gzip.compress(b"hunter2" * 99), "br: corrupt", id="list: the inner one is corrupt"),
    ],
)
def test_corrupt_data(header: str, encoded: bytes, reason: str) -> None:
    with pytest.raises(EncodingError, match=reason) as raised:
        decode_body(encoded, header)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_what_precedes_the_fault_comes_first_and_the_fault_once() -> None:
    decoder = decoder_for("gzip")
    assert decoder.feed(gzip.compress(TEXT) + b"\x1f\x8brubbish" * 200) == TEXT
    with pytest.raises(EncodingError):
        decoder.feed(b"more")
    assert decoder.feed(gzip.compress(TEXT)) == b""
    assert decoder.close() == b""


def test_the_fault_is_raised_by_close_where_no_feed_follows() -> None:
    decoder = decoder_for("gzip")
    assert decoder.feed(gzip.compress(TEXT) + b"\x1f\x8brubbish" * 200) == TEXT
    with pytest.raises(EncodingError):
        decoder.close()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("compress", "'compress' is unknown; known are gzip,", id="an encoding nobody uses"),
        pytest.param("gzip, snappy", "'snappy' is unknown", id="in a list"),
        pytest.param("gzip," * 5, "5 codings", id="too many codings"),
        pytest.param("x" * 999, "'x{40}' is unknown", id="a long name is cut"),
    ],
)
def test_headers_that_are_refused(header: str, reason: str) -> None:
    with pytest.raises(EncodingError, match=reason):
        decoder_for(header)


@pytest.mark.parametrize(
    ("header", "bomb"),
    [
        pytest.param("gzip", gzip.compress(bytes(9 << 20)), id="gzip"),
        pytest.param("deflate", raw_deflate(bytes(9 << 20)), id="deflate"),
        pytest.param("br", brotli.compress(bytes(9 << 20), quality=3), id="br"),
        pytest.param("zstd", zstd(bytes(9 << 20)), id="zstd"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(bytes(9 << 20))), id="bomb in a bomb"),
    ],
)
def test_bombs(header: str, bomb: bytes) -> None:
    """Whole below the limit, which outgrows every step; above it refused, with no more than the limit given out."""
    assert decode_body(bomb, header) == bytes(9 << 20)
    limit_bytes = 4 << 20
    with pytest.raises(EncodingError, match="grows to more than 4194304 bytes"):
        decode_body(bomb, header, limit_bytes)
    decoder = decoder_for(header, limit_bytes)
    try:
        assert len(decoder.feed(bomb)) <= limit_bytes
    except EncodingError:
        return
    with pytest.raises(EncodingError):
        decoder.close()


def test_the_limit_is_for_each_piece() -> None:
    decoder = decoder_for("gzip", limit_bytes=len(TEXT))
    for _ in range(3):
        assert decoder.feed(gzip.compress(TEXT)) == TEXT

"""What a handler of the local upstream is given and what it gives back, and bodies made for the wire.

In: a `Request`. Out: a `Response` (status, headers, chunks that each become one write, and how it ends) or a
`WebSocket`. `encoded` compresses chunk by chunk with a flush after each, so that each chunk can be decoded when it
arrives, as providers do it; `cut` divides a body at random places.
"""

from __future__ import annotations

import enum
import json
import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import zstandard

ENCODINGS = ("identity", "gzip", "deflate", "br", "zstd")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it reached the upstream. `host` is the name the client asked for; header names are lower case."""

    method: str
    scheme: str
    host: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    http_version: str

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.target).path

    def header(self, name: str) -> str | None:
        """The first value of a header, None when it is absent."""
        return next((value for key, value in self.headers if key == name), None)

    def json(self) -> Any:
        """The body as JSON, its content encoding undone; None when it is empty or no JSON."""
        body = self.body
        if self.header("content-encoding") == "zstd":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        try:
            return json.loads(body) if body else None
        except ValueError:
            return None


class Ending(enum.Enum):
    """What becomes of the connection after the last chunk."""

    COMPLETE = "the body ends as HTTP says"
    CUT = "the connection is closed in mid-body"
    RESET = "the connection is reset in mid-body"
    STALL = "nothing more comes, until the other side goes away"
    SILENT = "not even a response head is sent"


@dataclass(frozen=True, slots=True)
class Response:
    """`chunks` are (delay in seconds, bytes); each is one write of its own."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    chunks: Iterable[tuple[float, bytes]] = ()
    ending: Ending = Ending.COMPLETE


@dataclass(frozen=True, slots=True)
class WebSocket:
    """An accepted upgrade.

    `on_text` gets each text message and gives (delay in seconds, text) to send; an empty text only waits, None drops
    the connection without a close frame.
    """

    on_text: Callable[[str], Iterable[tuple[float, str | None]]]
    deflate: bool = False


type Answer = Response | WebSocket
type Handler = Callable[[Request], Answer]


def json_response(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A plain JSON answer with its length."""
    body = json.dumps(value).encode()
    framing = (("content-type", "application/json"), ("content-length", str(len(body))))
    return Response(status, (*framing, *headers), [(0.0, body)])


def stream_response(
    pieces: Iterable[bytes],
    content_type: str = "text/event-stream; charset=utf-8",
    delay_s: float = 0.0,
    encoding: str = "identity",
    ending: Ending = Ending.COMPLETE,
    status: int = 200,
) -> Response:
    """A streamed answer; with an encoding each piece is flushed, so that it can be decoded when it arrives."""
    coded = (("content-encoding", encoding),) if encoding != "identity" else ()
    chunks = [(delay_s, piece) for piece in encoded(pieces, encoding)]
    return Response(status, (("content-type", content_type), ("cache-control", "no-cache"), *coded), chunks, ending)


class _Compressor(Protocol):
    def feed(self, piece: bytes) -> bytes: ...
    def close(self) -> bytes: ...


@dataclass(slots=True)
class _Zlib:
    wbits: int
    inner: Any = field(init=False)

    def __post_init__(self) -> None:
        self.inner = zlib.compressobj(wbits=self.wbits)

    def feed(self, piece: bytes) -> bytes:
        return bytes(self.inner.compress(piece) + self.inner.flush(zlib.Z_SYNC_FLUSH))

    def close(self) -> bytes:
        return bytes(self.inner.flush())


class _Brotli:
    def __init__(self) -> None:
        # The default quality, 11, takes seconds for what is flushed often.
        self.inner = brotli.Compressor(quality=4)

    def feed(self, piece: bytes) -> bytes:
        return bytes(self.inner.process(piece) + self.inner.flush())

    def close(self) -> bytes:
        return bytes(self.inner.finish())


class _Zstd:
    def __init__(self) -> None:
        self.inner = zstandard.ZstdCompressor().compressobj()

    def feed(self, piece: bytes) -> bytes:
        return self.inner.compress(piece) + self.inner.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def close(self) -> bytes:
        return self.inner.flush()


_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {
    "gzip": lambda: _Zlib(31),
    "deflate": lambda: _Zlib(15),
    "br": _Brotli,
    "zstd": _Zstd,
}


def encoded(pieces: Iterable[bytes], encoding: str) -> list[bytes]:
    """The pieces under a content encoding, one compressed piece for each and one that closes the stream."""
    if encoding == "identity":
        return [piece for piece in pieces if piece]
    compressor = _COMPRESSORS[encoding]()
    out = [compressor.feed(piece) for piece in pieces if piece]
    return [*out, compressor.close()]


def cut(body: bytes, rng: random.Random, most_pieces: int = 12) -> Sequence[bytes]:
    """The body cut at up to `most_pieces - 1` random places, which may fall anywhere."""
    places = sorted(rng.randrange(len(body) + 1) for _ in range(rng.randrange(most_pieces)))
    return [body[start:end] for start, end in zip([0, *places], [*places, len(body)], strict=True)]

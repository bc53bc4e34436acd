"""How the tests of this room cut bytes, feed decoders, and find recorded streams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st

from addons.wire.frame import Frame
from addons.wire.transport import Framer

STREAMS = Path(__file__).resolve().parents[3] / "shared" / "streams"
EXPECTED_SUFFIX = {
    "text/event-stream": ".sse",
    "newline-delimited JSON": ".ndjson",
    "application/vnd.amazon.eventstream": ".eventstream",
    "JSON array (streamed)": ".json",
    "single JSON object": ".json",
}


class Recording(NamedTuple):
    name: str
    format: str
    body: bytes
    meta: dict[str, Any]


def recordings(*formats: str) -> list[Any]:
    """Parameters for `pytest.mark.parametrize`, one a recorded stream; a single skipped one where there are none."""
    found = []
    for meta_path in sorted(STREAMS.glob("*/*/meta.json")):
        meta = json.loads(meta_path.read_bytes())
        if meta["format"] in formats:
            name = f"{meta_path.parent.parent.name}/{meta_path.parent.name}"
            body = (meta_path.parent / f"response{EXPECTED_SUFFIX[meta['format']]}").read_bytes()
            found.append(pytest.param(Recording(name, meta["format"], body, meta), id=name))
    if not found:
        skip = pytest.mark.skip(reason=f"no recorded streams in {STREAMS}")
        return [pytest.param(None, marks=skip, id="no recordings")]
    return found


def drain(framer: Framer, pieces: Iterable[bytes]) -> list[Frame]:
    return [frame for piece in pieces for frame in framer.feed(piece)] + framer.close()


def drain_whole(framer: Framer, body: bytes) -> list[Frame]:
    return drain(framer, [body])


def drain_bytewise(framer: Framer, body: bytes) -> list[Frame]:
    return drain(framer, (body[at : at + 1] for at in range(len(body))))


def frames_per_piece(framer: Framer, pieces: Iterable[bytes]) -> list[list[Frame]]:
    """What each piece brings, and what the end does: for tests of *when* a frame is delivered."""
    return [framer.feed(piece) for piece in pieces] + [framer.close()]


def pieces_of(body: bytes) -> st.SearchStrategy[list[bytes]]:
    """The body cut at any places, empty pieces included."""

    def cut(places: list[int]) -> list[bytes]:
        edges = [0, *sorted(places), len(body)]
        return [body[start:end] for start, end in pairwise(edges)]

    return st.lists(st.integers(0, len(body)), max_size=12).map(cut)


def fixed_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def assert_any_cut_gives(expected: list[Frame], make: Callable[[], Framer], body: bytes) -> None:
    """Each cut into two, which finds what a few random cuts miss."""
    for at in range(len(body) + 1):
        assert drain(make(), [body[:at], body[at:]]) == expected, f"cut at {at}"

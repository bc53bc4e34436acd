"""Frames the slow and plain way, from whole bodies: the oracle for what the log has to hold.

In: a finished body and the form it is in. Out: (event, data, comment) of every frame. Nothing here is shared with the
code under test. SSE by WHATWG (HTML, section 9.2.6), kept block by block; event-stream by AWS's message layout
(prelude of two lengths and a CRC, headers, payload, CRC).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

type PlainFrame = tuple[str | None, str | None, str | None]
"""(event, data, comment); None for what the frame does not have."""

STRING_HEADER = 7


def _sse(body: bytes) -> Iterator[PlainFrame]:
    lines = re.split(r"\r\n|\n|\r", body.decode("utf-8", "replace").removeprefix("\ufeff"))
    block: dict[str, list[str]] = {}
    for line in [*lines, ""]:
        if line:
            name, _, value = line.partition(":")
            block.setdefault(name, []).append(value.removeprefix(" "))
        elif block.keys() & {"data", "event", "", "id", "retry"}:
            data, comments = block.get("data"), block.get("")
            event = block.get("event", [""])[-1] or None
            yield event, "\n".join(data) if data else None, "\n".join(comments) if comments else None
            block = {}


def _ndjson(body: bytes) -> Iterator[PlainFrame]:
    for line in body.decode().split("\n"):
        if line.strip():
            yield None, line, None


def _json_body(body: bytes) -> Iterator[PlainFrame]:
    """A streamed array gives its elements, anything else is one frame."""
    text = body.decode()
    if not text.lstrip().startswith("["):
        yield None, text, None
        return
    decoder, place = json.JSONDecoder(), text.index("[") + 1
    while match := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, place):
        _, end = decoder.raw_decode(text, match.end())
        yield None, text[match.end() : end], None
        place = end


def _eventstream(body: bytes) -> Iterator[PlainFrame]:
    place = 0
    while place < len(body):
        total, headers_length = struct.unpack_from(">II", body, place)
        headers = _eventstream_headers(body[place + 12 : place + 12 + headers_length])
        payload = body[place + 12 + headers_length : place + total - 4]
        yield headers.get(":event-type") or headers.get(":exception-type"), payload.decode(), None
        place += total


def _eventstream_headers(data: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    place = 0
    while place < len(data):
        name_end = place + 1 + data[place]
        assert data[name_end] == STRING_HEADER, "recorded streams have string headers only"
        length = struct.unpack_from(">H", data, name_end + 1)[0]
        headers[data[place + 1 : name_end].decode()] = data[name_end + 3 : name_end + 3 + length].decode()
        place = name_end + 3 + length
    return headers


FORMS: dict[str, Callable[[bytes], Iterator[PlainFrame]]] = {
    ".sse": _sse,
    ".ndjson": _ndjson,
    ".eventstream": _eventstream,
    ".json": _json_body,
}


def frames_of(body: bytes, form: str) -> list[PlainFrame]:
    """All frames of a body; `form` is the recorded file's suffix."""
    return list(FORMS[form](body))


def embedded_data(record_line: str) -> str | None:
    """The `data` of a log line, as text: JSON as it stands there, a string's content, None for null."""
    start = record_line.index('"data":') + len('"data":')
    value, end = json.JSONDecoder().raw_decode(record_line, start)
    if value is None:
        return None
    return value if isinstance(value, str) else record_line[start:end]


def as_logged(data: str | None) -> str | None:
    """A payload as the log is to hold it: JSON with its line breaks made blanks, other text as it is."""
    if data is None:
        return None
    value: Any = None
    try:
        value = json.loads(data)
    except ValueError:
        return data
    return value if isinstance(value, str) else re.sub(r"[\r\n]", " ", data).strip()

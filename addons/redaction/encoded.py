"""Base64 with a secret in what it encodes: the same without the secret, as base64 again.

In: a decoded view and a place where base64 of text begins; or a text that is a payload as a whole, such as a file or an
image. Out: where it ends, and what stands in for it; None where no secret is in it. Of a payload that is no text, each
run of printable characters is looked at (a document, a key store or a database holds its texts as they are); to find
none of those in an image takes a few milliseconds a megabyte.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

BASE64_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_SHORTEST_PAYLOAD: Final = 64
_PAYLOAD: Final = re.compile(
    rf"""(?:"[^"\\]{{1,64}}":")?(?:data:[^,"\\\s]{{0,128}};base64,)?(?=[A-Za-z0-9+/_-]{{{_SHORTEST_PAYLOAD}}})"""
)
"""The name in front of a member's value, and a data URL's head (RFC 2397)."""
_SHORTEST_TEXT: Final = 20
_PRINTABLE: Final = bytes(range(32, 127)) + b"\t\n\r"
_TO_MARKS: Final = bytes(ord("a") if byte in _PRINTABLE else 0 for byte in range(256))


class Cleaned(NamedTuple):
    start: int
    end: int
    text: str
    decoded: str
    """What it encodes, without the secrets."""


def clean_text(view: str, at: int, redact: Callable[[str], str]) -> Cleaned | None:
    """Of base64 of text that begins here. It may be cut."""
    run = BASE64_RUN.match(view, at)
    if run is None:
        return None
    encoded = run[0]
    digits = encoded.rstrip("=").replace("-", "+").replace("_", "/")
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    text = base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "surrogateescape")
    clean = redact(text)
    if clean == text:
        return None
    again = _encoded(clean.encode("utf-8", "surrogateescape"), encoded)
    if not encoded.endswith("=") and len(digits) % 4:
        again = again.rstrip("=")
    return Cleaned(at, run.end(), again, clean)


def is_payload(text: str) -> bool:
    """Whether it begins like one."""
    return len(text) >= _SHORTEST_PAYLOAD and _PAYLOAD.match(text) is not None


def clean_payload(view: str, redact: Callable[[str], str]) -> Cleaned | None:
    """Of a text that is base64 as a whole, or as far as it has come."""
    head = _PAYLOAD.match(view)
    if head is None:
        return None
    end = len(view) - (len(view) - head.end()) % 4
    encoded = view[head.end() : end]
    try:
        data = binascii.a2b_base64(encoded.replace("-", "+").replace("_", "/"), strict_mode=True)
    except ValueError:
        return None
    pieces: list[bytes] = []
    done = 0
    for begin, stop in _texts(data):
        text = data[begin:stop].decode("ascii")
        clean = redact(text)
        if clean != text:
            pieces += (data[done:begin], clean.encode("ascii", "replace"))
            done = stop
    if not pieces:
        return None
    clean_data = b"".join([*pieces, data[done:]])
    return Cleaned(head.end(), end, _encoded(clean_data, encoded), "")


def _texts(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the runs of printable characters begin and end."""
    marks = data.translate(_TO_MARKS)
    begin = marks.find(b"a" * _SHORTEST_TEXT)
    while begin >= 0:
        end = marks.find(0, begin)
        end = len(marks) if end < 0 else end
        yield begin, end
        begin = marks.find(b"a" * _SHORTEST_TEXT, end)


def _encoded(data: bytes, like: str) -> str:
    again = base64.b64encode(data).decode("ascii")
    return again.replace("+", "-").replace("/", "_") if "-" in like or "_" in like else again

"""JSON text to value and back: the one place that says what counts as JSON.

In: text or UTF-8 bytes. Out: the value, by RFC 8259, also where the fast parser refuses it: escaped lone surrogates
(`"\\ud83d"`, as a delta that was cut inside an emoji has them), integers beyond 64 bits, deep nesting. NaN and
Infinity are no JSON and are refused. LOGFORMAT.md, first paragraph.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import orjson

from addons.wire.json_reader import JsonReader, slices

LARGE = 1 << 18
"""Characters. Longer texts are read in slices."""
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 19
"""The fewest digits of an integer beyond 64 bits, once they are all zeros."""


def parse_json(text: str | bytes) -> Any:
    """The value of one JSON text. Raises ValueError on anything else. Integers beyond 64 bits come as floats."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_slowly(text)


def parse_json_exactly(text: str) -> Any:
    """As `parse_json`, with integers of any length kept as they are: for values that are logged, not just read."""
    if len(text) > LARGE:
        reader = JsonReader(parse_json_exactly)
        for piece in slices(text):
            reader.feed(piece)
        return reader.close()
    digits = text.encode("utf-8", "surrogatepass").translate(_DIGITS)
    return _parse_slowly(text) if _LONG in digits else parse_json(text)


def dump_json(value: Any) -> bytes:
    """Compact JSON in UTF-8. Where a string has a lone surrogate, or a number is beyond 64 bits, all non-ASCII
    characters come out escaped: the same value, other bytes. Raises ValueError on what JSON can't say."""
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except (RecursionError, TypeError) as error:
        raise ValueError("no JSON value, or nested too deeply") from error


def _parse_slowly(text: str | bytes) -> Any:
    try:
        return json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

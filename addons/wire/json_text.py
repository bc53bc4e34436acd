"""JSON text to value and back: the one place that says what counts as JSON.

In: text or UTF-8 bytes. Out: the value, by RFC 8259, also where the fast parser refuses it: escaped lone surrogates
(`"\\ud83d"`, as a delta that was cut inside an emoji has them), integers beyond 64 bits, deep nesting. NaN and
Infinity are no JSON and are refused. LOGFORMAT.md, first paragraph.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import orjson

from addons.wire.json_reader import SLICE, JsonReader, slices

LARGE = 1 << 18
"""Characters. Longer texts are read in slices."""
_MOST_NESTED = 100
"""Inside of so many large containers even a large one is written at once."""
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 19
"""The fewest digits of an integer beyond 64 bits, once they are all zeros."""


def parse_json(text: str | bytes) -> Any:
    """The value of one JSON text. Raises ValueError on anything else. Integers beyond 64 bits come as floats."""
    if isinstance(text, str) and len(text) > LARGE:
        return _value_of(slices(text), _parse_at_once)
    return _parse_at_once(text)


def parse_json_exactly(text: str) -> Any:
    """As `parse_json`, with integers of any length kept as they are: for values that are logged, not just read."""
    return parse_pieces_exactly(slices(text)) if len(text) > LARGE else _parse_exactly_at_once(text)


def parse_pieces_exactly(pieces: Iterable[str]) -> Any:
    """The same, of a text in pieces that may end anywhere."""
    return _value_of(pieces, _parse_exactly_at_once)


def _value_of(pieces: Iterable[str], parse: Callable[[str], Any]) -> Any:
    reader = JsonReader(parse)
    for piece in pieces:
        reader.feed(piece)
    return reader.close()


def _parse_at_once(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_slowly(text)


def _parse_exactly_at_once(text: str) -> Any:
    digits = text.encode("utf-8", "surrogatepass").translate(_DIGITS)
    return _parse_slowly(text) if _LONG in digits else _parse_at_once(text)


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


def dump_in_slices(value: Any) -> bytes:
    """As `dump_json`, of a value that may be large: no call keeps the interpreter from other threads for long. Of a
    large one only the slice that has such a string or number comes out escaped."""
    return b"".join(_pieces(value, _MOST_NESTED))


def _pieces(value: Any, depth: int) -> Iterator[bytes]:
    if not depth or _is_light(value):
        yield dump_json(value)
        return
    if isinstance(value, str):
        yield b'"'
        yield from (dump_json(piece)[1:-1] for piece in slices(value, SLICE))
        yield b'"'
        return
    is_object = isinstance(value, dict)
    members = value.items() if is_object else ((None, element) for element in value)
    before = b"{" if is_object else b"["
    for name, member in members:
        yield before if name is None else before + dump_json(name) + b":"
        yield from _pieces(member, depth - 1)
        before = b","
    yield b"}" if is_object else b"]"


def _is_light(value: Any) -> bool:
    """Whether its JSON is about a slice long, or less."""
    left = SLICE
    waiting = [value]
    while waiting and left > 0:
        one = waiting.pop()
        left -= len(one) if isinstance(one, str) else 8
        if isinstance(one, dict):
            left -= sum(map(len, one))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return left > 0


def _parse_slowly(text: str | bytes) -> Any:
    try:
        return json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

"""JSON text to value and back: the one place that says what counts as JSON.

In: text or UTF-8 bytes. Out: the value, by RFC 8259, also where the fast parser refuses it: escaped lone surrogates
(`"\\ud83d"`, as a delta that was cut inside an emoji has them), integers beyond 64 bits, deep nesting. NaN and
Infinity are no JSON and are refused. LOGFORMAT.md, first paragraph.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

_LONG_INTEGER = re.compile(r"(?<![\d.eE+-])-?\d{19,}(?![\d.eE])")


def parse_json(text: str | bytes) -> Any:
    """The value of one JSON text. Raises ValueError on anything else. Integers beyond 64 bits come as floats."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_slowly(text)


def parse_json_exactly(text: str) -> Any:
    """As `parse_json`, with integers of any length kept as they are: for values that are logged, not just read."""
    return _parse_slowly(text) if _LONG_INTEGER.search(text) else parse_json(text)


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

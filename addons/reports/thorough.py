"""Lines of a log in Python: for what a database's parser refuses, and for what is picked line by line.

In: pieces of bytes. Out: lines, records read by the thorough parser (LOGFORMAT.md, first paragraph), and records in
plainer JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from addons.wire.json_text import dump_json, parse_json

_NOTHING = b"{}\n"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their line feeds; not the blank ones."""
    carry = b""
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        carry += first
        for line in rest:
            if carry.strip():
                yield carry
            carry = line
    if carry.strip():
        yield carry


def refused(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Lines that a fast parser refuses though they are JSON, each with its record in plainer JSON."""
    for line in lines_of(pieces):
        try:
            orjson.loads(line)
        except ValueError:
            record = record_of(line)
            if record is not None:
                yield line, plain_json(record)


def record_of(line: bytes) -> dict[str, Any] | None:
    """None where the line is no record."""
    try:
        record = parse_json(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def slim(record: Mapping[str, Any], fields: Iterable[str]) -> bytes:
    """Some of a record's fields, as a line of JSON that every parser takes."""
    return plain_json({name: record[name] for name in fields if name in record})


def slim_lines(lines: Iterable[bytes], fields: Iterable[str], most_bytes: int) -> Iterator[bytes]:
    """Lines with some of their fields only; an empty object for what is no record, or too long even so."""
    for line in lines:
        record = record_of(line)
        short = slim(record, fields) if record is not None else _NOTHING
        yield short if len(short) < most_bytes else _NOTHING


def plain_json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        text = json.dumps(parse_json(dump_json(value)), ensure_ascii=False)
        return _LONE_SURROGATES.sub("\ufffd", text).encode() + b"\n"

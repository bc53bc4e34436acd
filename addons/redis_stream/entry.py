"""Records of the log as entries of the stream (SPEC S1.5).

In: records as the pipeline writes them, or lines as the files have them. Out: `Entry`, in the log's own form with its
kind, and with what makes it the only one of its kind: its owner (an exchange; of a blob its hash; of an error the hash
of its line) and, for a frame, its seq. An entry of the stream has the fields `kind`, `host`, `key`
(`lines:<flow id>:<seq>`, `ends:<flow id>`, `blobs:<hash>`) and `data`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from addons.sinks.records import BLOB_HASH, FLOW_ID, Kind, Record
from addons.wire.json_text import dump_json

PUBLISHED = frozenset((Kind.FLOWS, Kind.LINES, Kind.ENDS, Kind.BLOBS, Kind.ERRORS))
"""The raw bodies and the transcripts tell nothing that these don't."""

KINDS = {kind.value.encode(): kind for kind in PUBLISHED}

_STRING = rb'(?:"[^"\\]*(?:\\.[^"\\]*)*"|null)'
_FRAME = re.compile(
    rb'\{"v":1,"ts":"[^"]*","flow_id":"([^"]*)","session_id":%b,"client":%b,"provider":%b,"seq":(\d+)'
    % ((_STRING,) * 3)
)
_TS = re.compile(rb'"ts":"([^"]*)"')
_HEAD_BYTES = 4096
"""A record's own fields come before what it holds; in so many bytes its time stamp is found."""


class Entry(NamedTuple):
    """`line` is the record without its line feed. `seq` is a frame's, else None."""

    kind: Kind
    owner: bytes
    seq: int | None
    line: bytes


class Received(NamedTuple):
    """An entry as it was read from the stream, with its id there and the host that it comes from."""

    id: bytes
    host: str
    entry: Entry


def entry_of_record(record: Record, host: str) -> Entry | None:
    """None for what is not published."""
    kind = record.kind
    if kind not in PUBLISHED:
        return None
    line = record.line[:-1]
    if kind is Kind.BLOBS:
        return Entry(kind, (record.hash or "").encode(), None, line)
    if kind is Kind.ERRORS:
        return Entry(kind, _digest(line, host), None, line)
    # As it stands in the record.
    return Entry(kind, dump_json(record.context.flow_id)[1:-1], record.seq, line)


def entry_of_line(kind: Kind, line: bytes, host: str) -> Entry | None:
    """Of a file's line, with or without its line feed. None for one that is damaged or of another version."""
    line = line.removesuffix(b"\n")
    if not line.startswith(b"{") or not line.endswith(b"}"):
        return None
    if kind is Kind.ERRORS:
        return Entry(kind, _digest(line, host), None, line)
    if kind is Kind.LINES:
        frame = _FRAME.match(line)
        return Entry(kind, frame[1], int(frame[2]), line) if frame else None
    found = (BLOB_HASH if kind is Kind.BLOBS else FLOW_ID).match(b"\n" + line[:_HEAD_BYTES])
    return Entry(kind, found[1], None, line) if found else None


def received(id: bytes, fields: Mapping[bytes, bytes]) -> Received | None:
    """None for an entry that is none of ours."""
    kind = KINDS.get(fields.get(b"kind", b""))
    _, _, owner = fields.get(b"key", b"").partition(b":")
    line = fields.get(b"data")
    if kind is None or not owner or line is None:
        return None
    seq = None
    if kind is Kind.LINES:
        owner, _, digits = owner.rpartition(b":")
        if not digits.isdigit():
            return None
        seq = int(digits)
    return Received(id, fields.get(b"host", b"").decode("utf-8", "replace"), Entry(kind, owner, seq, line))


def with_host(line: bytes, host: str) -> bytes:
    """The record, which ends in a brace, with a field more."""
    return b'%b,"host":%b}' % (line[:-1], dump_json(host))


def time_ms(line: bytes) -> int | None:
    """Milliseconds of the epoch at which the record was made; None where it does not tell."""
    found = _TS.search(line[:_HEAD_BYTES])
    try:
        return int(datetime.fromisoformat(found[1].decode()).timestamp() * 1000) if found else None
    except ValueError:
        return None


def id_parts(id: bytes) -> tuple[int, int]:
    """Of an entry's id: milliseconds by the server's clock, and a number. By them ids are in order."""
    ms, _, number = id.partition(b"-")
    return int(ms), int(number)


def _digest(line: bytes, host: str) -> bytes:
    return hashlib.sha256(host.encode() + b"\n" + line).hexdigest()[:32].encode()

"""addons/redis_stream/entry.py: a record is the same entry whether it comes from the pipeline or from a file."""

from __future__ import annotations

import json

import pytest

from addons.redis_stream.entry import Entry, entry_of_line, entry_of_record, received, time_ms, with_host
from addons.sinks.records import Kind, Record, RecordContext, line_record, response_record, transcript_record
from addons.wire.frame import Frame
from tests.redis_stream import records

HOSTILE = RecordContext('f:0"', 's\\","seq":7,"x":"', "c", "p\n")

CASES = [
    pytest.param(records.flow("f", 5), (Kind.FLOWS, b"f", None), id="flow"),
    pytest.param(records.line("f:1", 12), (Kind.LINES, b"f:1", 12), id="frame"),
    pytest.param(records.end("f"), (Kind.ENDS, b"f", None), id="end"),
    pytest.param(records.blob("f", "x"), (Kind.BLOBS, records.blob("f", "x").hash.encode(), None), id="content"),
    pytest.param(
        line_record(HOSTILE, records.ts(0), Frame("{}", None, None, None, None), 3, 0.0),
        (Kind.LINES, b'f:0\\"', 3),
        id="names that look like fields",
    ),
]


@pytest.mark.parametrize(("record", "key"), CASES[:4])
def test_from_the_pipeline_and_from_the_file_it_is_the_same(record: Record, key: tuple[object, ...]) -> None:
    expected = Entry(*key, record.line[:-1])
    assert entry_of_record(record, "h") == expected
    assert entry_of_line(record.kind, record.line, "h") == expected


def test_names_that_look_like_fields_mislead_nobody() -> None:
    record, key = CASES[4].values
    assert entry_of_record(record, "h") == Entry(*key, record.line[:-1])


def test_an_error_is_told_by_its_line_and_host() -> None:
    record = records.error("full disk")
    entry = entry_of_record(record, "ana")
    assert entry == entry_of_line(Kind.ERRORS, record.line, "ana")
    assert entry != entry_of_line(Kind.ERRORS, record.line, "ben")


@pytest.mark.parametrize(
    "record",
    [
        response_record(records.context("f"), records.ts(0), 200, "u", b"body"),
        transcript_record(records.context("f"), "text"),
    ],
    ids=["raw body", "transcript"],
)
def test_what_only_repeats_the_others_is_not_published(record: Record) -> None:
    assert entry_of_record(record, "h") is None


@pytest.mark.parametrize("kind", [Kind.FLOWS, Kind.LINES, Kind.ENDS, Kind.BLOBS, Kind.ERRORS])
@pytest.mark.parametrize(
    "line", [b"", b"\n", b'{"v":1,"ts":"2026', b"noise\n"], ids=["empty", "blank", "torn", "noise"]
)
def test_a_damaged_line_is_no_entry(kind: Kind, line: bytes) -> None:
    assert entry_of_line(kind, line, "h") is None


@pytest.mark.parametrize(
    ("key", "owner", "seq"),
    [(b"lines:id:1:12", b"id:1", 12), (b"flows:id:1", b"id:1", None), (b"blobs:ab", b"ab", None)],
)
def test_an_entry_of_the_stream_tells_whose_it_is(key: bytes, owner: bytes, seq: int | None) -> None:
    fields = {b"kind": key.partition(b":")[0], b"host": b"ana", b"key": key, b"data": b"{}"}
    found = received(b"1-0", fields)
    assert found is not None
    assert (found.host, found.entry.owner, found.entry.seq, found.entry.line) == ("ana", owner, seq, b"{}")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {b"kind": b"lines", b"key": b"lines:f:x", b"data": b"{}"},
        {b"kind": b"lines", b"key": b"lines:f:1"},
        {b"kind": b"other", b"key": b"other:f", b"data": b"{}"},
    ],
    ids=["nothing", "no seq", "no record", "another kind"],
)
def test_an_entry_of_another_program_is_none_of_ours(fields: dict[bytes, bytes]) -> None:
    assert received(b"1-0", fields) is None


def test_a_host_is_added_to_the_record_and_nothing_else_changes() -> None:
    line = records.line("f", 0).line[:-1]
    assert json.loads(with_host(line, 'a"b')) == json.loads(line) | {"host": 'a"b'}


def test_a_record_knows_when_it_was_made() -> None:
    assert time_ms(records.line("f", 0, 1234).line) == records.EPOCH_MS + 1234
    assert time_ms(b"{}") is None
    assert time_ms(b'{"ts":"yesterday"}') is None

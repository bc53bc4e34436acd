"""The blob set: each content once per log folder, whoever writes it (SPEC S4.8)."""

from __future__ import annotations

from pathlib import Path

from addons.sinks.blobs import BlobSet
from addons.sinks.records import Record, RecordContext, blob_record

TS = "2026-11-23T10:15:00.123456+01:00"


def blob(context: RecordContext, content: bytes) -> Record:
    return blob_record(context, TS, "message", content)


def test_unknown_contents_come_once(tmp_path: Path, context: RecordContext) -> None:
    blobs = BlobSet(tmp_path / "b.jsonl")
    one, two = blob(context, b"1"), blob(context, b"2")
    assert blobs.unknown([one, two, blob(context, b"1")]) == [one, two]


def test_what_another_process_has_written_is_known(tmp_path: Path, context: RecordContext) -> None:
    path = tmp_path / "b.jsonl"
    blobs = BlobSet(path)
    blobs.refresh()
    one, two = blob(context, b"1"), blob(context, b"2")
    path.write_bytes(one.line)
    assert blobs.unknown([one, two]) == [one, two]
    blobs.refresh()
    assert blobs.unknown([one, two]) == [two]


def test_what_a_compaction_has_dropped_is_unknown_again(tmp_path: Path, context: RecordContext) -> None:
    path = tmp_path / "b.jsonl"
    one, two = blob(context, b"1"), blob(context, b"2")
    path.write_bytes(one.line + two.line)
    blobs = BlobSet(path)
    blobs.refresh()
    (tmp_path / "new").write_bytes(two.line)
    (tmp_path / "new").rename(path)
    blobs.refresh()
    assert blobs.unknown([one, two]) == [one]
    assert len(blobs) == 1


def test_a_torn_line_is_not_known(tmp_path: Path, context: RecordContext) -> None:
    path = tmp_path / "b.jsonl"
    one = blob(context, b"1")
    path.write_bytes(one.line[:-1])
    blobs = BlobSet(path)
    blobs.refresh()
    assert blobs.unknown([one]) == [one]

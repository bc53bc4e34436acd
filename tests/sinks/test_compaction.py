"""Compaction: a blob outlives the last kept request that refers to it, and no longer (LOGFORMAT.md)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from addons.sinks import compaction, layout
from addons.sinks.archive import compress
from addons.sinks.compaction import compact_blobs
from addons.sinks.locking import FolderLock
from addons.sinks.records import Record, RecordContext, blob_record
from addons.sinks.rotation import rotate

TS = "2026-11-23T10:15:00.123456+01:00"


def never() -> bool:
    return False


@pytest.fixture
def blobs(context: RecordContext) -> list[Record]:
    return [blob_record(context, TS, "message", b'{"n":%d}' % number) for number in range(6)]


def flow(*blobs: Record) -> bytes:
    return b'{"request":[%b]}\n' % b",".join(b'{"$ref":"%b"}' % (blob.hash or "").encode() for blob in blobs)


def test_what_is_referred_to_stays(tmp_path: Path, lock: FolderLock, blobs: list[Record]) -> None:
    """By a compressed, by a rotated and by the current file of flows."""
    path = tmp_path / layout.BLOBS
    path.write_bytes(b"".join(blob.line for blob in blobs))
    flows = tmp_path / layout.FLOWS
    flows.write_bytes(flow(blobs[0]))
    compress(rotate(flows, 0.0), never)
    flows.write_bytes(flow(blobs[2]) + b"{}\n")
    rotate(flows, 0.0)
    flows.write_bytes(flow(blobs[4], blobs[2]))
    freed = compact_blobs(tmp_path, lock, never)
    assert path.read_bytes() == blobs[0].line + blobs[2].line + blobs[4].line
    assert freed == len(blobs[1].line + blobs[3].line + blobs[5].line)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_comes_meanwhile_stays(
    tmp_path: Path, lock: FolderLock, blobs: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new blob, and a new request that refers to an old blob which nobody referred to when the work began."""
    path, flows = tmp_path / layout.BLOBS, tmp_path / layout.FLOWS
    path.write_bytes(blobs[0].line + blobs[1].line + blobs[2].line)
    flows.write_bytes(flow(blobs[0]))

    def write_meanwhile(_: int) -> None:
        with path.open("ab") as file:
            file.write(blobs[3].line)
        rotate(flows, 0.0)
        flows.write_bytes(flow(blobs[3], blobs[1]))

    monkeypatch.setattr(compaction.os, "fsync", write_meanwhile)  # the last step outside of the lock
    compact_blobs(tmp_path, lock, never)
    assert set(path.read_bytes().splitlines(keepends=True)) == {blobs[n].line for n in (0, 1, 3)}


def test_a_torn_line_that_is_cut_off_meanwhile_is_not_taken_over(
    tmp_path: Path, lock: FolderLock, blobs: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / layout.BLOBS
    path.write_bytes(blobs[0].line + b"torn" * 50)
    (tmp_path / layout.FLOWS).write_bytes(flow(blobs[0]))

    def repair_and_append(_: int) -> None:
        os.truncate(path, len(blobs[0].line))
        with path.open("ab") as file:
            file.write(blobs[1].line)

    monkeypatch.setattr(compaction.os, "fsync", repair_and_append)
    compact_blobs(tmp_path, lock, never)
    assert path.read_bytes() == blobs[0].line + blobs[1].line


def test_stopped_in_the_middle_it_leaves_all_as_it_was(tmp_path: Path, lock: FolderLock, blobs: list[Record]) -> None:
    content = b"".join(blob.line for blob in blobs)
    (tmp_path / layout.BLOBS).write_bytes(content)
    (tmp_path / layout.FLOWS).write_bytes(flow(blobs[5]))
    assert compact_blobs(tmp_path, lock, lambda: True) is None
    assert (tmp_path / layout.BLOBS).read_bytes() == content
    assert not list(tmp_path.glob("*.tmp"))


def test_a_replaced_file_is_left_alone(
    tmp_path: Path, lock: FolderLock, blobs: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / layout.BLOBS
    path.write_bytes(blobs[0].line)

    def replace(_: int) -> None:
        path.rename(tmp_path / "moved away")
        path.write_bytes(blobs[1].line)

    monkeypatch.setattr(compaction.os, "fsync", replace)
    assert compact_blobs(tmp_path, lock, never) is None
    assert path.read_bytes() == blobs[1].line


def test_without_blobs_there_is_nothing_to_do(tmp_path: Path, lock: FolderLock) -> None:
    assert compact_blobs(tmp_path, lock, never) == 0

"""addons/sources/blob_index.py: contents out of a file that grows and is compacted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.sinks.records import RecordContext, blob_record
from addons.sources import blob_index
from addons.sources.blob_index import BlobIndex

CONTEXT = RecordContext("f-1", "s-1", "codex", "openai")


def record(content: object) -> tuple[str, bytes]:
    made = blob_record(CONTEXT, "2026-11-23T10:15:00.123456+01:00", "message", json.dumps(content).encode())
    assert made.hash
    return made.hash, made.line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sse_blobs.jsonl"


@pytest.fixture
def index(path: Path) -> Iterator[BlobIndex]:
    index = BlobIndex(path)
    yield index
    index.close()


def test_contents_are_found_wherever_they_are(path: Path, index: BlobIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a read ends in the middle of a record, or of its head."""
    monkeypatch.setattr(blob_index, "_CHUNK", 97)
    monkeypatch.setattr(blob_index, "_LINE", 16)
    contents = [{"text": "x" * size, "n": 10**30} for size in range(120)]
    records = [record(content) for content in contents]
    path.write_bytes(b"".join(line for _, line in records))
    assert [index.content(digest) for digest, _ in records] == contents


def test_what_comes_later_is_found(path: Path, index: BlobIndex) -> None:
    digest, line = record("late")
    assert index.content(digest) is None
    path.write_bytes(record("early")[1])
    assert index.content(digest) is None
    with path.open("ab") as file:
        file.write(line)
    assert index.content(digest) == "late"


def test_a_compacted_file_is_read_anew(path: Path, index: BlobIndex) -> None:
    dropped, kept, unread = record("dropped " * 9), record("kept"), record("not asked for before")
    path.write_bytes(dropped[1] + kept[1] + unread[1])
    assert index.content(kept[0]) == "kept"
    new = path.with_suffix(".new")
    added = record("added" * 99)
    new.write_bytes(kept[1] + unread[1] + added[1])
    new.rename(path)
    assert index.content(added[0]) == "added" * 99
    assert index.content(unread[0]) == "not asked for before"


def test_only_so_much_stays_parsed(path: Path, index: BlobIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [record(f"{number:0500}") for number in range(20)]
    monkeypatch.setattr(blob_index, "KEPT_BYTES", 5 * len(records[0][1]))
    path.write_bytes(b"".join(line for _, line in records))
    for _ in range(2):
        assert [index.content(digest) for digest, _ in records] == [f"{number:0500}" for number in range(20)]
    assert len(index._parsed) == 5

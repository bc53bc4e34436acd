"""Compression of finished files, safe against crashes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import zstandard

from addons.sinks.archive import compress, open_stream

CONTENT = b"".join(b'{"n":%d}\n' % number for number in range(300_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "f.20261123T101500Z.jsonl"
    path.write_bytes(CONTENT)
    return path


def never() -> bool:
    return False


def test_the_compressed_file_replaces_the_plain_one(path: Path) -> None:
    assert compress(path, never)
    target = path.with_name(path.name + ".zst")
    assert [target] == list(path.parent.iterdir())
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.stat().st_size < len(CONTENT) / 4
    assert zstandard.ZstdDecompressor().stream_reader(io.BytesIO(target.read_bytes())).read() == CONTENT


def test_both_forms_read_the_same_line_by_line(path: Path) -> None:
    with open_stream(path) as stream:
        plain = list(stream)
    compress(path, never)
    with open_stream(path) as stream:  # by its old name, as a reader has it that listed the folder before
        assert list(stream) == plain


def test_stopped_in_the_middle_it_leaves_all_as_it_was(path: Path) -> None:
    answers = iter([False, True])
    assert not compress(path, lambda: next(answers))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == CONTENT


def test_a_crash_before_the_plain_file_was_removed(path: Path) -> None:
    target = path.with_name(path.name + ".zst")
    target.write_bytes(zstandard.compress(CONTENT))
    assert compress(path, never)
    assert list(path.parent.iterdir()) == [target]
    with open_stream(target) as stream:
        assert stream.read() == CONTENT

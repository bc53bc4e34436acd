"""Scanning for values at a fixed place: nothing is missed at seams, rotations or replacements."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sinks.archive import compress
from addons.sinks.rotation import rotate
from addons.sinks.scan import LogScanner, TailScanner, scan_chunks

PATTERN = re.compile(rb'\n\{"id":"([a-z]+)"')
LINES = b"".join(b'{"id":"%c","x":"{\\"id\\":\\"z\\""}\n' % letter for letter in b"abcdef")


@given(st.lists(st.integers(0, len(LINES)), max_size=6))
def test_a_seam_hides_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(LINES)]
    chunks = [LINES[start:end] for start, end in itertools.pairwise(edges)]
    assert set(scan_chunks(chunks, PATTERN)) == set(scan_chunks([LINES], PATTERN)) == {b"%c" % c for c in b"abcdef"}


def test_a_tail_is_read_once_and_never_torn(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    scanner = TailScanner(path, PATTERN)
    seen = []
    for piece in (b"", b'{"id":"a"}\n', b'{"id":"b"', b'}\n{"id":"c"}\n', b""):
        with path.open("ab") as file:
            file.write(piece)
        seen.append(list(scanner.scan()))
    assert seen == [[], [b"a"], [], [b"b", b"c"], []]


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"id":"a"}\n')
    scanner = TailScanner(path, PATTERN)
    assert list(scanner.scan()) == [b"a"]
    assert not scanner.is_replaced()
    (tmp_path / "new").write_bytes(b'{"id":"b"}\n{"id":"c"}\n')
    (tmp_path / "new").rename(path)
    assert scanner.is_replaced()
    assert list(scanner.scan()) == [b"b", b"c"]


def test_a_removed_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"id":"a"}\n')
    scanner = TailScanner(path, PATTERN)
    assert list(scanner.scan()) == [b"a"]
    path.unlink()
    assert scanner.is_replaced()
    assert list(scanner.scan()) == []
    assert not scanner.is_replaced()


def test_a_rotation_between_two_looks_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rotated files have been looked at, the current one not yet."""
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"id":"a"}\n')
    scanner = LogScanner(path, PATTERN)
    scan_tail = scanner._tail.scan

    def rotate_first() -> Iterator[bytes]:
        rotate(path, 0.0)
        return scan_tail()

    monkeypatch.setattr(scanner._tail, "scan", rotate_first)
    assert set(scanner.scan()) == {b"a"}


def test_rotated_files_are_read_too(tmp_path: Path) -> None:
    """Also what came after the last look and before the rotation."""
    path = tmp_path / "f.jsonl"
    scanner = LogScanner(path, PATTERN)
    path.write_bytes(b'{"id":"a"}\n')
    compress(rotate(path, 0.0), lambda: False)
    path.write_bytes(b'{"id":"b"}\n')
    assert set(scanner.scan()) == {b"a", b"b"}
    with path.open("ab") as file:
        file.write(b'{"id":"c"}\n')
    rotate(path, 0.0)
    path.write_bytes(b'{"id":"d"}\n')
    assert {b"c", b"d"} <= set(scanner.scan())
    assert set(scanner.scan()) == set()

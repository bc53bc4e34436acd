"""addons/sources/tail.py: each whole line once, in order, whatever becomes of the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sources import tail
from addons.sources.tail import LineTail, PipeLines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sse_lines.jsonl"


@pytest.fixture
def reader(path: Path) -> Iterator[LineTail]:
    reader = LineTail(path)
    yield reader
    reader.close()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@given(st.lists(st.binary(max_size=12)), st.data())
def test_lines_written_in_any_pieces(lines: list[bytes], data: st.DataObject) -> None:
    lines = [line.replace(b"\n", b"?") for line in lines]
    whole = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines"
        reader = LineTail(path)
        found: list[bytes] = []
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            append(path, whole[start:end])
            found += reader.read()
            assert b"".join(line + b"\n" for line in found) == whole[: whole.rfind(b"\n", 0, end) + 1]
        reader.close()
    assert found == lines


def test_lines_longer_than_what_is_read_at_once(path: Path, reader: LineTail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "_CHUNK", 4)
    path.write_bytes(b"a\nbcdefghijklmnop\nq\n" + b"r" * 50)
    assert list(reader.read()) == [b"a", b"bcdefghijklmnop", b"q"]


def test_a_file_that_comes_later(path: Path, reader: LineTail) -> None:
    assert list(reader.read()) == []
    path.write_bytes(b"first\n")
    assert list(reader.read()) == [b"first"]


def test_rotation_loses_nothing_that_came_just_before_it(path: Path, reader: LineTail) -> None:
    path.write_bytes(b"1\n")
    assert list(reader.read()) == [b"1"]
    append(path, b"2\n")
    path.rename(path.with_suffix(".old"))
    assert list(reader.read()) == [b"2"]
    path.write_bytes(b"3\n")
    assert list(reader.read()) == [b"3"]
    append(path, b"4\n")
    path.rename(path.with_suffix(".older"))
    path.write_bytes(b"5\n")
    assert list(reader.read()) == [b"4", b"5"]


def test_rotation_right_after_a_read(path: Path, reader: LineTail, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that comes between the read and the look at the path."""
    is_replaced = LineTail._is_replaced

    def rotate_first(self: LineTail) -> bool:
        if not path.with_suffix(".old").exists():
            append(path, b"2\n")
            path.rename(path.with_suffix(".old"))
            path.write_bytes(b"3\n")
        return is_replaced(self)

    monkeypatch.setattr(LineTail, "_is_replaced", rotate_first)
    path.write_bytes(b"1\n")
    assert list(reader.read()) == [b"1", b"2", b"3"]


def test_a_truncated_file_begins_anew(path: Path, reader: LineTail) -> None:
    path.write_bytes(b"one line\nanother\n")
    assert list(reader.read()) == [b"one line", b"another"]
    path.write_bytes(b"new\n")
    assert list(reader.read()) == [b"new"]


def test_a_torn_line_that_repair_cuts_off_leaves_nothing(path: Path, reader: LineTail) -> None:
    path.write_bytes(b'{"a":1}\n{"torn')
    assert list(reader.read()) == [b'{"a":1}']
    os.truncate(path, 8)
    append(path, b'{"much longer than what was torn":2}\n')
    assert list(reader.read()) == [b'{"much longer than what was torn":2}']


def test_skipping_what_is_there(path: Path, reader: LineTail) -> None:
    """A line that is being written counts as new."""
    path.write_bytes(b"old\nha")
    reader.skip()
    append(path, b"lf\nnew\n")
    assert list(reader.read()) == [b"half", b"new"]


@pytest.mark.parametrize("cut", range(len(b"one\ntwo\nrest")))
def test_a_pipe(cut: int) -> None:
    reading, writing = os.pipe()
    lines = PipeLines(reading)
    found: list[bytes] = []
    assert lines.read(0.0) == []
    for piece in (b"one\ntwo\nrest"[:cut], b"one\ntwo\nrest"[cut:]):
        os.write(writing, piece)
        found += lines.read(0.0)
    assert found == [b"one", b"two"]
    os.close(writing)
    assert lines.read(0.0) == [b"rest"]
    assert lines.is_over
    assert lines.read(0.0) == []
    os.close(reading)

"""Appends: whole records, also beside rotation, dead processes and full disks."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from addons.sinks import appender
from addons.sinks.appender import AppendError, AppendFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "f.jsonl"


def test_appends_follow_each_other(path: Path) -> None:
    file = AppendFile(path)
    assert file.append([b"1\n", b"2\n"]) == 4
    assert file.append([b"3\n"]) == 6
    assert path.read_bytes() == b"1\n2\n3\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_two_writers_take_turns(path: Path) -> None:
    first, second = AppendFile(path), AppendFile(path)
    for file in (first, second, first):
        file.append([b"1\n"])
    assert path.read_bytes() == b"1\n1\n1\n"


@pytest.mark.parametrize("goes_on", [True, False], ids=["another has begun a new file", "there is none yet"])
def test_a_rotated_file_is_left(path: Path, goes_on: bool) -> None:
    file = AppendFile(path)
    file.append([b"1\n"])
    path.rename(path.with_name("rotated"))
    if goes_on:
        path.write_bytes(b"2\n")
    file.append([b"3\n"])
    assert path.with_name("rotated").read_bytes() == b"1\n"
    assert path.read_bytes() == (b"2\n" if goes_on else b"") + b"3\n"


def test_a_removed_folder_is_made_again(path: Path) -> None:
    file = AppendFile(path)
    file.append([b"1\n"])
    path.unlink()
    path.parent.rmdir()
    file.append([b"2\n"])
    assert path.read_bytes() == b"2\n"


def test_a_torn_line_found_at_opening_is_cut_and_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'1\n{"torn')
    told: list[tuple[Path, int]] = []
    AppendFile(path, on_repair=lambda *what: told.append(what)).append([b"2\n"])
    assert path.read_bytes() == b"1\n2\n"
    assert told == [(path, 6)]


def test_a_line_torn_by_another_process_meanwhile_is_cut(path: Path) -> None:
    file = AppendFile(path)
    file.append([b"1\n"])
    with path.open("ab") as other:
        other.write(b'2\n{"to')
    file.append([b"3\n"])
    assert path.read_bytes() == b"1\n2\n3\n"


def test_free_text_has_no_torn_lines(path: Path) -> None:
    for piece in (b"half a ", b"line"):
        AppendFile(path, is_lines=False).append([piece])
    assert path.read_bytes() == b"half a line"


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        pytest.param(1, 0, id="nothing fits"),
        pytest.param(6, 1, id="one record and a half"),
        pytest.param(8, 2, id="exactly two"),
        pytest.param(11, 2, id="all but one byte"),
    ],
)
def test_a_full_disk_leaves_whole_records(
    path: Path, room: int, kept: int, file_size_limit: Callable[[int], AbstractContextManager[None]]
) -> None:
    file = AppendFile(path)
    file.append([b"0\n"])
    with file_size_limit(2 + room), pytest.raises(AppendError) as failure:
        file.append([b"a\nb\n", b"c\nd\n", b"e\nf\n"])
    assert failure.value.written == kept
    assert failure.value.errno == errno.EFBIG
    assert path.read_bytes() == b"0\n" + b"a\nb\nc\nd\n"[: 4 * kept]
    file.append([b"later\n"])
    assert path.read_bytes().endswith(b"\nlater\n")


def test_many_records_are_written_in_batches_of_whole_ones(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appender, "_BATCH_BYTES", 5)
    written: list[bytes] = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: written.append(data) or write(fd, data))
    size = AppendFile(path).append([b"1\n", b"2\n", b"3\n", b"a long one\n", b"4\n"])
    assert written == [b"1\n2\n", b"3\n", b"a long one\n", b"4\n"]
    assert path.read_bytes() == b"".join(written)
    assert size == len(path.read_bytes())


def test_a_disk_that_is_full_in_the_second_batch_leaves_whole_records(
    path: Path, monkeypatch: pytest.MonkeyPatch, file_size_limit: Callable[[int], AbstractContextManager[None]]
) -> None:
    monkeypatch.setattr(appender, "_BATCH_BYTES", 4)
    file = AppendFile(path)
    with file_size_limit(7), pytest.raises(AppendError) as failure:
        file.append([b"1\n", b"2\n", b"3\n", b"4\n"])
    assert failure.value.written == 3
    assert path.read_bytes() == b"1\n2\n3\n"


def test_what_can_not_even_be_cut_off_is_repaired_by_the_next_append(
    path: Path, monkeypatch: pytest.MonkeyPatch, file_size_limit: Callable[[int], AbstractContextManager[None]]
) -> None:
    def fail(*_: int) -> None:
        raise OSError(errno.EIO, "no")

    file = AppendFile(path)
    with monkeypatch.context() as patch, file_size_limit(3):
        patch.setattr(os, "ftruncate", fail)
        with pytest.raises(AppendError):
            file.append([b"1\n", b"torn\n"])
    assert path.read_bytes() == b"1\nt"
    file.append([b"2\n"])
    assert path.read_bytes() == b"1\n2\n"


def test_an_unwritable_place_is_an_append_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AppendError) as failure:
        AppendFile(tmp_path / "file" / "f.jsonl").append([b"1\n"])
    assert failure.value.written == 0

"""Torn last lines are cut off, all others kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from addons.sinks.repair import repair_tail

WHOLE = b'{"a":1}\n{"b":"\xc3\xa9"}\n'


def repaired(path: Path, content: bytes, is_json: bool = True) -> tuple[int, bytes]:
    path.write_bytes(content)
    fd = os.open(path, os.O_RDWR)
    try:
        return repair_tail(fd, is_json), path.read_bytes()
    finally:
        os.close(fd)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"", id="sound"),
        pytest.param(b'{"c":', id="no line feed"),
        pytest.param(b'{"c":1}', id="whole but for the line feed"),
        pytest.param(b"\0" * 5000, id="NUL padding"),
        pytest.param(b"\0" * 5000 + b"\n", id="NUL padding and a line feed"),
        pytest.param(b'{"c":\0\0\0"}\n', id="NULs inside of a line"),
        pytest.param(b'{"c":\xff\xfe}\n', id="no UTF-8"),
        pytest.param(b'{"c"\n{"d"\n{"e', id="several"),
        pytest.param(b'{"c":"' + b"x" * 200_000, id="longer than a block"),
    ],
)
def test_repair(tmp_path: Path, tail: bytes) -> None:
    assert repaired(tmp_path / "f.jsonl", WHOLE + tail) == (len(tail), WHOLE)


@pytest.mark.parametrize("content", [b"", b'{"a', b"\0" * 100], ids=["empty", "one torn line", "only NULs"])
def test_nothing_whole(tmp_path: Path, content: bytes) -> None:
    assert repaired(tmp_path / "f.jsonl", content) == (len(content), b"")


def test_text_is_cut_at_a_line(tmp_path: Path) -> None:
    assert repaired(tmp_path / "f.log", b"=== x\nbody\ntorn", is_json=False) == (4, b"=== x\nbody\n")


def test_a_foreign_file_is_not_emptied(tmp_path: Path) -> None:
    content = b"no json\n" * 1000
    assert repaired(tmp_path / "f.jsonl", content) == (0, content)


def test_every_cut_of_a_file_keeps_its_whole_lines(tmp_path: Path) -> None:
    """The truncation table."""
    for cut in range(len(WHOLE) + 1):
        kept = WHOLE[: WHOLE.rfind(b"\n", 0, cut) + 1]
        assert repaired(tmp_path / "f.jsonl", WHOLE[:cut]) == (cut - len(kept), kept), cut

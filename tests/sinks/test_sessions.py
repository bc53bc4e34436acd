"""Session numbers: in order of first appearance, the same everywhere and for ever (SPEC S3.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.sinks import layout
from addons.sinks.locking import FolderLock
from addons.sinks.rotation import rotate
from addons.sinks.sessions import SessionNumbers


@pytest.fixture
def numbers(tmp_path: Path, lock: FolderLock) -> SessionNumbers:
    return SessionNumbers(tmp_path, lock)


def test_numbers_count_up(numbers: SessionNumbers) -> None:
    assert [numbers.number_of(session_id) for session_id in ("a", "b", "a", 'ü"\n', "b")] == [1, 2, 1, 3, 2]


def test_processes_agree_and_a_restart_changes_nothing(tmp_path: Path, numbers: SessionNumbers) -> None:
    other = SessionNumbers(tmp_path, FolderLock(tmp_path / ".lock"))
    assert [numbers.number_of("a"), other.number_of("b"), numbers.number_of("c"), other.number_of("a")] == [1, 2, 3, 1]
    later = SessionNumbers(tmp_path, FolderLock(tmp_path / ".lock"))
    assert [later.number_of(session_id) for session_id in ("c", "d", "b", "a")] == [3, 4, 2, 1]


def test_a_missing_file_is_made_again_from_the_log(tmp_path: Path, numbers: SessionNumbers) -> None:
    flows = tmp_path / layout.FLOWS
    for part in (["z", "y", "z"], ["y", "x"]):
        lines = (b'{"v":1,"ts":"t","flow_id":"f","session_id":"%b"}\n' % name.encode() for name in part)
        flows.write_bytes(b"".join(lines) + b'{"v":1,"ts":"t","flow_id":"f","session_id":null}\n')
        if part[0] == "z":
            rotate(flows, 0.0)
    assert [numbers.number_of(session_id) for session_id in ("x", "y", "z", "new")] == [3, 2, 1, 4]


def test_torn_and_damaged_lines_do_no_harm(tmp_path: Path, numbers: SessionNumbers, lock: FolderLock) -> None:
    numbers.number_of("a")
    with (tmp_path / layout.SESSION_NUMBERS).open("ab") as file:
        file.write(b'[]\n{"number":2,"session')
    assert SessionNumbers(tmp_path, lock).number_of("b") == 2
    assert SessionNumbers(tmp_path, lock).number_of("b") == 2

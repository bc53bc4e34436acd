"""Private folders and files, and the lock between processes (SPEC S4.22)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from addons.sinks.locking import FolderLock, open_private, private_folder


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777], ids=oct)
def test_new_folders_and_files_are_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        private_folder(tmp_path / "log")
        os.close(open_private(tmp_path / "log" / "file", os.O_CREAT | os.O_WRONLY))
    finally:
        os.umask(before)
    assert mode(tmp_path / "log") == 0o700
    assert mode(tmp_path / "log" / "file") == 0o600


def test_loose_ones_are_tightened(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log").chmod(0o755)
    (tmp_path / "log" / "file").touch(mode=0o644)
    private_folder(tmp_path / "log")
    os.close(open_private(tmp_path / "log" / "file", os.O_RDWR))
    assert mode(tmp_path / "log") == 0o700
    assert mode(tmp_path / "log" / "file") == 0o600


def test_missing_parents_are_made_and_existing_ones_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "a" / "b")
    assert [mode(tmp_path), mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]


def test_a_shared_folder_stays_shared(tmp_path: Path) -> None:
    """A log right in /tmp must not lock everybody else out of it."""
    tmp_path.chmod(0o1777)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o1777


def test_the_home_folder_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_one_at_a_time(tmp_path: Path) -> None:
    first, second = (FolderLock(tmp_path / ".lock", patience_s=0.01) for _ in range(2))
    with first:
        assert not second.try_enter()
        with pytest.raises(TimeoutError), second:
            pass
    assert second.try_enter()
    second.leave()


def test_it_can_be_entered_again_by_its_holder(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / ".lock"), FolderLock(tmp_path / ".lock")
    with first:
        with first:
            pass
        assert not second.try_enter()
    assert second.try_enter()


def test_a_lock_whose_folder_was_removed_is_taken_anew(tmp_path: Path) -> None:
    """Or two processes would each hold the lock: one of the removed file, one of the new."""
    folder = tmp_path / "log"
    first, second = FolderLock(folder / ".lock"), FolderLock(folder / ".lock")
    with first:
        pass
    shutil.rmtree(folder)
    with second:
        assert not first.try_enter()

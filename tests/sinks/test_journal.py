"""The journal: which exchanges a dead process left open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.sinks import journal as journal_module
from addons.sinks import layout
from addons.sinks.journal import DeadJournals, Journal, OpenExchange
from addons.sinks.locking import FolderLock


@pytest.fixture
def journal(tmp_path: Path, lock: FolderLock) -> Iterator[Journal]:
    journal = Journal(tmp_path, lock)
    yield journal
    journal.close()


def die(journal: Journal) -> None:
    """What the kernel does for a killed process: its descriptors are closed, and the lock with them."""
    journal_module.os.close(journal._fd)
    journal._fd = -1


def log_records(folder: Path, name: str, *flow_ids: str) -> None:
    with (folder / name).open("ab") as file:
        for flow_id in flow_ids:
            file.write(b'{"v":1,"ts":"x","flow_id":"%b","session_id":null}\n' % flow_id.encode())


def test_what_a_dead_process_left_open(tmp_path: Path, lock: FolderLock, journal: Journal) -> None:
    for flow_id in ("a", "b", "c"):
        journal.opened(flow_id, {"client": "codex", "status": 200})
    journal.closed("b")
    log_records(tmp_path, layout.FLOWS, "a", "b", "c")
    die(journal)
    fields = {"client": "codex", "status": 200}
    assert DeadJournals(tmp_path, lock).take() == [OpenExchange("a", fields), OpenExchange("c", fields)]


def test_a_living_process_is_left_alone(tmp_path: Path, journal: Journal) -> None:
    journal.opened("a", {})
    log_records(tmp_path, layout.FLOWS, "a")
    assert DeadJournals(tmp_path, FolderLock(tmp_path / ".lock")).take() == []


def test_only_one_start_takes_it_and_a_crash_then_leaves_it_to_the_next(
    tmp_path: Path, lock: FolderLock, journal: Journal
) -> None:
    journal.opened("a", {})
    log_records(tmp_path, layout.FLOWS, "a")
    die(journal)
    first, second = DeadJournals(tmp_path, lock), DeadJournals(tmp_path, FolderLock(tmp_path / ".lock"))
    assert len(first.take()) == 1
    assert second.take() == []
    for _, descriptor in first._held:  # the first dies before it has written the ends
        journal_module.os.close(descriptor)
    assert len(second.take()) == 1
    second.forget()
    assert list(tmp_path.glob(f"{layout.JOURNAL_PREFIX}*")) == []


@pytest.mark.parametrize(
    ("begun", "ended", "found"),
    [
        pytest.param(["a"], [], ["a"], id="begun"),
        pytest.param([], [], [], id="killed before its flow record was written"),
        pytest.param(["a"], ["a"], [], id="killed after its end record was written"),
    ],
)
def test_the_log_has_the_last_word(
    tmp_path: Path, lock: FolderLock, journal: Journal, begun: list[str], ended: list[str], found: list[str]
) -> None:
    journal.opened("a", {})
    log_records(tmp_path, layout.FLOWS, *begun)
    log_records(tmp_path, layout.ENDS, *ended)
    die(journal)
    assert [exchange.flow_id for exchange in DeadJournals(tmp_path, lock).take()] == found


def test_a_torn_journal_tells_what_is_whole(tmp_path: Path, lock: FolderLock, journal: Journal) -> None:
    journal.opened("a", {})
    log_records(tmp_path, layout.FLOWS, "a")
    assert journal.path is not None
    with journal.path.open("ab") as file:
        file.write(b'{"opened":"b","fi')
    die(journal)
    assert [exchange.flow_id for exchange in DeadJournals(tmp_path, lock).take()] == ["a"]


def test_it_stays_small(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both when nothing is open between exchanges and when one is open all the time."""
    monkeypatch.setattr(journal_module, "_COMPACT_BYTES", 2000)
    sizes = []
    for number in range(500):
        if number == 250:
            journal.opened("long", {})
        journal.opened(f"f-{number}", {"x": "y"})
        journal.closed(f"f-{number}")
        assert journal.path is not None
        sizes.append(journal.path.stat().st_size)
    assert max(sizes) < 2200
    assert b'"long"' in journal.path.read_bytes()


def test_a_removed_folder_is_made_good(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    journal = Journal(folder, FolderLock(folder / ".lock"))
    journal.opened("a", {})
    shutil.rmtree(folder)
    journal.opened("b", {})
    assert journal.path is not None
    assert [line[:13] for line in journal.path.read_bytes().splitlines()] == [b'{"opened":"a"', b'{"opened":"b"']


def test_what_could_not_be_written_is_made_up_for(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.touch()
    journal = Journal(folder, FolderLock(folder / ".lock"))
    with pytest.raises(OSError, match=r"exists|directory"):
        journal.opened("a", {})
    folder.unlink()
    journal.opened("b", {})
    assert journal.path is not None
    assert journal.path.read_bytes().count(b'"opened"') == 2


def test_a_clean_end_leaves_nothing(tmp_path: Path, lock: FolderLock) -> None:
    journal = Journal(tmp_path, lock)
    journal.opened("a", {})
    journal.closed("a")
    journal.close()
    assert list(tmp_path.glob(f"{layout.JOURNAL_PREFIX}*")) == []


def test_another_journal_of_the_same_name_is_not_touched(tmp_path: Path, lock: FolderLock) -> None:
    """Two containers that share a folder have processes of the same number."""
    first, second = Journal(tmp_path, lock), Journal(tmp_path, lock)
    first.opened("a", {})
    second.opened("b", {})
    assert first.path is not None
    assert first.path != second.path
    assert b'"a"' in first.path.read_bytes()

"""A log folder that can't be written: nothing raises, records wait, what is lost is counted (SPEC S4.2)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from addons.sinks.reader import iter_records
from addons.sinks.records import Kind, Record, RecordContext, blob_record
from addons.sinks.store import LogStore, StoreSettings
from tests.sinks.clock import Clock

type LineMaker = Callable[..., Record]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def store(root: Path, clock: Clock, said: list[str]) -> Iterator[LogStore]:
    store = LogStore(StoreSettings(root, backlog_bytes=20_000), said.append, clock)
    yield store
    store.close()


def sequence(root: Path) -> list[int]:
    return [record["seq"] for record in iter_records(root, Kind.LINES)]


def test_an_unwritable_folder_that_stays_so(root: Path, clock: Clock, said: list[str], make_line: LineMaker) -> None:
    """That it stays so is no end of an outage."""
    root.touch()
    store = LogStore(StoreSettings(root), said.append, clock)
    store.start()
    store.write([make_line(0)])
    store.close()
    assert said[1:] == [
        f"agent_log_dir={root}: the log could not be written until the end; {store.lost_records} records are lost."
    ]


def test_an_unwritable_folder_that_becomes_writable(
    root: Path, store: LogStore, clock: Clock, said: list[str], make_line: LineMaker
) -> None:
    root.touch()  # a file where the folder should be: that stops root, too
    store.start()
    for seq in range(5):
        store.write([make_line(seq)])
        clock.now_s += 1.0
    assert len(said) == 1
    assert store.outage is not None
    root.unlink()
    clock.now_s += 10.0
    store.tick()
    assert sequence(root) == [0, 1, 2, 3, 4]
    assert said[1:] == [f"agent_log_dir={root}: the outage of the log is over; nothing is lost."]
    assert (store.outage, store.lost_records, store.take_lost("f-1")) == (None, 0, 0)
    (told,) = iter_records(root, Kind.ERRORS)
    assert told["where"] == "log folder"


def test_beyond_its_bound_the_backlog_loses_and_counts_per_exchange(
    root: Path, store: LogStore, clock: Clock, said: list[str], make_line: LineMaker
) -> None:
    root.touch()
    store.start()
    for seq in range(30):
        store.write([make_line(seq, flow_id="a", size=1000), make_line(seq, flow_id="b", size=1000)])
    lost = {flow_id: store.take_lost(flow_id) for flow_id in ("a", "b")}
    root.unlink()
    clock.now_s += 10.0
    store.tick()
    kept = [record["flow_id"] for record in iter_records(root, Kind.LINES)]
    assert {flow_id: 30 - kept.count(flow_id) for flow_id in ("a", "b")} == lost
    assert min(lost.values()) > 20
    assert said[1].endswith(f"{store.lost_records} records are lost.")
    assert store.take_lost("a") == 0


@pytest.mark.parametrize("room", range(0, 3000, 250))
def test_a_full_disk_costs_nothing_once_there_is_room_again(
    root: Path,
    store: LogStore,
    clock: Clock,
    make_line: LineMaker,
    room: int,
    file_size_limit: Callable[[int], AbstractContextManager[None]],
) -> None:
    """Wherever in the batch it fills, in each of its files."""
    store.start()
    context = RecordContext("f-1", "s-1", "claude-code", "anthropic")
    blobs = [blob_record(context, "", "message", b'"%d%b"' % (number, b"x" * 100)) for number in range(8)]
    with file_size_limit(room):
        for seq in range(0, 8, 4):
            store.write([*blobs, *(make_line(seq + number, size=100) for number in range(4))])
            clock.now_s += 10.0
    store.write([*blobs, make_line(8, size=100)])
    clock.now_s += 10.0
    store.tick()
    assert (store.outage, store.lost_records) == (None, 0)
    assert sequence(root) == list(range(9))
    assert [record["hash"] for record in iter_records(root, Kind.BLOBS)] == [blob.hash for blob in blobs]
    copies = {path.read_bytes() for path in root.rglob("sse_lines.jsonl")}
    assert len(copies) == 1


def test_one_files_outage_holds_up_no_other(root: Path, store: LogStore, said: list[str], make_line: LineMaker) -> None:
    root.mkdir()
    (root / "claude").touch()
    store.start()
    for seq in range(3):
        store.write([make_line(seq)])
        assert sequence(root) == list(range(seq + 1))
    assert len(said) == 1
    assert "claude/sse_lines.jsonl can't be written" in said[0]


def test_what_still_waits_at_the_end_is_lost_and_said(
    root: Path, store: LogStore, said: list[str], make_line: LineMaker
) -> None:
    root.touch()
    store.start()
    store.write([make_line(0), make_line(1)])
    store.close()
    assert store.take_lost("f-1") == 2
    assert said[-1].endswith(f"{store.lost_records} records are lost.")


def test_the_end_tries_once_more(root: Path, store: LogStore, make_line: LineMaker) -> None:
    root.touch()
    store.start()
    store.write([make_line(0)])
    root.unlink()
    store.close()
    assert sequence(root) == [0]


def test_a_batch_beyond_the_bound_is_no_loss_while_it_can_be_written(
    root: Path, store: LogStore, make_line: LineMaker
) -> None:
    store.start()
    store.write([make_line(seq, size=1000) for seq in range(100)])
    assert sequence(root) == list(range(100))
    assert store.lost_records == 0


def test_nothing_raises_whatever_is_asked(root: Path, store: LogStore) -> None:
    root.touch()
    store.start()
    store.opened("f-1", {})
    store.closed("f-1")
    assert store.dead_exchanges() == []
    store.forget_dead()
    assert not store.is_logged("f-1")
    assert store.session_number("s-1") is None
    store.report("here", ValueError("x"))
    store.tick()


def test_a_callback_that_fails_is_no_fault_of_the_log(root: Path, make_line: LineMaker) -> None:
    def fail(message: str) -> None:
        raise RuntimeError(message)

    root.touch()
    store = LogStore(StoreSettings(root), fail)
    store.start()
    store.write([make_line(0)])
    store.close()


def test_an_end_that_still_waits_is_open_for_the_journal(
    root: Path, store: LogStore, clock: Clock, make_line: LineMaker
) -> None:
    """Killed now, its end record would be missing."""
    store.start()
    store.opened("f-1", {})
    journal = store._journal.path
    assert journal is not None
    (root / "claude").touch()
    store.write([make_line(0)])
    store.closed("f-1")
    assert b'"opened"' in journal.read_bytes()
    (root / "claude").unlink()
    clock.now_s += 10.0
    store.tick()
    assert journal.read_bytes() == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_really_full_disk(tmp_path: Path, clock: Clock, said: list[str], make_line: LineMaker) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(root)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        ballast = root / "ballast"
        ballast.write_bytes(bytes(150_000))
        store = LogStore(StoreSettings(root), said.append, clock)
        store.start()
        for seq in range(40):
            store.write([make_line(seq, size=1000)])
        assert "No space left on device" in said[0]
        ballast.unlink()
        clock.now_s += 10.0
        store.tick()
        assert (store.outage, store.lost_records) == (None, 0)
        assert sequence(root) == list(range(40))
        store.close()
    finally:
        subprocess.run(["umount", str(root)], check=True)

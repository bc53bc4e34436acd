"""Maintenance: what is old is rotated, finished files compressed, the total kept under its cap (SPEC S4.9)."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from addons.sinks import layout
from addons.sinks.archive import open_stream
from addons.sinks.locking import FolderLock, private_folder
from addons.sinks.maintenance import Limits, Maintenance, MaintenanceThread
from addons.sinks.records import RecordContext, blob_record
from addons.sinks.rotation import rotated_files

TS = "2026-11-23T10:15:00.000000+00:00"
NOW_S = 1_795_428_900.0  # the same moment
DAY_S = 86400.0
FIRST_LINE = b'{"v":1,"ts":"%b"}\n' % TS.encode()

type Runner = Callable[..., Maintenance]


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    """One pass over `tmp_path`; every fault fails the test."""

    def run(now_s: float = NOW_S, **limits: float) -> Maintenance:
        faults: list[tuple[str, BaseException]] = []
        maintenance = Maintenance(tmp_path, Limits(**limits), lambda *fault: faults.append(fault), lambda: now_s)  # type: ignore[arg-type]
        maintenance.run()
        maintenance.close()
        assert faults == []
        return maintenance

    private_folder(tmp_path / layout.MAIN)
    return run


def content(path: Path) -> bytes:
    with open_stream(path) as stream:
        return stream.read()


def test_files_rotate_by_age(tmp_path: Path, run: Runner) -> None:
    paths = [tmp_path / layout.MAIN / name for name in (layout.FLOWS, layout.LINES, layout.BLOBS)]
    paths.append(tmp_path / "claude" / layout.LINES)
    paths[-1].parent.mkdir()
    for path in paths:
        path.write_bytes(FIRST_LINE)
    run(now_s=NOW_S + 700 * DAY_S)
    run(now_s=NOW_S + 6 * DAY_S, rotate_days=7)
    assert [path.exists() for path in paths] == [True] * 4
    run(now_s=NOW_S + 7 * DAY_S, rotate_days=7)
    assert [path.exists() for path in paths] == [False, False, True, False]
    assert [content(rotated_files(path)[0].path) for path in (*paths[:2], paths[3])] == [FIRST_LINE] * 3


def test_leftovers_of_a_dead_process_are_finished(tmp_path: Path, run: Runner) -> None:
    folder = tmp_path / layout.MAIN
    (folder / "sse_lines.20261123T101500Z.jsonl").write_bytes(FIRST_LINE)
    (folder / "sse_lines.20261123T101500Z.jsonl.zst.tmp").write_bytes(b"half")
    (folder / "sse_blobs.jsonl.tmp").write_bytes(b"half")
    (folder / "mine.tmp").write_bytes(b"not the log's")
    (folder / "mine.20261123T101500Z.jsonl").write_bytes(b"nor this")
    run()
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert names == {"sse_lines.20261123T101500Z.jsonl.zst", "mine.tmp", "mine.20261123T101500Z.jsonl"}


def test_above_the_cap_the_oldest_go_first(tmp_path: Path, run: Runner) -> None:
    main, claude = tmp_path / layout.MAIN, tmp_path / "claude"
    claude.mkdir()
    files = [
        main / "sse_lines.20260101T000000Z.jsonl.zst",
        claude / "sse_lines.20260102T000000Z.jsonl.zst",
        main / "sse_flow_ends.20260103T000000Z.jsonl.zst",
        main / "sse_lines.20260104T000000Z.jsonl.zst",
    ]
    for path in files:
        path.write_bytes(bytes(1000))
    (main / layout.LINES).write_bytes(FIRST_LINE)
    run(total_bytes=2500)
    assert [path.exists() for path in files] == [False, False, True, True]
    assert (main / layout.LINES).exists()


def test_above_the_cap_resting_sessions_go_too(tmp_path: Path, run: Runner) -> None:
    sessions = tmp_path / layout.MAIN / layout.SESSIONS
    for name, age_s in (("resting", 2 * DAY_S), ("older", 3 * DAY_S), ("active", 60.0)):
        (sessions / name).mkdir(parents=True)
        (sessions / name / layout.LINES).write_bytes(bytes(1000))
        os.utime(sessions / name / layout.LINES, (NOW_S - age_s, NOW_S - age_s))
    run(total_bytes=2500)
    assert {path.name for path in sessions.iterdir()} == {"resting", "active"}
    run(total_bytes=10)
    assert {path.name for path in sessions.iterdir()} == {"active"}


def test_removed_flows_take_their_blobs_along(tmp_path: Path, run: Runner, context: RecordContext) -> None:
    folder = tmp_path / layout.MAIN
    kept, dropped = (blob_record(context, TS, "message", b'"%b"' % (letter * 1000)) for letter in (b"k", b"d"))
    (folder / layout.BLOBS).write_bytes(kept.line + dropped.line)
    for stamp, blob in (("20260101T000000Z", dropped), ("20260102T000000Z", kept)):
        flow = b'{"request":{"$ref":"%b"}}\n' % (blob.hash or "").encode()
        (folder / f"sse_flows.{stamp}.jsonl").write_bytes(flow)
    run()
    assert (folder / layout.BLOBS).read_bytes() == kept.line + dropped.line
    run(total_bytes=len(kept.line + dropped.line) + 100)
    assert [each.stamp for each in rotated_files(folder / layout.FLOWS)] == ["20260102T000000Z"]
    assert (folder / layout.BLOBS).read_bytes() == kept.line
    assert not (folder / layout.COMPACTION_DUE).exists()


def test_a_compaction_that_was_due_when_the_process_died_is_made_up(
    tmp_path: Path, run: Runner, context: RecordContext
) -> None:
    folder = tmp_path / layout.MAIN
    (folder / layout.BLOBS).write_bytes(blob_record(context, TS, "message", b"1").line)
    (folder / layout.COMPACTION_DUE).touch()
    run()
    assert (folder / layout.BLOBS).read_bytes() == b""


def test_one_process_at_a_time(tmp_path: Path, run: Runner) -> None:
    leftover = tmp_path / layout.MAIN / "sse_lines.20261123T101500Z.jsonl"
    leftover.write_bytes(FIRST_LINE)
    other = FolderLock(tmp_path / layout.MAIN / layout.MAINTENANCE_LOCK)
    with other:
        run()
        assert leftover.exists()
    run()
    assert not leftover.exists()


def test_a_fault_of_one_step_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    folder = tmp_path / layout.MAIN
    private_folder(folder)
    (folder / "sse_lines.20261123T101500Z.jsonl").mkdir()  # can't be compressed
    (folder / layout.COMPACTION_DUE).touch()
    faults: list[str] = []
    Maintenance(tmp_path, Limits(), lambda where, error: faults.append(f"{where}: {type(error).__name__}")).run()
    assert faults == ["maintenance compress: IsADirectoryError"]
    assert not (folder / layout.COMPACTION_DUE).exists()


def test_the_thread_runs_at_start_and_when_asked(tmp_path: Path) -> None:
    """Never on the thread that asks."""
    runs: queue.Queue[int] = queue.Queue()

    class Noted(Maintenance):
        def run(self) -> bool:
            runs.put(threading.get_ident())
            return True

    thread = MaintenanceThread(Noted(tmp_path, Limits(), lambda *_: None))
    thread.start()
    first = runs.get(timeout=10)
    thread.ask()
    second = runs.get(timeout=10)
    thread.stop()
    assert first == second != threading.get_ident()


def test_other_limits_are_kept_at_once(tmp_path: Path) -> None:
    """Not in a minute."""
    private_folder(tmp_path / layout.MAIN)
    path = tmp_path / layout.MAIN / layout.LINES
    path.write_bytes(FIRST_LINE)
    maintenance = Maintenance(tmp_path, Limits(), lambda *_: None, lambda: NOW_S + DAY_S)
    thread = MaintenanceThread(maintenance)
    thread.start()
    thread.limit(Limits(rotate_days=0.5))
    for _ in range(500):
        if rotated_files(path):
            break
        time.sleep(0.01)
    thread.stop()
    assert not path.exists()

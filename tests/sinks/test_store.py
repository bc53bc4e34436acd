"""The store: every record in every file that it belongs to (SPEC S4.7, S4.8, S4.22)."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from addons.sinks import layout
from addons.sinks.maintenance import Limits
from addons.sinks.reader import iter_file, iter_records, load_blobs, rebuild_request
from addons.sinks.records import (
    BlobCollector,
    FlowFields,
    Kind,
    Record,
    RecordContext,
    flow_record,
    response_record,
    transcript_record,
)
from addons.sinks.store import LogStore, StoreSettings

TS = "2026-11-23T10:15:00.123456+01:00"

type Opener = Callable[..., LogStore]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Opener]:
    """Opens stores on `tmp_path`/log, as so many processes; they are closed at the end."""
    stores: list[LogStore] = []

    def open_one(**settings: Any) -> LogStore:
        store = LogStore(StoreSettings(tmp_path / "log", **settings))
        store.start()
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def make_flow() -> Callable[..., Record]:
    def make(context: RecordContext, request: Any = None) -> Record:
        fields = {field.name: None for field in dataclasses.fields(FlowFields)}
        return flow_record(context, TS, FlowFields(**(fields | {"request": request})))  # type: ignore[arg-type]

    return make


def files(root: Path) -> dict[str, int]:
    """Sizes of the files that a user sees, by path."""
    paths = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(root)): path.stat().st_size for path in paths}


def test_a_frame_is_in_three_files(tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]) -> None:
    record = make_line(0)
    open_store().write([record])
    size = len(record.line)
    assert files(tmp_path / "log") == {
        "all-mitm-sse/sse_lines.jsonl": size,
        "all-mitm-sse/sse_logs/s-1/sse_lines.jsonl": size,
        "claude/sse_lines.jsonl": size,
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"client_copies": False}, {"all-mitm-sse/sse_logs/s-1/sse_lines.jsonl"}, id="no client copies"),
        pytest.param({"session_logs": False}, {"claude/sse_lines.jsonl"}, id="no session logs"),
        pytest.param({"client_copies": False, "session_logs": False}, set(), id="neither"),
    ],
)
def test_copies_can_be_switched_off(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record], settings: dict[str, bool], expected: set[str]
) -> None:
    open_store(**settings).write([make_line(0)])
    assert set(files(tmp_path / "log")) == expected | {"all-mitm-sse/sse_lines.jsonl"}


@pytest.mark.parametrize("raw_log", [True, False])
def test_the_raw_log_can_be_switched_off(
    tmp_path: Path, open_store: Opener, context: RecordContext, raw_log: bool
) -> None:
    open_store(raw_log=raw_log).write([response_record(context, TS, 200, "u", b"body")])
    assert set(files(tmp_path / "log")) == ({"all-mitm-sse/sse_responses.log"} if raw_log else set())


def test_changed_settings_are_taken_over(tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]) -> None:
    """All but the folder."""
    store = open_store(client_copies=False, session_logs=False)
    store.write([make_line(0)])
    store.configure(StoreSettings(tmp_path / "elsewhere", session_logs=False, limits=Limits(rotate_bytes=1)))
    store.write([make_line(1)])
    store.close()
    assert {name.split(".")[0] for name in files(tmp_path / "log")} == {"all-mitm-sse/sse_lines", "claude/sse_lines"}
    assert len(list(iter_records(tmp_path / "log", Kind.LINES))) == 2
    assert list((tmp_path / "log" / "claude").glob("sse_lines.*.jsonl*"))
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_session_there_is_no_session_folder(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]
) -> None:
    open_store().write([make_line(0, session_id=None)])
    assert set(files(tmp_path / "log")) == {"all-mitm-sse/sse_lines.jsonl", "claude/sse_lines.jsonl"}


def test_a_transcript_is_the_sessions_own(tmp_path: Path, open_store: Opener, context: RecordContext) -> None:
    store = open_store()
    store.write([transcript_record(context, "# Session\n")])
    store.write([transcript_record(context, "half a "), transcript_record(context, "line \ud83d")])
    folder = tmp_path / "log" / "all-mitm-sse" / "sse_logs" / "s-1"
    assert (folder / "transcript.md").read_text() == "# Session\nhalf a line ?"


def test_a_hostile_session_id_stays_inside(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]
) -> None:
    open_store().write([make_line(0, session_id="../../../out")])
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert len(files(tmp_path / "log")) == 3


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_everything_is_private(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record], context: RecordContext, umask: int
) -> None:
    before = os.umask(umask)
    try:
        store = open_store(limits=Limits(rotate_bytes=1))
        store.opened("f-1", {})
        store.session_number("s-1")
        store.report("here", "fault")
        store.write([make_line(0), transcript_record(context, "x"), response_record(context, TS, 200, "u", b"")])
    finally:
        os.umask(before)
    store.close()  # and with it the compression of what has been rotated
    modes = {path.is_dir(): set[int]() for path in (tmp_path, tmp_path / "none")}
    for path in [tmp_path / "log", *(tmp_path / "log").rglob("*")]:
        modes[path.is_dir()].add(path.stat().st_mode & 0o777)
    assert modes == {True: {0o700}, False: {0o600}}


def test_blobs_are_written_once_by_all_and_rebuild_the_request(
    tmp_path: Path, open_store: Opener, make_flow: Callable[..., Record]
) -> None:
    """Two processes log the same growing conversation in turns."""
    stores = [open_store(), open_store()]
    messages = [{"role": "user", "content": f"message {number}" * 50} for number in range(20)]
    for turn in range(20):
        context = RecordContext(f"f-{turn}", "s-1", "codex", "openai")
        collector = BlobCollector(context, TS)
        contents = [json.dumps(message).encode() for message in messages[: turn + 1]]
        references = [{"$ref": collector.put("message", content)} for content in contents]
        stores[turn % 2].write([*collector.records, make_flow(context, {"input": references})])
    assert len(list(iter_records(tmp_path / "log", Kind.BLOBS))) == 20
    blobs = load_blobs(tmp_path / "log")
    rebuilt = [rebuild_request(flow, blobs) for flow in iter_records(tmp_path / "log", Kind.FLOWS)]
    assert rebuilt == [{"input": messages[: turn + 1]} for turn in range(20)]


def test_a_blob_that_another_process_writes_at_the_last_moment_is_not_written_twice(
    tmp_path: Path, open_store: Opener, context: RecordContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is what the file holds under the lock."""
    collector = BlobCollector(context, TS)
    collector.put("tool", b"{}")
    first, second = open_store(), open_store()
    acquire = first._lock._acquire

    def be_overtaken(patience_s: float) -> None:
        second.write(collector.records)
        acquire(patience_s)

    monkeypatch.setattr(first._lock, "_acquire", be_overtaken)
    first.write(collector.records)
    assert len(list(iter_records(tmp_path / "log", Kind.BLOBS))) == 1


def test_a_restart_knows_the_blobs(tmp_path: Path, open_store: Opener, context: RecordContext) -> None:
    collector = BlobCollector(context, TS)
    collector.put("tool", b"{}")
    for _ in range(2):
        store = open_store()
        store.write(collector.records)
        store.close()
    assert len(list(iter_records(tmp_path / "log", Kind.BLOBS))) == 1


def test_torn_lines_are_cut_at_the_start_and_told(tmp_path: Path, open_store: Opener) -> None:
    root = tmp_path / "log"
    for folder in ("all-mitm-sse", "codex"):
        (root / folder).mkdir(parents=True)
        (root / folder / "sse_lines.jsonl").write_bytes(b'{"a":1}\n{"secret')
    open_store()
    assert (root / "all-mitm-sse" / "sse_lines.jsonl").read_bytes() == b'{"a":1}\n'
    assert (root / "codex" / "sse_lines.jsonl").read_bytes() == b'{"a":1}\n'
    told = sorted(record["error"] for record in iter_records(root, Kind.ERRORS))
    assert told == [
        "all-mitm-sse/sse_lines.jsonl: a torn last line was cut off, 8 bytes",
        "codex/sse_lines.jsonl: a torn last line was cut off, 8 bytes",
    ]


def test_files_rotate_by_size(tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]) -> None:
    store = open_store(limits=Limits(rotate_bytes=2000))
    for seq in range(50):
        store.write([make_line(seq)])
    store.close()
    folder = tmp_path / "log" / "all-mitm-sse"
    assert len(list(folder.glob("sse_lines.*.jsonl*"))) > 3
    assert len(list((tmp_path / "log" / "claude").glob("sse_lines.*.jsonl*"))) > 3
    assert [record["seq"] for record in iter_records(tmp_path / "log", Kind.LINES)] == list(range(50))
    assert len((folder / "sse_logs" / "s-1" / "sse_lines.jsonl").read_bytes().splitlines()) == 50


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to count descriptors")
def test_sessions_without_number_need_few_descriptors(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]
) -> None:
    store = open_store()
    descriptors = []
    for number in range(300):
        store.write([make_line(0, flow_id=f"f-{number}", session_id=f"s-{number}")])
        descriptors.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
    assert descriptors[100:] == [descriptors[100]] * 200
    store.write([make_line(1, session_id="s-0")])
    folder = tmp_path / "log" / "all-mitm-sse" / "sse_logs"
    assert len(list(folder.iterdir())) == 300
    assert [record["seq"] for record in iter_file(folder / "s-0" / "sse_lines.jsonl")] == [0, 1]


def test_exchanges_left_open_by_a_dead_process(open_store: Opener, make_flow: Callable[..., Record]) -> None:
    dead = open_store()
    for flow_id in ("open", "ended"):
        dead.opened(flow_id, {"client": "codex"})
        dead.write([make_flow(RecordContext(flow_id, None, "codex", "openai"))])
    dead.closed("ended")
    os.close(dead._journal._fd)  # as the kernel does
    dead._journal._fd = -1
    store = open_store()
    assert [(each.flow_id, each.fields) for each in store.dead_exchanges()] == [("open", {"client": "codex"})]
    store.forget_dead()
    assert open_store().dead_exchanges() == []


def test_what_is_logged_is_known(open_store: Opener, make_flow: Callable[..., Record], context: RecordContext) -> None:
    store = open_store()
    assert not store.is_logged("f-1")
    store.write([make_flow(context)])
    assert store.is_logged("f-1")
    assert open_store().is_logged("f-1")


def test_session_numbers(open_store: Opener) -> None:
    first, second = open_store(), open_store()
    numbers = [first.session_number("a"), second.session_number("b"), first.session_number("b")]
    assert numbers == [1, 2, 2]


def test_faults_are_written_at_the_next_tick_and_at_the_end(tmp_path: Path, open_store: Opener) -> None:
    store = open_store()
    for _ in range(7):
        store.report("tap", "fault", flow_id="f-1")
    store.tick()
    errors = [(each["error"], each["count"]) for each in iter_records(tmp_path / "log", Kind.ERRORS)]
    assert errors == [("fault", 1), ("fault", 1), ("fault", 2)]
    store.close()
    assert sum(each["count"] for each in iter_records(tmp_path / "log", Kind.ERRORS)) == 7


def test_a_removed_log_folder_is_begun_anew(
    tmp_path: Path, open_store: Opener, make_line: Callable[..., Record]
) -> None:
    store = open_store()
    store.write([make_line(0)])
    (tmp_path / "log").rename(tmp_path / "gone")
    store.write([make_line(1)])
    assert [record["seq"] for record in iter_records(tmp_path / "log", Kind.LINES)] == [1]
    assert (tmp_path / "log" / layout.MAIN).stat().st_mode & 0o777 == 0o700

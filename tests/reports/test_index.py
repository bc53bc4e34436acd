"""The index: takes in what is new, and only that; survives whatever happens to it or to the log's files."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from addons.reports import index
from addons.reports.database import connect
from addons.reports.index import NAME
from addons.reports.stretches import Stretch
from addons.sinks import layout
from addons.sinks.compaction import compact_blobs
from addons.sinks.locking import FolderLock
from tests.reports.asking import ask, rows_of
from tests.reports.made import MadeLog

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path) -> MadeLog:
    made = MadeLog(tmp_path)
    for number in range(3):
        call(made, number)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Which files are read, from where on."""
    seen: list[tuple[str, int]] = []
    pieces = Stretch.pieces

    def noticed(self: Stretch) -> Any:
        seen.append((self.member.path.name, self.start))
        return pieces(self)

    monkeypatch.setattr(Stretch, "pieces", noticed)
    return seen


def call(log: MadeLog, number: int, **told: Any) -> None:
    request = {"model": "m", "messages": [{"role": "user", "content": f"{each}"} for each in range(number + 1)]}
    log.call(f"flow-{number}", at=number, usage={"input_tokens": 1 << number}, request=request, **told)


def tokens(log: MadeLog) -> int:
    """By the index; each call has a bit of its own."""
    assert not ask(log.root, "tokens").notes
    (row,) = rows_of(log.root, "tokens") or [{"input_tokens": 0}]
    return int(row["input_tokens"])


def agrees(log: MadeLog, *modes: str) -> None:
    for mode in modes or ("tokens", "call_index", "contents"):
        assert rows_of(log.root, mode) == rows_of(log.root, mode, "--engine=duckdb")


class TestWhatIsNew:
    def test_only_what_has_been_appended_is_read(self, log, read):
        assert tokens(log) == 0b111
        size = (log.folder / layout.ENDS).stat().st_size
        read.clear()
        call(log, 3)
        assert tokens(log) == 0b1111
        assert read == [(layout.ENDS, size)]

    def test_when_nothing_is_new_nothing_is_read(self, log, read):
        tokens(log)
        read.clear()
        assert tokens(log) == 0b111
        assert read == []

    def test_a_mode_takes_in_no_more_than_it_needs(self, log, read):
        tokens(log)
        assert {name for name, _ in read} == {layout.ENDS}

    def test_a_line_that_is_being_written_is_taken_in_when_it_is_whole(self, log):
        log.append_torn(layout.ENDS, b'{"flow_id":"x","model":"claude-sonnet-4-5","usage":{"input')
        assert tokens(log) == 0b111
        log.append_torn(layout.ENDS, b'_tokens":32}}\n')
        assert tokens(log) == 0b100111

    def test_contents_are_new_once_also_when_they_come_again_later(self, log):
        assert len(rows_of(log.root, "contents")) == 3
        call(log, 3)
        assert len(rows_of(log.root, "contents")) == 4
        agrees(log)


class TestFiles:
    @pytest.mark.parametrize("is_compressed", [False, True])
    def test_a_rotated_file_is_known_again(self, log, is_compressed):
        tokens(log)
        log.rotate(layout.ENDS, is_compressed=is_compressed)
        assert tokens(log) == 0b111
        call(log, 3)
        assert tokens(log) == 0b1111
        agrees(log)

    @pytest.mark.parametrize("is_compressed", [False, True])
    def test_what_came_before_it_was_rotated_is_taken_in(self, log, is_compressed):
        tokens(log)
        call(log, 3)
        log.rotate(layout.ENDS, is_compressed=is_compressed)
        call(log, 4)
        assert tokens(log) == 0b11111
        agrees(log)

    def test_a_file_that_is_compressed_later_is_not_read_again(self, log, read):
        path = log.rotate(layout.ENDS)
        tokens(log)
        index_of = read.copy()
        read.clear()
        (log.folder / path.name).rename(log.folder / layout.ENDS)  # back, so that the same stamp comes again
        log.rotate(layout.ENDS, is_compressed=True)
        assert tokens(log) == 0b111
        assert read == []
        assert index_of != []

    def test_rotated_twice_since(self, log):
        tokens(log)
        log.rotate(layout.ENDS, is_compressed=True)
        call(log, 3)
        log.rotate(layout.ENDS, is_compressed=True)
        call(log, 4)
        assert tokens(log) == 0b11111
        agrees(log)

    def test_rows_of_a_file_that_is_gone_go(self, log):
        path = log.rotate(layout.ENDS)
        call(log, 3)
        assert tokens(log) == 0b1111
        path.unlink()
        assert tokens(log) == 0b1000
        agrees(log, "tokens", "contents")

    def test_a_truncated_file_is_taken_anew(self, log):
        tokens(log)
        path = log.folder / layout.ENDS
        lines = path.read_bytes().splitlines(keepends=True)
        os.truncate(path, len(lines[0]))
        assert tokens(log) == 0b1
        call(log, 4)
        assert tokens(log) == 0b10001

    def test_another_file_of_the_same_name_is_taken_anew(self, log):
        tokens(log)
        path = log.folder / layout.ENDS
        first, *_ = path.read_bytes().splitlines(keepends=True)
        path.unlink()
        path.write_bytes(first.replace(b"flow-0", b"flow-X") * 4)
        assert tokens(log) == 4

    def test_compacted_blobs_are_taken_anew(self, log):
        log.rotate(layout.FLOWS)
        call(log, 3, session="s-2")
        agrees(log)
        next(log.folder.glob("sse_flows.2*")).unlink()
        assert compact_blobs(log.folder, FolderLock(log.folder / layout.LOCK), lambda: False) == 0
        call(log, 4, session="s-2")
        agrees(log)

    def test_only_its_owner_may_read_it(self, log):
        tokens(log)
        assert stat.S_IMODE((log.folder / NAME).stat().st_mode) == 0o600

    def test_asking_about_no_log_makes_no_folder(self, tmp_path):
        report = ask(tmp_path / "nowhere", "tokens")
        assert list(report.rows) == []
        assert "There is no log in" in report.notes[0]
        assert not (tmp_path / "nowhere").exists()


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda path: path.unlink(), id="missing"),
            pytest.param(lambda path: path.write_bytes(b""), id="empty"),
            pytest.param(lambda path: path.write_bytes(b"no database" * 5000), id="no database"),
            pytest.param(lambda path: os.truncate(path, 20_000), id="cut off"),
            pytest.param(lambda path: path.write_bytes(bytes(path.stat().st_size)), id="zeroes"),
        ],
    )
    def test_it_is_made_anew(self, log, damage):
        tokens(log)
        damage(log.folder / NAME)
        assert tokens(log) == 0b111

    def test_one_of_another_version_is_made_anew(self, log, monkeypatch):
        tokens(log)
        monkeypatch.setattr(index, "version", lambda: 1)
        assert tokens(log) == 0b111
        call(log, 3)
        assert tokens(log) == 0b1111

    def test_a_database_of_somebody_elses_is_made_anew(self, log):
        connection = connect(log.folder / NAME)
        connection.execute("CREATE TABLE version AS SELECT 'x' AS version")
        connection.close()
        assert tokens(log) == 0b111

    def test_what_a_killed_report_has_left_beside_it_is_removed(self, log):
        (log.folder / f"{NAME}.tmp").mkdir()
        (log.folder / f"{NAME}.tmp" / "duckdb_temp_storage").touch()
        assert tokens(log) == 0b111
        assert not (log.folder / f"{NAME}.tmp").exists()

    def test_where_there_can_be_none_the_log_is_scanned(self, log):
        (log.folder / NAME).mkdir()
        (log.folder / NAME / "taken").touch()
        report = ask(log.root, "tokens")
        assert [row[2] for row in report.rows] == [0b111]
        assert report.notes[0].startswith("Answered without the index: ")

    def test_while_another_report_has_it_the_log_is_scanned(self, log, monkeypatch):
        monkeypatch.setattr(index, "PATIENCE_S", 0.05)
        with FolderLock(log.folder / index.LOCK_NAME):
            report = ask(log.root, "tokens")
        assert [row[2] for row in report.rows] == [0b111]
        assert report.notes == ["Answered without the index: another report has the index."]


def asking(log: MadeLog, mode: str = "tokens") -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "addons.reports", mode, "--format=jsonl", "--log-dir", str(log.root)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class TestProcesses:
    def test_kill_9_costs_nothing(self, log):
        chance = random.Random(1)
        for number in range(3, 300):
            log.call(f"flow-{number}", at=number, usage={"input_tokens": 1}, session=f"s-{number}")
        for attempt in range(8):
            process = asking(log, "call_index" if attempt % 2 else "tokens")
            time.sleep(chance.uniform(0.05, 0.6))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            log.call(f"more-{attempt}", usage={"input_tokens": 1})
        agrees(log)

    def test_several_processes_ask_while_the_log_grows(self, log):
        for round_number in range(3):
            processes = [asking(log) for _ in range(3)]
            log.call(f"more-{round_number}", usage={"input_tokens": 1})
            for process in processes:
                out, err = process.communicate(timeout=60)
                assert process.returncode == 0, err
                assert json.loads(out)["input_tokens"] in range(0b111, 0b111 + 4)
        agrees(log)

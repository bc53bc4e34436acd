"""addons/reports/database.py: opening and closing, ahead and not."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from addons.reports import database
from addons.reports.database import Connection, connect, disconnect, interruptible


@pytest.fixture(params=[False, True], ids=["when asked", "ahead"])
def _(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_ahead", database._Opening())
    if request.param:
        database.open_ahead()


@pytest.mark.usefixtures("_")
def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "it's.duckdb"
    first = connect(path)
    first.execute("CREATE TABLE numbers AS SELECT 1 AS number")
    disconnect(first)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert _numbers(connect(path)) == [1]


@pytest.mark.usefixtures("_")
def test_what_was_not_committed_is_lost(tmp_path: Path) -> None:
    first = connect(tmp_path / "file")
    first.execute("CREATE TABLE numbers AS SELECT 1 AS number")
    first.begin()
    first.execute("INSERT INTO numbers VALUES (2)")
    disconnect(first)
    assert _numbers(connect(tmp_path / "file")) == [1]


@pytest.mark.usefixtures("_")
def test_two_at_once_have_nothing_in_common() -> None:
    first, second = connect(None), connect(None)
    for connection, number in ((first, 1), (second, 2)):
        connection.execute(f"CREATE TABLE numbers AS SELECT {number} AS number")
    assert (_numbers(first), _numbers(second)) == ([1], [2])
    for connection in (first, second):
        disconnect(connection)


@pytest.mark.usefixtures("_")
def test_threads_are_as_many_as_were_asked_for() -> None:
    assert connect(None, 1).execute("SELECT current_setting('threads')").fetchall() == [(1,)]


@pytest.mark.usefixtures("_")
@pytest.mark.parametrize("name", ["file", None])
def test_no_temporary_files_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    connection = connect(tmp_path / name if name else None)
    connection.execute("SET memory_limit = '30MB'")
    connection.execute("CREATE TEMP TABLE large AS SELECT range, random() AS number FROM range(4_000_000)")
    assert any(tmp_path.glob("*.tmp/*")), "nothing was too large for the memory"
    disconnect(connection)
    assert {path.name for path in tmp_path.iterdir()} <= {"file", "file.wal"}


def test_ctrl_c_ends_a_query() -> None:
    """As in a shell: the first of Ctrl-C's signals ends it, and what comes of it is a KeyboardInterrupt."""
    program = """
from addons.reports.database import connect, interruptible
try:
    with interruptible():
        print("begun", flush=True)
        connect(None).execute("SELECT count(*) FROM range(1_000_000_000_000) WHERE range % 7 = 3").fetchall()
except KeyboardInterrupt:
    print("ended", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "begun\n"
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "ended\n"


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="odd"), interruptible():
        raise RuntimeError("odd")


def test_a_file_is_not_regrouped_when_it_is_opened_again(tmp_path: Path) -> None:
    groups = []
    for sql in ("CREATE TABLE numbers AS SELECT range AS number FROM range(50_000)", "INSERT INTO numbers VALUES (0)"):
        connection = connect(tmp_path / "file", 1)
        connection.execute(sql)
        connection.execute("CHECKPOINT")
        found = connection.execute("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('numbers')").fetchall()
        groups.append(found[0][0])
        disconnect(connection)
    assert groups[0] > 1
    assert groups[1] >= groups[0]


def _numbers(connection: Connection) -> list[int]:
    return [number for (number,) in connection.execute("SELECT number FROM numbers").fetchall()]

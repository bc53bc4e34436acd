"""Several processes on one log folder, some of them killed: nothing lost, nothing torn (LOGFORMAT.md "Where")."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from addons.sinks import layout
from addons.sinks.archive import open_stream
from addons.sinks.maintenance import Limits, Maintenance
from addons.sinks.reader import iter_file, iter_records
from addons.sinks.records import Kind
from addons.sinks.rotation import rotated_files
from addons.sinks.store import LogStore, StoreSettings

CHECKOUT = Path(__file__).parents[2]

type Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_writer(tmp_path: Path) -> Starter:
    def start(name: str, count: int, rotate_bytes: int = 1 << 30, record_bytes: int = 300) -> subprocess.Popen[str]:
        arguments = [str(tmp_path), name, str(count), str(rotate_bytes), str(record_bytes)]
        return subprocess.Popen(
            [sys.executable, str(CHECKOUT / "tests/sinks/log_writer.py"), *arguments],
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


def all_bytes(path: Path) -> bytes:
    content = b""
    for rotated in [each.path for each in rotated_files(path)] + [path] * path.exists():
        with open_stream(rotated) as stream:
            content += stream.read()
    return content


def test_concurrent_writers_with_rotation(tmp_path: Path, start_writer: Starter) -> None:
    """Three writers, files of 30 kB: exactly what was written is there, in order per writer, and each blob once."""
    count = 600
    writers = [start_writer(name, count, rotate_bytes=30_000) for name in "abc"]
    for writer in writers:
        writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    maintenance = Maintenance(tmp_path, Limits(), lambda where, error: pytest.fail(f"{where}: {error!r}"))
    assert maintenance.run()
    maintenance.close()
    main = tmp_path / layout.MAIN
    paths = [main / layout.LINES, tmp_path / "codex" / layout.LINES, main / layout.SESSIONS / "s-1" / layout.LINES]
    for path in paths:
        records = list(iter_file(path))
        for name in "abc":
            assert [record["seq"] for record in records if record["flow_id"] == name] == list(range(count))
        assert len(records) == 3 * count == all_bytes(path).count(b"\n")
    assert len(rotated_files(paths[0])) > 5
    assert all(rotated.is_compressed for rotated in rotated_files(paths[0]))
    blobs = Counter(record["content"] for record in iter_records(tmp_path, Kind.BLOBS))
    assert blobs == Counter(f"shared {number}" for number in range(count // 10))


def test_killed_writers(tmp_path: Path, start_writer: Starter) -> None:
    """What a process had been told is written is in the file; a torn line is cut off; the others write on meanwhile."""
    survivor = start_writer("survivor", 150, record_bytes=2000)
    acknowledged = {}
    for number in range(4):
        writer = start_writer(f"k-{number}", 10**9, record_bytes=300_000)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + number * 0.013)
        writer.kill()
        acknowledged[f"k-{number}"] = int(writer.stdout.read().split()[-1])
        writer.wait()
        writer.stdout.close()
    survivor.communicate(timeout=60)
    assert survivor.returncode == 0
    store = LogStore(StoreSettings(tmp_path))
    store.start()
    store.close()
    records = list(iter_records(tmp_path, Kind.LINES))
    assert len(records) == (tmp_path / layout.MAIN / layout.LINES).read_bytes().count(b"\n")
    for name, last in acknowledged.items():
        sequence = [record["seq"] for record in records if record["flow_id"] == name]
        assert sequence == list(range(len(sequence)))
        assert len(sequence) > last
    assert [record["seq"] for record in records if record["flow_id"] == "survivor"] == list(range(150))

"""addons/redis_stream/drain.py and drained.py: a folder with every record of the stream, once and in order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from addons.redis_stream.drain import Drain, Refused
from addons.redis_stream.drained import DrainedLog
from addons.redis_stream.entry import Received
from addons.redis_stream.ledger import Names
from addons.sinks.reader import iter_records
from addons.sinks.records import Kind, Record
from tests.redis_stream import records
from tests.redis_stream.logged import Running, wait_until
from tests.redis_stream.server import RedisServer
from tests.redis_stream.test_source import send

KINDS = (Kind.FLOWS, Kind.LINES, Kind.ENDS, Kind.BLOBS, Kind.ERRORS)


def drain_once(server: RedisServer, names: Names, root: Path, group: str = "reports") -> list[str]:
    said: list[str] = []
    Drain(server.address, names.stream, group, root, said.append, threading.Event()).run(once=True)
    return said


def logged(root: Path, kind: Kind) -> list[dict[str, Any]]:
    return list(iter_records(root, kind))


def frames(root: Path, flow: str) -> list[int]:
    return [record["seq"] for record in iter_records(root, Kind.LINES, flow)]


def ids(root: Path, kind: Kind) -> list[str]:
    return [record["flow_id"] for record in logged(root, kind)]


def counts(root: Path) -> dict[str, int]:
    return {kind.value: len(logged(root, kind)) for kind in KINDS}


def pending(server: RedisServer, names: Names, group: str = "reports") -> int:
    told: int = server.client.xpending(names.stream, group)["pending"]
    return told


def test_the_folder_has_every_record_with_its_host(tmp_path: Path, server: RedisServer, names: Names) -> None:
    ana, ben = [*records.exchange("a", 3), records.error("full disk")], records.exchange("b", 2)
    send(server, names, *ana, host="ana")
    send(server, names, *ben, host="ben")
    drain_once(server, names, tmp_path)
    for kind in KINDS:
        expected = [
            json.loads(record.line) | {"host": host}
            for host, sent in (("ana", ana), ("ben", ben))
            for record in sent
            if record.kind is kind
        ]
        assert logged(tmp_path, kind) == expected
    assert pending(server, names) == 0


def test_it_is_an_ordinary_log_folder(tmp_path: Path, server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3))
    drain_once(server, names, tmp_path)
    main = tmp_path / "all-mitm-sse"
    lines = (main / "sse_lines.jsonl").read_bytes()
    assert (tmp_path / "claude/sse_lines.jsonl").read_bytes() == lines
    assert next(main.glob("sse_logs/*/sse_lines.jsonl")).read_bytes() == lines
    numbers = [json.loads(line) for line in (main / ".sessions.jsonl").read_bytes().splitlines()]
    assert numbers == [{"number": 1, "session_id": "session of a"}]


def test_a_second_start_goes_on_where_the_first_left_off(tmp_path: Path, server: RedisServer, names: Names) -> None:
    exchange = records.exchange("a", 5)
    send(server, names, *exchange[:4])
    drain_once(server, names, tmp_path)
    send(server, names, *exchange[4:])
    drain_once(server, names, tmp_path)
    assert (frames(tmp_path, "a"), ids(tmp_path, Kind.ENDS)) == ([0, 1, 2, 3, 4], ["a"])


@pytest.mark.parametrize("acknowledged", [False, True], ids=["before it was acknowledged", "after"])
def test_killed_after_the_append_nothing_is_twice(
    tmp_path: Path, server: RedisServer, names: Names, acknowledged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(server, names, *records.exchange("a", 600), records.error("full disk"))
    real = DrainedLog.write

    class Killed(BaseException):
        pass

    def write(self: DrainedLog, entries: list[Received]) -> bool:
        real(self, entries)
        if entries:
            raise Killed
        return True

    with monkeypatch.context() as patch:
        patch.setattr(DrainedLog, "write", write)
        with pytest.raises(Killed):
            drain_once(server, names, tmp_path)
    assert pending(server, names) > 0
    if acknowledged:
        for each in server.client.xpending_range(names.stream, "reports", "-", "+", 1000):
            server.client.xack(names.stream, "reports", each["message_id"])
    drain_once(server, names, tmp_path)
    assert frames(tmp_path, "a") == list(range(600))
    assert counts(tmp_path) == {"flows": 1, "lines": 600, "ends": 1, "blobs": 1, "errors": 1}
    assert pending(server, names) == 0


def test_a_server_that_forgot_what_was_delivered_brings_no_double(
    tmp_path: Path, server: RedisServer, names: Names
) -> None:
    """It lost its last second; the entries have been sent after, and have other ids."""
    exchange = [*records.exchange("a", 5), records.error("full disk")]
    send(server, names, *exchange)
    drain_once(server, names, tmp_path)
    before = counts(tmp_path)
    server.client.delete(*names.written)
    send(server, names, *exchange, *records.exchange("b", 1))
    drain_once(server, names, tmp_path)
    assert counts(tmp_path) == {kind: count + (kind != "errors") for kind, count in before.items()}
    assert frames(tmp_path, "a") == [0, 1, 2, 3, 4]


def test_what_was_sent_after_is_in_its_place(tmp_path: Path, server: RedisServer, names: Names) -> None:
    exchange = records.exchange("a", 8)
    send(server, names, *exchange[:4], *exchange[7:])
    send(server, names, *exchange[4:7])
    drain_once(server, names, tmp_path)
    assert frames(tmp_path, "a") == list(range(8))


def test_what_waits_for_an_earlier_frame_is_not_acknowledged(tmp_path: Path, server: RedisServer, names: Names) -> None:
    exchange = records.exchange("a", 8)
    send(server, names, *exchange[:4], *exchange[7:])
    drain_once(server, names, tmp_path)
    assert (frames(tmp_path, "a"), pending(server, names)) == ([0, 1], 4)
    send(server, names, *exchange[4:7])
    drain_once(server, names, tmp_path)
    assert (frames(tmp_path, "a"), pending(server, names)) == (list(range(8)), 0)


def test_what_never_comes_is_not_waited_for_for_ever(
    tmp_path: Path, server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.redis_stream.drain.PATIENCE_S", 0.2)
    exchange = records.exchange("a", 8)
    send(server, names, *exchange[:4], *exchange[7:])
    running = run(server, names, tmp_path)
    wait_until(lambda: ids(tmp_path, Kind.ENDS) == ["a"])
    send(server, names, *exchange[4:7])
    wait_until(lambda: len(frames(tmp_path, "a")) == 8)
    running.stop()
    assert frames(tmp_path, "a") == [0, 1, 5, 6, 7, 2, 3, 4]


def run(server: RedisServer, names: Names, root: Path, said: list[str] | None = None) -> Running:
    stopping = threading.Event()
    tell: Callable[[str], None] = (said if said is not None else []).append
    drain = Drain(server.address, names.stream, "reports", root, tell, stopping)
    return Running(lambda: drain.run(once=False), stopping)


def test_the_server_killed_and_started_again(tmp_path: Path) -> None:
    names = Names("agent:events")
    said: list[str] = []
    with RedisServer(tmp_path / "redis", keeps=True) as server:
        running = run(server, names, tmp_path / "log", said)
        written: list[Record] = []
        for number in range(3):
            new = records.exchange(f"f{number}", 50)
            written += new
            send(server, names, *new)
            wait_until((tmp_path / "log/all-mitm-sse/sse_flow_ends.jsonl").exists)
            server.kill()
            server.start()
            send(server, names, *written)
        wait_until(lambda: sorted(ids(tmp_path / "log", Kind.ENDS)) == ["f0", "f1", "f2"])
        running.stop()
    for number in range(3):
        assert frames(tmp_path / "log", f"f{number}") == list(range(50))
    assert counts(tmp_path / "log") == {"flows": 3, "lines": 150, "ends": 3, "blobs": 3, "errors": 0}
    assert any("Redis is back" in each for each in said)


def test_two_groups_have_everything_each(tmp_path: Path, server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3))
    for group in ("reports", "archive"):
        drain_once(server, names, tmp_path / group, group)
        assert frames(tmp_path / group, "a") == [0, 1, 2]


def test_a_second_reporter_of_a_group_is_refused_and_so_is_a_second_process_for_a_folder(
    tmp_path: Path, server: RedisServer, names: Names
) -> None:
    running = run(server, names, tmp_path / "one")
    wait_until(
        lambda: (
            bool(server.client.exists(names.stream)) and bool(server.client.xinfo_consumers(names.stream, "reports"))
        )
    )
    with pytest.raises(Refused, match=r"group reports of .* has a reporter already: .*/one"):
        drain_once(server, names, tmp_path / "two")
    with pytest.raises(Refused, match=r"another process drains into .*/one already"):
        drain_once(server, names, tmp_path / "one", group="other")
    running.stop()
    drain_once(server, names, tmp_path / "two")


def test_what_a_dead_reporter_had_in_work_is_taken_over(
    tmp_path: Path, server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(server, names, *records.exchange("a", 5))
    server.client.xgroup_create(names.stream, "reports", id="0")
    assert server.client.xreadgroup("reports", "dead", {names.stream: ">"}, count=4)
    monkeypatch.setattr("addons.redis_stream.drain.DEAD_MS", 50)
    time.sleep(0.1)
    drain_once(server, names, tmp_path)
    assert counts(tmp_path) == {"flows": 1, "lines": 5, "ends": 1, "blobs": 1, "errors": 0}
    assert pending(server, names) == 0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("sse_flows.jsonl", id="a log"),
        pytest.param("sse_flows.20261126T201828Z.jsonl.zst", id="a log that has just been rotated"),
    ],
)
def test_the_folder_of_a_proxy_is_refused(tmp_path: Path, server: RedisServer, names: Names, name: str) -> None:
    (tmp_path / "all-mitm-sse").mkdir()
    (tmp_path / "all-mitm-sse" / name).write_text("")
    with pytest.raises(Refused, match="holds the log of a proxy; name another folder"):
        drain_once(server, names, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["all-mitm-sse", name]


def test_entries_of_others_are_acknowledged_and_passed_over(tmp_path: Path, server: RedisServer, names: Names) -> None:
    server.client.xadd(names.stream, {"anything": "else"})
    for data in ("{}", "[1]", "no json"):
        server.client.xadd(names.stream, {"kind": "errors", "host": "x", "key": "errors:1", "data": data})
        server.client.xadd(names.stream, {"kind": "flows", "host": "x", "key": f"flows:{data}", "data": data})
    send(server, names, *records.exchange("a", 1))
    drain_once(server, names, tmp_path)
    assert counts(tmp_path) == {"flows": 1, "lines": 1, "ends": 1, "blobs": 1, "errors": 0}
    assert pending(server, names) == 0


def test_what_was_trimmed_before_it_was_read_is_said(tmp_path: Path, server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3))
    drain_once(server, names, tmp_path)
    send(server, names, *records.exchange("b", 100))
    server.client.xtrim(names.stream, maxlen=50, approximate=False)
    said = drain_once(server, names, tmp_path)
    assert said[0] == "53 entries were trimmed from the stream before they could be read; raise agent_redis_maxlen"


def test_a_folder_that_can_not_be_written_is_waited_for(
    tmp_path: Path, server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(server, names, *records.exchange("a", 5))
    from addons.sinks.appender import AppendError, AppendFile

    real = AppendFile.append
    is_full = threading.Event()
    is_full.set()

    def append(self: AppendFile, lines: list[bytes]) -> int:
        if is_full.is_set():
            raise AppendError(OSError(28, "No space left on device"), 0)
        return real(self, lines)

    monkeypatch.setattr(AppendFile, "append", append)
    said: list[str] = []
    running = run(server, names, tmp_path, said)
    wait_until(lambda: bool(said))
    assert pending(server, names) > 0
    is_full.clear()
    wait_until(lambda: pending(server, names) == 0)
    running.stop()
    assert {**counts(tmp_path), "errors": 0} == {"flows": 1, "lines": 5, "ends": 1, "blobs": 1, "errors": 0}

"""addons/redis_stream/sink.py: the log's records get into the stream, and nothing that Redis does matters to others."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from addons.redis_stream.address import parse_address
from addons.redis_stream.ledger import Ledger, Limits, Names, Outcome
from addons.redis_stream.sink import Acknowledged
from tests.redis_stream import records
from tests.redis_stream.logged import LoggingProxy, keys_in, keys_of, wait_until
from tests.redis_stream.server import PASSWORD, QUOTED, RedisServer

NAMES = Names("agent:events")


def exchanges(*names: str, frames: int = 20) -> list[records.Record]:
    return [record for name in names for record in records.exchange(name, frames, now_ms())]


def contents_first(keys: list[str]) -> list[str]:
    """As they are in one batch."""
    return sorted(keys, key=lambda key: not key.startswith("blobs"))


def now_ms() -> int:
    """Records of now: a backfill looks for what was made since an outage began."""
    return time.time_ns() // 1_000_000 - records.EPOCH_MS


def test_all_that_is_logged_is_in_the_stream_in_order(tmp_path: Path, server: RedisServer, names: Names) -> None:
    written = exchanges("a", "b")
    with LoggingProxy(tmp_path, server.address, names) as proxy:
        proxy.write(written)
    assert keys_in(server.client, names) == contents_first(keys_of(written))
    assert proxy.said == []


def test_by_unix_socket_and_with_a_password(tmp_path: Path) -> None:
    written = exchanges("a")
    with RedisServer(tmp_path / "redis", password=PASSWORD) as server:
        with LoggingProxy(tmp_path / "log", parse_address(server.unix_url), NAMES) as proxy:
            proxy.write(written)
        assert keys_in(server.client, NAMES) == contents_first(keys_of(written))


def test_a_redis_that_comes_later_gets_everything(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as server:
        server.kill()
        with LoggingProxy(tmp_path / "log", server.address, NAMES) as proxy:
            written = exchanges("a", "b")
            proxy.write(written)
            wait_until(lambda: bool(proxy.said))
            server.start()
            wait_until(lambda: len(proxy.said) == 2, lambda: proxy.said)
        assert keys_in(server.client, NAMES) == contents_first(keys_of(written))
    shown = f"agent_redis_url=redis://127.0.0.1:{server.port}/0"
    away = "Traffic and log go on; up to 32 MB wait in memory, and what is more is sent after from the log"
    assert proxy.said == [
        f"{shown}: it can't be reached (Connection refused). {away}",
        f"{shown}: Redis is back; nothing is lost",
    ]


def test_what_did_not_fit_into_memory_is_sent_after_from_the_log(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as server:
        server.kill()
        with LoggingProxy(tmp_path / "log", server.address, NAMES, buffer_bytes=20_000) as proxy:
            written = exchanges("a", "b", "c")
            proxy.write(written)
            wait_until(lambda: bool(proxy.said))
            dropped = proxy.sink.status().dropped
            assert 0 < dropped < len(written)
            server.start()
            wait_until(lambda: len(proxy.said) == 3, lambda: proxy.said)
            assert sorted(keys_in(server.client, NAMES)) == sorted(keys_of(written))
    assert f"Redis is back; {dropped} records did not fit into memory and are sent after from the log" in proxy.said[1]
    assert f"{dropped} records have been sent after from the log" in proxy.said[2]


def test_killed_and_started_again_twice_the_stream_is_complete_without_doubles(tmp_path: Path) -> None:
    """The server forgets its last second each time; its counter tells, and the log has it."""
    written: list[records.Record] = []
    with (
        RedisServer(tmp_path / "redis", keeps=True) as server,
        LoggingProxy(tmp_path / "log", server.address, NAMES) as proxy,
    ):
        names = (f"f{number}" for number in itertools.count())
        for _ in range(2):
            deadline = time.monotonic() + 1.5
            while time.monotonic() < deadline:
                new = exchanges(next(names), frames=5)
                proxy.write(new)
                written += new
                time.sleep(0.01)
            server.kill()
            new = exchanges(next(names))
            proxy.write(new)
            written += new
            wait_until(lambda: proxy.sink.status().outage is not None)
            server.start()
            wait_until(lambda: proxy.sink.status().outage is None and not proxy.sink.status().waiting)
        wait_until(
            lambda: len(keys_in(server.client, NAMES)) >= len(keys_of(written)),
            lambda: (set(keys_of(written)) - set(keys_in(server.client, NAMES)), proxy.said),
        )
        assert sorted(keys_in(server.client, NAMES)) == sorted(keys_of(written))


def test_a_loss_is_noticed_while_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.redis_stream.sink.CHECK_S", 0.1)
    with (
        RedisServer(tmp_path / "redis") as server,
        LoggingProxy(tmp_path / "log", server.address, NAMES) as proxy,
    ):
        written = exchanges("a", "b")
        proxy.write(written)
        wait_until(lambda: len(keys_in(server.client, NAMES)) == len(keys_of(written)))
        server.client.flushall()
        wait_until(lambda: sorted(keys_in(server.client, NAMES)) == sorted(keys_of(written)), lambda: proxy.said)
        server.kill()
        wait_until(lambda: proxy.sink.status().outage is not None)
        server.start()
        wait_until(lambda: proxy.sink.status().outage is None)


def test_a_server_that_keeps_nothing_gets_again_what_this_proxy_has_sent(tmp_path: Path) -> None:
    with (
        RedisServer(tmp_path / "redis") as server,
        LoggingProxy(tmp_path / "log", server.address, NAMES) as proxy,
    ):
        written = exchanges("a", "b")
        proxy.write(written)
        wait_until(lambda: len(keys_in(server.client, NAMES)) == len(keys_of(written)))
        server.kill()
        server.start()
        new = exchanges("c")
        proxy.write(new)
        expected = sorted(keys_of([*written, *new]))
        wait_until(lambda: sorted(keys_in(server.client, NAMES)) == expected, lambda: proxy.said)


def test_a_backfill_brings_what_was_logged_without_redis(tmp_path: Path, server: RedisServer, names: Names) -> None:
    nowhere = parse_address("redis://127.0.0.1:1")
    before = exchanges("a", "b")
    with LoggingProxy(tmp_path, nowhere, names) as proxy:
        proxy.write(before)
    assert "have not reached the stream; the log has them: agent.redis.backfill sends them after" in proxy.said[-1]
    with LoggingProxy(tmp_path, server.address, names) as proxy:
        after = exchanges("c")
        proxy.write(after)
        proxy.sink.backfill(0)
        wait_until(lambda: bool(proxy.said))
        assert f"{len(keys_of(before))} records have been sent after from the log" in proxy.said[0]
        proxy.sink.backfill(0)
        wait_until(lambda: len(proxy.said) == 2)
        assert "0 records have been sent after from the log" in proxy.said[1]
    assert sorted(keys_in(server.client, names)) == sorted(keys_of([*before, *after]))


def test_faults_of_ours_are_published_too(tmp_path: Path, server: RedisServer, names: Names) -> None:
    with LoggingProxy(tmp_path, server.address, names) as proxy:
        proxy._store.report("test", "a fault")
    assert [key.partition(":")[0] for key in keys_in(server.client, names)] == ["errors"]


# -- servers that do not do what they are asked ----------------------------------------------------------------------

WRONG = "wrong-hunter2"


def said_by(tmp_path: Path, url: str, names: Names = NAMES) -> list[str]:
    """What the person at the terminal hears when records come while Redis is like that."""
    with LoggingProxy(tmp_path / "log", parse_address(url), names) as proxy:
        proxy.write(exchanges("a"))
        wait_until(lambda: bool(proxy.said))
        proxy.write(exchanges("b"))
        status = proxy.sink.status()
        assert status.waiting > 0
    assert len((tmp_path / "log/all-mitm-sse/sse_lines.jsonl").read_bytes().splitlines()) == 40
    for secret in (PASSWORD, QUOTED, WRONG):
        assert secret not in "".join(proxy.said)
        assert secret not in repr(status)
    # Once for the outage, once at the end for what is left.
    assert len(proxy.said) == 2
    return proxy.said


def test_a_wrong_password(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", password=PASSWORD) as server:
        said = said_by(tmp_path, f"redis://:{WRONG}@127.0.0.1:{server.port}")
    assert "it refuses the user or password; correct the address" in said[0]


def test_no_password_where_one_is_asked_for(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", password=PASSWORD) as server:
        said = said_by(tmp_path, f"redis://127.0.0.1:{server.port}")
    assert "it asks for a password" in said[0]


def test_a_user_who_may_not(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as server:
        server.client.execute_command("ACL", "SETUSER", "ana", "on", f">{WRONG}", "~*", "+ping", "+client")
        said = said_by(tmp_path, f"redis://ana:{WRONG}@127.0.0.1:{server.port}")
    assert "its user may not do this" in said[0]


def test_a_full_one(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", "--maxmemory", "100kb") as server:
        said = said_by(tmp_path, server.url)
    assert "it is full (maxmemory)" in said[0]


def test_a_read_only_replica(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", "--replicaof", "127.0.0.1", "1") as server:
        said = said_by(tmp_path, server.url)
    assert "it is a read-only replica" in said[0]


def test_a_name_that_belongs_to_something_else(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis") as server:
        server.client.set(NAMES.stream, "mine")
        said = said_by(tmp_path, server.url)
    assert "the stream's name belongs to something else there" in said[0]


def test_one_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.redis_stream.sink.ANSWER_S", 0.3)
    with RedisServer(tmp_path / "redis") as server:
        server.pause()
        try:
            said = said_by(tmp_path, server.url)
        finally:
            server.go_on()
    assert "it does not answer" in said[0]


def test_one_that_did_not_answer_has_each_record_once_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent before it stopped to answer, it may have taken."""
    monkeypatch.setattr("addons.redis_stream.sink.ANSWER_S", 0.3)
    with (
        RedisServer(tmp_path / "redis") as server,
        LoggingProxy(tmp_path / "log", server.address, NAMES) as proxy,
    ):
        written = exchanges("a")
        proxy.write(written)
        wait_until(lambda: len(keys_in(server.client, NAMES)) == len(keys_of(written)))
        server.pause()
        new = exchanges("b")
        proxy.write(new)
        wait_until(lambda: bool(proxy.said))
        server.go_on()
        expected = [*contents_first(keys_of(written)), *contents_first(keys_of(new))]
        wait_until(lambda: len(keys_in(server.client, NAMES)) >= len(expected))
        wait_until(lambda: proxy.sink.status().waiting == 0)
        assert keys_in(server.client, NAMES) == expected
        assert proxy.sink.status().doubles > 0 or proxy.sink.status().sent == len(expected)


def test_its_own_fault_ends_nothing(
    tmp_path: Path, server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.redis_stream.sink.LONGEST_DELAY_S", 0.05)
    real = Ledger.add
    faults = [MemoryError(), ValueError()]

    def add(self: Ledger, *rest: Any, **named: Any) -> Outcome:
        if faults:
            raise faults.pop()
        return real(self, *rest, **named)

    monkeypatch.setattr(Ledger, "add", add)
    with LoggingProxy(tmp_path, server.address, names) as proxy:
        written = exchanges("a")
        proxy.write(written)
        wait_until(lambda: proxy.sink.status().sent == len(keys_of(written)))
    assert keys_in(server.client, names) == contents_first(keys_of(written))


# -- how much the server has had -------------------------------------------------------------------------------------


def test_a_server_that_has_all_has_lost_nothing() -> None:
    had = Acknowledged(1000)
    had.note(0, 10, 2000)
    had.note(10, 5, 5000)
    assert had.lost_since_ms(15) is None
    assert had.lost_since_ms(20) is None


@pytest.mark.parametrize(("has", "since_ms"), [(14, 5000), (10, 5000), (9, 2000), (0, 2000)])
def test_what_it_lacks_was_sent_since_it_had_so_much(has: int, since_ms: int) -> None:
    had = Acknowledged(1000)
    had.note(0, 10, 2000)
    had.note(10, 5, 5000)
    assert had.lost_since_ms(has) == since_ms


def test_a_loss_is_told_once() -> None:
    had = Acknowledged(1000)
    had.note(0, 10, 2000)
    assert had.lost_since_ms(4) == 2000
    had.note(4, 3, 9000)
    assert had.lost_since_ms(7) is None


def test_the_status_tells_what_waits_and_what_was_sent(tmp_path: Path, server: RedisServer, names: Names) -> None:
    with LoggingProxy(tmp_path, server.address, names, limits=Limits(0, 0)) as proxy:
        written = exchanges("a")
        proxy.write(written)
        wait_until(lambda: proxy.sink.status().sent == len(keys_of(written)))
        status = proxy.sink.status()
    assert (status.waiting, status.waiting_bytes, status.behind_ms, status.dropped, status.outage) == (
        0,
        0,
        None,
        0,
        None,
    )
    assert status.rate > 0

"""addons/redis_stream/desk.py: what can be asked and done about a stream by command."""

from __future__ import annotations

import json
import time

import pytest

from addons.redis_stream import desk
from addons.redis_stream.ledger import Names
from addons.redis_stream.sink import SinkStatus
from tests.redis_stream import records
from tests.redis_stream.server import RedisServer
from tests.redis_stream.test_source import send

STATUS = SinkStatus(
    sent=1200, doubles=3, dropped=7, waiting=5, waiting_bytes=1 << 20, behind_ms=90_000, rate=12.5,
    outage="it does not answer", backfill=None,
)  # fmt: skip


def value(table: desk.Table, what: str) -> str:
    return next(row[1] for row in table if row[0] == what)


def test_info_tells_of_stream_proxies_and_readers(server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3), host="ana")
    send(server, names, *records.exchange("b", 2), host="ben")
    server.client.xgroup_create(names.stream, "reports", id="0")
    server.client.xreadgroup("reports", "one", {names.stream: ">"}, count=4)
    table = desk.info(server.client, names, None)
    assert {len(row) for row in table} == {2}
    assert value(table, "entries") == "11"
    assert value(table, "exchanges remembered") == "2"
    assert value(table, "contents in the stream") == "2"
    assert value(table, "proxy ana").startswith("6 records, last ")
    assert value(table, "proxy ben").startswith("5 records, last ")
    assert value(table, "group reports") == "7 behind, 4 in work, 1 readers"


def test_info_tells_of_this_process_too(server: RedisServer, names: Names) -> None:
    table = desk.info(server.client, names, STATUS)
    assert table[1:] == [
        ["stream", f"{names.stream} does not exist"],
        ["sent from here", "1,200 records, 12.5 a second"],
        ["waiting here", "5 records, 1.0 MB, the first for 90.0 s"],
        ["dropped here", "7 records, which only the log has until they are sent after"],
        ["doubles refused", "3"],
        ["outage", "it does not answer"],
    ]


def test_info_warns_of_a_server_that_throws_things_away(server: RedisServer, names: Names) -> None:
    send(server, names, records.line("f", 0))
    server.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "use noeviction" in value(desk.info(server.client, names, None), "maxmemory policy")
    finally:
        server.client.config_set("maxmemory-policy", "noeviction")


def test_read_shows_the_last_entries_in_order(server: RedisServer, names: Names) -> None:
    exchange = records.exchange("a", 3)
    send(server, names, *exchange)
    table = desk.read(server.client, names, 2, "")
    assert table[0] == ["id", "time", "host", "key", "record"]
    assert [row[2:] for row in table[1:]] == [
        ["ana", "lines:a:2", exchange[4].line.decode()[:200]],
        ["ana", "ends:a", exchange[5].line.decode()[:200]],
    ]


def test_read_goes_on_behind_an_id(server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3))
    keys, after = [], "start"
    while rows := desk.read(server.client, names, 2, after)[1:]:
        keys += [row[3] for row in rows]
        ms, _, number = rows[-1][0].partition("-")
        after = f"{ms}-{int(number) + 1}"
    assert keys[1:] == ["flows:a", "lines:a:0", "lines:a:1", "lines:a:2", "ends:a"]


def test_what_is_read_can_not_control_a_terminal(server: RedisServer, names: Names) -> None:
    server.client.xadd(names.stream, {"kind": "ends", "host": "\x1b[2J", "key": "ends:\x1b[2J", "data": "\x1b[2J\n"})
    assert "\x1b" not in repr(desk.read(server.client, names, 5, "")).replace("\\x1b", "\x1b")


def test_whole_records_come_as_json_lines(server: RedisServer, names: Names) -> None:
    exchange = records.exchange("a", 3)
    send(server, names, *exchange)
    lines = desk.read_lines(server.client, names, 100, "start")
    assert [json.loads(line) for line in lines] == [json.loads(record.line) | {"host": "ana"} for record in exchange]


def test_delete_removes_entries_and_says_how_many(server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 3))
    ids = [row[0] for row in desk.read(server.client, names, 2, "")[1:]]
    assert value(desk.delete(server.client, names, [*ids, "1-1"]), "entries deleted") == "2"
    assert server.client.xlen(names.stream) == 4


def test_trim_to_a_number_and_to_an_age(server: RedisServer, names: Names) -> None:
    send(server, names, *records.exchange("a", 7))
    assert desk.trim(server.client, names, "4")[1:] == [["entries trimmed", "6"], ["entries left", "4"]]
    assert desk.trim(server.client, names, "2h")[1:] == [["entries trimmed", "0"], ["entries left", "4"]]
    time.sleep(0.01)
    assert desk.trim(server.client, names, "0.001s")[1:] == [["entries trimmed", "4"], ["entries left", "0"]]


@pytest.mark.parametrize("limit", ["", "-1", "many", "2y", "²"])
def test_trim_refuses_what_is_no_limit(server: RedisServer, names: Names, limit: str) -> None:
    with pytest.raises(ValueError, match="trim to a number of entries"):
        desk.trim(server.client, names, limit)


@pytest.mark.parametrize("ids", [[], ["x"], ["1-1", "-"]])
def test_delete_refuses_what_is_no_id(server: RedisServer, names: Names, ids: list[str]) -> None:
    with pytest.raises(ValueError, match="id"):
        desk.delete(server.client, names, ids)


@pytest.mark.parametrize(("count", "after"), [(0, ""), (10_001, ""), (5, "now"), (5, "3"), (5, "soon")])
def test_read_refuses_what_it_can_not_do(server: RedisServer, names: Names, count: int, after: str) -> None:
    with pytest.raises(ValueError, match=r"read from|use now"):
        desk.read(server.client, names, count, after)


def test_from_when_on_to_send_after() -> None:
    now_ms = time.time() * 1000
    assert desk.since_ms("") == 0
    assert desk.since_ms("2d") == pytest.approx(now_ms - 2 * 86_400_000, abs=60_000)
    assert desk.since_ms("2026-11-25T08:00+01:00") == 1_795_590_000_000
    with pytest.raises(ValueError, match="use an age, such as 2d"):
        desk.since_ms("lately")


def test_a_table_as_text() -> None:
    table = [["what", "value"], ["entries", "a long value"]]
    assert desk.printed(table, 80) == ["what     value", "entries  a long value"]
    assert desk.printed(table, 15) == ["what     value", "entries  a lon…"]

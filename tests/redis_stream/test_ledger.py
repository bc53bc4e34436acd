"""addons/redis_stream/ledger.py and script.lua on a real server: every record gets in once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.redis_stream import ledger as module
from addons.redis_stream.entry import Entry, entry_of_record
from addons.redis_stream.ledger import Ledger, Limits, Names
from addons.redis_stream.ranges import Had
from addons.sinks.records import Record
from tests.redis_stream import records
from tests.redis_stream.server import RedisServer


def entries(*of: Record) -> list[Entry]:
    return [entry for record in of if (entry := entry_of_record(record, "ana")) is not None]


def keys(server: RedisServer, names: Names) -> list[str]:
    return [fields[b"key"].decode() for _, fields in server.client.xrange(names.stream)]


def ledger(server: RedisServer, names: Names, entries: int = 0, host: str = "ana") -> Ledger:
    return Ledger(server.client, names, Limits(entries, 0), host)


def counts(outcome: Any) -> tuple[int, int, int]:
    return outcome.added, outcome.doubles, outcome.forgotten


def test_an_exchange_is_in_the_stream_as_the_log_has_it(server: RedisServer, names: Names) -> None:
    exchange = records.exchange("f", 2)
    ledger(server, names).add(entries(*exchange), 0)
    assert [fields for _, fields in server.client.xrange(names.stream)] == [
        {b"kind": record.kind.value.encode(), b"host": b"ana", b"key": key.encode(), b"data": record.line[:-1]}
        for record, key in zip(
            exchange, [f"blobs:{exchange[0].hash}", "flows:f", "lines:f:0", "lines:f:1", "ends:f"], strict=True
        )
    ]


def test_whoever_sends_it_again_is_refused(server: RedisServer, names: Names) -> None:
    exchange = entries(*records.exchange("f", 3), records.error("full disk"))
    assert counts(ledger(server, names).add(exchange, 0)) == (7, 0, 0)
    assert counts(ledger(server, names).add(exchange, 0, from_log=True)) == (0, 7, 0)
    assert len(keys(server, names)) == 7


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 12), max_size=6), max_size=6))
def test_in_any_order_and_any_batches_each_gets_in_once(
    server: RedisServer, names: Names, batches: list[list[int]]
) -> None:
    server.client.delete(*names.written)
    one = ledger(server, names)
    had = Had()
    for batch in batches:
        sent = entries(*(records.line("f", seq) for seq in batch))
        expected = sum([had.take(entry) for entry in sent])
        if sent:
            assert one.add(sent, 0).added == expected
    told = Had(server.client.hget(names.seen, "f"))
    for seq in range(13):
        (entry,) = entries(records.line("f", seq))
        assert (entry in told) == (entry in had)
    assert len(set(keys(server, names))) == len(keys(server, names))


def test_what_was_trimmed_does_not_come_back(server: RedisServer, names: Names) -> None:
    exchange = entries(*records.exchange("f", 3)[1:])
    one = ledger(server, names)
    one.add(exchange, 0)
    server.client.xtrim(names.stream, maxlen=0)
    assert counts(one.add(exchange, 0, from_log=True)) == (0, 5, 0)


def test_a_content_that_was_trimmed_comes_back(server: RedisServer, names: Names) -> None:
    """A request that comes later refers to it."""
    content = entries(records.blob("f", "long ago"))
    one = ledger(server, names)
    one.add([*content, *entries(records.line("f", 0))], 0)
    assert counts(one.add(content, 0)) == (0, 1, 0)
    server.client.xtrim(names.stream, maxlen=1, approximate=False)
    assert counts(one.add(content, 0)) == (1, 0, 0)
    assert counts(one.add(content, 0)) == (0, 1, 0)


def test_the_index_of_contents_names_their_entries(server: RedisServer, names: Names) -> None:
    (content,) = entries(records.blob("f", "words"))
    ledger(server, names).add([*entries(records.line("f", 0)), content], 0)
    id = server.client.hget(names.blobs, content.owner)
    assert server.client.xrange(names.stream, id, id)[0][1][b"data"] == content.line


def test_the_index_forgets_what_was_trimmed(server: RedisServer, names: Names) -> None:
    one = ledger(server, names)
    one.add(entries(*(records.blob("f", str(number)) for number in range(20))), 0)
    server.client.xtrim(names.stream, maxlen=0)
    one.add(entries(records.line("f", 0)), 0)
    one.add(entries(records.line("f", 1)), 0)
    assert server.client.hlen(names.blobs) == 0


def test_the_stream_is_kept_to_its_length(server: RedisServer, names: Names) -> None:
    ledger(server, names, entries=100).add(entries(*(records.line("f", seq) for seq in range(450))), 0)
    # Whole nodes of 100 entries go.
    assert 100 <= server.client.xlen(names.stream) <= 200


def test_what_is_too_old_is_trimmed(server: RedisServer, names: Names) -> None:
    one = ledger(server, names)
    one.add(entries(*(records.line("f", seq) for seq in range(250))), 0)
    later_ms = one.add(entries(records.line("f", 250)), 0).now_ms + 1000
    one.add(entries(records.line("f", 251)), oldest_ms=later_ms)
    assert server.client.xlen(names.stream) <= 100


def test_only_so_many_exchanges_are_remembered_and_older_ones_stay_out(
    server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED_EXCHANGES", 2)
    one = ledger(server, names)
    for number in range(4):
        one.add(entries(records.line(f"f{number}", 0, ms=number * 1000)), 0)
    assert set(server.client.hkeys(names.seen)) == {b"f2", b"f3", b"#forgotten"}
    assert counts(one.add(entries(records.line("f0", 0), records.line("older", 0)), 0, from_log=True)) == (0, 0, 2)
    assert counts(one.add(entries(records.line("newer", 0, ms=1500)), 0, from_log=True)) == (1, 0, 0)


def test_what_happens_now_is_never_too_old(server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's clock may be behind the others'."""
    monkeypatch.setattr(module, "REMEMBERED_EXCHANGES", 1)
    one = ledger(server, names)
    for number in range(3):
        one.add(entries(records.line(f"f{number}", 0, ms=number * 1000)), 0)
    assert counts(one.add(entries(records.line("behind", 0, ms=-5000)), 0)) == (1, 0, 0)


def test_it_counts_what_each_proxy_has_sent(server: RedisServer, names: Names) -> None:
    ana, ben = ledger(server, names), ledger(server, names, host="ben with blanks")
    told = [
        one.add(entries(*(records.line(flow, seq) for seq in range(number))), 0).had_before
        for one, flow, number in ((ana, "a", 3), (ben, "b", 2), (ana, "a", 3), (ben, "b", 1))
    ]
    assert told == [0, 0, 3, 2]
    hosts = [told.split(b" ", 2)[2] for told in server.client.hgetall(names.proxies).values()]
    assert sorted(hosts) == [b"ana", b"ben with blanks"]


def test_proxies_that_have_been_silent_for_a_week_are_forgotten(server: RedisServer, names: Names) -> None:
    server.client.hset(names.proxies, "old/1/x", "5 1000 old")
    ledger(server, names).add(entries(records.line("f", 0)), 0)
    assert not server.client.hexists(names.proxies, "old/1/x")


def test_a_server_that_has_forgotten_the_script_is_told_it_again(server: RedisServer, names: Names) -> None:
    one = ledger(server, names)
    one.add(entries(records.line("f", 0)), 0)
    server.client.script_flush()
    assert one.add(entries(records.line("f", 1)), 0).added == 1

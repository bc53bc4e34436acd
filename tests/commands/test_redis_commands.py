"""addons/commands/redis_commands.py: commands that return at once, and whose answers come when they are there."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from mitmproxy import exceptions
from mitmproxy.test import taddons

from addons.commands.redis_commands import RedisCommands
from addons.options import OPTIONS, parse_settings
from addons.redis_stream import desk
from addons.redis_stream.ledger import Names
from addons.redis_stream.sink import StreamSink
from tests.redis_stream import records
from tests.redis_stream.logged import wait_until
from tests.redis_stream.server import PASSWORD, RedisServer
from tests.redis_stream.test_source import send

NAMES = Names("agent:events")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), password=PASSWORD) as server:
        yield server


class Host:
    """mitmproxy with the commands, and an event loop that runs."""

    def __init__(
        self, caplog: pytest.LogCaptureFixture, sink: StreamSink | None = None, *, is_web: bool = False, **values: str
    ) -> None:
        settings = parse_settings(({option.name: option.default for option in OPTIONS} | values).__getitem__)
        self._caplog = caplog
        self.context = taddons.context()
        self.context.__enter__()
        self.master: Any = self.context.master
        if is_web:
            self.master.__class__ = type("WebMaster", (type(self.master),), {})
        self.loop = asyncio.new_event_loop()
        self.master.event_loop = self.loop
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.context.master.addons.add(RedisCommands(lambda: settings, lambda: sink))

    def call(self, line: str) -> Any:
        return self.master.commands.execute(line)

    @property
    def said(self) -> str:
        return "\n".join(record.getMessage() for record in self._caplog.records if record.name == "mitmagent")

    def await_said(self, text: str) -> None:
        wait_until(lambda: text in self.said, lambda: self.said)

    def answer(self, line: str) -> Any:
        """Of mitmweb, asked until it has one."""
        found: list[Any] = []

        def is_answered() -> bool:
            found[:] = self.call(line)
            return found[0] != ["id", "state", "read"]

        wait_until(is_answered, lambda: str(found))
        return found

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.context.__exit__(None, None, None)


@pytest.fixture
def hosts(caplog: pytest.LogCaptureFixture) -> Iterator[list[Host]]:
    caplog.set_level(logging.INFO)
    hosts: list[Host] = []
    yield hosts
    for host in hosts:
        host.close()


def test_each_is_answered_in_the_event_log(
    server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture
) -> None:
    send(server, NAMES, *records.exchange("a", 3))
    host = Host(caplog, agent_redis_url=server.url)
    hosts.append(host)
    for line, said in (
        ("agent.redis.info", "entries                 6"),
        ("agent.redis.read 1", "ends:a"),
        ("agent.redis.read 2 start", "flows:a"),
        ("agent.redis.delete 1-1 2-2", "entries deleted  0"),
        ("agent.redis.trim 4", "entries trimmed  2"),
    ):
        assert host.call(line) is None
        host.await_said(said)
    assert PASSWORD not in host.said


def test_in_the_console_the_answer_is_a_table(
    server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mitmproxy.tools.console.overlay.DataViewerOverlay", lambda _, table: table)
    send(server, NAMES, *records.exchange("b", 1))
    host = Host(caplog, agent_redis_url=server.url)
    hosts.append(host)
    shown: list[Any] = []
    host.master.overlay = lambda widget, **_: shown.append(widget)
    host.call("agent.redis.read 1")
    wait_until(lambda: bool(shown), lambda: host.said)
    (table,) = shown
    assert [len(row) for row in table] == [1, 1]
    assert "ends:b" in table[1][0]


def test_mitmweb_is_given_the_rows_when_it_asks_again(
    server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    read = desk.read
    monkeypatch.setattr(desk, "read", lambda *asked: read(*asked) if go.wait(10) else [])
    send(server, NAMES, *records.exchange("c", 1))
    host = Host(caplog, is_web=True, agent_redis_url=server.url)
    hosts.append(host)
    assert host.call("agent.redis.read 1") == [["id", "state", "read"], ["1", "running", ""]]
    go.set()
    heads, entry = host.answer("agent.redis.read 1")
    assert heads == ["id", "time", "host", "key", "record"]
    assert entry[3] == "ends:c"
    # Who wants to know it again asks anew.
    go.clear()
    assert host.call("agent.redis.read 1")[1] == ["2", "running", ""]
    go.set()
    assert host.answer("agent.redis.read 1")[1] == entry
    assert host.said == ""


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param("agent.redis.read 0", "read from 1 to", id="asked wrongly"),
        pytest.param("agent.redis.info", "it can't be reached", id="away"),
    ],
)
def test_mitmweb_is_told_why_there_is_no_answer(
    hosts: list[Host], caplog: pytest.LogCaptureFixture, line: str, wrong: str
) -> None:
    host = Host(caplog, is_web=True, agent_redis_url="redis://127.0.0.1:1")
    hosts.append(host)
    with pytest.raises(exceptions.CommandError, match=wrong):
        host.answer(line)


def test_mitmweb_is_given_a_backfills_sentence(hosts: list[Host], caplog: pytest.LogCaptureFixture) -> None:
    class Sink:
        def backfill(self, since_ms: int) -> None:
            pass

    host = Host(caplog, Sink(), is_web=True, agent_redis_url="redis://127.0.0.1:1")  # type: ignore[arg-type]
    hosts.append(host)
    assert host.call("agent.redis.backfill 2d") == [["the log is read for what the stream lacks; traffic goes on"]]


def test_a_backfill_is_the_sinks_work(server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture) -> None:
    asked: list[int] = []

    class Sink:
        def backfill(self, since_ms: int) -> None:
            asked.append(since_ms)

    host = Host(caplog, Sink(), agent_redis_url=server.url)  # type: ignore[arg-type]
    hosts.append(host)
    assert host.call("agent.redis.backfill") is None
    assert host.call("agent.redis.backfill 2026-11-25T08:00+01:00") is None
    assert asked == [0, 1_795_590_000_000]
    with pytest.raises(exceptions.CommandError, match="use an age, such as 2d"):
        host.call("agent.redis.backfill lately")


@pytest.mark.parametrize("line", ["agent.redis.info", "agent.redis.backfill", "agent.redis.trim 5"])
def test_without_a_redis_each_says_which_option_is_missing(
    hosts: list[Host], caplog: pytest.LogCaptureFixture, line: str
) -> None:
    host = Host(caplog)
    hosts.append(host)
    with pytest.raises(exceptions.CommandError, match="agent_redis_url is not set"):
        host.call(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("agent.redis.trim many", "trim to a number of entries"),
        ("agent.redis.delete x", "x is no entry's id"),
        ("agent.redis.read 0", "read from 1 to"),
    ],
)
def test_what_was_asked_wrongly_is_said(
    server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture, line: str, said: str
) -> None:
    host = Host(caplog, agent_redis_url=server.url)
    hosts.append(host)
    host.call(line)
    host.await_said(said)


def test_a_redis_that_is_away_is_said(hosts: list[Host], caplog: pytest.LogCaptureFixture) -> None:
    host = Host(caplog, agent_redis_url=f"redis://:{PASSWORD.replace('/', '')}@127.0.0.1:1")
    hosts.append(host)
    host.call("agent.redis.info")
    host.await_said("agent.redis.info: redis://127.0.0.1:1/0: it can't be reached (Connection refused)")


def test_a_viewer_asks_the_redis_that_it_watches(
    server: RedisServer, hosts: list[Host], caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(caplog, agent_source=server.url)
    hosts.append(host)
    host.call("agent.redis.info")
    host.await_said("entries")

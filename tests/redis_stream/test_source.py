"""addons/redis_stream/source.py: what the proxies send is shown as if it had been captured here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from addons.protocols.events import ExchangeEnded, ExchangeEvent, ExchangeStarted, TextDelta
from addons.redis_stream.entry import entry_of_record
from addons.redis_stream.history import Start, look_back, parse_start
from addons.redis_stream.ledger import Ledger, Limits, Names
from addons.redis_stream.sink import SinkSettings, StreamSink
from addons.redis_stream.source import RedisSource
from addons.sinks.records import Record
from addons.sources.assembler import Shown
from tests.redis_stream import records
from tests.redis_stream.logged import wait_until
from tests.redis_stream.server import PASSWORD, RedisServer
from tests.sources.captured import Capture, comparable


class Watch:
    """A source on a thread of its own, and what it shows."""

    def __init__(self, server: RedisServer, names: Names, start: str = "now", follow: bool = True) -> None:
        self.shown: list[Shown] = []
        self.said: list[str] = []
        self.asked = 0
        self.source = RedisSource(server.address, names.stream, parse_start(start), follow, self.said.append)
        self._going_on = threading.Event()
        self._going_on.set()
        self._over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        # What comes from now on is what is sent after this.
        wait_until(lambda: self.asked > 0 or not self.thread.is_alive())

    def _run(self) -> None:
        for step in self.source.steps():
            self.asked += 1
            self._going_on.wait()
            if self._over:
                return
            if step is None:
                time.sleep(0.01)
            else:
                self.shown += step.shown

    def pause(self) -> None:
        self._going_on.clear()

    def go_on(self) -> None:
        self._going_on.set()

    def close(self) -> None:
        self._over = True
        self._going_on.set()
        self.thread.join(10)
        assert not self.thread.is_alive()

    @property
    def events(self) -> list[ExchangeEvent]:
        return [event for _, event in self.shown]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def begun(self) -> list[str]:
        return [event.flow_id for event in self.events if isinstance(event, ExchangeStarted)]

    @property
    def ended(self) -> list[str]:
        return [event.flow_id for event in self.events if isinstance(event, ExchangeEnded)]


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    watches: list[Watch] = []
    yield watches
    for watch in watches:
        watch.close()


def send(server: RedisServer, names: Names, *of: Record, host: str = "ana", entries: int = 0) -> None:
    sent = [entry for record in of if (entry := entry_of_record(record, host)) is not None]
    Ledger(server.client, names, Limits(entries, 0), host).add(sent, 0)


def text_of(name: str, frames: int, start: int = 0) -> str:
    return "".join(f"{name}-{seq} " for seq in range(start, frames))


def by_flow(shown: list[Shown]) -> dict[str, list[ExchangeEvent]]:
    events: dict[str, list[ExchangeEvent]] = {}
    for flow_id, event in comparable(shown):
        if isinstance(event, ExchangeStarted):
            event = replace(event, session_number=None, host=None, session_id=event.session_id.removesuffix("@ana"))
        events.setdefault(flow_id, []).append(event)
    return events


@pytest.mark.parametrize("start", ["now", "start"])
def test_it_shows_what_the_proxy_showed(
    tmp_path: Path, server: RedisServer, names: Names, watches: list[Watch], start: str
) -> None:
    """Recorded agents, a WebSocket, an overloaded provider, a client that leaves, a host that does not answer."""
    settings = SinkSettings(server.address, names.stream, Limits(0, 0), "ana", 32 << 20, tmp_path)
    sink = StreamSink(settings, lambda _: None)
    sink.start()
    capture = Capture(tmp_path, sink)
    if start == "now":
        watches.append(Watch(server, names, start))
    capture.finish()
    if start == "start":
        watches.append(Watch(server, names, start))
    expected = by_flow(capture.screen.shown)
    assert expected
    wait_until(lambda: len(watches[0].shown) >= len(capture.screen.shown))
    assert by_flow(watches[0].shown) == expected
    assert {event.host for event in watches[0].events if isinstance(event, ExchangeStarted)} == {"ana"}
    assert watches[0].said == []


def test_sessions_of_several_hosts_are_numbered_in_order_of_appearance(
    server: RedisServer, names: Names, watches: list[Watch]
) -> None:
    watches.append(Watch(server, names, "start"))
    send(server, names, *records.exchange("a", 1), host="ana")
    send(server, names, *records.exchange("b", 1), host="ben")
    send(server, names, records.flow("a2"), host="ana")
    wait_until(lambda: len(watches[0].begun) == 3)
    told = [(e.flow_id, e.host, e.session_number) for e in watches[0].events if isinstance(e, ExchangeStarted)]
    assert told == [("a", "ana", 1), ("b", "ben", 2), ("a2", "ana", 3)]


def test_a_session_at_two_hosts_is_told_apart(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    watches.append(Watch(server, names, "start"))
    one = records.flow("a")
    other = replace(one, line=one.line.replace(b'"flow_id":"a"', b'"flow_id":"b"'), context=records.context("b"))
    send(server, names, one, host="ana")
    send(server, names, other, host="ben")
    wait_until(lambda: len(watches[0].begun) == 2)
    told = [(e.session_id, e.session_number) for e in watches[0].events if isinstance(e, ExchangeStarted)]
    assert told == [("session of a@ana", 1), ("session of a@ben", 1)]


def test_from_now_it_shows_what_goes_on_and_what_comes(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    ended, open_one = records.exchange("over", 3), records.exchange("open", 6)
    send(server, names, *ended, *open_one[:4])
    watches.append(Watch(server, names))
    wait_until(lambda: watches[0].text == text_of("open", 2))
    send(server, names, *open_one[4:], *records.exchange("new", 2))
    wait_until(lambda: len(watches[0].ended) == 2)
    assert watches[0].begun == ["open", "new"]
    assert watches[0].text == text_of("open", 6) + text_of("new", 2)


def test_with_a_number_it_shows_the_last_exchanges(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    for name in "abcd":
        send(server, names, *records.exchange(name, 2))
    watches.append(Watch(server, names, "2"))
    wait_until(lambda: len(watches[0].ended) == 2)
    assert watches[0].text == text_of("c", 2) + text_of("d", 2)


def test_from_an_id_it_shows_what_comes_from_there_on(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    send(server, names, *records.exchange("a", 2))
    (last, _), *_ = server.client.xrevrange(names.stream, count=1)
    send(server, names, *records.exchange("b", 2))
    watches.append(Watch(server, names, server.client.xrange(names.stream, min=b"(" + last, count=1)[0][0].decode()))
    wait_until(lambda: watches[0].ended == ["b"])
    assert watches[0].begun == ["b"]


def test_what_is_there_can_be_shown_to_its_end(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    send(server, names, *records.exchange("a", 700), *records.exchange("open", 2)[:-1])
    for start, expected in (("start", ["a", "open"]), ("1", ["open"])):
        watches.append(Watch(server, names, start, follow=False))
        watches[-1].thread.join(30)
        assert not watches[-1].thread.is_alive()
        assert watches[-1].begun == watches[-1].ended == expected
    assert watches[0].source.summary() == "2 exchanges, 702 frames"


def test_an_empty_stream_is_over_at_once(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    watches.append(Watch(server, names, "start", follow=False))
    watches[0].thread.join(10)
    assert watches[0].shown == []


def test_what_was_sent_after_is_shown_in_its_place(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    exchange = records.exchange("f", 6)
    watches.append(Watch(server, names))
    send(server, names, *exchange[:4], exchange[6])
    wait_until(lambda: watches[0].text == text_of("f", 2))
    send(server, names, exchange[4], exchange[5], *exchange[7:])
    wait_until(lambda: watches[0].ended == ["f"])
    assert watches[0].text == text_of("f", 6)


def test_what_never_comes_is_counted_and_said(
    server: RedisServer, names: Names, watches: list[Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.redis_stream.source.PATIENCE_S", 0.1)
    exchange = records.exchange("f", 6)
    watches.append(Watch(server, names))
    send(server, names, *exchange[:4], *exchange[6:])
    wait_until(lambda: watches[0].ended == ["f"])
    assert watches[0].text == text_of("f", 2) + text_of("f", 6, 4)
    assert watches[0].said == ["2 frames have not come through the stream; what is shown lacks them"]


def test_one_that_was_stopped_catches_up(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    watches.append(Watch(server, names))
    watches[0].pause()
    for number in range(10):
        send(server, names, *records.exchange(f"f{number}", 300))
    watches[0].go_on()
    wait_until(lambda: len(watches[0].ended) == 10)
    assert watches[0].text == "".join(text_of(f"f{number}", 300) for number in range(10))
    assert watches[0].said == []


def test_what_was_trimmed_meanwhile_is_counted_and_said(
    server: RedisServer, names: Names, watches: list[Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.redis_stream.source._STALE_S", 0.0)
    send(server, names, *records.exchange("seen", 1))
    watches.append(Watch(server, names))
    watches[0].pause()
    time.sleep(0.3)
    for number in range(5):
        send(server, names, *records.exchange(f"f{number}", 297))
    server.client.xtrim(names.stream, maxlen=300, approximate=False)
    watches[0].go_on()
    wait_until(lambda: watches[0].ended == ["f4"])
    assert watches[0].said == [
        "1,200 entries were trimmed from the stream before they could be read; what is shown lacks them"
    ]


def test_a_content_sent_long_before_is_found(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    send(server, names, records.blob("f", "asked before"))
    watches.append(Watch(server, names))
    send(server, names, records.flow("g", 0, "asked before"))
    wait_until(lambda: watches[0].begun == ["g"])
    (started,) = watches[0].events
    assert isinstance(started, ExchangeStarted)
    assert started.prompt == "asked before"


def test_entries_of_others_are_passed_over(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    watches.append(Watch(server, names, "start"))
    fields: dict[str, Any] = {"kind": "lines", "host": "x", "key": "lines:f:0", "data": "{no json}"}
    server.client.xadd(names.stream, {"anything": "else"})
    server.client.xadd(names.stream, fields)
    send(server, names, *records.exchange("a", 1))
    wait_until(lambda: watches[0].ended == ["a"])
    assert watches[0].begun == ["a"]


def test_a_server_that_goes_away_is_said_and_waited_for(tmp_path: Path, watches: list[Watch]) -> None:
    names = Names("agent:events")
    with RedisServer(tmp_path, password=PASSWORD, keeps=True) as server:
        watches.append(Watch(server, names))
        send(server, names, *records.exchange("a", 2))
        wait_until(lambda: watches[0].ended == ["a"])
        time.sleep(1.2)
        server.kill()
        wait_until(lambda: bool(watches[0].said))
        server.start()
        send(server, names, *records.exchange("b", 2))
        wait_until(lambda: watches[0].ended == ["a", "b"])
        shown = f"redis://127.0.0.1:{server.port}/0"
        assert watches[0].said == [f"{shown}: the connection was lost; waiting for it", f"{shown}: Redis is back"]
        watches[0].close()


def test_it_writes_nothing(server: RedisServer, names: Names, watches: list[Watch]) -> None:
    watches.append(Watch(server, names))
    wait_until(lambda: watches[0].asked > 3)
    assert server.client.exists(*names.written) == 0


# -- where to begin --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("now", Start()),
        ("start", Start(after=b"0-0")),
        ("5", Start(exchanges=5)),
        ("17-3", Start(after=b"17-2")),
        ("17-0", Start(after=b"16-18446744073709551615")),
        ("0-0", Start(after=b"0-0")),
    ],
)
def test_a_start(text: str, start: Start) -> None:
    assert parse_start(text) == start


@pytest.mark.parametrize("text", ["", "0", "yesterday", "-5", "10001", "1-2-3"])
def test_no_start(text: str) -> None:
    with pytest.raises(ValueError, match="use now, start, an entry's id"):
        parse_start(text)


def test_it_looks_back_only_as_far_as_it_must(
    server: RedisServer, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.redis_stream.history._PAGE", 10)
    monkeypatch.setattr("addons.redis_stream.history._MOST_ENTRIES", 40)
    send(
        server,
        names,
        *records.exchange("open but long ago", 5)[:-1],
        *records.exchange("over", 60),
        *records.exchange("open", 5)[:-1],
    )
    kept, _ = look_back(server.client, names.stream, Start())
    assert {each.entry.owner for each in kept} == {b"open"}


def test_a_frame_that_came_after_its_exchanges_end_is_left_out_with_it(server: RedisServer, names: Names) -> None:
    """As a proxy that was killed sends after at its next start."""
    *before, frame, end = records.exchange("killed", 3)
    send(server, names, *before, end, frame, *records.exchange("open", 3)[:-1])
    kept, _ = look_back(server.client, names.stream, Start())
    assert {each.entry.owner for each in kept} == {b"open"}

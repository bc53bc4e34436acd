"""addons/agent.py: options, start, stop, in a mitmproxy of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import exceptions, hooks, http
from mitmproxy.addons import save
from mitmproxy.proxy.layers.http import HttpRequestHook
from mitmproxy.test import taddons, tflow

from addons import faults, listening
from addons.agent import Agent
from addons.options import OPTIONS
from addons.sinks.reader import iter_records
from addons.sinks.records import Kind
from tests.exchanges import ANSWER, ASK, KEY


class Host:
    """mitmproxy, as far as a script sees it: `start` is what happens once its options are known."""

    def __init__(self, context: taddons.context, folder: Path) -> None:
        self.context = context
        self.options: Any = context.options
        self.folder = folder
        self.agent = Agent()

    def load(self, *words: str) -> None:
        """The script is loaded; `words` as after `--set`."""
        self.options.set(f"agent_log_dir={self.folder}", "agent_timezone=utc", *words, defer=True)
        self.context.master.addons.add(self.agent)
        self._invoke(hooks.ConfigureHook(set(self.options.keys())))

    def start(self, *words: str) -> None:
        self.load(*words)
        self._invoke(hooks.RunningHook())

    def _invoke(self, hook: hooks.Hook) -> None:
        self.context.master.addons.invoke_addon_sync(self.agent, hook)

    @property
    def is_on(self) -> bool:
        return any(thread.name == "mitmagent capture" for thread in threading.enumerate())


@pytest.fixture
def host(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Host]:
    caplog.set_level(logging.INFO)
    with taddons.context(save.Save()) as context:
        context.options.add_option("hardump", str, "", "")
        context.options.update(listen_port=9999, listen_host="127.0.0.1")
        host = Host(context, tmp_path / "log")
        yield host
        host.agent.done()
    faults.set_reporter(None)


def said(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    records = [record for record in caplog.records if record.name == "mitmagent" and record.levelno >= level]
    return [record.getMessage() for record in records]


def test_without_a_screen_of_mitmproxys_own_there_is_no_board(host: Host) -> None:
    host.start()
    assert host.agent.board is None


def test_where_mitmwebs_classes_have_changed_the_page_is_missed_and_nothing_else(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    master: Any = host.context.master
    master.__class__ = type("WebMaster", (type(master),), {})
    host.start()
    assert host.is_on
    assert [line.partition(" (")[0] for line in said(caplog, logging.WARNING)] == [
        "mitmagent: there is no page /agent: mitmweb's own classes are not as in mitmproxy 12.2"
    ]


def test_every_option_is_declared_with_its_help(host: Host) -> None:
    host.load()
    for option in OPTIONS:
        declared = host.options._options[option.name]
        assert (declared.default, declared.help) == (option.default, option.help)


# -- the start -------------------------------------------------------------------------------------------------------


def test_one_line_says_that_capture_is_on_where_it_writes_and_how_to_get_here(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    host.start()
    assert said(caplog) == [
        f"mitmagent: capture is on · log: {host.folder} · route an agent: {listening.route_hint(host.options)}"
    ]
    assert host.is_on


def test_a_folder_that_cannot_be_written_is_not_said_to_be_the_log(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    host.folder.touch()
    host.folder /= "in-a-file"
    host.start()
    assert any(f"capture is on · nothing is written to {host.folder} (" in line for line in said(caplog))
    assert host.is_on


def test_a_folder_at_home_is_named_shortly(
    host: Host, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(host.folder.parent))
    host.start()
    assert "log: ~/log · route" in said(caplog)[0]


def test_without_a_server_there_is_no_way_in_to_name(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """Flows are read from a file, and nothing listens."""
    host.options.update(server=False)
    host.start()
    assert said(caplog) == [f"mitmagent: capture is on · log: {host.folder}"]


BAD = [
    pytest.param("agent_intercept=some", "agent_intercept=some: use llm or all.", id="a bad choice"),
    pytest.param(
        "agent_keep_bodies=lots",
        "agent_keep_bodies=lots: use a number of bytes, or one with k, m or g, such as 2m.",
        id="a bad size",
    ),
    pytest.param("agent_hsots=a", "there is no option agent_hsots; did you mean agent_hosts?", id="an unknown option"),
]


@pytest.mark.parametrize(("word", "complaint"), BAD)
def test_a_mistyped_option_ends_the_start(
    host: Host, caplog: pytest.LogCaptureFixture, word: str, complaint: str
) -> None:
    """mitmproxy exits over an error before the start is over, instead of going on without capture."""
    host.start(word)
    assert said(caplog) == said(caplog, logging.ERROR) == [f"mitmagent: {complaint}"]
    assert not host.is_on
    assert not host.folder.exists()


def test_unknown_options_of_others_are_none_of_our_business(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.start("other_option=1")
    assert host.is_on
    assert said(caplog, logging.WARNING) == []


# -- a change while it runs ------------------------------------------------------------------------------------------


def test_a_bad_value_is_refused_and_the_old_one_stays(host: Host) -> None:
    host.start("agent_intercept=all")
    with pytest.raises(exceptions.OptionsError, match=r"^agent_intercept=zz: use llm or all\."):
        host.options.update(agent_intercept="zz")
    assert host.options.agent_intercept == "all"
    assert host.agent.settings().intercept == "all"


def test_the_folder_is_not_changed_under_exchanges_that_are_under_way(host: Host, tmp_path: Path) -> None:
    host.start()
    before = host.agent.settings().log_dir
    with pytest.raises(exceptions.OptionsError, match="counts at the start only"):
        host.options.update(agent_log_dir=str(tmp_path / "elsewhere"))
    assert host.agent.settings().log_dir == before


def test_a_good_value_holds_at_once(host: Host) -> None:
    host.start()
    host.options.update(agent_hosts="llm.example.com")
    assert host.agent.settings().hosts == ("llm.example.com",)


def test_other_peoples_options_change_nothing(host: Host) -> None:
    host.start()
    before = host.agent.settings()
    host.options.update(upstream_cert=False)
    assert host.agent.settings() is before


# -- the address -----------------------------------------------------------------------------------------------------


def default_address(host: Host, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody said where to listen."""
    monkeypatch.setattr(listening, "PORT", port)
    host.options.update(listen_port=None, listen_host="")


def test_where_nobody_said_the_proxy_moves_to_its_own_address(
    host: Host, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    default_address(host, port, monkeypatch)
    host.start()
    assert host.options.mode == [f"regular@127.0.0.1:{port}"]
    assert said(caplog)[0].endswith(f"HTTPS_PROXY=http://127.0.0.1:{port}")


def test_an_address_that_is_taken_is_an_error_with_a_remedy(
    host: Host, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        default_address(host, port, monkeypatch)
        host.start()
    (complaint,) = said(caplog, logging.ERROR)
    assert complaint.startswith(f"mitmagent: 127.0.0.1:{port} can't be used (Address already in use). ")
    assert complaint.endswith("give another port: --listen-port 9111")
    assert host.options.mode == ["regular"]


# -- the whole -------------------------------------------------------------------------------------------------------


def flow_of(live: bool = True) -> http.HTTPFlow:
    headers = {"x-api-key": KEY, "host": "api.anthropic.com"}
    asked = http.Request.make("POST", "https://api.anthropic.com/v1/messages", json.dumps(ASK), headers)
    answered = http.Response.make(200, b"".join(ANSWER), {"content-type": "text/event-stream"})
    return tflow.tflow(req=asked, resp=answered, live=live)


def test_a_flow_ends_up_in_the_log_and_is_redacted(host: Host) -> None:
    host.start()
    flow = flow_of(live=False)

    async def run() -> None:
        await host.context.cycle(host.agent, flow)
        while flow.request.headers["x-api-key"] == KEY:
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(run(), 10))
    host.agent.done()
    (end,) = iter_records(host.folder, Kind.ENDS)
    assert (end["flow_id"], end["end"], end["text"]) == (flow.id, "complete", "Hello, you.")
    assert flow.request.headers["x-api-key"].startswith("hash:")


def test_what_is_open_at_the_end_gets_its_end(host: Host) -> None:
    host.start()
    asyncio.run(host.context.master.addons.invoke_addon(host.agent, HttpRequestHook(flow_of())))
    host.agent.done()
    (end,) = iter_records(host.folder, Kind.ENDS)
    assert (end["end"], end["error"]) == ("error", "the proxy was stopped")
    assert not host.is_on


def test_a_fault_is_told_once_and_counted(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.start()
    for _ in range(3):
        faults.report("tap", "f-1", MemoryError(KEY))
    host.agent.done()
    (complaint,) = said(caplog, logging.WARNING)
    assert complaint.startswith("mitmagent: a fault of ours in the tap at unknown place (MemoryError); traffic is not")
    assert KEY not in complaint
    records = list(iter_records(host.folder, Kind.ERRORS))
    assert {(record["flow_id"], record["error"]) for record in records} == {("f-1", "MemoryError")}


def test_it_can_be_stopped_before_it_was_started(host: Host) -> None:
    host.load()
    host.agent.done()


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN], ids=["terminal", "nohup"])
def test_a_closed_terminal_ends_the_proxy_in_order_unless_it_is_to_survive(tmp_path: Path, inherited: Any) -> None:
    before = signal.signal(signal.SIGHUP, inherited)

    async def run() -> bool:
        with taddons.context(save.Save()) as context:
            context.options.update(server=False)
            host = Host(context, tmp_path)
            host.start()
            if inherited == signal.SIG_DFL:
                assert signal.getsignal(signal.SIGHUP) != signal.SIG_DFL
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0.05)
            host.agent.done()
            return bool(context.master.should_exit.is_set())

    try:
        assert asyncio.run(run()) is (inherited == signal.SIG_DFL)
    finally:
        signal.signal(signal.SIGHUP, before)
        faults.set_reporter(None)


# -- Redis -----------------------------------------------------------------------------------------------------------

AWAY = "redis://:hunter2@127.0.0.1:1"


def test_the_start_names_the_redis_without_its_password(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.start(f"agent_redis_url={AWAY}")
    assert f"log: {host.folder} · redis://127.0.0.1:1/0 · route" in said(caplog, logging.INFO)[-1]
    assert "hunter2" not in caplog.text


def test_a_password_in_an_option_is_warned_of(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """mitmweb's page shows options."""
    host.start(f"agent_redis_url={AWAY}")
    assert "agent_redis_url holds a password, and mitmproxy's pages show options" in said(caplog)[0]


def test_another_redis_is_refused_while_it_runs(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.start(f"agent_redis_url={AWAY}")
    with pytest.raises(exceptions.OptionsError, match="counts at the start only") as refused:
        host.options.update(agent_redis_url="redis://:hunter2@other")
    assert "hunter2" not in f"{refused.value}{caplog.text}"


def test_a_python_without_the_package_captures_all_the_same(
    host: Host, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.agent.is_installed", lambda: False)
    host.start(f"agent_redis_url={AWAY}")
    assert host.is_on
    assert "agent_redis_url=redis://127.0.0.1:1/0: mitmproxy's Python lacks the package redis" in said(caplog)[0]


def test_a_proxy_does_not_watch_a_stream(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    host.start(f"agent_source={AWAY}")
    assert not host.is_on
    assert "agent_source=redis://…127.0.0.1:1: a log is shown in place of a capture" in said(caplog)[0]
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        pytest.param("shown/all-mitm-sse/sse_lines.jsonl", "shown", id="a log's own lines: that log"),
        pytest.param("copied/sse_lines.jsonl", "log", id="lines without their log: the log folder"),
    ],
)
def test_in_a_viewer_reports_look_where_it_looks(host: Host, tmp_path: Path, shown: str, asked: str) -> None:
    host.load(f"agent_source=file:{tmp_path / shown}")
    assert host.agent._log_to_ask() == tmp_path / asked

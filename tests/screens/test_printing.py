"""addons/screens/printing.py: mitmproxy's own printing goes through the view, and leaves out what we show ourselves."""

from __future__ import annotations

import asyncio
import io
import logging
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import flowfilter
from mitmproxy.addons import dumper, termlog
from mitmproxy.test import taddons, tflow

from addons.screens import printing
from addons.screens.terminal import TerminalWriter


class Master:
    """Has addons by their names, as mitmproxy's own."""

    def __init__(self, **addons: Any) -> None:
        self.addons = addons


class ConsoleMaster(Master):
    pass


def give_output(monkeypatch: pytest.MonkeyPatch, stdout: Any) -> None:
    """Not `sys.stdout` itself: pytest puts its own there before each test."""
    monkeypatch.setattr(printing, "sys", SimpleNamespace(stdout=stdout))


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard output is a pipe; its reading end."""
    reading, writing = os.pipe()
    with open(writing, "w") as stream:  # noqa: PTH123  (a descriptor)
        give_output(monkeypatch, stream)
        yield reading
    os.close(reading)


def test_flow_lines_and_log_lines_are_given_on_line_by_line() -> None:
    flows = dumper.Dumper(io.StringIO())
    logs = termlog.TermLog.__new__(termlog.TermLog)
    logs.logger = Handler()  # type: ignore[assignment]
    said: list[str] = []
    printing.lead_through(Master(dumper=flows, termlog=logs), said.append)
    flows.echo("a flow")
    print("a log", "line", file=logs.logger.file)
    assert said == ["a flow", "a log line"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param(["a", "\n"], ["a"], id="a line in two writes"),
        pytest.param(["a\nb\n"], ["a\nb"], id="two lines at once"),
        pytest.param(["a\nb", "c\n"], ["a", "bc"], id="the second in two writes"),
        pytest.param(["\n"], [""], id="an empty line"),
        pytest.param(["", "a"], [], id="no line yet"),
    ],
)
def test_only_whole_lines_are_given_on(written: list[str], said: list[str]) -> None:
    heard: list[str] = []
    lines = printing.Lines(heard.append)
    assert [lines.write(text) for text in written] == [len(text) for text in written]
    assert heard == said


def test_the_writer_writes_to_standard_output(output: int) -> None:
    writer = printing.terminal_for(Master())
    assert isinstance(writer, TerminalWriter)
    writer.write("seen")
    writer.stop()
    assert os.read(output, 99) == b"seen"


class Handler(logging.Handler):
    """As termlog's: prints to `file`."""

    file: object = None


@pytest.mark.usefixtures("output")
def test_the_console_owns_its_terminal() -> None:
    assert printing.terminal_for(ConsoleMaster()) is None


@pytest.mark.parametrize("stdout", [None, io.StringIO()], ids=["closed", "no file"])
def test_an_output_that_is_no_file_is_left_alone(monkeypatch: pytest.MonkeyPatch, stdout: Any) -> None:
    give_output(monkeypatch, stdout)
    assert printing.terminal_for(Master()) is None


@pytest.mark.parametrize(
    "addons", [{}, {"dumper": object(), "termlog": object()}, {"termlog": None}], ids=["gone", "other", "none"]
)
def test_where_the_internals_have_changed_printing_stays_as_it_was(addons: dict[str, Any]) -> None:
    printing.lead_through(Master(**addons), _nobody)


def _nobody(_: str) -> None:
    raise AssertionError


# -- what is left out ------------------------------------------------------------------------------------------------


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context(dumper.Dumper(io.StringIO())) as context:
        yield context


def test_captured_flows_are_left_out_of_mitmproxys_lines(context: taddons.context) -> None:
    printing.mute_shown_flows(context.master, context.options)
    mark = flowfilter.parse(context.options.dumper_filter)
    captured, other = tflow.tflow(resp=True), tflow.tflow(resp=True)
    captured.metadata[printing.SHOWN] = "captured"
    assert (mark(captured), mark(other)) == (False, True)


def test_the_users_own_filter_stands(context: taddons.context) -> None:
    context.options.update(dumper_filter="~u users")
    printing.mute_shown_flows(context.master, context.options)
    assert context.options.dumper_filter == "~u users"


@pytest.mark.parametrize(
    ("name", "level", "shown"),
    [
        pytest.param("mitmproxy.proxy.server", logging.INFO, False, id="a connection comes or goes"),
        pytest.param("mitmproxy.proxy.server", logging.WARNING, True, id="something is wrong with one"),
        pytest.param("mitmagent", logging.INFO, True, id="our own"),
    ],
)
@pytest.mark.parametrize("is_set", [False, True], ids=["default", "verbosity set by the user"])
def test_connections_are_left_out_of_its_log_lines(name: str, level: int, shown: bool, is_set: bool) -> None:
    handler = Handler()
    logs = termlog.TermLog.__new__(termlog.TermLog)
    logs.logger = handler  # type: ignore[assignment]
    with taddons.context() as context:
        context.options.add_option("termlog_verbosity", str, "info", "")
        if is_set:
            context.options.update(termlog_verbosity="debug")
        printing.mute_shown_flows(Master(termlog=logs), context.options)
    record = logging.LogRecord(name, level, "", 0, "text", None, None)
    assert bool(handler.filter(record)) is (shown or is_set)


def test_mitmproxy_still_has_what_is_replaced_here() -> None:
    """Fails when a new version has other internals: then its printing would block the proxy again."""

    async def look() -> None:
        with taddons.context(dumper.Dumper(), termlog.TermLog()) as context:
            assert hasattr(context.master.addons.get("dumper"), "outfp")
            log = context.master.addons.get("termlog")
            assert hasattr(log.logger, "file")
            log.uninstall()

    asyncio.run(look())

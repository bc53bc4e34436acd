"""addons/screens/live.py: events to the terminal, and nothing that fails there reaches the capture."""

from __future__ import annotations

import os
import re
import threading
import time

import pytest

from addons.protocols.events import (
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    TextDelta,
    ToolArgumentsDelta,
    ToolCallStarted,
)
from addons.screens import live as live_module
from addons.screens.live import Live
from addons.screens.terminal import TerminalWriter
from renderers.engine import LiveView
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import seen

STARTED = ExchangeStarted("f-1", "s-1", 1, "codex", "openai", None, "main", "gpt-lab", "Say hello.", (), 0)


class Screen(TerminalWriter):
    """Keeps what is written; `reads` says whether anybody takes it."""

    def __init__(self, is_terminal: bool = False) -> None:
        super().__init__(os.open(os.devnull, os.O_WRONLY), is_terminal)
        self.text = ""
        self.reads = True

    def write(self, text: str) -> bool:
        if self.reads:
            self.text += text
        return self.reads

    @property
    def has_room(self) -> bool:
        return self.reads


@pytest.fixture(autouse=True)
def _a_capable_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


def shown(live: Live) -> None:
    """Wait until all that was given has been."""
    limit_s = time.monotonic() + 30
    while live.waiting_chars:
        assert time.monotonic() < limit_s
        time.sleep(0.001)


def test_what_is_said_is_printed_at_once() -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.show("f-1", TextDelta("0", "Hello"))
    shown(live)
    assert screen.text == "── #1 codex · gpt-lab ──\n> Say hello.\nHello"
    live.close()


@pytest.mark.parametrize(
    ("is_terminal", "environment", "coloured"),
    [
        pytest.param(True, {}, True, id="a terminal"),
        pytest.param(True, {"NO_COLOR": ""}, True, id="NO_COLOR is empty"),
        pytest.param(True, {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(True, {"TERM": "dumb"}, False, id="a dumb terminal"),
        pytest.param(False, {}, False, id="a pipe"),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm-256color", **environment}.items():
        monkeypatch.setenv(name, value)
    screen = Screen(is_terminal)
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.close()
    assert ("\x1b[" in screen.text) is coloured


def test_what_a_model_writes_is_no_control_sequence() -> None:
    screen = Screen(is_terminal=True)
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.show("f-1", TextDelta("0", "\x1b[2J\x07"))
    live.close()
    assert "␛[2J␇" in screen.text
    assert "\x1b[2J" not in screen.text
    assert "\x07" not in screen.text


def test_without_a_terminal_nothing_is_rendered(monkeypatch: pytest.MonkeyPatch, told: list[object]) -> None:
    monkeypatch.setattr(LiveView, "feed", _fail)
    live = Live(None, ViewOptions())
    live.show("f-1", STARTED)
    live.say("a line")
    live.close()
    assert told == []


def test_where_agents_are_not_shown_mitmproxys_lines_still_are() -> None:
    screen = Screen()
    live = Live(screen, ViewOptions(), shows_agents=False)
    live.show("f-1", STARTED)
    live.say("127.0.0.1: client connect\nand more")
    live.close()
    assert screen.text == "127.0.0.1: client connect\nand more\n"


def test_a_line_of_mitmproxys_never_stands_in_the_middle_of_ours() -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.show("f-1", TextDelta("0", "in mid-"))
    shown(live)
    live.say("[warning] from mitmproxy")
    live.show("f-1", TextDelta("0", "line\nnext"))
    live.close()
    assert screen.text.split("Say hello.\n")[1] == (
        "in mid-line\n[warning] from mitmproxy\n\n── #1 codex · gpt-lab ──\nnext\n"
    )


def test_after_the_end_mitmproxys_lines_go_straight_to_the_terminal() -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.close()
    live.say("shutting down")
    live.show("f-1", STARTED)
    live.close()
    assert screen.text == "shutting down\n"


def test_a_renderers_fault_costs_one_event(
    monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, str | None, str]]
) -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    shown(live)
    with monkeypatch.context() as patch:
        patch.setattr(LiveView, "feed", _fail)
        live.show("f-1", TextDelta("0", "lost"))
        shown(live)
    live.show("f-1", TextDelta("0", "seen"))
    live.close()
    assert screen.text.endswith("seen\n")
    assert [(where.split()[:2], flow_id, error) for where, flow_id, error in told] == [
        (["live", "view"], "f-1", "ValueError")
    ]


def test_nobody_waits_for_a_view_that_can_not_keep_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deltas are skipped and counted; the exchange's beginning and end never are."""
    screen, go_on = Screen(), threading.Event()
    feed = LiveView.feed

    def slowly(view: LiveView, flow_id: str, event: ExchangeEvent, now_s: float) -> str:
        go_on.wait(30)
        return feed(view, flow_id, event, now_s)

    monkeypatch.setattr(LiveView, "feed", slowly)
    monkeypatch.setattr(live_module, "LIMIT_CHARS", 2_000)
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    for _ in range(50):
        live.show("f-1", TextDelta("0", "word " * 20))
    live.show("f-1", ExchangeEnded("f-1", "complete", None, 200, "m", "stop", {}, 1.0, None))
    go_on.set()
    live.close()
    words = screen.text.count("word ")
    assert 0 < words < 1000
    assert f"‖ {5_000 - 5 * words:,} characters not shown: they came faster than they can be" in screen.text
    assert screen.text.endswith("■ m · stop · 0.0 s\n")


@pytest.mark.parametrize(
    ("first", "missed", "then", "after"),
    [
        pytest.param(
            [TextDelta("0", "in mid-")],
            [TextDelta("0", f"line {number}\n") for number in range(9)] + [TextDelta("0", "in mid-")],
            TextDelta("0", "seen"),
            "── #1 codex · gpt-lab · continues ──\nseen\n",
            id="text",
        ),
        pytest.param(
            [ToolCallStarted("1", "t", "some_tool", "client"), ToolArgumentsDelta("1", '{"some')],
            [ToolArgumentsDelta("1", '": "th')],
            ToolArgumentsDelta("1", 'ing"}'),
            '── #1 codex · gpt-lab · continues ──\n▶ some_tool\n{\n  "some": "thing"\n}\n',
            id="a provisional line",
        ),
    ],
)
def test_a_terminal_that_did_not_read_is_told_what_it_missed_and_the_view_goes_on_cleanly(
    first: list[ExchangeEvent], missed: list[ExchangeEvent], then: ExchangeEvent, after: str
) -> None:
    screen = Screen(is_terminal=True)
    live = Live(screen, ViewOptions())
    for event in [STARTED, *first]:
        live.show("f-1", event)
    shown(live)
    screen.reads = False
    for event in missed:
        live.show("f-1", event)
    shown(live)
    screen.reads = True
    live.show("f-1", then)
    live.close()
    told = re.search(r"‖ [\d,]+ characters not shown: the terminal was not read\n\n", said := seen(screen.text))
    assert told, said
    assert said[told.end() :] == after


def _fail(*_: object) -> None:
    raise ValueError

"""addons/live.py: events to the terminal, and nothing that fails there reaches the capture."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from addons import faults
from addons.live import Live
from addons.protocols.events import ExchangeStarted, TextDelta
from addons.terminal import TerminalWriter
from renderers.engine import LiveView
from renderers.view_options import ViewOptions

STARTED = ExchangeStarted("f-1", "s-1", 1, "codex", "openai", None, "main", "gpt-lab", "Say hello.", (), 0)


class Screen(TerminalWriter):
    """Keeps what is written."""

    def __init__(self, is_terminal: bool = False) -> None:
        super().__init__(os.open(os.devnull, os.O_WRONLY), is_terminal)
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)


@pytest.fixture
def told() -> Iterator[list[tuple[str, str | None, str]]]:
    heard: list[tuple[str, str | None, str]] = []
    faults.set_reporter(lambda *fault: heard.append(fault))
    yield heard
    faults.set_reporter(None)


def test_what_is_said_is_printed_at_once() -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.show("f-1", TextDelta("0", "Hello"))
    assert screen.text == "── #1 codex · gpt-lab ──\n> Say hello.\nHello"


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "coloured"),
    [
        pytest.param(True, None, True, id="a terminal"),
        pytest.param(True, "", True, id="NO_COLOR is empty"),
        pytest.param(True, "1", False, id="NO_COLOR"),
        pytest.param(False, None, False, id="a pipe"),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, no_color: str | None, coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    screen = Screen(is_terminal)
    Live(screen, ViewOptions()).show("f-1", STARTED)
    assert ("\x1b[" in screen.text) is coloured


def test_what_a_model_writes_is_no_control_sequence() -> None:
    screen = Screen(is_terminal=True)
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    live.show("f-1", TextDelta("0", "\x1b[2J\x07"))
    assert "\x1b[2J" not in screen.text
    assert "\x07" not in screen.text


def test_without_a_terminal_nothing_is_rendered(monkeypatch: pytest.MonkeyPatch, told: list[object]) -> None:
    monkeypatch.setattr(LiveView, "feed", _fail)
    live = Live(None, ViewOptions())
    live.show("f-1", STARTED)
    live.tick(0.0)
    assert told == []


def test_a_renderers_fault_costs_one_event(
    monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, str | None, str]]
) -> None:
    screen = Screen()
    live = Live(screen, ViewOptions())
    live.show("f-1", STARTED)
    with monkeypatch.context() as patch:
        patch.setattr(LiveView, "feed", _fail)
        patch.setattr(LiveView, "tick", _fail)
        live.show("f-1", TextDelta("0", "lost"))
        live.tick(0.0)
    live.show("f-1", TextDelta("0", "seen"))
    assert screen.text.endswith("seen")
    assert [(where.split()[:2], flow_id, error) for where, flow_id, error in told] == [
        (["live", "view"], "f-1", "ValueError"),
        (["live", "view"], None, "ValueError"),
    ]


def _fail(*_: object) -> None:
    raise ValueError

"""addons/screens/viewer.py: all that a source tells is shown, and a source waits for the screen, not the other way."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from addons.protocols.events import TextDelta
from addons.screens.terminal import TerminalWriter
from addons.screens.viewer import Viewer
from addons.sources.log_files import Step
from addons.sources.pace import Pace

PATIENCE_S = 30.0
HOUR_NS = 3600 * 10**9


class Screen:
    """A live view that only writes what it is shown."""

    def __init__(self, terminal: TerminalWriter | None = None) -> None:
        self.text = ""
        self.is_closed = False
        self._terminal = terminal

    @property
    def waiting_chars(self) -> int:
        return 0 if self._terminal is None else self._terminal.waiting_chars

    @property
    def is_gone(self) -> bool:
        return self._terminal is not None and self._terminal.is_gone

    def tick(self, now_s: float) -> None: ...

    def show(self, _flow_id: str, event: Any, _at_ns: int | None = None) -> None:
        self.text += event.text
        if self._terminal is not None:
            self._terminal.write(event.text)

    def close(self) -> None:
        self.is_closed = True


class Steps:
    def __init__(self, *steps: Step | OSError | None) -> None:
        self._steps = steps

    def steps(self) -> Iterator[Step | None]:
        for step in self._steps:
            if isinstance(step, OSError):
                raise step
            yield step

    def summary(self) -> str:
        return "all of it"


class Watch:
    """A viewer, what it said, and whether it came to its end."""

    def __init__(self, source: Steps, terminal: TerminalWriter | None = None, pace: Pace | None = None) -> None:
        self.screen = Screen(terminal)
        self.said: list[str] = []
        self.is_over = threading.Event()
        live: Any = self.screen
        self.viewer = Viewer(source, pace, live, self.said.append, self.is_over.set)
        self.viewer.start()


def says(text: str, at_ns: int = 0) -> Step:
    return Step(at_ns, [("f", TextDelta("0", text))], is_resting=False)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int, Callable[[], None]]]:
    reading, writing = os.pipe()
    closed: list[bool] = []

    def close_reading() -> None:
        if not closed:
            os.close(reading)
            closed.append(True)

    yield reading, writing, close_reading
    close_reading()
    os.close(writing)


def test_everything_is_shown_and_then_it_is_over():
    watch = Watch(Steps(says("a"), None, says("b"), None, None, says("c")))
    assert watch.is_over.wait(PATIENCE_S)
    assert watch.screen.text == "abc"
    assert watch.screen.is_closed
    assert watch.said == ["the recording is over: all of it"]


def test_a_source_that_fails_is_told_and_ends_it():
    watch = Watch(Steps(says("a"), OSError(5, "Input/output error")))
    assert watch.is_over.wait(PATIENCE_S)
    assert watch.screen.text == "a"
    assert watch.said == ["the source can't be read any more (Input/output error); what is shown ends here"]


def test_it_can_be_stopped_in_a_long_pause():
    watch = Watch(Steps(says("a"), says("b", HOUR_NS)), pace=Pace(1.0, lambda: 0.0))
    while not watch.screen.text:
        pass
    watch.viewer.stop()
    assert not watch.viewer._thread.is_alive()
    assert watch.screen.text == "a"
    assert not watch.is_over.is_set()
    assert watch.said == []


def test_a_terminal_that_does_not_read_loses_nothing(pipe):
    reading, writing, _ = pipe
    terminal = TerminalWriter(writing, is_terminal=False)
    watch = Watch(Steps(*(says(f"{number:09}\n" * 1000) for number in range(500))), terminal)
    assert not watch.is_over.wait(0.1)
    data = b""
    while len(data) < 500 * 1000 * 10:
        data += os.read(reading, 1 << 20)
    assert data.decode() == watch.screen.text
    assert watch.is_over.wait(PATIENCE_S)
    terminal.stop()


def test_it_ends_when_nobody_reads_any_more(pipe):
    _, writing, close_reading = pipe
    close_reading()
    terminal = TerminalWriter(writing, is_terminal=False)
    watch = Watch(Steps(says("lost"), *[None] * 1_000_000), terminal)
    assert watch.is_over.wait(PATIENCE_S)

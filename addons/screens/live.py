"""The live view: events of the agents and mitmproxy's own lines, shown on the terminal by a thread of its own.

In: `(flow id, ExchangeEvent)` from the capture thread or a source, lines from mitmproxy's printing; both only queue up
here. Out: text for the terminal writer. Whoever gives something never waits for its formatting: a view that can't keep
up skips text, a terminal that does not read (Ctrl-S) costs text too, and each says afterwards how much. A renderer's
fault costs the display of that event, nothing else.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from dataclasses import replace
from typing import NamedTuple

from addons import faults
from addons.protocols.events import ExchangeEvent, RefusalDelta, TextDelta, ThinkingDelta, ToolArgumentsDelta
from addons.screens.terminal import TerminalWriter
from renderers.engine import TICK_S, LiveView
from renderers.view_options import ViewOptions

PIPE_WIDTH = 160
"""For what is shown on one line, where nothing wraps it."""

IDLE_TICK_S = 0.5

LEAST_TICK_S = 0.005

GATHER_S = 0.004
"""What this thread waits after a batch: to be woken by each event costs more than to show it."""

BATCH_S = 0.02
"""What has queued up goes to the terminal at the latest after this."""

LIMIT_CHARS = 8_000_000
"""What may wait for the view. Beyond it, deltas are skipped: beginnings and ends never are."""

EVENT_CHARS = 200
"""An event counts for so many characters more than its text, since it takes memory and time as well."""

CLOSE_S = 5.0

_DUMB = ("", "dumb", "unknown")
"""Values of TERM: such a terminal would show control sequences instead of obeying them."""

_DELTAS = (TextDelta, ThinkingDelta, ToolArgumentsDelta, RefusalDelta)


class _Item(NamedTuple):
    at_s: float
    flow_id: str
    event: ExchangeEvent | ViewOptions | str
    """A text is lines of mitmproxy's."""
    chars: int


class Live:
    """Shows nothing while `terminal` is None; only mitmproxy's lines where `shows_agents` is false.

    Colour is used where the terminal has it, whatever `options` say.
    """

    def __init__(self, terminal: TerminalWriter | None, options: ViewOptions, *, shows_agents: bool = True) -> None:
        self._terminal = terminal
        self._shows_agents = shows_agents
        is_terminal = terminal is not None and terminal.isatty()
        can_erase = is_terminal and os.environ.get("TERM", "") not in _DUMB
        # NO_COLOR: https://no-color.org, any non-empty value.
        colour = can_erase and not os.environ.get("NO_COLOR")
        self._columns = PIPE_WIDTH
        self._view = LiveView(replace(options, colour=colour), lambda: self._columns, can_erase)
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting_chars = 0
        self._skipped_chars = 0
        self._unread_chars = 0
        self._now_s = 0.0
        self._next_tick_s = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="mitmagent live view", daemon=True)
        if terminal is not None:
            self._thread.start()

    # -- from any thread --------------------------------------------------------------------------------------------

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:  # noqa: ARG002  (a Display's)
        """Never waits, never raises."""
        if self._terminal is None or not self._shows_agents or self._closed or self._terminal.is_gone:
            return
        chars = EVENT_CHARS + (len(event.text) if isinstance(event, _DELTAS) else 0)
        self._put(_Item(time.monotonic(), flow_id, event, chars), may_skip=isinstance(event, _DELTAS))

    def tick(self, now_s: float) -> None:
        """The view's thread has a clock of its own."""

    def say(self, lines: str) -> None:
        """Whole lines of mitmproxy's, as they are."""
        if self._terminal is not None and not self._closed:
            self._put(_Item(time.monotonic(), "", lines, EVENT_CHARS + len(lines)), may_skip=True)
        elif self._terminal is not None:
            self._terminal.write(f"{lines}\n")

    def configure(self, options: ViewOptions, *, shows_agents: bool) -> None:
        """For what begins from now on."""
        self._shows_agents = shows_agents
        if self._terminal is not None and not self._closed:
            self._put(_Item(time.monotonic(), "", options, EVENT_CHARS), may_skip=False)

    def close(self) -> None:
        """Show what still waits for its turn, and end. Safe to call twice."""
        self._closed = True
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    @property
    def waiting_chars(self) -> int:
        """What has been given and is not on the terminal yet."""
        return self._waiting_chars + (self._terminal.waiting_chars if self._terminal is not None else 0)

    @property
    def is_gone(self) -> bool:
        """Whether nobody will ever read what is shown."""
        return self._terminal is not None and self._terminal.is_gone

    def _put(self, item: _Item, *, may_skip: bool) -> None:
        with self._lock:
            if may_skip and self._waiting_chars > LIMIT_CHARS:
                self._skipped_chars += item.chars - EVENT_CHARS
                return
            self._waiting_chars += item.chars
        self._queue.put(item)

    # -- the view's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        running = True
        while running:
            running = self._show_batch()
            self._now_s = max(self._now_s, time.monotonic())
            if self._now_s >= self._next_tick_s:
                self._look_at_width()
                due_s = None
                with faults.guard("live view"):
                    self._catch_up()
                    self._print(self._view.tick(self._now_s))
                    due_s = self._view.due_in_s(self._now_s)
                self._next_tick_s = self._now_s + (IDLE_TICK_S if due_s is None else max(due_s, LEAST_TICK_S))
        with faults.guard("live view"):
            self._catch_up()
            self._print(self._view.close(self._now_s))

    def _show_batch(self) -> bool:
        """What has come; nothing when the time for a tick comes first. False when the view is closed."""
        texts: list[str] = []
        done_chars = 0
        try:
            item = self._next()
            until_s = time.monotonic() + BATCH_S
            self._look_at_width()
            with faults.guard("live view"):
                self._catch_up()
            while item is not None:
                texts.append(self._text_of(item))
                done_chars += item.chars
                if time.monotonic() > until_s:
                    break
                item = self._queue.get_nowait()
        except queue.Empty:
            running = True
        else:
            running = item is not None
        if texts:
            # They may wait for a tick.
            self._next_tick_s = min(self._next_tick_s, time.monotonic() + TICK_S)
        self._print("".join(texts))
        with self._lock:
            self._waiting_chars -= done_chars
        if texts and running:
            time.sleep(GATHER_S)
        return running

    def _next(self) -> _Item | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return self._queue.get(timeout=max(0.0, self._next_tick_s - time.monotonic()))

    def _text_of(self, item: _Item) -> str:
        self._now_s = max(self._now_s, item.at_s)
        text = ""
        with faults.guard("live view", item.flow_id or None):
            if self._skipped_chars:
                with self._lock:
                    skipped, self._skipped_chars = self._skipped_chars, 0
                said = f"‖ {skipped:,} characters not shown: they came faster than they can be"
                text = self._view.note(said, self._now_s, "alarm")
            match item.event:
                case str(lines):
                    text += self._view.lines(lines, self._now_s)
                case ViewOptions() as options:
                    text += self._view.configure(options)
                case event:
                    text += self._view.feed(item.flow_id, event, self._now_s)
        return text

    def _print(self, text: str) -> None:
        if text and (self._unread_chars or self._terminal is None or not self._terminal.write(text)):
            self._unread_chars += len(text)

    def _catch_up(self) -> None:
        """Somebody reads again: where the line stands nobody has seen."""
        if self._unread_chars and self._terminal is not None and self._terminal.has_room:
            unread, self._unread_chars = self._unread_chars, 0
            said = f"‖ {unread:,} characters not shown: the terminal was not read"
            self._print(self._view.interrupted(said, self._now_s))

    def _look_at_width(self) -> None:
        with contextlib.suppress(OSError):
            self._columns = os.get_terminal_size(self._terminal.fileno()).columns if self._terminal else PIPE_WIDTH

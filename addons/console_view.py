"""The live view inside mitmproxy's console: a window, its keys and commands, a line in the flow list (SPEC S3.8).

In: the console's master, the board. Out: what is said above. mitmproxy's window classes are internal, and only this
file touches them: where they have changed, it says so, the agents' exchanges are told in the event log instead, and the
proxy goes on. Keys are bound only where the user has bound none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from mitmproxy import exceptions, flow

from addons import faults
from addons.screens.printing import SHOWN
from renderers.board.board import Board
from renderers.board.note import flow_note
from renderers.view_options import ViewOptions

_log = logging.getLogger("mitmagent")

WINDOW = "agent"
"""Of the window, and of its keys' context."""

LOOK_S = 0.025
"""How often the window looks for news. What comes after a pause is shown at once,"""
REDRAW_S = 0.06
"""and what comes without one is shown so often: at most a tenth of a second behind."""
MOST_SHARE = 0.05
"""Of the event loop's time, which is the traffic's, drawing takes no more than this; on a slow machine it is done less
often. What counts is the processor's time: that others have it meanwhile makes no screen cheaper by waiting."""
LOG_S = 1.0

KEYS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("s", "agent.view", ("global",), "View what the agents do"),
    ("c", "agent.view.flow @focus", ("flowlist", "flowview"), "View this flow's conversation"),
    ("enter", "agent.view.select", (WINDOW,), "Open the card's flow; on the left: go to the conversation"),
    ("f", "agent.view.fold", (WINDOW,), "Fold or unfold this card"),
    ("t", "agent.view.thinking", (WINDOW,), "Fold or unfold all thinking"),
    ("r", "agent.view.results", (WINDOW,), "Fold or unfold all results"),
    ("F", "agent.view.follow", (WINDOW,), "Follow what comes, or stay here"),
    ("/", "agent.view.search", (WINDOW,), "Search; a term in small letters finds both"),
    ("n", "agent.view.next", (WINDOW,), "Next place where it stands"),
    ("N", "agent.view.previous", (WINDOW,), "Previous place where it stands"),
    ("]", "agent.view.card.next", (WINDOW,), "Next card"),
    ("[", "agent.view.card.previous", (WINDOW,), "Previous card"),
)
"""Key, command, contexts, help."""

_ACTION = "agent.view."


class ConsoleView:
    """Lives from `install` to `stop`."""

    def __init__(self, master: Any, board: Board, options: ViewOptions) -> None:
        self._master = master
        self._board = board
        self._options = options
        self._window: Any = None
        self._version = 0
        self._next_s = 0.0
        """When the window may be drawn again."""
        self._took_s = 0.0
        """What drawing it took the last time."""
        self._timer: asyncio.TimerHandle | None = None

    def install(self) -> None:
        try:
            self._window = _window(self._master, self._board, self._options, self)
            self._bind()
            _show_comments()
        except Exception as fault:
            faults.report("console view", None, fault)
            self._window = None
            _log.warning(
                "mitmagent: this mitmproxy's console is another than the window was made for (%s); "
                "what the agents do is told in the event log.",
                type(fault).__name__,
            )
        self._add_commands()
        self._tick()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    # -- agents_window.Host -----------------------------------------------------------------------------------------

    def key_of(self, action: str) -> str:
        binding = next((one for one in self._master.keymap.bindings if one.command == _ACTION + action), None)
        return binding.key_short() if binding is not None else ""

    def ask(self, question: str, answer: Callable[[str], None]) -> None:
        from mitmproxy.tools.console import signals

        signals.status_prompt.send(prompt=question, text="", callback=answer)

    def say(self, message: str) -> None:
        from mitmproxy.tools.console import signals

        signals.status_message.send(message=message, expire=3)

    def open_flow(self, flow_id: str) -> bool:
        found = self._master.view.get_by_id(flow_id)
        if found is None or found not in self._master.view:
            return False
        self._master.view.focus.flow = found
        self._master.switch_view("flowview")
        return True

    # -- commands ---------------------------------------------------------------------------------------------------

    def _add_commands(self) -> None:
        commands = self._master.commands
        commands.add("agent.view", self._open)
        if self._window is None:
            return
        commands.add("agent.view.flow", self._open_at)
        for _, command, contexts, about in KEYS:
            if contexts == (WINDOW,):
                commands.add(command, self._action(command.removeprefix(_ACTION), about))

    def _open(self) -> None:
        """View what the agents do, live."""
        self._master.switch_view("eventlog" if self._window is None else WINDOW)

    def _open_at(self, flows: Sequence[flow.Flow]) -> None:
        """View the conversation that a flow belongs to."""
        if not flows or SHOWN not in flows[0].metadata:
            raise exceptions.CommandError("This flow is no agent's.")
        if not self._window.show_flow(flows[0].id):
            raise exceptions.CommandError("What was said in this flow is not remembered any more.")
        self._master.switch_view(WINDOW)

    def _action(self, action: str, about: str) -> Callable[[], None]:
        def act() -> None:
            if not self._is_visible():
                raise exceptions.CommandError("Open the window first: agent.view")
            self._window.act(action)

        act.__doc__ = f"{about}."
        return act

    # -- inside -----------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        from mitmproxy.tools.console import keymap

        # So that the user may bind keys of the window, and its help lists them.
        keymap.Contexts.add(WINDOW)
        for key, command, contexts, about in KEYS:
            free = [one for one in contexts if self._master.keymap.get(one, key) is None]
            if free:
                self._master.keymap.add(key, command, free, about)

    def _tick(self) -> None:
        with faults.guard("console view"):
            if self._window is None:
                self._tell_log()
            elif time.monotonic() >= self._next_s and self._is_visible():
                self._draw()
        self._timer = self._master.event_loop.call_later(LOG_S if self._window is None else LOOK_S, self._tick)

    def _draw(self) -> None:
        begun_s, used_s = time.monotonic(), time.thread_time()
        # Left to itself, the console draws what no key has changed twice a second.
        if self._window.refresh() and self._master.ui.started:
            self._master.loop.draw_screen()
            took_s = time.thread_time() - used_s
            # One that takes long, such as the first, says nothing of the next.
            self._next_s = begun_s + max(REDRAW_S, min(took_s, self._took_s) / MOST_SHARE)
            self._took_s = took_s

    def _is_visible(self) -> bool:
        return any(stack.top_window() is self._window for stack in self._master.window.stacks)

    def _tell_log(self) -> None:
        """What has ended since the last time, a line each."""
        changes = self._board.changes(self._version)
        self._version = changes.version
        sessions = {one.session_id: one for one in changes.sessions}
        for exchange in changes.exchanges:
            if exchange.end is not None:
                _log.info("%s", flow_note(exchange, sessions.get(exchange.session_id)))


def _window(master: Any, board: Board, options: ViewOptions, host: ConsoleView) -> Any:
    """The window, in each of the console's two stacks."""
    from mitmproxy.tools.console import layoutwidget

    from addons.console.agents_window import AgentsWindow

    class Window(AgentsWindow, layoutwidget.LayoutWidget):
        title = "Agents"
        keyctx = WINDOW

        def layout_pushed(self, _prev: Any) -> None:
            self.refresh()

    window = Window(board, options, host)
    for stack in master.window.stacks:
        stack.windows[WINDOW] = window
    return window


def _show_comments() -> None:
    """The flow list has no place for comments: put ours under the flow's line."""
    import urwid  # type: ignore[import-untyped]  # ships no types
    from mitmproxy.tools.console import flowlist

    plain = getattr(flowlist.FlowItem.get_text, "without_comment", flowlist.FlowItem.get_text)

    def get_text(item: Any) -> Any:
        widget = plain(item)
        comment = item.flow.comment if SHOWN in item.flow.metadata else ""
        if not comment:
            return widget
        return urwid.Pile([widget, urwid.Text([("comment", f"           {comment}")], wrap="ellipsis")])

    get_text.without_comment = plain  # type: ignore[attr-defined]
    flowlist.FlowItem.get_text = get_text  # type: ignore[method-assign]

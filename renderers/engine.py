"""The live view: events of all exchanges in, text for one terminal out.

In: `(flow id, ExchangeEvent)`, a clock's ticks, and the time of both. Out: text to write to the terminal as it is. The
rooms behind: `session.py` makes cards of events, `screen.py` decides who is shown, `pen.py` writes.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable

from addons.protocols.events import ExchangeEnded, ExchangeEvent, ExchangeStarted
from renderers.card import CardState
from renderers.deck import ToolViewFactory
from renderers.flow import Flow
from renderers.pacing import Pacer
from renderers.pen import Pen
from renderers.sanitise import one_line
from renderers.screen import ScreenController
from renderers.session import SessionStreamEngine
from renderers.side_purposes import SIDE_PURPOSES
from renderers.stalls import seconds
from renderers.theme import SPEAKERS
from renderers.tool_call import ToolCallView
from renderers.view_options import ViewOptions

REMEMBERED_SESSIONS = 200

TICK_S = 0.05
"""How often it is looked, while an exchange is open, whether it has gone silent or somebody waits for the screen."""

_LABEL_CHARS = 80


class LiveView:
    """`width` gives the terminal's columns now. `can_erase` is False for a dumb terminal or a pipe."""

    def __init__(
        self,
        options: ViewOptions,
        width: Callable[[], int],
        can_erase: bool,
        tool_view: ToolViewFactory = ToolCallView,
    ) -> None:
        self._tool_view = tool_view
        self._width = width
        self._screen = ScreenController(Pen(options.colour, width, can_erase), self._stamp)
        self._flows: dict[str, Flow] = {}
        self._asides: dict[str, ExchangeStarted] = {}
        """Open ones that are not shown."""
        self.sessions: OrderedDict[str, SessionStreamEngine] = OrderedDict()
        self._pacer: Pacer | None = None
        self.configure(options)

    def configure(self, options: ViewOptions) -> str:
        """For what begins from now on; `colour` stays as it was. Gives what was held back to be paced."""
        rest = self._pacer.rest() if self._pacer is not None else ""
        self._options = options
        self._pacer = Pacer(options.delay_ms, options.flush_ms) if options.delay_ms or options.flush_ms else None
        self._screen.log = options.log_screen
        for session in self.sessions.values():
            session.configure(options)
        return rest

    def feed(self, flow_id: str, event: ExchangeEvent, now_s: float) -> str:
        text = ""
        flow = self._flows.get(flow_id)
        if isinstance(event, ExchangeStarted):
            if event.purpose in SIDE_PURPOSES:
                self._asides[flow_id] = event
                return ""
            if flow is not None:
                text = self._end(flow, now_s)
            flow = self._flows[flow_id] = self._begin(event, now_s)
        elif flow is None:
            if isinstance(event, ExchangeEnded) and (aside := self._asides.pop(flow_id, None)) is not None:
                self._session(aside.session_id).aside_ended(event, aside.purpose)
            return ""
        silent_s = now_s - flow.stall.since_s
        self.sessions[flow.session_id].feed(flow, event, now_s)
        if flow.stall.dead and flow.stall.since_s == now_s:
            text += self._revive(flow, silent_s, now_s)
        text += self._screen.heard(flow, now_s)
        if flow.ended:
            del self._flows[flow_id]
        return self._pass_on(text, now_s)

    def tick(self, now_s: float) -> str:
        """Time passes: silences are named, the screen goes to one who waits. To be called a few times a second."""
        text = ""
        for flow in list(self._flows.values()):
            was_dead = flow.stall.dead
            said = flow.stall.tick(now_s, self._options.dead_after_s)
            if not said:
                continue
            if flow.stall.dead and not was_dead:
                self._mark(flow, CardState.DEAD)
            text += self._screen.notice("error" if flow.stall.dead else "stall", f"‖ {flow.name}: {said}", now_s)
        return self._pass_on(text + self._screen.tick(now_s), now_s)

    def note(self, text: str, now_s: float, role: str = "note") -> str:
        """A line about the view itself, between ours."""
        return self._pass_on(self._screen.notice(role, one_line(text, 4 * _LABEL_CHARS), now_s), now_s)

    def lines(self, text: str, now_s: float) -> str:
        """Lines of somebody else's, as they are, between ours."""
        return self._pass_on(self._screen.notice("", text, now_s), now_s)

    def interrupted(self, text: str, now_s: float) -> str:
        """What was written since a while ago has not reached the terminal. `text` says so, on a line of its own."""
        if self._pacer is not None:
            self._pacer.rest()
        return self._screen.interrupted("alarm", one_line(text, 4 * _LABEL_CHARS), now_s)

    def due_in_s(self, now_s: float) -> float | None:
        """When time alone may bring something to be shown; None: not before something is fed."""
        paced = None if self._pacer is None else self._pacer.due_in_s(now_s)
        if paced is not None:
            return min(paced, TICK_S)
        return TICK_S if self._flows or self._screen.has_notices else None

    def close(self, now_s: float) -> str:
        """All that is still waiting, of everybody."""
        text = "".join([self._end(flow, now_s) for flow in list(self._flows.values())]) + self._screen.close()
        self._flows.clear()
        self._asides.clear()
        return text if self._pacer is None else self._pacer.rest() + text

    # -- inside -----------------------------------------------------------------------------------------------------

    def _pass_on(self, text: str, now_s: float) -> str:
        return text if self._pacer is None else self._pacer.pass_on(text, now_s)

    def _begin(self, event: ExchangeStarted, now_s: float) -> Flow:
        session = self._session(event.session_id)
        flow = Flow(event.flow_id, event.session_id, event.agent_id or "", now_s)
        number = f"#? {event.session_id[:8]}" if event.session_number is None else f"#{event.session_number}"
        if event.session_number is not None:
            flow.role = SPEAKERS[event.session_number % len(SPEAKERS)]
        agent = f" ⤷{session.agent_number(event.agent_id)}" if event.agent_id else ""
        host = f" @{event.host}" if event.host else ""
        flow.name = one_line(f"{number} {event.client}{host}{agent}", _LABEL_CHARS)
        flow.indent = "  " * session.agent_depth(event.agent_id, event.parent_id) if event.agent_id else ""
        flow.epoch_s = event.started_epoch_ns / 1e9 - now_s
        flow.label = self._label(flow, event)
        return flow

    def _session(self, session_id: str) -> SessionStreamEngine:
        session = self.sessions.get(session_id)
        if session is None:
            session = self.sessions[session_id] = SessionStreamEngine(self._options, self._tool_view, self._width)
            self._forget_sessions()
        self.sessions.move_to_end(session_id)
        return session

    def _label(self, flow: Flow, event: ExchangeStarted) -> str:
        """Unlike that of any other flow that is still open."""
        model = f" · {one_line(event.model, _LABEL_CHARS)}" if event.model else ""
        label = flow.name + model + (f" · {one_line(flow.flow_id, _LABEL_CHARS)}" if self._options.show_flow_id else "")
        taken = {other.label for other in self._flows.values() if other.flow_id != flow.flow_id}
        count = 1
        unique = label
        while unique in taken:
            count += 1
            unique = f"{label} ∥{count}"
        return unique

    def _forget_sessions(self) -> None:
        if len(self.sessions) > REMEMBERED_SESSIONS:
            in_use = {flow.session_id for flow in self._flows.values()}
            for session_id in list(self.sessions)[:-1]:
                if session_id not in in_use:
                    del self.sessions[session_id]
                    return

    def _revive(self, flow: Flow, silent_s: float, now_s: float) -> str:
        flow.stall.dead = False
        self._mark(flow, CardState.STREAMING)
        if flow.ended:
            return ""
        return self._screen.notice("stall", f"‖ {flow.name}: goes on after {seconds(silent_s)}", now_s)

    def _mark(self, flow: Flow, state: CardState) -> None:
        for card in self.sessions[flow.session_id].deck.of(flow):
            card.state = state

    def _end(self, flow: Flow, now_s: float) -> str:
        """The flow is over though nothing has said so."""
        self.sessions[flow.session_id].deck.flush(flow)
        flow.ended = True
        return self._screen.heard(flow, now_s)

    def _stamp(self, flow: Flow, now_s: float) -> str:
        if not self._options.show_time:
            return ""
        at = datetime.datetime.fromtimestamp(flow.epoch_s + now_s, datetime.UTC).astimezone(self._options.timezone)
        return at.strftime("%H:%M:%S")

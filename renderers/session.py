"""One session: what its exchanges say becomes cards, and what happened in it is counted (SPEC S1.3, S1.4).

In: `(flow, ExchangeEvent)` of one session, and the time. Out: cards, added to their flows; data points, counts and
turns. The cards are in `deck.py`, an ordered dictionary of open ones per content type; what completes is flushed.
"""

from __future__ import annotations

from collections.abc import Callable

from addons.protocols.events import (
    BlockFinished,
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    Heartbeat,
    RefusalDelta,
    ResponseFinished,
    ResponseStarted,
    Stopped,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    UsageReported,
)
from renderers.allowances import Allowances
from renderers.bookkeeping import BLOCK_DELTA, MESSAGE_DELTA, PROMPT, TOOL_RESULT, Bookkeeping
from renderers.cache_break import CacheWatch
from renderers.calls_made import CallMade, CallsMade
from renderers.content import subject_of
from renderers.deck import CALL, Deck, ToolViewFactory
from renderers.end_line import MESSAGE_CHARS, dollars, end_line, failure_words
from renderers.flow import Flow
from renderers.retries import Retries
from renderers.sanitise import one_line
from renderers.stalls import seconds
from renderers.tool_views.names import label
from renderers.view_options import ViewOptions

DEEPEST_AGENT = 4
"""Agents of agents of agents are indented no further than this."""


class SessionStreamEngine:
    def __init__(self, options: ViewOptions, tool_view: ToolViewFactory, width: Callable[[], int]) -> None:
        self._options = options
        self.deck = Deck(options, tool_view, width)
        self.books = Bookkeeping()
        self._retries = Retries()
        self._cache = CacheWatch()
        self._allowances = Allowances()
        self._calls = CallsMade()
        self._agents: dict[str, int] = {}
        self._depths: dict[str, int] = {}

    def configure(self, options: ViewOptions) -> None:
        """For what begins from now on."""
        self._options = options
        self.deck.configure(options)

    def feed(self, flow: Flow, event: ExchangeEvent, now_s: float) -> None:
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, flow, event, now_s)

    def agent_number(self, agent_id: str) -> int:
        """1, 2, … in order of first appearance."""
        return self._agents.setdefault(agent_id, len(self._agents) + 1)

    def agent_depth(self, agent_id: str, parent_id: str | None) -> int:
        """How far from the session's own agent: one more than the agent that has sent it."""
        depth = self._depths.get(agent_id)
        if depth is None:
            depth = self._depths[agent_id] = min(1 + self._depths.get(parent_id or "", 0), DEEPEST_AGENT)
        return depth

    # -- the request ------------------------------------------------------------------------------------------------

    def _started(self, flow: Flow, event: ExchangeStarted, now_s: float) -> None:
        self.books.flow_began(now_s, counts_as_turn=not flow.agent)
        flow.retry_after_s = event.retry_after_s
        for said in self._allowances.told(event.allowances):
            self.deck.line(flow, "note", "stall", f"◔ {said}", now_s)
        alarm = self._cache.started(flow.flow_id, flow.agent, event.model, event.request_parts)
        if again := self._retries.started(flow.agent, event):
            # All else was said at the first try.
            self._calls.gone_on(flow.agent)
            self.deck.line(flow, "note", "stall", f"↻ {again}", now_s)
            return
        if alarm:
            self.deck.line(flow, "note", "alarm", f"⚠ {alarm}", now_s)
        several = len(event.tool_returns) > 1
        for back in event.tool_returns:
            self.books.point(TOOL_RESULT, flow.flow_id, now_s, back.call_id or "", len(back.text))
            name, subject = self._calls.answered(flow.agent, back.call_id)
            about = f"{name} {subject}" if several and subject else name
            self.deck.result(flow, about, back.text, back.is_error, now_s)
        self._calls.gone_on(flow.agent)
        if event.prompt:
            self._prompt(flow, event.prompt, now_s)

    def _prompt(self, flow: Flow, prompt: str, now_s: float) -> None:
        """What the person typed is a flow of its own kind, that is complete at once."""
        self.books.prompts += 1
        self.books.point(PROMPT, flow.flow_id, now_s, f"prompt-{self.books.prompts}", len(prompt))
        self.deck.prompt(flow, prompt, now_s)

    # -- the answer -------------------------------------------------------------------------------------------------

    def _response_started(self, flow: Flow, _event: ResponseStarted, now_s: float) -> None:
        flow.stall.sign_of_life("the response's start", now_s)

    def _thinking(self, flow: Flow, event: ThinkingDelta, now_s: float) -> None:
        self._text_delta("thinking", flow, event, now_s)

    def _text(self, flow: Flow, event: TextDelta, now_s: float) -> None:
        self._text_delta("text", flow, event, now_s)

    def _refusal(self, flow: Flow, event: RefusalDelta, now_s: float) -> None:
        self._text_delta("refusal", flow, event, now_s)

    def _text_delta(self, kind: str, flow: Flow, event: ThinkingDelta | TextDelta | RefusalDelta, now_s: float) -> None:
        self.books.point(BLOCK_DELTA, flow.flow_id, now_s, kind, len(event.text))
        flow.stall.heard("inside " + kind, now_s)
        self.deck.text(kind, flow, event.block, event.text, now_s)

    def _block_finished(self, flow: Flow, event: BlockFinished, now_s: float) -> None:
        self.deck.close_text(flow, event.block)
        flow.stall.heard("between blocks", now_s)

    def _call_started(self, flow: Flow, event: ToolCallStarted, now_s: float) -> None:
        self.deck.call(flow, event, now_s)
        flow.stall.heard(_inside_call(event.name), now_s)

    def _arguments(self, flow: Flow, event: ToolArgumentsDelta, now_s: float) -> None:
        if not self.deck.has_call(flow, event.block):
            self._call_started(flow, ToolCallStarted(event.block, None, "", "client"), now_s)
        self.books.point(BLOCK_DELTA, flow.flow_id, now_s, CALL, len(event.text))
        flow.stall.heard(flow.stall.where, now_s)
        self.deck.arguments(flow, event, now_s)

    def _call_finished(self, flow: Flow, event: ToolCallFinished, now_s: float) -> None:
        if not self.deck.has_call(flow, event.block):
            self._call_started(flow, ToolCallStarted(event.block, event.id, event.name, event.kind), now_s)
        self.deck.call(flow, event, now_s)
        self.deck.close_call(flow, event.block)
        self.books.tools[event.name] += 1
        if event.kind != "server":
            flow.tools += 1
        subject = subject_of(event.arguments, event.arguments_raw)
        self._calls.add(flow.agent, event.id, CallMade(label(event.name), subject))
        flow.stall.heard("between blocks", now_s)

    def _tool_result(self, flow: Flow, event: ToolResult, now_s: float) -> None:
        self.books.point(TOOL_RESULT, flow.flow_id, now_s, event.call_id or "", len(event.text))
        call = self._calls.answered(flow.agent, event.call_id)
        self.deck.result(flow, call.name, event.text, event.is_error, now_s)
        flow.stall.heard("after a tool result", now_s)

    def _message_delta(self, flow: Flow, event: UsageReported | Stopped, now_s: float) -> None:
        detail = "usage" if isinstance(event, UsageReported) else str(event.reason)
        self.books.point(MESSAGE_DELTA, flow.flow_id, now_s, detail, 0)
        flow.stall.sign_of_life("a usage report" if isinstance(event, UsageReported) else "a stop reason", now_s)

    def _error(self, flow: Flow, event: StreamError, now_s: float) -> None:
        flow.error_said, flow.error_type = event.message, event.type
        what = f"{event.type}: " if event.type else ""
        self.deck.line(flow, "error", "error", f"✗ {one_line(what + event.message, 4 * MESSAGE_CHARS)}", now_s)

    def _heartbeat(self, flow: Flow, _event: Heartbeat, now_s: float) -> None:
        flow.stall.sign_of_life("a ping", now_s)

    def _finished(self, flow: Flow, _event: ResponseFinished, now_s: float) -> None:
        flow.stall.heard("after the answer's end", now_s)

    # -- the end ----------------------------------------------------------------------------------------------------

    def _ended(self, flow: Flow, event: ExchangeEnded, now_s: float) -> None:
        self.deck.flush(flow)
        failed = failure_words(event.end, event.status, flow.error_type if flow.error_said is not None else None)
        self._retries.ended(flow.agent, event, failed)
        if verdict := self._cache.ended(flow.flow_id, event.usage):
            self.deck.line(flow, "note", "alarm", f"⚠ {verdict}", now_s)
        asked = flow.retry_after_s
        wait = "" if asked is None or not failed else f" · asks to wait {seconds(asked)}"
        self.books.spending.add(event)
        ends_turn = not failed and not flow.tools and not flow.agent
        session = self._session_cost(event.cost_usd) if ends_turn else ""
        context = self._options.context_metrics
        line = end_line(event, context=context, said=flow.error_said, failed=failed + wait, session=session)
        self.deck.line(flow, "end", "error" if failed else "end", line, now_s)
        if ends_turn:
            self.books.turn_ended(flow.flow_id, now_s, str(event.stop_reason or ""))
        flow.ended = True

    def aside_ended(self, event: ExchangeEnded, purpose: str) -> None:
        """One that is no conversation, and so is not shown: it costs money all the same."""
        self.books.spending.add(event, purpose)

    def _session_cost(self, last_usd: float | None) -> str:
        """Of all its calls so far, where that is more than the last one's."""
        spending = self.books.spending
        if (spending.cost_usd or 0.0) <= (last_usd or 0.0):
            return ""
        at_least = " at least" if spending.unpriced else ""
        return f"session{at_least} {dollars(spending.cost_usd)}"


def _inside_call(name: str) -> str:
    return f"inside tool arguments ({one_line(name, 40)})" if name else "inside tool arguments"


_HANDLERS: dict[type, Callable[..., None]] = {
    ExchangeStarted: SessionStreamEngine._started,
    ResponseStarted: SessionStreamEngine._response_started,
    TextDelta: SessionStreamEngine._text,
    ThinkingDelta: SessionStreamEngine._thinking,
    RefusalDelta: SessionStreamEngine._refusal,
    ToolCallStarted: SessionStreamEngine._call_started,
    ToolArgumentsDelta: SessionStreamEngine._arguments,
    ToolCallFinished: SessionStreamEngine._call_finished,
    ToolResult: SessionStreamEngine._tool_result,
    BlockFinished: SessionStreamEngine._block_finished,
    UsageReported: SessionStreamEngine._message_delta,
    Stopped: SessionStreamEngine._message_delta,
    StreamError: SessionStreamEngine._error,
    Heartbeat: SessionStreamEngine._heartbeat,
    ResponseFinished: SessionStreamEngine._finished,
    ExchangeEnded: SessionStreamEngine._ended,
}
"""What each event does. Others are no matter of the view."""

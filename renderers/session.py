"""One session: what its exchanges say becomes cards, and what happened in it is counted (SPEC S1.3, S1.4).

In: `(flow, ExchangeEvent)` of one session, and the time. Out: cards, added to their flows; data points, counts and
turns. The engine keeps an ordered dictionary of open cards per content type; what completes is flushed from it.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
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
    ToolKind,
    ToolResult,
    UsageReported,
)
from renderers.allowances import Allowances
from renderers.bookkeeping import BLOCK_DELTA, MESSAGE_DELTA, PROMPT, TOOL_RESULT, Bookkeeping
from renderers.cache_break import CacheWatch
from renderers.card import Card, CardState
from renderers.content import (
    HiddenTool,
    OneLineTool,
    RawTool,
    TextView,
    ToolEvent,
    ToolView,
    result_spans,
    subject_of,
    text_view,
)
from renderers.end_line import MESSAGE_CHARS, dollars, end_line, failure_words
from renderers.flow import Flow
from renderers.retries import Retries
from renderers.sanitise import one_line
from renderers.spans import FreshLine, Span, Styled
from renderers.stalls import seconds
from renderers.tool_views.names import label
from renderers.view_options import Kind, ViewOptions

REMEMBERED_CALLS = 1_000

TEXT_KINDS = ("thinking", "text", "refusal")

DEEPEST_AGENT = 4
"""Agents of agents of agents are indented no further than this."""

CALL_PATIENCE_S = 0.3
"""A tool call that pauses for so long makes room for the next block of its exchange."""

type ToolViewFactory = Callable[[str, ToolKind, ViewOptions], ToolView]


class SessionStreamEngine:
    """`open_cards` has the cards that may still grow: content type, then (flow id, block), in order of appearance."""

    def __init__(self, options: ViewOptions, tool_view: ToolViewFactory, width: Callable[[], int]) -> None:
        self.configure(options)
        self._tool_view = tool_view
        self._width = width
        self._text_views: dict[Card, TextView] = {}
        self._tool_views: dict[Card, ToolView] = {}
        self._retries = Retries()
        self._cache = CacheWatch()
        self._allowances = Allowances()
        self._call_names: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Call id to the tool's name and what the call was about."""
        self._unanswered: dict[str, deque[tuple[str, str]]] = defaultdict(deque)
        """The same of calls without an id (Gemini), by agent: their results come in the calls' order."""
        self.open_cards: dict[str, OrderedDict[tuple[str, str], Card]] = {
            kind: OrderedDict() for kind in (*TEXT_KINDS, "tool")
        }
        self.books = Bookkeeping()
        self._agents: dict[str, int] = {}
        self._depths: dict[str, int] = {}

    def configure(self, options: ViewOptions) -> None:
        """For what begins from now on."""
        self._options = options
        self._details = {kind: options.detail(kind) for kind in Kind.__value__.__args__}

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

    def cards_of(self, flow: Flow) -> list[Card]:
        """Those that may still grow."""
        return [
            card for cards in self.open_cards.values() for (owner, _), card in cards.items() if owner == flow.flow_id
        ]

    # -- the request ------------------------------------------------------------------------------------------------

    def _started(self, flow: Flow, event: ExchangeStarted, now_s: float) -> None:
        self.books.flow_began(now_s, counts_as_turn=not flow.agent)
        flow.retry_after_s = event.retry_after_s
        for said in self._allowances.told(event.allowances):
            self._line(flow, "note", "stall", f"◔ {said}", now_s)
        alarm = self._cache.started(flow.flow_id, flow.agent, event.model, event.request_parts)
        if again := self._retries.started(flow.agent, event):
            # All else was said at the first try.
            self._unanswered.pop(flow.agent, None)
            self._line(flow, "note", "stall", f"↻ {again}", now_s)
            return
        if alarm:
            self._line(flow, "note", "alarm", f"⚠ {alarm}", now_s)
        several = len(event.tool_returns) > 1
        for back in event.tool_returns:
            self.books.point(TOOL_RESULT, flow.flow_id, now_s, back.call_id or "", len(back.text))
            name, subject = self._answered(flow, back.call_id)
            about = f"{name} {subject}" if several and subject else name
            self._result(flow, about, back.text, back.is_error, now_s)
        self._unanswered.pop(flow.agent, None)
        if event.prompt:
            self._prompt(flow, event.prompt, now_s)

    def _prompt(self, flow: Flow, prompt: str, now_s: float) -> None:
        """What the person typed is a flow of its own kind, that is complete at once."""
        self.books.prompts += 1
        self.books.point(PROMPT, flow.flow_id, now_s, f"prompt-{self.books.prompts}", len(prompt))
        view = text_view("prompt", self._details["prompt"], self._room(flow))
        spans = view.feed(prompt.rstrip("\n")) + view.close()
        self._show(flow, "prompt", [*spans, FreshLine()] if spans else [], now_s)

    # -- the answer -------------------------------------------------------------------------------------------------

    def _response_started(self, flow: Flow, _event: ResponseStarted, now_s: float) -> None:
        flow.stall.sign_of_life("the response's start", now_s)

    def _thinking(self, flow: Flow, event: ThinkingDelta, now_s: float) -> None:
        self._text_delta("thinking", "thinking", flow, event.block, event.text, now_s)

    def _text(self, flow: Flow, event: TextDelta, now_s: float) -> None:
        self._text_delta("text", "text", flow, event.block, event.text, now_s)

    def _refusal(self, flow: Flow, event: RefusalDelta, now_s: float) -> None:
        self._text_delta("refusal", "text", flow, event.block, event.text, now_s)

    def _text_delta(self, kind: str, detail: Kind, flow: Flow, block: str, text: str, now_s: float) -> None:
        key = (flow.flow_id, block)
        card = self.open_cards[kind].get(key)
        if card is None:
            card = self._open(flow, kind, key, now_s)
            self._text_views[card] = text_view(kind, self._details[detail], self._room(flow))
        self._delta(flow, card, "inside " + kind, text, now_s)
        self._extend(flow, card, self._text_views[card].feed(text))

    def _block_finished(self, flow: Flow, event: BlockFinished, now_s: float) -> None:
        key = (flow.flow_id, event.block)
        for kind in TEXT_KINDS:
            if key in self.open_cards[kind]:
                self._close(flow, kind, key)
        flow.stall.heard("between blocks", now_s)

    def _call_started(self, flow: Flow, event: ToolCallStarted, now_s: float) -> None:
        self._call(flow, event.block, event.name, event.kind, event, now_s)
        flow.stall.heard(_inside_call(event.name), now_s)

    def _arguments(self, flow: Flow, event: ToolArgumentsDelta, now_s: float) -> None:
        card = self.open_cards["tool"].get((flow.flow_id, event.block))
        if card is None:
            self._call_started(flow, ToolCallStarted(event.block, None, "", "client"), now_s)
            card = self.open_cards["tool"][(flow.flow_id, event.block)]
        self._delta(flow, card, flow.stall.where, event.text, now_s)
        self._extend(flow, card, self._tool_views[card].feed(event))

    def _call_finished(self, flow: Flow, event: ToolCallFinished, now_s: float) -> None:
        key = (flow.flow_id, event.block)
        if key not in self.open_cards["tool"]:
            self._call_started(flow, ToolCallStarted(event.block, event.id, event.name, event.kind), now_s)
        self._call(flow, event.block, event.name, event.kind, event, now_s)
        self._close(flow, "tool", key)
        self.books.tools[event.name] += 1
        if event.kind != "server":
            flow.tools += 1
        about = (label(event.name), subject_of(event.arguments, event.arguments_raw))
        if event.id:
            self._call_names[event.id] = about
            if len(self._call_names) > REMEMBERED_CALLS:
                self._call_names.popitem(last=False)
        else:
            self._unanswered[flow.agent].append(about)
        flow.stall.heard("between blocks", now_s)

    def _answered(self, flow: Flow, call_id: str | None) -> tuple[str, str]:
        """Whose result this is: name and subject, empty where nobody knows."""
        if call_id is not None:
            return self._call_names.get(call_id, ("", ""))
        calls = self._unanswered[flow.agent]
        return calls.popleft() if calls else ("", "")

    def _call(self, flow: Flow, block: str, name: str, kind: ToolKind, event: ToolEvent, now_s: float) -> None:
        key = (flow.flow_id, block)
        card = self.open_cards["tool"].get(key)
        if card is None:
            card = self._open(flow, "tool", key, now_s, CALL_PATIENCE_S)
            card.name = label(name)
            self._tool_views[card] = self._view_of(name, kind, self._room(flow))
        card.last_s = now_s
        self._extend(flow, card, self._tool_views[card].feed(event))

    def _view_of(self, name: str, kind: ToolKind, room: int) -> ToolView:
        match self._details["tool"]:
            case "full":
                return self._tool_view(name, kind, self._options)
            case "one_line":
                return OneLineTool(name, room)
            case "raw":
                return RawTool(name)
            case "hide":
                return HiddenTool()

    def _tool_result(self, flow: Flow, event: ToolResult, now_s: float) -> None:
        self.books.point(TOOL_RESULT, flow.flow_id, now_s, event.call_id or "", len(event.text))
        name, _ = self._answered(flow, event.call_id)
        self._result(flow, name, event.text, event.is_error, now_s)
        flow.stall.heard("after a tool result", now_s)

    def _message_delta(self, flow: Flow, event: UsageReported | Stopped, now_s: float) -> None:
        detail = "usage" if isinstance(event, UsageReported) else str(event.reason)
        self.books.point(MESSAGE_DELTA, flow.flow_id, now_s, detail, 0)
        flow.stall.sign_of_life("a usage report" if isinstance(event, UsageReported) else "a stop reason", now_s)

    def _error(self, flow: Flow, event: StreamError, now_s: float) -> None:
        flow.error_said, flow.error_type = event.message, event.type
        what = f"{event.type}: " if event.type else ""
        self._line(flow, "error", "error", f"✗ {one_line(what + event.message, 4 * MESSAGE_CHARS)}", now_s)

    def _heartbeat(self, flow: Flow, _event: Heartbeat, now_s: float) -> None:
        flow.stall.sign_of_life("a ping", now_s)

    def _finished(self, flow: Flow, _event: ResponseFinished, now_s: float) -> None:
        flow.stall.heard("after the answer's end", now_s)

    # -- the end ----------------------------------------------------------------------------------------------------

    def _ended(self, flow: Flow, event: ExchangeEnded, now_s: float) -> None:
        self.flush(flow)
        failed = failure_words(event.end, event.status, flow.error_type if flow.error_said is not None else None)
        self._retries.ended(flow.agent, event, failed)
        if verdict := self._cache.ended(flow.flow_id, event.usage):
            self._line(flow, "note", "alarm", f"⚠ {verdict}", now_s)
        asked = flow.retry_after_s
        wait = "" if asked is None or not failed else f" · asks to wait {seconds(asked)}"
        self.books.spending.add(event)
        ends_turn = not failed and not flow.tools and not flow.agent
        session = self._session_cost(event.cost_usd) if ends_turn else ""
        context = self._options.context_metrics
        line = end_line(event, context=context, said=flow.error_said, failed=failed + wait, session=session)
        self._line(flow, "end", "error" if failed else "end", line, now_s)
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

    def flush(self, flow: Flow) -> None:
        """Nothing more comes of this flow: all its open cards are done."""
        for kind, cards in self.open_cards.items():
            for key in [key for key in cards if key[0] == flow.flow_id]:
                self._close(flow, kind, key)

    # -- cards ------------------------------------------------------------------------------------------------------

    def _open(self, flow: Flow, kind: str, key: tuple[str, str], now_s: float, patience_s: float = 0.0) -> Card:
        """It ends the texts before it: not every dialect says when a block is over."""
        self._close_texts(flow)
        card = self.open_cards[kind][key] = Card(kind, now_s, patience_s)
        return card

    def _close_texts(self, flow: Flow) -> None:
        for kind in TEXT_KINDS:
            for key in [key for key in self.open_cards[kind] if key[0] == flow.flow_id]:
                self._close(flow, kind, key)

    def _delta(self, flow: Flow, card: Card, where: str, text: str, now_s: float) -> None:
        card.heard(now_s)
        flow.stall.heard(where, now_s)
        self.books.point(BLOCK_DELTA, flow.flow_id, now_s, card.kind, len(text))

    def _extend(self, flow: Flow, card: Card, spans: list[Span]) -> None:
        if spans:
            card.waiting += spans
            flow.fresh = True
            if card is not flow.current:
                flow.add(card)

    def _close(self, flow: Flow, kind: str, key: tuple[str, str]) -> None:
        card = self.open_cards[kind].pop(key)
        view = self._tool_views.pop(card, None) if kind == "tool" else self._text_views.pop(card, None)
        spans = view.close() if view is not None else []
        if self._options.delta_timing and card.deltas:
            spans += [FreshLine(), Styled("end", _timing(card)), FreshLine()]
        card.state = CardState.DONE
        self._extend(flow, card, spans)
        if card.waiting:
            # Taken back when the flow lost the screen: it has to be shown after all.
            flow.add(card)

    def _result(self, flow: Flow, about: str, text: str, is_error: bool, now_s: float) -> None:
        spans = result_spans(about, text, is_error, self._details["result"], self._room(flow))
        self._show(flow, "result", spans, now_s)

    def _room(self, flow: Flow) -> int:
        """Characters of one line."""
        return self._width() - len(flow.indent)

    def _line(self, flow: Flow, kind: str, role: str, text: str, now_s: float) -> None:
        self._show(flow, kind, [FreshLine(), Styled(role, text), FreshLine()], now_s)

    def _show(self, flow: Flow, kind: str, spans: list[Span], now_s: float) -> None:
        """A card that is complete at once."""
        if spans:
            card = Card(kind, now_s)
            card.state = CardState.DONE
            card.add(spans)
            flow.add(card)


def _inside_call(name: str) -> str:
    return f"inside tool arguments ({one_line(name, 40)})" if name else "inside tool arguments"


def _timing(card: Card) -> str:
    took_s = card.last_s - card.first_s
    deltas = f"{card.deltas:,} delta{'s' if card.deltas > 1 else ''}"
    return f"⏱ {deltas} in {took_s:.2f} s, longest gap {card.gap_s * 1000:,.0f} ms"


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

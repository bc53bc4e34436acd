"""One exchange on the board: what each event does to its blocks and phases, and what it is doing now.

In: `ExchangeEvent`s with the time since its request. Out: facts. Nothing here locks or knows a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from addons.protocols.events import (
    BlockFinished,
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    Heartbeat,
    RefusalDelta,
    ResponseFinished,
    ResponseStarted,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    UsageReported,
)
from renderers.board.blocks import Block, Blocks
from renderers.board.facts import BlockKind, ExchangeFacts, PhaseKind, State
from renderers.board.phases import Phases
from renderers.end_line import failure_words
from renderers.stalls import Stall

_STATE_OF: Final[dict[PhaseKind, State]] = {
    "waiting": State.WAITING,
    "thinking": State.THINKING,
    "text": State.ANSWERING,
    "arguments": State.CALLING,
    "tools": State.RUNNING,
}


class BoardExchange:
    """`version` is the board's when this last changed."""

    def __init__(self, event: ExchangeStarted, number: int, now_s: float, version: int) -> None:
        # Its texts are in the blocks, which are bounded; here they would be kept once more, and whole.
        self.started = replace(event, prompt=None, tool_returns=(), request_parts=())
        self.number = number
        self.version = version
        self.model = event.model
        self.state = State.WAITING
        self.tool = ""
        self.notes: list[str] = []
        self.blocks = Blocks()
        self.ended: ExchangeEnded | None = None
        self.failure = ""
        """How it went wrong, in plain words."""
        self.client_calls: list[str] = []
        """Names of the tools that the client is to run."""
        self.stall = Stall(now_s)
        self.silence = ""
        self._error: str | None = None
        self._phases = Phases()

    def feed(self, event: ExchangeEvent, now_s: float, elapsed_ms: float, version: int) -> None:
        self.version = version
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event, now_s, elapsed_ms)

    def tick(self, now_s: float, dead_after_s: float) -> bool:
        """Time passes. True where there is something new to say about a silence."""
        said = self.stall.tick(now_s, dead_after_s)
        if said:
            self.silence = said
        return bool(said)

    def tools_ran_until(self, epoch_ns: int) -> None:
        """The request that returns the results was sent then."""
        self.client_calls.clear()
        if self.state is State.RUNNING:
            self.state = State.IDLE
        if self.ended is not None:
            self._phases.tools_ran(self.ended.duration_ms, (epoch_ns - self.started.started_epoch_ns) / 1e6)

    def facts(self) -> ExchangeFacts:
        started, ended = self.started, self.ended
        return ExchangeFacts(
            flow_id=started.flow_id,
            session_id=started.session_id,
            number=self.number,
            agent_id=started.agent_id,
            purpose=started.purpose,
            provider=started.provider,
            model=self.model,
            started_epoch_ns=started.started_epoch_ns,
            state=State.STALLED if self.silence else self.state,
            tool=self.tool,
            silence=self.silence,
            notes=tuple(self.notes),
            phases=self._phases.facts(),
            blocks=self.blocks.count,
            first_block=self.blocks.first,
            duration_ms=ended.duration_ms if ended else None,
            ttft_ms=ended.ttft_ms if ended else None,
            status=ended.status if ended else None,
            end=ended.end if ended else None,
            error=(ended.error if ended else None) or self._error,
            stop_reason=ended.stop_reason if ended else None,
            usage=ended.usage if ended else {},
            cost_usd=ended.cost_usd if ended else None,
            context_window=ended.context_window if ended else None,
        )

    # -- what happens -----------------------------------------------------------------------------------------------

    def _phase(self, kind: PhaseKind, now_s: float, elapsed_ms: float, where: str) -> None:
        self.state = _STATE_OF[kind]
        self.silence = ""
        self.stall.heard(where, now_s)
        self._phases.content(kind, elapsed_ms)

    def _say(self, kind: BlockKind, name: str, text: str) -> None:
        self.blocks.append(self.blocks.growing(kind, name, self.version), text)

    def _response_started(self, event: ResponseStarted, now_s: float, _elapsed_ms: float) -> None:
        self.model = event.model or self.model
        self.stall.sign_of_life("the response's start", now_s)

    def _heartbeat(self, _event: Heartbeat | UsageReported, now_s: float, _elapsed_ms: float) -> None:
        self.stall.sign_of_life("a ping", now_s)

    def _text(self, event: TextDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("text", now_s, elapsed_ms, "inside text")
        self._say("text", event.block, event.text)

    def _thinking(self, event: ThinkingDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("thinking", now_s, elapsed_ms, "inside thinking")
        self._say("thinking", event.block, event.text)

    def _refusal(self, event: RefusalDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("text", now_s, elapsed_ms, "inside refusal")
        self._say("refusal", event.block, event.text)

    def _call_started(self, event: ToolCallStarted, now_s: float, elapsed_ms: float) -> None:
        self._call(event, now_s, elapsed_ms)

    def _call(self, event: ToolCallStarted | ToolCallFinished, now_s: float, elapsed_ms: float) -> Block:
        self._phase("arguments", now_s, elapsed_ms, "inside tool arguments")
        block = self.blocks.growing("call", event.block, self.version)
        block.name = event.name or block.name
        block.call_id = event.id or block.call_id
        block.tool_kind = event.kind
        self.tool = block.name
        return block

    def _arguments(self, event: ToolArgumentsDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("arguments", now_s, elapsed_ms, "inside tool arguments")
        block = self.blocks.growing("call", event.block, self.version)
        self.tool = block.name
        self.blocks.append(block, event.text)

    def _call_finished(self, event: ToolCallFinished, now_s: float, elapsed_ms: float) -> None:
        block = self._call(event, now_s, elapsed_ms)
        if not block.text.ends:
            # No delta has brought them.
            whole = event.arguments_raw
            if not whole and event.arguments is not None:
                whole = json.dumps(event.arguments, ensure_ascii=False)
            self.blocks.append(block, whole or "")
        block.is_done = True
        if event.kind in ("client", "custom"):
            self.client_calls.append(event.name)

    def _tool_result(self, event: ToolResult, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("after a tool result", now_s)
        block = self.blocks.whole("result", event.text, self.version)
        block.call_id = event.call_id
        block.is_error = event.is_error
        block.name = self.blocks.tool_of(event.call_id)

    def _block_finished(self, event: BlockFinished, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("between blocks", now_s)
        self.blocks.finish(event.block, self.version)

    def _stream_error(self, event: StreamError, _now_s: float, _elapsed_ms: float) -> None:
        self._error = f"{event.type}: {event.message}" if event.type else event.message

    def _finished(self, _event: ResponseFinished, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("after the answer's end", now_s)

    def _ended(self, event: ExchangeEnded, _now_s: float, elapsed_ms: float) -> None:
        self.ended = event
        self.model = event.model or self.model
        self.failure = failure_words(event.end, event.status)
        self.silence = ""
        self.blocks.finish_all(self.version)
        self.state = _state_after(event.end, has_failed=bool(self.failure))
        if self.client_calls and not self.failure:
            self.state = State.RUNNING
            more = len(self.client_calls) - 1
            self.tool = self.client_calls[0] + (f" +{more}" if more else "")
        self._phases.ended(event.duration_ms, event.ttft_ms, elapsed_ms)


def _state_after(end: str, *, has_failed: bool) -> State:
    """What all that show a state, count errors or mark flows go by."""
    if end == "client_closed":
        return State.INTERRUPTED
    # An answer that ends too soon is as bad for the agent as one that says what is wrong.
    return State.ERROR if has_failed else State.IDLE


_HANDLERS: dict[type, Callable[..., None]] = {
    ResponseStarted: BoardExchange._response_started,
    TextDelta: BoardExchange._text,
    ThinkingDelta: BoardExchange._thinking,
    RefusalDelta: BoardExchange._refusal,
    ToolCallStarted: BoardExchange._call_started,
    ToolArgumentsDelta: BoardExchange._arguments,
    ToolCallFinished: BoardExchange._call_finished,
    ToolResult: BoardExchange._tool_result,
    BlockFinished: BoardExchange._block_finished,
    UsageReported: BoardExchange._heartbeat,
    StreamError: BoardExchange._stream_error,
    Heartbeat: BoardExchange._heartbeat,
    ResponseFinished: BoardExchange._finished,
    ExchangeEnded: BoardExchange._ended,
}
"""What each event does. Others are no matter of the board."""

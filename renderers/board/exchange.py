"""One exchange on the board: its blocks, its phases, and what it is doing now.

In: `ExchangeEvent`s with the time since its request. Out: facts. Nothing here locks or knows a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from renderers.board.facts import BlockFacts, BlockKind, ExchangeFacts, Phase, PhaseKind, State
from renderers.board.growing_text import GrowingText
from renderers.end_line import failure_words
from renderers.stalls import Stall

BLOCK_CHARS: Final = 200_000
MOST_BLOCKS: Final = 200
MOST_PHASES: Final = 200

_TRUSTED_MS: Final = 250.0
_TRUSTED_SHARE: Final = 0.1
"""How far the time that the board saw may be from the exchange's own before it is not believed."""

_STATE_OF: Final[dict[PhaseKind, State]] = {
    "waiting": State.WAITING,
    "thinking": State.THINKING,
    "text": State.ANSWERING,
    "arguments": State.CALLING,
    "tools": State.RUNNING,
}


@dataclass(slots=True)
class Block:
    number: int
    kind: BlockKind
    version: int
    name: str = ""
    call_id: str | None = None
    tool_kind: str = ""
    is_error: bool = False
    is_done: bool = False
    text: GrowingText = field(default_factory=lambda: GrowingText(BLOCK_CHARS))

    def facts(self, flow_id: str, place: int) -> BlockFacts:
        begin, text = self.text.since(place)
        return BlockFacts(
            flow_id,
            self.number,
            self.kind,
            self.name,
            self.call_id,
            self.tool_kind,
            self.is_error,
            self.is_done,
            begin,
            text,
        )


@dataclass(slots=True)
class _Stretch:
    """A phase that may still grow."""

    kind: PhaseKind
    begin_ms: float
    end_ms: float


class BoardExchange:
    """`version` is the board's when this last changed; `chars` how many characters its blocks hold."""

    def __init__(self, event: ExchangeStarted, number: int, now_s: float, version: int) -> None:
        # Its texts are in the blocks, which are bounded; here they would be kept once more, and whole.
        self.started = replace(event, prompt=None, tool_returns=(), request_parts=())
        self.number = number
        self.version = version
        self.model = event.model
        self.state = State.WAITING
        self.tool = ""
        self.notes: list[str] = []
        self.blocks: list[Block] = []
        self.first_block = 0
        self.chars = 0
        self.ended: ExchangeEnded | None = None
        self.failure = ""
        """How it went wrong, in plain words."""
        self.client_calls: list[str] = []
        """Names of the tools that the client is to run."""
        self.stall = Stall(now_s)
        self.silence = ""
        self._error: str | None = None
        self._open: dict[tuple[BlockKind, str], Block] = {}
        self._stretches = [_Stretch("waiting", 0.0, 0.0)]

    def feed(self, event: ExchangeEvent, now_s: float, elapsed_ms: float, version: int) -> None:
        self.version = version
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event, now_s, elapsed_ms)

    def whole_block(self, kind: BlockKind, text: str) -> Block:
        """One that is complete at once."""
        block = self._new_block(kind)
        block.is_done = True
        self._append(block, text)
        return block

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
        if self.ended is not None and self._stretches:
            end_ms = self.ended.duration_ms
            until_ms = (epoch_ns - self.started.started_epoch_ns) / 1e6
            if until_ms > end_ms:
                self._stretches.append(_Stretch("tools", end_ms, until_ms))

    def drop_texts(self) -> None:
        for block in self.blocks:
            block.text.drop()
        self.chars = 0

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
            phases=tuple(Phase(one.kind, one.begin_ms, one.end_ms) for one in self._stretches),
            blocks=self.first_block + len(self.blocks),
            first_block=self.first_block,
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

    # -- blocks -----------------------------------------------------------------------------------------------------

    def _new_block(self, kind: BlockKind) -> Block:
        block = Block(self.first_block + len(self.blocks), kind, self.version)
        self.blocks.append(block)
        if len(self.blocks) > MOST_BLOCKS:
            dropped = self.blocks.pop(0)
            self.chars -= dropped.text.ends - dropped.text.begins
            self.first_block += 1
        return block

    def _block(self, kind: BlockKind, name: str) -> Block:
        block = self._open.get((kind, name))
        if block is None:
            block = self._open[kind, name] = self._new_block(kind)
        block.version = self.version
        return block

    def _append(self, block: Block, text: str) -> None:
        held = block.text.ends - block.text.begins
        block.text.append(text)
        if block.number >= self.first_block:
            self.chars += block.text.ends - block.text.begins - held

    # -- what happens -----------------------------------------------------------------------------------------------

    def _phase(self, kind: PhaseKind, now_s: float, elapsed_ms: float, where: str) -> None:
        """Content has come. What lies between two kinds belongs to the later, but before the first token one waits."""
        self.state = _STATE_OF[kind]
        self.silence = ""
        self.stall.heard(where, now_s)
        last = self._stretches[-1]
        if last.kind == "waiting":
            last.end_ms = elapsed_ms
        if last.kind != kind and len(self._stretches) < MOST_PHASES:
            last = _Stretch(kind, last.end_ms, elapsed_ms)
            self._stretches.append(last)
        last.end_ms = elapsed_ms

    def _response_started(self, event: ResponseStarted, now_s: float, _elapsed_ms: float) -> None:
        self.model = event.model or self.model
        self.stall.sign_of_life("the response's start", now_s)

    def _heartbeat(self, _event: Heartbeat | UsageReported, now_s: float, _elapsed_ms: float) -> None:
        self.stall.sign_of_life("a ping", now_s)

    def _text(self, event: TextDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("text", now_s, elapsed_ms, "inside text")
        self._append(self._block("text", event.block), event.text)

    def _thinking(self, event: ThinkingDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("thinking", now_s, elapsed_ms, "inside thinking")
        self._append(self._block("thinking", event.block), event.text)

    def _refusal(self, event: RefusalDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("text", now_s, elapsed_ms, "inside refusal")
        self._append(self._block("refusal", event.block), event.text)

    def _call_started(self, event: ToolCallStarted, now_s: float, elapsed_ms: float) -> None:
        self._call(event, now_s, elapsed_ms)

    def _call(self, event: ToolCallStarted | ToolCallFinished, now_s: float, elapsed_ms: float) -> Block:
        self._phase("arguments", now_s, elapsed_ms, "inside tool arguments")
        block = self._block("call", event.block)
        block.name = event.name or block.name
        block.call_id = event.id or block.call_id
        block.tool_kind = event.kind
        self.tool = block.name
        return block

    def _arguments(self, event: ToolArgumentsDelta, now_s: float, elapsed_ms: float) -> None:
        self._phase("arguments", now_s, elapsed_ms, "inside tool arguments")
        block = self._block("call", event.block)
        self.tool = block.name
        self._append(block, event.text)

    def _call_finished(self, event: ToolCallFinished, now_s: float, elapsed_ms: float) -> None:
        block = self._call(event, now_s, elapsed_ms)
        if not block.text.ends:
            # No delta has brought them.
            whole = event.arguments_raw
            if not whole and event.arguments is not None:
                whole = json.dumps(event.arguments, ensure_ascii=False)
            self._append(block, whole or "")
        block.is_done = True
        if event.kind in ("client", "custom"):
            self.client_calls.append(event.name)

    def _tool_result(self, event: ToolResult, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("after a tool result", now_s)
        block = self.whole_block("result", event.text)
        block.call_id = event.call_id
        block.is_error = event.is_error
        block.name = next(
            (one.name for one in reversed(self.blocks) if one.kind == "call" and one.call_id == event.call_id), ""
        )

    def _block_finished(self, event: BlockFinished, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("between blocks", now_s)
        kinds: tuple[BlockKind, ...] = ("thinking", "text", "refusal")
        for kind in kinds:
            if (block := self._open.get((kind, event.block))) is not None:
                block.is_done = True
                block.version = self.version

    def _stream_error(self, event: StreamError, _now_s: float, _elapsed_ms: float) -> None:
        self._error = f"{event.type}: {event.message}" if event.type else event.message

    def _finished(self, _event: ResponseFinished, now_s: float, _elapsed_ms: float) -> None:
        self.stall.heard("after the answer's end", now_s)

    def _ended(self, event: ExchangeEnded, _now_s: float, elapsed_ms: float) -> None:
        self.ended = event
        self.model = event.model or self.model
        self.failure = failure_words(event.end, event.status)
        self.silence = ""
        for block in self._open.values():
            if not block.is_done:
                block.is_done = True
                block.version = self.version
        self._open.clear()
        if event.end == "error":
            self.state = State.ERROR
        elif self.client_calls and not self.failure:
            self.state = State.RUNNING
            more = len(self.client_calls) - 1
            self.tool = self.client_calls[0] + (f" +{more}" if more else "")
        else:
            self.state = State.IDLE
        self._settle_stretches(event, elapsed_ms)

    def _settle_stretches(self, event: ExchangeEnded, elapsed_ms: float) -> None:
        """The exchange's own times count; what the board saw fits in between, or is not believed."""
        if abs(elapsed_ms - event.duration_ms) > max(_TRUSTED_MS, _TRUSTED_SHARE * event.duration_ms):
            self._stretches = []
            return
        if len(self._stretches) == 1:
            self._stretches[0].end_ms = event.duration_ms
            return
        first_ms = self._stretches[0].end_ms if event.ttft_ms is None else event.ttft_ms
        for stretch in self._stretches:
            stretch.begin_ms = min(max(stretch.begin_ms, first_ms), event.duration_ms)
            stretch.end_ms = min(max(stretch.end_ms, first_ms), event.duration_ms)
        self._stretches[0].begin_ms, self._stretches[0].end_ms = 0.0, min(first_ms, event.duration_ms)
        self._stretches[1].begin_ms = self._stretches[0].end_ms


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

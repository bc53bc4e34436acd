"""What a reader of the board is given: frozen facts, safe to keep and to hand to any thread.

In: nothing. Out: sessions, exchanges and blocks as they stood when they were read, and what has changed since then.
Texts and names are as captured: redacted, and hostile; who shows them sanitises or escapes them. None is "not told".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """What an agent or an exchange is doing."""

    WAITING = "waiting"
    """For the first token."""
    THINKING = "thinking"
    ANSWERING = "answering"
    CALLING = "calling"
    """The model writes a tool call's arguments."""
    RUNNING = "running"
    """The client runs the tools that were called."""
    IDLE = "idle"
    STALLED = "stalled"
    INTERRUPTED = "interrupted"
    """The client hung up in mid-answer, as when the person presses Esc: neither done nor an error."""
    ERROR = "error"
    """The provider's, or an answer that it cut off."""


type BlockKind = Literal["prompt", "thinking", "text", "refusal", "call", "result"]

type PhaseKind = Literal["waiting", "thinking", "text", "arguments", "tools"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of an exchange, in milliseconds since its request. `tools` is after its end: the client runs them."""

    kind: PhaseKind
    begin_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One block, and what of its text the reader did not have.

    `text` begins at the block's character `begin`; where that is more than the reader had, what lies between has been
    dropped. A call's text is its arguments.
    """

    flow_id: str
    number: int
    """Within its exchange, from 0 in order of appearance."""
    kind: BlockKind
    name: str
    """Of the tool, for calls and results; may be empty."""
    call_id: str | None
    tool_kind: str
    """For calls, as in `events.ToolKind`; else empty."""
    is_error: bool
    is_done: bool
    begin: int
    text: str


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """One exchange. `duration_ms` is None while it is open; times are since the request."""

    flow_id: str
    session_id: str
    number: int
    """Within its session, from 1."""
    agent_id: str | None
    purpose: str
    provider: str
    model: str | None
    started_epoch_ns: int
    state: State
    tool: str
    """What is being called, or was."""
    silence: str
    """A sentence while the exchange is stalled; else empty."""
    notes: tuple[str, ...]
    """A retry, a cache break."""
    phases: tuple[Phase, ...]
    """Empty where the recorded times tell nothing, as with flows read from a file."""
    blocks: int
    first_block: int
    """Earlier ones have been dropped."""
    duration_ms: float | None
    ttft_ms: float | None
    status: int | None
    end: str | None
    error: str | None
    stop_reason: str | int | None
    usage: Mapping[str, int | None]
    cost_usd: float | None
    context_window: int | None


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """A sub-agent of a session. `parent_id` is None where its parent is the session's own agent, or is not told."""

    agent_id: str
    number: int
    parent_id: str | None
    model: str | None
    state: State
    tool: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One session. Sums are over all its exchanges, forgotten ones included, as far as they were told."""

    session_id: str
    number: int | None
    client: str
    provider: str
    is_conversation: bool
    """False while all its exchanges were titles, warm-ups and the like."""
    model: str | None
    state: State
    tool: str
    silence: str
    agents: tuple[AgentFacts, ...]
    prompt: str
    """The beginning of the latest."""
    started_epoch_ns: int
    last_epoch_ns: int
    turns: int
    """What the person has typed."""
    exchanges: int
    first_exchange: int
    """Earlier ones have been forgotten."""
    errors: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced: int
    """Ended exchanges whose cost was not told."""
    context_tokens: int | None
    context_window: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since a version. Where `is_whole`, it is all there is, and replaces what the reader had."""

    version: int
    is_whole: bool
    sessions: tuple[SessionFacts, ...]
    exchanges: tuple[ExchangeFacts, ...]
    forgotten_sessions: tuple[str, ...]
    """Their exchanges are forgotten with them."""
    forgotten_exchanges: tuple[str, ...]

"""THE vocabulary: what any provider's stream says, in one set of words.

In: nothing. Out: the events that protocol decoders make, and that summaries, renderers and reports read. A provider's
own words (`content_block_delta`, `response.output_text.delta`) stay in its one decoder file.

`block` names a content block within its exchange: any string that is stable while the block lives and that no other
block of the exchange has. Deltas of different blocks may interleave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

type ToolKind = Literal["client", "server", "mcp", "custom"]
"""Who runs a tool: the client, the provider (`server`), an MCP server, the client with free-form input (`custom`)."""


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """The provider has named its answer. Either may be None: not told (yet); a later one fills in.

    The id is the wire's own value: a number where JSON-RPC has one.
    """

    model: str | None
    response_id: str | int | None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer's visible text (never empty)."""

    block: str
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of the model's reasoning or of its summary (never empty)."""

    block: str
    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """A piece of a refusal (never empty)."""

    block: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A tool call has been announced. `id` is None where the wire gives none; `name` may be empty: not told yet."""

    block: str
    id: str | None
    name: str
    kind: ToolKind


@dataclass(frozen=True, slots=True)
class ToolArgumentsDelta:
    """A piece of a call's argument text (JSON, or free-form for kind `custom`), never empty."""

    block: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallFinished:
    """A call's arguments are complete.

    `arguments_raw` is the wire's argument text, None where the wire has an object; `arguments` is the parsed JSON, None
    where the text is empty, is no JSON, or the kind is `custom`. `id` and `name` are final.
    """

    block: str
    id: str | None
    name: str
    kind: ToolKind
    arguments: Any
    arguments_raw: str | None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The provider ran a tool itself and shows the result (web search, code execution, MCP): JSON or text."""

    block: str
    call_id: str | None
    text: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class BlockFinished:
    """A text or thinking block has ended, where the wire says so."""

    block: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The provider's own usage object, as it stands in this frame (partial or cumulative): last non-null wins."""

    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The provider's own stop reason, untranslated: a number where Gemini was asked for enums as numbers."""

    reason: str | int


@dataclass(frozen=True, slots=True)
class StreamError:
    """An error inside the stream, or an HTTP error body. The message is the provider's own."""

    message: str
    type: str | None = None
    code: str | int | None = None


@dataclass(frozen=True, slots=True)
class ResponseFinished:
    """The stream's terminal event has come: the answer is whole, whatever becomes of the connection."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A ping or keep-alive: proof of life without content."""


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A frame whose kind this decoder does not know. `kind` is the provider's word for it, or an empty string."""

    kind: str


type Event = (
    ResponseStarted
    | TextDelta
    | ThinkingDelta
    | RefusalDelta
    | ToolCallStarted
    | ToolArgumentsDelta
    | ToolCallFinished
    | ToolResult
    | BlockFinished
    | UsageReported
    | Stopped
    | StreamError
    | ResponseFinished
    | Heartbeat
    | Unrecognised
)


@dataclass(frozen=True, slots=True)
class ToolReturn:
    """A tool's result that the client sends back in its request."""

    call_id: str | None
    text: str
    is_error: bool


type PartKind = Literal["tool", "system", "message"]


@dataclass(frozen=True, slots=True)
class RequestPart:
    """A piece of a request by which providers cache it: a tool definition, a system block, a message."""

    kind: PartKind
    digest: str
    """Of the redacted content without its cache marks: the same for the same content, turn after turn."""
    size_bytes: int
    has_cache_marker: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of a limit of the account is used, as the answer's head tells it."""

    name: str
    """`5-hour`, `weekly`, `requests`, `input tokens`, …"""
    used: float
    """A share: 1 is all of it."""
    resets_in_s: float | None


@dataclass(frozen=True, slots=True)
class ExchangeStarted:
    """An exchange begins: who asks whom, and what is new in the request. All text is redacted."""

    flow_id: str
    session_id: str
    session_number: int | None
    """#1, #2, … in order of first appearance in the log; None where the log can't be used."""
    client: str
    provider: str
    agent_id: str | None
    purpose: str
    model: str | None
    prompt: str | None
    """What the person typed; None when the request returns tool results or continues by itself."""
    tool_returns: tuple[ToolReturn, ...]
    started_epoch_ns: int
    request_parts: tuple[RequestPart, ...] = ()
    """In the order in which a provider hashes them: tools, system, messages. Empty where the body is no JSON."""
    allowances: tuple[Allowance, ...] = ()
    retry_after_s: float | None = None
    """How long the provider asks to wait."""
    parent_id: str | None = None
    """A sub-agent's parent, where told."""
    host: str | None = None
    """Which proxy captured it, where the stream of several is shown; None for this one."""


@dataclass(frozen=True, slots=True)
class ExchangeEnded:
    """An exchange is over. `end` and `error` as in sse_flow_ends.jsonl; `usage` in the terms of LOGFORMAT."""

    flow_id: str
    end: str
    error: str | None
    status: int | None
    model: str | None
    stop_reason: str | int | None
    usage: dict[str, int | None]
    duration_ms: float
    ttft_ms: float | None
    cost_usd: float | None = None
    """At list price; None where the model has none that is known."""
    context_window: int | None = None
    """Tokens that the model takes, its answer included; None where that is not known."""


type ExchangeEvent = ExchangeStarted | Event | ExchangeEnded
"""What a renderer consumes, always together with the flow id of its exchange."""

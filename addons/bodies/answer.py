"""An answer's body as a conversation: thinking, text, calls, usage, how it ended.

In: a body that has been decoded of its Content-Encoding, in any transport and dialect, whole or cut off. Out: text, by
the same framers, decoders and views as the live view. A body that is no answer is shown as the JSON or the text that
it is. Nothing here raises for what a body holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from addons.bodies.layout import BLOCK_CHARS, presentable, pretty, pretty_value, sections, without_middle
from addons.protocols.detect import decoder_for, streams_ndjson
from addons.protocols.events import (
    Event,
    ExchangeEnded,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
)
from addons.protocols.summary import Summary
from addons.protocols.usage import normalise_usage
from addons.wire.frame import Frame
from addons.wire.transport import Transport, framer_for, sniff, transport_of
from renderers.end_line import end_line
from renderers.flow import Flow
from renderers.pen import Pen
from renderers.session import SessionStreamEngine
from renderers.tool_call import ToolCallView
from renderers.view_options import ViewOptions

MOST_FRAMES = 8_000
"""Decoded of one body: this runs on the event loop, at some 10 µs a frame."""

LAST_BYTES = 65_536
"""Of a longer event stream this much is read from its end, where usage and stop reason are."""

_PIECE_BYTES = 65_536
_WIDTH = 160
"""For what the view puts on one line."""

_OPTIONS = ViewOptions(details={"result": "full"})


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the exchange apart from the body. None: not told."""

    api: str | None = None
    content_type: str | None = None
    status: int | None = None
    duration_ms: float = 0.0
    """0 where it is not told."""
    error: str | None = None
    """How the transport failed."""


def answer_text(body: bytes, about: About) -> str:
    frames, skipped = _frames(body, about)
    decoder = decoder_for(about.api)
    events = [event for frame in frames for event in decoder.feed(frame)]
    events += decoder.close()
    said = answer_of(events, about)
    if said is None:
        return presentable(pretty(body))
    gap = f"[… {skipped:,} bytes in the middle of the body were not decoded …]" if skipped else ""
    return presentable(sections([gap, said]))


def answer_of(events: list[Event], about: About) -> str | None:
    """None where the events tell nothing of a conversation."""
    summary = Summary()
    for event in events:
        summary.add(event)
    blocks = list(conversation(events))
    if not blocks and summary.usage_raw is None and summary.stop_reason is None:
        return None
    end = end_line(_ended(summary, about), said=summary.error.message if summary.error else None)
    return sections([end, *blocks, _usage(summary, about.api)])


def conversation(events: Iterable[Event]) -> Iterator[str]:
    """Each block as the live view shows it, without colours, in order of appearance."""
    engine = SessionStreamEngine(_OPTIONS, ToolCallView, lambda: _WIDTH)
    flow = Flow("", "", "", 0.0)
    for event in _bounded(_merged(events)):
        engine.feed(flow, event, 0.0)
    engine.deck.flush(flow)
    while (card := flow.next_card(0.0)) is not None:
        pen = Pen(colour=False, width=lambda: _WIDTH, can_erase=False)
        if text := pen.write(card.take()).strip("\n"):
            yield text


# -- inside ---------------------------------------------------------------------------------------------------------


def _frames(body: bytes, about: About) -> tuple[list[Frame], int]:
    """The body's frames, and how many bytes in its middle were left out because it has too many."""
    transport = _transport(body, about)
    framer = framer_for(transport, body)
    frames: list[Frame] = []
    for start in range(0, len(body), _PIECE_BYTES):
        try:
            frames += framer.feed(body[start : start + _PIECE_BYTES])
        except ValueError:
            # A framing that does not hold: what came before it stands.
            return frames, 0
        read = start + _PIECE_BYTES
        if len(frames) >= MOST_FRAMES and read < len(body):
            rest = body[max(read, len(body) - LAST_BYTES) :] if transport == "sse" else b""
            last = rest[rest.find(b"\n\n") + 2 :]
            return frames + _whole(last), len(body) - read - len(last)
    with contextlib.suppress(ValueError):
        frames += framer.close()
    return frames, 0


def _whole(events: bytes) -> list[Frame]:
    framer = framer_for("sse", events)
    return framer.feed(events) + framer.close()


def _transport(body: bytes, about: About) -> Transport:
    declared = transport_of(about.content_type)
    if about.api is None:
        return declared or "json"
    ndjson = streams_ndjson(about.api) and (about.status or 0) < 400
    return sniff(body[:_PIECE_BYTES], declared, ndjson) or declared or "json"


_DELTAS = (TextDelta, ThinkingDelta, RefusalDelta, ToolArgumentsDelta)


def _merged(events: Iterable[Event]) -> Iterator[Event]:
    """Deltas that follow each other in one block as one."""
    pieces: list[str] = []
    open_delta: Any = None
    for event in events:
        if isinstance(event, _DELTAS) and type(event) is type(open_delta) and event.block == open_delta.block:
            pieces.append(event.text)
            continue
        if open_delta is not None:
            yield replace(open_delta, text="".join(pieces))
        open_delta, pieces = (event, [event.text]) if isinstance(event, _DELTAS) else (None, [])
        if open_delta is None:
            yield event
    if open_delta is not None:
        yield replace(open_delta, text="".join(pieces))


def _bounded(events: Iterable[Event]) -> Iterator[Event]:
    """Cut before anything looks at each character. Of a call's arguments the beginning stays, as if cut off there."""
    cut: set[str] = set()
    for event in events:
        match event:
            case ToolArgumentsDelta(block=block, text=text) if len(text) > BLOCK_CHARS:
                cut.add(block)
                yield ToolArgumentsDelta(block, text[:BLOCK_CHARS])
                yield ToolArgumentsDelta(block, f"\n[… {len(text) - BLOCK_CHARS:,} characters are not shown here …]")
            case ToolCallFinished(block=block) if block in cut:
                pass
            case TextDelta() | ThinkingDelta() | RefusalDelta():
                yield replace(event, text=without_middle(event.text, BLOCK_CHARS))
            case _:
                yield event


def _ended(summary: Summary, about: About) -> ExchangeEnded:
    failed = summary.error is not None or (about.status or 0) >= 400
    is_cut = about.api is not None and not summary.finished
    return ExchangeEnded(
        flow_id="",
        end="error" if failed else "cut_off" if is_cut else "complete",
        error=summary.error.message if summary.error else about.error if is_cut else None,
        status=about.status,
        model=summary.model,
        stop_reason=summary.stop_reason,
        usage=normalise_usage(about.api, summary.usage_raw) or {},
        duration_ms=about.duration_ms,
        ttft_ms=None,
    )


def _usage(summary: Summary, api: str | None) -> str:
    """What was counted, in the log's terms and in the provider's own."""
    usage = normalise_usage(api, summary.usage_raw) or {}
    told = [f"  {name}: {count:,}" for name, count in usage.items() if count is not None]
    return "\n".join(["usage", *told, "usage as reported", pretty_value(summary.usage_raw)]) if told else ""

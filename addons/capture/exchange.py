"""One exchange: frames in, redacted records and events out.

In: `Frame`s in the order of the wire, with their moments; how it ended. Out: records for the log and events for the
live view, both made from what redaction has released, never from what came. Both transports end here: HTTP bodies
(`http_exchange.py`) and WebSocket messages (`socket_exchanges.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from addons import faults
from addons.capture.end_facts import EndFacts, end_fields
from addons.capture.headers import joined
from addons.capture.intake import Request
from addons.capture.observed import Cut, HeaderList, Moment
from addons.capture.transcript import transcript_piece
from addons.pricing.book import PriceBook
from addons.protocols.detect import decoder_for
from addons.protocols.events import (
    Event,
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallStarted,
)
from addons.protocols.limits import allowances_of, retry_after_s
from addons.protocols.summary import Summary
from addons.redaction.redactor import Redactor
from addons.redaction.stream import StreamRedactor
from addons.sinks.records import EndFields, FlowFields, Record, end_record, flow_record, line_record, transcript_record
from addons.sinks.timestamps import TimeFormatter
from addons.wire.frame import Frame
from addons.wire.transport import Transport

_TOKENS = (TextDelta, ThinkingDelta, RefusalDelta, ToolCallStarted, ToolArgumentsDelta)
"""What counts as the first token."""

_NS_PER_MS = 1e6


class Outlet(Protocol):
    """Where an exchange's results go, and what it shares with the others."""

    redactor: Redactor
    times: TimeFormatter
    prices: PriceBook

    def write(self, record: Record) -> None: ...

    def show(self, flow_id: str, event: ExchangeEvent) -> None: ...

    def opened(self, request: Request, status: int | None) -> int | None:
        """Note that the exchange is open, and give its session's number; None where the log can't tell."""
        ...

    def lost(self, flow_id: str) -> int:
        """How many of its frames could not be kept."""
        ...

    def closed(self, flow_id: str, response_id: str | int | None, session_id: str) -> None:
        """The exchange has its end record. `response_id` may be what a later request continues."""
        ...


class Stamp(NamedTuple):
    """What belongs to a frame and is not on the wire."""

    seq: int
    at: Moment
    original: Frame


@dataclass(frozen=True, slots=True)
class Head:
    status: int | None
    headers: HeaderList


class Exchange:
    """Life: `begin` once, `frame` any number of times, `end` once. Every method is safe to call in any order."""

    def __init__(self, request: Request, outlet: Outlet, keep: Callable[[Frame], None] | None = None) -> None:
        """`keep` is told of each frame that came in, as released."""
        self.request = request
        self._keep = keep
        self.status: int | None = None
        self.wire_bytes = 0
        self.redacted = False
        """Whether redaction has changed anything in what came."""
        self._outlet = outlet
        self._context = request.context
        self._decoder = decoder_for(request.api)
        self._stream: StreamRedactor[Stamp] = StreamRedactor(outlet.redactor)
        self._summary = Summary()
        self._seq = 0
        self._frames_in = 0
        self._first_token: Moment | None = None
        self._begun = False
        self._ended = False
        self._fault: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the stream's terminal event, or an error in its place, has come."""
        return self._summary.finished or self._summary.error is not None

    def begin(self, head: Head, transport: Transport, at: Moment) -> None:
        """The response head has come (or never will: status None). Writes the flow record."""
        if self._begun:
            return
        self._begun = True
        self.status = head.status
        request = self.request
        number = self._outlet.opened(request, head.status)
        headers = self._outlet.redactor.headers(head.headers)
        fields_of_head = joined(headers)
        fields = FlowFields(
            session_source=request.session_source,
            agent_id=request.agent_id,
            parent_id=request.parent_id,
            purpose=request.purpose,
            transport=transport,
            api=request.api,
            model=request.model,
            method=request.method,
            url=request.url,
            http_version=request.http_version,
            status=head.status,
            request_headers=joined(request.headers),
            response_headers=fields_of_head,
            request=request.body_refs,
            request_bytes=request.body_bytes,
        )
        for blob in request.blobs:
            self._outlet.write(blob)
        self._outlet.write(flow_record(self._context, self._outlet.times.format(at.epoch_ns), fields))
        self._show(
            ExchangeStarted(
                flow_id=self._context.flow_id,
                session_id=request.session_id,
                session_number=number,
                client=request.client,
                provider=request.provider,
                agent_id=request.agent_id,
                purpose=request.purpose,
                model=request.model,
                prompt=request.prompt,
                tool_returns=request.tool_returns,
                started_epoch_ns=request.at.epoch_ns,
                request_parts=request.parts,
                allowances=allowances_of(fields_of_head, at.epoch_ns / 1e9),
                retry_after_s=retry_after_s(fields_of_head, at.epoch_ns / 1e9),
                parent_id=request.parent_id,
            )
        )

    def frame(self, frame: Frame, at: Moment) -> None:
        """One frame of the answer."""
        stamp = Stamp(self._take_seq(), at, frame)
        self._frames_in += 1
        if self._ended:
            # A straggler: kept, though the end record does not count it, and held back for nothing.
            self._write_alone(frame, stamp, "in")
        else:
            self._release(self._stream.feed(frame, stamp, at.monotonic_ns / 1e9))

    def frame_out(self, frame: Frame, at: Moment) -> None:
        """One message from the client. It is whole, so its redaction waits for nothing."""
        self._write_alone(frame, Stamp(self._take_seq(), at, frame), "out")

    def tick(self, now_s: float) -> None:
        self._release(self._stream.tick(now_s))

    def fail(self, where: str) -> None:
        """Our own fault: this exchange's capture ends here, what came so far stays."""
        self._fault = self._fault or f"capture failed: {where}"

    def end(self, cut: Cut, error: str | None, at: Moment, transport: Transport) -> None:
        """Nothing more will come. Writes the end record, once."""
        if self._ended:
            return
        self.begin(Head(None, ()), transport, at)
        self._ended = True
        self._release(self._stream.close())
        with faults.guard("decoder", self._context.flow_id):
            self._take_events(self._decoder.close(), at)
        self._write_end(*self._verdict(cut, error), at)
        self._outlet.closed(self._context.flow_id, self._summary.response_id, self.request.session_id)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _take_seq(self) -> int:
        self._seq += 1
        return self._seq - 1

    def _release(self, frames: list[tuple[Frame, Stamp]]) -> None:
        for frame, stamp in frames:
            self.redacted = self.redacted or (frame is not stamp.original and frame != stamp.original)
            self._write_line(frame, stamp, "in")
            if self._keep is not None:
                self._keep(frame)
            # A decoder's fault costs events, never the frame.
            with faults.guard("decoder", self._context.flow_id):
                self._take_events(self._decoder.feed(frame), stamp.at)

    def _write_alone(self, frame: Frame, stamp: Stamp, direction: str) -> None:
        alone: StreamRedactor[Stamp] = StreamRedactor(self._outlet.redactor)
        for released, _ in [*alone.feed(frame, stamp, 0.0), *alone.close()]:
            self._write_line(released, stamp, direction)

    def _write_line(self, frame: Frame, stamp: Stamp, direction: str) -> None:
        t_ms = (stamp.at.monotonic_ns - self.request.at.monotonic_ns) / _NS_PER_MS
        ts = self._outlet.times.format(stamp.at.epoch_ns)
        self._outlet.write(line_record(self._context, ts, frame, stamp.seq, t_ms, direction))

    def _take_events(self, events: list[Event], at: Moment) -> None:
        for event in events:
            if self._first_token is None and isinstance(event, _TOKENS):
                self._first_token = at
            self._summary.add(event)
            self._show(event)

    def _verdict(self, cut: Cut, error: str | None) -> tuple[str, str | None]:
        """`end` and `error`: the stream's own word counts more than the transport's."""
        told = self._summary.error.message if self._summary.error else None
        if self._fault:
            return "error", self._fault
        if told or (self.status or 0) >= 400:
            return "error", told or f"HTTP status {self.status}"
        if self._summary.finished:
            return "complete", None
        if cut is Cut.PROXY:
            return "error", error
        if cut is not Cut.NONE:
            return cut.value, error
        # A dialect that nobody knows has no terminal event that could be missed; nor has an acceptance or a redirect.
        is_awaited = self.request.api is not None and self.status in (None, 101, 200)
        return (Cut.UPSTREAM.value, error) if is_awaited else ("complete", None)

    def _write_end(self, end: str, error: str | None, at: Moment) -> None:
        request = self.request
        start_ns = request.at.monotonic_ns
        first = self._first_token
        lost = self._outlet.lost(self._context.flow_id)
        facts = EndFacts(
            status=self.status,
            purpose=request.purpose,
            api=request.api,
            model=request.model,
            frames_in=self._frames_in,
            wire_bytes=self.wire_bytes,
            duration_ms=round((at.monotonic_ns - start_ns) / _NS_PER_MS, 3),
            # A flow file does not hold when the body's parts came.
            ttft_ms=None
            if first is None or request.from_file
            else round((first.monotonic_ns - start_ns) / _NS_PER_MS, 3),
            dropped=lost,
        )
        if lost and error is None:
            error = f"{lost} frames could not be written to the log"
        fields = end_fields(end, error, facts, self._summary)
        ts = self._outlet.times.format(at.epoch_ns)
        self._outlet.write(end_record(self._context, ts, fields))
        if (piece := transcript_piece(request, fields, ts)) is not None:
            self._outlet.write(transcript_record(self._context, piece))
        cost_usd, context_window = self._spent(fields)
        self._show(
            ExchangeEnded(
                flow_id=self._context.flow_id,
                end=end,
                error=error,
                status=fields.status,
                model=fields.model,
                stop_reason=fields.stop_reason,
                usage=dict(fields.usage or {}),
                duration_ms=facts.duration_ms,
                ttft_ms=facts.ttft_ms,
                cost_usd=cost_usd,
                context_window=context_window,
            )
        )

    def _spent(self, fields: EndFields) -> tuple[float | None, int | None]:
        """Dollars, and the model's context window."""
        request, prices = self.request, self._outlet.prices
        asked = request.body_refs if isinstance(request.body_refs, dict) else None
        at = datetime.fromtimestamp(request.at.epoch_ns / 1e9, UTC)
        cost_usd = context_window = None
        with faults.guard("prices", self._context.flow_id):
            context_window = prices.context_window(request.provider, fields.model)
            cost_usd = prices.cost_usd(
                request.provider, fields.model, fields.usage, at, usage_raw=fields.usage_raw, request=asked
            )
        return cost_usd, context_window

    def _show(self, event: ExchangeEvent) -> None:
        self._outlet.show(self._context.flow_id, event)

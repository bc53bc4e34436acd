"""An exchange over HTTP: body bytes in, frames out to its `Exchange`.

In: the response head, wire chunks, the end. Out: frames, cut by whatever transport the answer turns out to have; the
raw body for sse_responses.log; and what the finished flow is to hold. On a known LLM path a missing or wrong content
type is made good from the first bytes (SPEC S4.1).
"""

from __future__ import annotations

from addons.capture.exchange import Exchange, Head, Outlet
from addons.capture.headers import without_encoding
from addons.capture.intake import Request
from addons.capture.observed import CaptureFailed, ChunkSeen, Cut, EndSeen, FlowRedaction, HeadSeen, Moment
from addons.capture.request_reader import LARGE_BYTES, LARGE_ENCODED_BYTES
from addons.protocols.detect import streams_ndjson
from addons.sinks.records import response_record
from addons.wire.content_encoding import ContentDecoder, decoder_for
from addons.wire.frame import Frame
from addons.wire.transport import Framer, Transport, framer_for, sniff, transport_of

_SURE: tuple[Transport | None, ...] = ("sse", "ndjson", "eventstream")
"""Declared transports that are believed at once; anything else on a known path waits for the first bytes."""

KEPT_BYTES = 64 << 20
"""Of a decoded body, for sse_responses.log; a larger one is written from its frames."""


class HttpExchange:
    """One request with its response."""

    def __init__(self, request: Request, outlet: Outlet, keep_bodies: int, raw_log: bool) -> None:
        self.exchange = Exchange(request, outlet, self._keep_frame)
        self._request = request
        self._outlet = outlet
        self._keep_bodies = keep_bodies
        self._raw_log = raw_log
        self._head: Head | None = None
        self._declared: Transport | None = None
        self._transport: Transport = "json"
        self._content: ContentDecoder | None = None
        self._framer: Framer | None = None
        self._unframed = b""
        self._wire: list[bytes] | None = []
        self._decoded: list[bytes] = []
        self._decoded_bytes = 0
        self._unreleased_bytes = 0
        """What has been decoded since the last frame."""
        self._released: list[Frame] = []
        self._broken = False

    def head(self, seen: HeadSeen) -> None:
        self._head = Head(seen.status, seen.headers)
        fields = {name.lower(): value for name, value in seen.headers}
        try:
            self._content = decoder_for(fields.get("content-encoding"))
        except ValueError as wrong:
            self._break(str(wrong))
        self._declared = transport_of(fields.get("content-type"))
        if self._declared in _SURE and self._declared is not None:
            self._transport = self._declared
            self.exchange.begin(self._head, self._transport, seen.at)

    def is_heavy(self, seen: ChunkSeen | EndSeen) -> bool:
        """Whether taking this in may last: it may complete a large frame, or a large body, which is looked at once more
        as a whole."""
        if self._request.from_file:
            return False
        if isinstance(seen, EndSeen):
            return self._decoded_bytes > LARGE_BYTES
        # 16 kB may become a hundred times as many.
        is_encoded = self._content is not None and not self._content.is_identity
        return self._unreleased_bytes + len(seen.data) > (LARGE_ENCODED_BYTES if is_encoded else LARGE_BYTES)

    def chunk(self, seen: ChunkSeen) -> None:
        self.exchange.wire_bytes += len(seen.data)
        if self._wire is not None:
            self._wire.append(seen.data)
            if self.exchange.wire_bytes > self._keep_bodies:
                self._wire = None
        if not self._broken and self._content is not None:
            try:
                self._decode(self._content.feed(seen.data), seen.at)
            except ValueError as wrong:
                # Content-Encoding or framing that does not hold; these errors quote no payload.
                self._break(str(wrong))

    def end(self, seen: EndSeen) -> FlowRedaction:
        if not self._broken and self._content is not None:
            try:
                self._decode(self._content.close(), seen.at, last=True)
            except ValueError as wrong:
                # A body that was cut off can't be whole; only of a complete one this is news.
                if seen.cut is Cut.NONE:
                    self._break(str(wrong))
        self._close_framer(seen)
        if self._head is not None:
            self.exchange.begin(self._head, self._transport, seen.at)
        self.exchange.end(seen.cut, seen.error, seen.at, self._transport)
        body = b"".join(self._decoded)
        is_clean = self._is_clean(body)
        if not is_clean:
            body = b"".join(as_text(frame, self._transport) for frame in self._released)
        if self._raw_log and self._head is not None:
            self._write_raw(seen.at, body)
        return self._flow_redaction(is_clean, body)

    def fail(self, seen: CaptureFailed) -> FlowRedaction:
        self._break(f"{seen.error} at {seen.where}")
        return self.end(EndSeen(seen.at, Cut.NONE))

    # -- inside -----------------------------------------------------------------------------------------------------

    def _break(self, why: str) -> None:
        """The rest of the body can't be read. What was read stays, and the end record says why."""
        self._broken = True
        self.exchange.fail(why)

    def _close_framer(self, seen: EndSeen) -> None:
        """Also after a fault: the framer may hold a last frame that came before it."""
        if self._framer is None:
            return
        try:
            self._pass_on(self._framer.close(), seen.at)
        except ValueError as wrong:
            if seen.cut is Cut.NONE:
                self._break(str(wrong))

    def _decode(self, data: bytes, at: Moment, last: bool = False) -> None:
        self._decoded_bytes += len(data)
        self._unreleased_bytes += len(data)
        if self._decoded_bytes <= KEPT_BYTES:
            self._decoded.append(data)
        if self._framer is None:
            self._unframed += data
            if not self._choose_framer(at, last):
                return
            data, self._unframed = self._unframed, b""
        if data and self._framer is not None:
            self._pass_on(self._framer.feed(data), at)

    def _choose_framer(self, at: Moment, last: bool) -> bool:
        """False while the first bytes don't tell yet."""
        found = self._declared
        if self._request.api is not None:
            ndjson = streams_ndjson(self._request.api) and (self._head is None or (self._head.status or 0) < 400)
            found = sniff(self._unframed, self._declared, ndjson) or (found or "json" if last else None)
        elif found is None:
            found = "json"
        if found is None or (not self._unframed.strip() and not last):
            return False
        if self._declared not in _SURE:
            self._transport = found
        if self._head is not None:
            self.exchange.begin(self._head, self._transport, at)
        self._framer = framer_for(found, self._unframed)
        return True

    def _pass_on(self, frames: list[Frame], at: Moment) -> None:
        for frame in frames:
            self._unreleased_bytes = 0
            self.exchange.frame(frame, at)

    def _keep_frame(self, frame: Frame) -> None:
        self._released.append(frame)

    def _write_raw(self, at: Moment, body: bytes) -> None:
        ts = self._outlet.times.format(at.epoch_ns)
        url, status = self._request.url, self.exchange.status
        self._outlet.write(response_record(self._request.context, ts, status, url, body))

    def _is_clean(self, body: bytes) -> bool:
        """Whether the body may be kept as it came. A stream also holds what no frame does, such as fields of SSE that
        nobody knows, so the whole is looked at once more."""
        if self.exchange.redacted or self._transport == "eventstream" or self._decoded_bytes > KEPT_BYTES:
            return False
        return self._looks_clean(body)

    def _looks_clean(self, data: bytes) -> bool:
        text = data.decode("utf-8", errors="replace")
        return self._outlet.redactor.text(text) == text

    def _flow_redaction(self, is_clean: bool, body: bytes) -> FlowRedaction:
        headers = tuple(self._outlet.redactor.headers(self._head.headers)) if self._head else ()
        if self._transport == "eventstream":
            # Its text is no event stream any more. Binary messages carry check sums over what they hold.
            kept = None if self.exchange.redacted else self._seen_wire()
            return self._request.flow_redaction(headers, kept, self._keep_bodies)
        wire = self._seen_wire(body) if is_clean else None
        if wire is not None:
            return self._request.flow_redaction(headers, wire, self._keep_bodies)
        return self._request.flow_redaction(without_encoding(headers), body or None, self._keep_bodies)

    def _seen_wire(self, clean: bytes | None = None) -> bytes | None:
        """The body as on the wire, if nothing is in it that nobody has looked at: a decoder does not tell what follows
        a fault, or the end of its format. `clean`: what has been looked at already."""
        if self._wire is None or self._broken:
            return None
        wire = b"".join(self._wire)
        return wire if wire == clean or self._looks_clean(wire) else None


def as_text(frame: Frame, transport: Transport) -> bytes:
    """A frame in its transport's own text form."""
    if transport != "sse":
        return ((frame.data or "") + "\n").encode("utf-8", errors="replace")
    lines = [f": {line}" for line in (frame.comment or "").split("\n") if frame.comment is not None]
    lines += [f"event: {frame.event}"] if frame.event is not None else []
    lines += [f"id: {frame.id}"] if frame.id is not None else []
    lines += [f"retry: {frame.retry}"] if frame.retry is not None else []
    lines += [f"data: {line}" for line in frame.data.split("\n")] if frame.data is not None else []
    return ("\n".join(lines) + "\n\n").encode("utf-8", errors="replace")

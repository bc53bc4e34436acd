"""The exchanges of one WebSocket: each `response.create` with all that answers it (LOGFORMAT, WIRE section 3).

In: the handshake and the socket's messages. Out: frames to one `Exchange` after the other, named `<flow id>:<number>`.
"""

from __future__ import annotations

from addons.capture.exchange import Exchange, Head, Outlet
from addons.capture.intake import Intake, Request
from addons.capture.observed import (
    CaptureFailed,
    Cut,
    EndSeen,
    FlowRedaction,
    HeadSeen,
    MessageSeen,
    Moment,
    RequestSeen,
)
from addons.capture.request_reader import LARGE_BYTES
from addons.redaction.redactor import Redactor
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame
from addons.wire.json_text import parse_json

REST_NS = 200_000_000
"""After its terminal event an exchange waits so long for stragglers, such as rate limits, before its end is written."""


class SocketExchanges:
    """One socket. Its exchanges are answered in turn: what the provider sends belongs to the first that is not settled.
    What comes before the first `response.create` belongs to no exchange and is not kept."""

    def __init__(
        self, handshake: RequestSeen, request: Request, head: HeadSeen, intake: Intake, outlet: Outlet
    ) -> None:
        self._handshake = handshake
        self._request = request
        self._head = Head(head.status, head.headers)
        self._intake = intake
        self._outlet = outlet
        self._count = 0
        self._chars = 0
        self._last: Exchange | None = None
        self._settled_at: dict[Exchange, Moment] = {}
        self.open: list[Exchange] = []
        """Those without an end record, the oldest first."""

    def is_heavy(self, seen: MessageSeen) -> bool:
        """Whether taking this in may last."""
        return len(seen.text) > LARGE_BYTES and not self._request.from_file

    def message(self, seen: MessageSeen) -> None:
        self._chars += len(seen.text)
        if seen.from_client:
            if _is_create(seen.text):
                self._create(seen)
            if self._last is not None:
                self._last.frame_out(Frame(seen.text), seen.at)
            return
        exchange = next((one for one in self.open if one not in self._settled_at), self._last)
        if exchange is None:
            return
        exchange.wire_bytes += len(seen.text.encode("utf-8", errors="replace"))
        exchange.frame(Frame(seen.text), seen.at)
        if exchange.settled and exchange in self.open:
            self._settled_at.setdefault(exchange, seen.at)

    @property
    def is_large(self) -> bool:
        """Whether `flow_redaction` may last."""
        return self._chars > LARGE_BYTES

    def tick(self, now_s: float) -> None:
        for exchange, at in list(self._settled_at.items()):
            if now_s * 1e9 - at.monotonic_ns > REST_NS:
                self._finish(exchange, Cut.NONE, None, at)

    def end(self, seen: EndSeen) -> None:
        cut = Cut.UPSTREAM if seen.cut is Cut.NONE else seen.cut
        for exchange in list(self.open):
            at = self._settled_at.get(exchange, seen.at)
            self._finish(exchange, cut, seen.error or "the socket was closed", at)

    def fail(self, seen: CaptureFailed) -> None:
        for exchange in list(self.open):
            exchange.fail(f"{seen.error} at {seen.where}")
            self._finish(exchange, Cut.NONE, None, seen.at)

    def flow_redaction(self, messages: list[tuple[bool, str]], keep_bodies: int) -> FlowRedaction:
        headers = tuple(self._outlet.redactor.headers(self._head.headers))
        whole = self._request.flow_redaction(headers, b"", keep_bodies)
        return FlowRedaction(
            whole.request_headers,
            whole.url_path,
            whole.request_body,
            headers,
            b"",
            redact_messages(self._outlet.redactor, messages),
        )

    def _create(self, seen: MessageSeen) -> None:
        for exchange, at in list(self._settled_at.items()):
            self._finish(exchange, Cut.NONE, None, at)
        flow_id = f"{self._handshake.flow_id}:{self._count}"
        self._count += 1
        request = self._intake.take_message(self._handshake, flow_id, seen.at, seen.text)
        self._last = Exchange(request, self._outlet)
        self.open.append(self._last)
        self._last.begin(self._head, "websocket", seen.at)

    def _finish(self, exchange: Exchange, cut: Cut, error: str | None, at: Moment) -> None:
        self._settled_at.pop(exchange, None)
        self.open.remove(exchange)
        exchange.end(cut, error, at, "websocket")


def _is_create(text: str) -> bool:
    if "response.create" not in text:
        return False
    try:
        body = parse_json(text)
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("type") == "response.create"


def redact_messages(redactor: Redactor, messages: list[tuple[bool, str]]) -> tuple[str, ...]:
    """The texts of a finished socket's messages, a secret split over several of one side included."""
    texts = [""] * len(messages)
    for side in (True, False):
        stream: StreamRedactor[int] = StreamRedactor(redactor)
        released = [
            pair
            for number, (from_client, text) in enumerate(messages)
            if from_client is side
            for pair in stream.feed(Frame(text), number, 0.0)
        ]
        for frame, number in [*released, *stream.close()]:
            texts[number] = frame.data or ""
    return tuple(texts)

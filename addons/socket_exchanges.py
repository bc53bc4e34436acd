"""The exchanges of one WebSocket: each `response.create` with all that answers it (LOGFORMAT, WIRE section 3).

In: the handshake and the socket's messages. Out: frames to one `Exchange` after the other, named `<flow id>:<number>`.
"""

from __future__ import annotations

from addons.exchange import Exchange, Head, Outlet
from addons.intake import Intake, Request
from addons.observed import CaptureFailed, Cut, EndSeen, FlowRedaction, HeadSeen, MessageSeen, RequestSeen
from addons.redaction.redactor import Redactor
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame
from addons.wire.json_text import parse_json


class SocketExchanges:
    """One socket. What comes before the first `response.create` belongs to no exchange and is not kept."""

    def __init__(
        self, handshake: RequestSeen, request: Request, head: HeadSeen, intake: Intake, outlet: Outlet
    ) -> None:
        self._handshake = handshake
        self._request = request
        self._head = Head(head.status, head.headers)
        self._intake = intake
        self._outlet = outlet
        self._count = 0
        self.current: Exchange | None = None

    def message(self, seen: MessageSeen) -> None:
        if seen.from_client:
            if _is_create(seen.text):
                self._next(seen)
            if self.current is not None:
                self.current.frame_out(Frame(seen.text), seen.at)
        elif self.current is not None:
            self.current.wire_bytes += len(seen.text.encode("utf-8", errors="replace"))
            self.current.frame(Frame(seen.text), seen.at)
            if self.current.settled:
                self.current.end(Cut.NONE, None, seen.at, "websocket")

    def end(self, seen: EndSeen) -> None:
        if self.current is not None:
            cut = Cut.UPSTREAM if seen.cut is Cut.NONE else seen.cut
            self.current.end(cut, seen.error or "the socket was closed", seen.at, "websocket")

    def fail(self, seen: CaptureFailed) -> None:
        if self.current is not None:
            self.current.fail(f"{seen.error} at {seen.where}")
            self.current.end(Cut.NONE, None, seen.at, "websocket")

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

    def _next(self, seen: MessageSeen) -> None:
        if self.current is not None:
            self.current.end(Cut.CLIENT, "the client asked for another response", seen.at, "websocket")
        flow_id = f"{self._handshake.flow_id}:{self._count}"
        self._count += 1
        request = self._intake.take_message(self._handshake, flow_id, seen.at, seen.text)
        self.current = Exchange(request, self._outlet)
        self.current.begin(self._head, "websocket", seen.at)


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

"""The pipeline: from what the event loop saw to the log and the live view.

In: `observed` items, one after the other, on the capture thread. Out: records and events, to `log_outlet.py`. Here
exchanges live: one per flow, or several in turn on a WebSocket. What takes long (a large request, a large answer) is
done on a thread of its own; what comes meanwhile of the same flow waits for it, and other flows don't.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from addons import faults
from addons.bodies.changes import RequestHistory
from addons.capture.exchange import Exchange, Outlet
from addons.capture.heavy_work import HeavyWork
from addons.capture.http_exchange import HttpExchange
from addons.capture.intake import Intake, Request, encoding_of
from addons.capture.log_outlet import LogOutlet
from addons.capture.observed import (
    CaptureFailed,
    ChunkSeen,
    Cut,
    EndSeen,
    FlowRedaction,
    HeadSeen,
    MessageSeen,
    Moment,
    RequestSeen,
    Seen,
    now,
)
from addons.capture.request_reader import ReadBody, is_large
from addons.capture.socket_exchanges import SocketExchanges
from addons.capture.thread import Call
from addons.capture.unlogged import Unlogged
from addons.options import Settings
from addons.redis_stream.sink import StreamSink
from addons.screens.display import Display

PUT_OFF_S = 0.05
"""How long the reading of a request waits for the head of its answer."""


class Pipeline:
    """All methods are the capture thread's. None raises for what came over the wire; the caller guards all the same."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        live: Display,
        tell: Callable[[str], None],
        stream: StreamSink | None = None,
        history: RequestHistory | None = None,
        wake: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`wake` is called, on any thread, when there is something to do for a flow though nothing came of it."""
        self._settings = settings
        self._put_off: dict[str, RequestSeen] = {}
        self._heavy = HeavyWork(wake)
        self._handshakes: dict[str, tuple[RequestSeen, Request, Outlet]] = {}
        self._http: dict[str, HttpExchange] = {}
        self._sockets: dict[str, SocketExchanges] = {}
        self._finished_sockets: dict[str, SocketExchanges] = {}
        self._redactions: dict[str, FlowRedaction] = {}
        self._outlet = LogOutlet(settings(), live, tell, self._answered, stream)
        self._intake = Intake(self._outlet.redactor, self._outlet.times, settings, history or RequestHistory())

    def configure(self) -> None:
        """Take over changed settings, for exchanges that begin from now on."""
        self._outlet.configure(self._settings())
        self._intake.configure(self._outlet.redactor, self._outlet.times)

    # -- the capture thread's calls ---------------------------------------------------------------------------------

    def handle(self, flow_id: str, item: Seen | Call) -> None:
        if self._heavy:
            self._take_what_was_done()
            if self._heavy.waits(flow_id, item):
                return
        if callable(item):
            self._call(flow_id, item)
            return
        with self._ending_at_a_fault(flow_id, item):
            self._dispatch(flow_id, item)

    def count_fault(self, where: str, flow_id: str | None, error: str) -> None:
        self._outlet.count_fault(where, flow_id, error)

    def flush(self) -> None:
        self._outlet.flush()

    def tick(self, now_s: float) -> bool:
        """What time brings: held frames, retries. False when no exchange is open."""
        for flow_id, seen in list(self._put_off.items()):
            if now_s - seen.at.monotonic_ns / 1e9 > PUT_OFF_S:
                with self._ending_at_a_fault(flow_id, seen):
                    self._begin(self._put_off.pop(flow_id))
        self._take_what_was_done()
        exchanges = self._exchanges_at_rest()
        for exchange in exchanges:
            exchange.tick(now_s)
        for flow_id, socket in self._sockets.items():
            if flow_id not in self._heavy:
                socket.tick(now_s)
        self._outlet.tick(now_s)
        return bool(exchanges or self._put_off or self._heavy)

    def close(self) -> None:
        while self._heavy:
            self._heavy.wait()
            self._take_what_was_done()
        self._heavy.close()
        self._outlet.close()

    def redaction_of(self, flow_id: str, messages: list[tuple[bool, str]]) -> FlowRedaction | None:
        """What the flow, which has ended, is to hold. None where its capture never began."""
        socket = self._finished_sockets.pop(flow_id, None)
        if socket is not None:
            return socket.flow_redaction(messages, self._settings().keep_bodies)
        return self._redactions.pop(flow_id, None)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _answered(self, response_id: str | int | None, session_id: str) -> None:
        self._intake.answered(response_id, session_id)

    def _dispatch(self, flow_id: str, item: Seen) -> None:
        if isinstance(item, RequestSeen):
            # Reading a large request competes with sending it; nobody needs it before the answer begins.
            self._put_off[flow_id] = item
            return
        if (put_off := self._put_off.pop(flow_id, None)) is not None:
            self._begin(put_off)
            if self._heavy.waits(flow_id, item):
                return
        match item:
            case HeadSeen():
                self._head(flow_id, item)
            case ChunkSeen():
                if (exchange := self._http.get(flow_id)) is not None:
                    self._work(flow_id, item, exchange.is_heavy(item), partial(exchange.chunk, item))
            case MessageSeen():
                if (socket := self._sockets.get(flow_id)) is not None:
                    self._work(flow_id, item, socket.is_heavy(item), partial(socket.message, item))
            case EndSeen():
                self._end(flow_id, item)
            case CaptureFailed():
                self._give_up(flow_id, item)

    @contextlib.contextmanager
    def _ending_at_a_fault(self, flow_id: str, item: Seen | Call) -> Iterator[None]:
        try:
            yield
        except Exception as fault:
            faults.report("pipeline", flow_id, fault)
            self._give_up(flow_id, CaptureFailed(_at(item), faults.where(fault), type(fault).__name__))

    def _begin(self, seen: RequestSeen) -> None:
        encoding = encoding_of(seen)
        # Of recorded flows a whole session comes at once: out of order it would be taken for several.
        is_heavy = is_large(seen.body, encoding) and not seen.from_file
        read = partial(self._intake.bodies.read, seen.body, encoding)

        def begin(body: ReadBody) -> None:
            self._begin_exchange(seen, self._intake.take_read(seen, body))

        self._work(seen.flow_id, seen, is_heavy, read, begin)

    def _work[T](
        self,
        flow_id: str,
        cause: Seen | Call,
        is_heavy: bool,
        work: Callable[[], T],
        then: Callable[[T], None] = lambda _: None,
    ) -> None:
        """Here and now, or on the other thread."""
        if is_heavy:
            self._heavy.begin(flow_id, cause, work, then)
        else:
            then(work())

    def _take_what_was_done(self) -> None:
        for piece in self._heavy.take_done():
            with self._ending_at_a_fault(piece.flow_id, piece.cause):
                piece.then(piece.result.result())
            for item in piece.waiting:
                self.handle(piece.flow_id, item)

    def _call(self, flow_id: str, call: Call) -> None:
        """What asks for a socket's messages without their secrets waits for long where they are large."""
        socket = self._finished_sockets.get(flow_id)
        self._work(flow_id, call, socket is not None and socket.is_large, partial(call, self))

    def _begin_exchange(self, seen: RequestSeen, request: Request) -> None:
        outlet: Outlet = Unlogged(self._outlet) if self._is_known(seen) else self._outlet
        if seen.is_websocket:
            # Only the head tells whether it becomes a socket or is refused.
            self._handshakes[seen.flow_id] = (seen, request, outlet)
        else:
            self._http[seen.flow_id] = self._http_exchange(request, outlet)

    def _is_known(self, seen: RequestSeen) -> bool:
        """Whether this is read back from a file, and in the log already: on a socket, its first exchange."""
        ids = (seen.flow_id, f"{seen.flow_id}:0") if seen.is_websocket else (seen.flow_id,)
        return seen.from_file and any(map(self._outlet.is_logged, ids))

    def _head(self, flow_id: str, head: HeadSeen) -> None:
        handshake = self._handshakes.pop(flow_id, None)
        if handshake is not None:
            seen, request, outlet = handshake
            if head.status == 101:
                self._sockets[flow_id] = SocketExchanges(seen, request, head, self._intake, outlet)
                return
            # Refused: an HTTP exchange after all, but not one that a model has answered.
            self._http[flow_id] = self._http_exchange(replace(request, purpose="other"), outlet)
        if (exchange := self._http.get(flow_id)) is not None:
            exchange.head(head)

    def _end(self, flow_id: str, seen: EndSeen) -> None:
        handshake = self._handshakes.pop(flow_id, None)
        if handshake is not None:
            _, request, outlet = handshake
            self._http[flow_id] = self._http_exchange(replace(request, purpose="other"), outlet)
        if (exchange := self._http.pop(flow_id, None)) is not None:
            keep = partial(self._keep_redaction, flow_id, seen)
            self._work(flow_id, seen, exchange.is_heavy(seen), partial(exchange.end, seen), keep)
        if (socket := self._sockets.pop(flow_id, None)) is not None:
            socket.end(seen)
            if seen.cut is not Cut.PROXY:
                self._finished_sockets[flow_id] = socket

    def _keep_redaction(self, flow_id: str, seen: EndSeen, redaction: FlowRedaction) -> None:
        if seen.cut is not Cut.PROXY:
            self._redactions[flow_id] = redaction

    def _give_up(self, flow_id: str, failed: CaptureFailed) -> None:
        """This exchange's capture ends here; what came so far stays, and the end record says why."""
        self._put_off.pop(flow_id, None)
        self._handshakes.pop(flow_id, None)
        if (exchange := self._http.pop(flow_id, None)) is not None:
            self._redactions[flow_id] = exchange.fail(failed)
        if (socket := self._sockets.pop(flow_id, None)) is not None:
            socket.fail(failed)
            self._finished_sockets[flow_id] = socket

    def _http_exchange(self, request: Request, outlet: Outlet) -> HttpExchange:
        settings = self._settings()
        return HttpExchange(request, outlet, settings.keep_bodies, settings.raw_log)

    def _exchanges_at_rest(self) -> list[Exchange]:
        """The open ones that the other thread is not at."""
        http = [exchange.exchange for flow_id, exchange in self._http.items() if flow_id not in self._heavy]
        sockets = [socket for flow_id, socket in self._sockets.items() if flow_id not in self._heavy]
        return [*http, *(exchange for socket in sockets for exchange in socket.open)]


def _at(item: Seen | Call) -> Moment:
    return now() if callable(item) else item.at

"""The tap: mitmproxy's hooks, and nothing else that sees a Flow while it lives.

In: mitmproxy's HTTP and WebSocket hooks. Out: `observed` items on the capture queue. On the event loop this only
notes the time and queues what it was given; the chunk that goes to the client is the very object that came. Whatever
fails here ends the capture of that exchange, never its traffic: an exception in a stream callable would lose the chunk
while the client still sees a clean end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from mitmproxy import ctx, hooks, http
from mitmproxy.proxy.mode_specs import ReverseMode

from addons import faults
from addons.capture.flow_view import (
    ASKED,
    apply_redaction,
    conceal,
    conceal_unsent,
    cut_of,
    moment_of,
    request_seen,
    response_headers,
)
from addons.capture.observed import (
    CaptureFailed,
    ChunkSeen,
    Cut,
    EndSeen,
    FlowRedaction,
    HeadSeen,
    MessageSeen,
    Moment,
    now,
)
from addons.capture.thread import CaptureThread, PipelineLike
from addons.identity.hosts import is_llm_host
from addons.identity.side_traffic import is_token_exchange
from addons.options import Settings
from addons.protocols.detect import api_of, is_count_tokens
from addons.screens.printing import ASIDE, SHOWN
from addons.wire.transport import transport_of

SAVE_WAIT_S = 2.0
"""The longest that a flow's end waits for its redacted body, and only while flows are being saved to a file."""

type StreamFunction = Callable[[bytes], bytes | Iterable[bytes]]


class Capture:
    """The hooks. One instance lives as long as the addon; `thread` is where everything after the queue happens."""

    def __init__(self, thread: CaptureThread, settings: Callable[[], Settings]) -> None:
        self._thread = thread
        self._settings = settings
        self._open: dict[str, http.HTTPFlow] = {}
        self._socket_bytes: dict[str, int] = {}
        self._sent: set[str] = set()
        """Flows whose response has begun to reach the client. One without a body is sent after its `response` hook."""

    # -- requests ---------------------------------------------------------------------------------------------------

    def request(self, flow: http.HTTPFlow) -> None:
        with faults.guard("request", flow.id):
            host, path = flow.request.pretty_host, flow.request.path.partition("?")[0]
            is_call = api_of(flow.request.method, host, path) or is_count_tokens(path)
            if is_call and ASKED not in flow.metadata:
                self._begin(flow)
            elif isinstance(flow.client_conn.proxy_mode, ReverseMode) or is_llm_host(host, self._settings().hosts):
                flow.metadata[ASIDE] = "not a model call"

    def _begin(self, flow: http.HTTPFlow) -> None:
        if flow.id not in self._open:
            self._open[flow.id] = flow
            flow.metadata[SHOWN] = "captured"
            self._thread.put(flow.id, request_seen(flow))

    # -- streamed responses -----------------------------------------------------------------------------------------

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        with faults.guard("responseheaders", flow.id):
            response = flow.response
            if response is None or ASKED in flow.metadata:
                return
            if response.status_code == 101:
                if flow.id in self._open:
                    self._thread.put(flow.id, HeadSeen(_head_moment(flow), 101, response_headers(flow)))
                return
            if flow.id not in self._open:
                # Any event stream of any provider is an answer worth keeping; other types only on known LLM paths.
                if transport_of(response.headers.get("content-type")) not in ("sse", "eventstream", "ndjson"):
                    return
                if is_token_exchange(flow.request.pretty_host, flow.request.path.partition("?")[0]):
                    return
            if flow.live:
                # First: without it mitmproxy would hold the answer back until it is whole, whatever fails below.
                response.stream = self._tap(flow, response.stream)
            self._begin(flow)
            self._thread.put(flow.id, HeadSeen(_head_moment(flow), response.status_code, response_headers(flow)))

    def _tap(self, flow: http.HTTPFlow, inner: bool | StreamFunction) -> StreamFunction:
        """The stream callable: queue the chunk, hand on the same object. Chains a callable that was set before."""
        put = self._thread.put
        sent = self._sent
        flow_id = flow.id
        alive = True

        def tap(chunk: bytes) -> bytes | Iterable[bytes]:
            nonlocal alive
            sent.add(flow_id)
            if alive and chunk:
                try:
                    put(flow_id, ChunkSeen(now(), chunk))
                except BaseException as fault:
                    # Even MemoryError and KeyboardInterrupt must not cost the client its chunk.
                    alive = False
                    self._fail(flow_id, fault)
            return inner(chunk) if callable(inner) else chunk

        return tap

    def _fail(self, flow_id: str, fault: BaseException) -> None:
        faults.report("tap", flow_id, fault)
        with faults.guard("tap", flow_id):
            self._thread.put(flow_id, CaptureFailed(now(), faults.where(fault), type(fault).__name__))

    # -- WebSocket --------------------------------------------------------------------------------------------------

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.id not in self._open or flow.websocket is None:
            return
        with faults.guard("websocket_message", flow.id):
            message = flow.websocket.messages[-1]
            text = message.content.decode("utf-8", errors="replace")
            self._thread.put(flow.id, MessageSeen(moment_of(flow, message.timestamp), message.from_client, text))
            # mitmproxy keeps every message of a socket until it closes. Keep what will be kept anyway; some, since
            # others read the last one.
            size = self._socket_bytes.get(flow.id, 0) + len(message.content)
            if size > self._settings().keep_bodies:
                del flow.websocket.messages[:-50]
                size = sum(len(kept.content) for kept in flow.websocket.messages)
            self._socket_bytes[flow.id] = size

    # -- ends -------------------------------------------------------------------------------------------------------

    async def response(self, flow: http.HTTPFlow) -> None:
        if flow.websocket is None and flow.id in self._open:
            with faults.guard("response", flow.id):
                if not flow.live and flow.response and flow.response.raw_content:
                    self._thread.put(flow.id, ChunkSeen(_end_moment(flow), flow.response.raw_content))
            if flow.error is not None and not flow.live:
                # Read back from a file, where this hook comes first.
                await self._end(flow, cut_of(flow), flow.error.msg)
            else:
                await self._end(flow, Cut.NONE, None)
        elif flow.websocket is None:
            self._conceal_orphan(flow)

    async def error(self, flow: http.HTTPFlow) -> None:
        if flow.id in self._open:
            await self._end(flow, cut_of(flow), flow.error.msg if flow.error else None)
        else:
            self._conceal_orphan(flow)

    def _conceal_orphan(self, flow: http.HTTPFlow) -> None:
        """A flow whose capture was cut short, because this script was reloaded: what it holds has not been redacted."""
        if flow.live and SHOWN in flow.metadata:
            with faults.guard("conceal", flow.id):
                conceal(flow)

    async def websocket_end(self, flow: http.HTTPFlow) -> None:
        if flow.id in self._open:
            await self._end(flow, cut_of(flow), None)

    async def _end(self, flow: http.HTTPFlow, cut: Cut, error: str | None) -> None:
        """Finalise once, from whichever hook comes first, and put the redacted form into the flow."""
        del self._open[flow.id]
        self._socket_bytes.pop(flow.id, None)
        is_sent = flow.id in self._sent or flow.websocket is not None or flow.error is not None or not flow.live
        self._sent.discard(flow.id)
        with faults.guard("end", flow.id):
            self._thread.put(flow.id, EndSeen(_end_moment(flow), cut, error))
            loop = asyncio.get_running_loop()
            done = loop.create_future()

            def apply(redaction: FlowRedaction | None) -> None:
                with faults.guard("apply_redaction", flow.id):
                    if redaction is None:
                        conceal(flow)
                    else:
                        apply_redaction(flow, redaction)
                    # It may be looked at already, without the body that it has only now.
                    ctx.master.addons.trigger(hooks.UpdateHook([flow]))
                if not done.done():
                    done.set_result(None)

            messages = _messages(flow)

            def redact(pipeline: PipelineLike) -> None:
                redaction = None
                with faults.guard("redaction", flow.id):
                    redaction = pipeline.redaction_of(flow.id, messages)
                faults.call_soon(loop, apply, redaction)

            self._thread.call(flow.id, redact)
            if _is_saving() and not is_sent:
                # What the response says now is what the client will get.
                conceal_unsent(flow)
            elif _is_saving():
                # The body has gone to the client already; only the end of the message waits. mitmproxy writes the flow
                # to the file right after this hook, so this is the last moment to take the credentials out.
                await asyncio.wait([done], timeout=SAVE_WAIT_S)
                if not done.done():
                    conceal(flow)

    def done(self) -> None:
        """The proxy stops: `error` hooks of live flows would come too late, so end them here."""
        for flow_id, flow in list(self._open.items()):
            self._open.pop(flow_id, None)
            with faults.guard("done", flow_id):
                self._thread.put(flow_id, EndSeen(now(), Cut.PROXY, "the proxy was stopped"))
                # What is open is saved too, right after this. When only the script is reloaded it goes on instead.
                if _is_saving() and ctx.master.should_exit.is_set():
                    conceal(flow)


def _head_moment(flow: http.HTTPFlow) -> Moment:
    return moment_of(flow, flow.response.timestamp_start if flow.response else None)


def _end_moment(flow: http.HTTPFlow) -> Moment:
    socket_end = flow.websocket.timestamp_end if flow.websocket else None
    return moment_of(flow, socket_end or (flow.response.timestamp_end if flow.response else None))


def _messages(flow: http.HTTPFlow) -> list[tuple[bool, str]]:
    """What mitmproxy still has of a socket's messages: from the client?, text."""
    kept = flow.websocket.messages if flow.websocket else []
    return [(message.from_client, message.content.decode("utf-8", errors="replace")) for message in kept]


def _is_saving() -> bool:
    options: Any = ctx.options
    return bool(options.save_stream_file or getattr(options, "hardump", ""))

"""A Flow, read and rewritten.

In: mitmproxy flows. Out: `RequestSeen` and header lists for the capture thread; and, when a flow has ended, the flow
with its credentials replaced, so that mitmproxy's own list, `-w` and HAR files show hashes instead (SPEC S4.12).
"""

from __future__ import annotations

from mitmproxy import http
from mitmproxy.connection import ConnectionState

from addons.capture.observed import Cut, FlowRedaction, HeaderList, Moment, RequestSeen, now
from addons.redaction.redactor import Redactor

ASKED = "agent_report"
"""Flow metadata that marks a question to ourselves: no agent's, and mitmproxy's line about it is no news."""


def _headers(headers: http.Headers) -> HeaderList:
    return tuple(
        (name.decode("latin-1"), value.decode("utf-8", errors="surrogateescape")) for name, value in headers.fields
    )


def moment_of(flow: http.HTTPFlow, recorded_s: float | None) -> Moment:
    """Now; of a flow read back from a file, when it happened (`recorded_s`, or the latest time that the flow tells)."""
    if flow.live:
        return now()
    response = flow.response
    told = (recorded_s, response and response.timestamp_start, flow.request.timestamp_end, flow.request.timestamp_start)
    recorded_ns = int(next(time_s for time_s in told if time_s) * 1e9)
    # The file has no monotonic clock. Both from the same source, so that durations agree.
    return Moment(recorded_ns, recorded_ns)


def request_seen(flow: http.HTTPFlow) -> RequestSeen:
    request = flow.request
    return RequestSeen(
        at=moment_of(flow, request.timestamp_end or request.timestamp_start),
        flow_id=flow.id,
        method=request.method,
        url=request.pretty_url,
        host=request.pretty_host,
        path=request.path,
        http_version=request.http_version,
        headers=_headers(request.headers),
        body=request.raw_content,
        is_websocket=request.headers.get("upgrade", "").lower() == "websocket",
        from_file=not flow.live,
    )


def response_headers(flow: http.HTTPFlow) -> HeaderList:
    return _headers(flow.response.headers) if flow.response else ()


def cut_of(flow: http.HTTPFlow) -> Cut:
    """Who ended it. mitmproxy words a reset by either side alike; the code tells them apart: clients send CANCEL."""
    if flow.websocket is not None:
        return Cut.CLIENT if flow.websocket.closed_by_client else Cut.UPSTREAM
    message = flow.error.msg if flow.error else ""
    client = flow.client_conn
    is_gone = client.timestamp_end is not None or (flow.live and not client.state & ConnectionState.CAN_READ)
    return Cut.CLIENT if is_gone or "lient disconnected" in message or "(CANCEL)" in message else Cut.UPSTREAM


def _encoded(headers: HeaderList) -> http.Headers:
    return http.Headers([(n.encode("latin-1"), v.encode("utf-8", errors="surrogateescape")) for n, v in headers])


def apply_redaction(flow: http.HTTPFlow, redaction: FlowRedaction) -> None:
    """Rewrite a finished flow. It has been sent on both sides, so nothing of this reaches the wire."""
    flow.request.headers = _encoded(redaction.request_headers)
    flow.request.path = redaction.url_path
    flow.request.data.content = redaction.request_body
    if flow.response is not None:
        flow.response.headers = _encoded(redaction.response_headers)
        flow.response.data.content = redaction.response_body
    if flow.websocket is not None and redaction.messages is not None:
        for message, text in zip(flow.websocket.messages, redaction.messages, strict=False):
            message.content = text.encode()


def conceal_request(flow: http.HTTPFlow) -> None:
    """The request's part of `conceal`."""
    redactor = Redactor()
    flow.request.headers = _encoded(tuple(redactor.headers(_headers(flow.request.headers))))
    flow.request.path = redactor.url(flow.request.path)
    flow.request.data.content = None


class _SavedAsHashes(http.Headers):
    """Headers that are still to be sent: as they are for everybody who reads them, with hashes in the file that
    mitmproxy writes before it sends them."""

    def get_state(self) -> tuple[tuple[bytes, bytes], ...]:
        return _encoded(tuple(Redactor().headers(_headers(self)))).fields


def conceal_unsent(flow: http.HTTPFlow) -> None:
    """For a flow that is about to be saved, and whose response is sent after that. That has no body."""
    conceal_request(flow)
    if flow.response is not None:
        flow.response.headers = _SavedAsHashes(flow.response.headers.fields)


def conceal(flow: http.HTTPFlow) -> None:
    """For a flow that is about to be saved and that the capture thread has not looked into: hashes in headers and URL,
    and no bodies, because anything might be in them."""
    conceal_request(flow)
    if flow.response is not None:
        flow.response.headers = _encoded(tuple(Redactor().headers(response_headers(flow))))
        flow.response.data.content = None
    for message in flow.websocket.messages if flow.websocket else ():
        message.content = b""

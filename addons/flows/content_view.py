"""The content view `Agent`: what the console and mitmweb show first of an LLM's traffic (SPEC S3.8).

In: a body or a WebSocket message, with its flow. Out: text. mitmproxy asks on the event loop, once per body in the
console and whenever a browser looks in mitmweb; so the work is bounded (`bodies/`), and its fault costs a view.
"""

from __future__ import annotations

from dataclasses import replace

from mitmproxy import contentviews, http
from mitmproxy.websocket import WebSocketMessage

from addons import faults
from addons.bodies.answer import About, answer_text
from addons.bodies.changes import RequestHistory
from addons.bodies.layout import presentable
from addons.bodies.message import CREATE, message_text
from addons.bodies.request import request_text
from addons.protocols.detect import api_of, is_count_tokens, model_of_path
from addons.screens.printing import SHOWN
from addons.wire.transport import transport_of

PREFERRED = 2.0
"""mitmproxy's own views ask for 1."""
UNSUITABLE = -1.0

_CREATE = CREATE.encode()


class AgentContentview(contentviews.Contentview):
    def __init__(self, history: RequestHistory) -> None:
        self._history = history

    def render_priority(self, data: bytes, metadata: contentviews.Metadata) -> float:
        flow = metadata.flow
        if not data or not isinstance(flow, http.HTTPFlow) or not _is_llm(flow):
            return UNSUITABLE
        if metadata.websocket_message is not None or metadata.http_message is flow.request:
            return PREFERRED if data.lstrip()[:1] == b"{" else UNSUITABLE
        if metadata.http_message is not flow.response:
            return UNSUITABLE
        # On a known path the content type may be missing or wrong.
        known = transport_of(metadata.content_type) is not None or data.lstrip()[:1] in (b"{", b"[")
        return PREFERRED if known or data.startswith((b"data:", b"event:", b":")) else UNSUITABLE

    def prettify(self, data: bytes, metadata: contentviews.Metadata) -> str:
        flow = metadata.flow
        try:
            if isinstance(flow, http.HTTPFlow):
                return self._text(data, metadata, flow)
        except Exception as fault:
            faults.report("content view", flow.id if flow is not None else None, fault)
        return presentable(data.decode("utf-8", errors="replace"))

    def _text(self, data: bytes, metadata: contentviews.Metadata, flow: http.HTTPFlow) -> str:
        message = metadata.websocket_message
        if message is not None:
            is_request = message.from_client and _CREATE in data
            changes = self._history.changes_on_socket(flow.id, _from_end(flow, message)) if is_request else None
            text = data.decode("utf-8", errors="replace")
            return message_text(text, replace(_about(flow), duration_ms=0.0), message.from_client, changes)
        if metadata.http_message is flow.request:
            return request_text(data, model_of_path(flow.request.path), self._history.changes_of(flow.id))
        return answer_text(data, _about(flow))


def _is_llm(flow: http.HTTPFlow) -> bool:
    request = flow.request
    api = api_of(request.method, request.pretty_host, request.path)
    return api is not None or SHOWN in flow.metadata or is_count_tokens(request.path)


def _about(flow: http.HTTPFlow) -> About:
    request, response = flow.request, flow.response
    ended_s = response.timestamp_end if response is not None else None
    return About(
        api=api_of(request.method, request.pretty_host, request.path),
        content_type=response.headers.get("content-type") if response is not None else None,
        status=response.status_code if response is not None else None,
        duration_ms=(ended_s - request.timestamp_start) * 1000 if ended_s is not None else 0.0,
        error=flow.error.msg if flow.error is not None else None,
    )


def _from_end(flow: http.HTTPFlow, message: WebSocketMessage) -> int:
    """Which of the socket's requests it is: 1 is the last. The first ones may have been dropped."""
    kept = flow.websocket.messages if flow.websocket is not None else []
    requests = [one for one in kept if one.from_client and _CREATE in one.content]
    return next((len(requests) - place for place, one in enumerate(requests) if one is message), 0)

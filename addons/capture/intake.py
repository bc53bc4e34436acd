"""The intake: what a request says, redacted, identified, and split into what is new and what the log has already.

In: `RequestSeen` (and, on a WebSocket, each `response.create`), whose body `request_reader.py` reads. Out: `Request`,
everything that records and the live view need to know of it. Here requests meet: in which session one belongs may show
only in what came before.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from addons.bodies.changes import RequestHistory
from addons.capture.headers import dict_of, without_encoding
from addons.capture.observed import FlowRedaction, HeaderList, Moment, RequestSeen
from addons.capture.request_reader import ReadBody, RequestReader
from addons.identity.clients import client_of
from addons.identity.conversations import ConversationGrouper
from addons.identity.hosts import provider_of
from addons.identity.session import Identity, RequestView, identify
from addons.options import Settings
from addons.protocols.detect import api_of, model_of_path
from addons.protocols.events import RequestPart, ToolReturn
from addons.protocols.requests import requested_model
from addons.redaction.redactor import Redactor
from addons.request_parts import continued_response
from addons.sinks.records import BlobCollector, Record, RecordContext
from addons.sinks.timestamps import TimeFormatter

CONVERSATION = ("main", "subagent")
"""The purposes that are turns of a conversation; all others stand beside it."""

_CREDENTIAL_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as far as the log and the screen may know it: everything in it is redacted."""

    at: Moment
    context: RecordContext
    api: str | None
    session_id: str
    session_source: str
    agent_id: str | None
    parent_id: str | None
    purpose: str
    client: str
    provider: str
    model: str | None
    method: str
    url: str
    http_version: str
    headers: HeaderList
    body_refs: Any
    """The request's JSON with references in place of its messages; None where the body is no JSON."""
    body_bytes: int
    body: bytes | None
    """The body for the finished flow: as on the wire where nothing was redacted, else redacted; None where neither is
    possible."""
    body_changed: bool
    blobs: tuple[Record, ...]
    prompt: str | None
    tool_returns: tuple[ToolReturn, ...]
    parts: tuple[RequestPart, ...]
    from_file: bool

    def flow_redaction(self, response_headers: HeaderList, response_body: bytes | None, keep: int) -> FlowRedaction:
        """What the finished flow is to hold."""
        parts = urlsplit(self.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = without_encoding(self.headers) if self.body_changed else self.headers
        request_body = self.body if self.body is not None and len(self.body) <= keep else None
        response_body = response_body if response_body is not None and len(response_body) <= keep else None
        return FlowRedaction(headers, path or "/", request_body, response_headers, response_body)


class Intake:
    """Reads requests, on any thread; its memories are bounded."""

    def __init__(
        self, redactor: Redactor, times: TimeFormatter, settings: Callable[[], Settings], history: RequestHistory
    ) -> None:
        self.bodies = RequestReader(redactor, lambda: settings().keep_bodies)
        self._redactor = redactor
        self._times = times
        self._history = history
        self._conversations = ConversationGrouper()
        self._lock = threading.Lock()

    def configure(self, redactor: Redactor, times: TimeFormatter) -> None:
        self.bodies = self.bodies.with_redactor(redactor)
        self._redactor = redactor
        self._times = times

    def take(self, seen: RequestSeen) -> Request:
        """A request over HTTP, or a WebSocket's handshake."""
        return self.take_read(seen, self.bodies.read(seen.body, encoding_of(seen)))

    def take_read(self, seen: RequestSeen, body: ReadBody) -> Request:
        """The same, where `bodies` has read the body already."""
        return self._request(seen, seen.flow_id, seen.at, body)

    def take_message(self, handshake: RequestSeen, flow_id: str, at: Moment, text: str) -> Request:
        """A `response.create` on a WebSocket: its own exchange, with the handshake's address and headers."""
        return self._request(handshake, flow_id, at, self.bodies.read_text(text))

    # -- inside -----------------------------------------------------------------------------------------------------

    def _request(self, seen: RequestSeen, flow_id: str, at: Moment, body: ReadBody) -> Request:
        path = seen.path.partition("?")[0]
        api = api_of(seen.method, seen.host, path)
        headers = dict_of(seen.headers)
        view = RequestView(
            method=seen.method,
            host=seen.host,
            path=path,
            headers=headers,
            body=body.value,
            api=api,
            is_websocket=seen.is_websocket,
        )
        client = client_of(view)
        identity = identify(view)
        with self._lock:
            session_id, source = self._session(identity, client, headers, body, at)
        # Clients may put anything where an id or a model's name belongs.
        text_of = self._redactor.text
        session_id = text_of(session_id)
        agent_id, parent_id = (one and text_of(one) for one in (identity.agent_id, identity.parent_id))
        model = requested_model(body.value, model_of_path(path))
        context = RecordContext(flow_id, session_id, client, provider_of(seen.host))
        blobs = BlobCollector(context, self._times.format(at.epoch_ns))
        for digest, (kind, content) in body.contents.items():
            blobs.put(kind, content, digest)
        beside = "" if identity.purpose in CONVERSATION else identity.purpose
        with self._lock:
            self._history.note(flow_id, (session_id, agent_id or "", beside), body.parts, at.epoch_ns)
        return Request(
            at=at,
            context=context,
            api=api,
            session_id=session_id,
            session_source=source,
            agent_id=agent_id,
            parent_id=parent_id,
            purpose=identity.purpose,
            client=client,
            provider=context.provider,
            model=model and text_of(model),
            method=seen.method,
            url=self._redactor.url(seen.url),
            http_version=seen.http_version,
            headers=tuple(self._redactor.headers(seen.headers)),
            body_refs=body.refs,
            body_bytes=body.size,
            body=body.kept,
            body_changed=body.is_changed,
            blobs=tuple(blobs.records),
            prompt=body.prompt,
            tool_returns=body.tool_returns,
            parts=body.parts,
            from_file=seen.from_file,
        )

    def _session(
        self, identity: Identity, client: str, headers: dict[str, str], body: ReadBody, at: Moment
    ) -> tuple[str, str]:
        """The session's id and where it came from; by the conversation's content where the wire names none."""
        if identity.session_id is not None:
            root = self._conversations.root(identity.session_id, identity.agent_id)
            return root, identity.session_source or "derived"
        previous = continued_response(body.value)
        known = self._conversations.by_response(previous) if previous else None
        if known is not None:
            return known, "body:previous_response_id"
        credential = "\n".join(headers.get(name, "") for name in _CREDENTIAL_HEADERS)
        owner = hashlib.sha256(credential.encode("utf-8", errors="replace")).hexdigest()
        beside = identity.purpose not in CONVERSATION
        return self._conversations.assign(client, owner, body.items, at.epoch_ns / 1e9, beside=beside), "derived"

    def answered(self, response_id: str | int | None, session_id: str) -> None:
        """A response's id, by which a later request may continue it."""
        if isinstance(response_id, str):
            with self._lock:
                self._conversations.link(response_id, session_id)


def encoding_of(seen: RequestSeen) -> str | None:
    """The body's Content-Encoding."""
    return dict_of(seen.headers).get("content-encoding")

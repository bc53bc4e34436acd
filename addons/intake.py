"""The intake: what a request says, redacted, identified, and split into what is new and what the log has already.

In: `RequestSeen` (and, on a WebSocket, each `response.create`). Out: `Request`, everything that records and the live
view need to know of it. A request repeats the whole conversation, so the work is remembered by content: a message
that was seen before is neither scanned nor stored again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from addons.bodies.changes import RequestHistory
from addons.identity.clients import client_of
from addons.identity.conversations import ConversationGrouper
from addons.identity.hosts import provider_of
from addons.identity.session import Identity, RequestView, identify
from addons.observed import FlowRedaction, HeaderList, Moment, RequestSeen
from addons.options import Settings
from addons.protocols.detect import api_of, model_of_path
from addons.protocols.events import RequestPart, ToolReturn
from addons.protocols.requests import conversation_items, prompt_of, requested_model, split, without_cache_markers
from addons.redaction.redactor import Redactor
from addons.request_parts import RequestParts, continued_response
from addons.sinks.records import BlobCollector, Record, RecordContext
from addons.sinks.timestamps import TimeFormatter
from addons.wire.content_encoding import decode_body
from addons.wire.json_text import dump_json, parse_json_exactly

REMEMBERED = 10_000
"""Messages whose redaction is remembered, oldest forgotten first. About 150 bytes each."""

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


def without_encoding(headers: HeaderList) -> HeaderList:
    """For a body that is no longer as on the wire."""
    return tuple((n, v) for n, v in headers if n.lower() not in ("content-encoding", "content-length"))


class Intake:
    """Reads requests. Lives on the capture thread; its memories are bounded."""

    def __init__(
        self, redactor: Redactor, times: TimeFormatter, settings: Callable[[], Settings], history: RequestHistory
    ) -> None:
        self._redactor = redactor
        self._times = times
        self._settings = settings
        self._history = history
        self._conversations = ConversationGrouper()
        self._redacted: OrderedDict[bytes, bytes | None] = OrderedDict()
        """Digest of the content as it came, to its redacted JSON; None where redaction changed nothing."""

    def configure(self, redactor: Redactor, times: TimeFormatter) -> None:
        self._redactor = redactor
        self._times = times
        self._redacted.clear()

    def take(self, seen: RequestSeen) -> Request:
        """A request over HTTP, or a WebSocket's handshake."""
        wire = seen.body or b""
        text = _body_text(wire, dict_of(seen.headers).get("content-encoding"))
        return self._request(seen, seen.flow_id, seen.at, text, len(wire), seen.body)

    def take_message(self, handshake: RequestSeen, flow_id: str, at: Moment, text: str) -> Request:
        """A `response.create` on a WebSocket: its own exchange, with the handshake's address and headers."""
        return self._request(handshake, flow_id, at, text, len(text.encode("utf-8", errors="replace")), None)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _request(
        self, seen: RequestSeen, flow_id: str, at: Moment, text: str | None, body_bytes: int, wire: bytes | None
    ) -> Request:
        path = seen.path.partition("?")[0]
        api = api_of(seen.method, seen.host, path)
        body = _json_of(text)
        headers = dict_of(seen.headers)
        view = RequestView(
            method=seen.method,
            host=seen.host,
            path=path,
            headers=headers,
            body=body,
            api=api,
            is_websocket=seen.is_websocket,
        )
        client = client_of(view)
        identity = identify(view)
        session_id, source = self._session(identity, client, headers, body, at)
        # Clients may put anything where an id or a model's name belongs.
        text_of = self._redactor.text
        session_id = text_of(session_id)
        agent_id, parent_id = (one and text_of(one) for one in (identity.agent_id, identity.parent_id))
        model = requested_model(body, model_of_path(path))
        context = RecordContext(flow_id, session_id, client, provider_of(seen.host))
        collector = BlobCollector(context, self._times.format(at.epoch_ns))
        parts = RequestParts()
        refs, changed = self._split(body, collector, parts) if body is not None else (None, False)
        said = prompt_of(body)
        # A request that only names what it continues does not show what is cached.
        in_order = () if continued_response(body) else parts.in_order()
        kind = "" if identity.purpose in CONVERSATION else identity.purpose
        self._history.note(flow_id, (session_id, agent_id or "", kind), in_order, at.epoch_ns)
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
            body_refs=refs,
            body_bytes=body_bytes,
            body=self._flow_body(wire, text, body, changed),
            body_changed=changed,
            blobs=tuple(collector.records),
            prompt=text_of(said.prompt) if said.prompt else None,
            tool_returns=tuple(
                ToolReturn(back.call_id, text_of(back.text), back.is_error) for back in said.tool_returns
            ),
            parts=in_order,
            from_file=seen.from_file,
        )

    def _session(
        self, identity: Identity, client: str, headers: dict[str, str], body: Any, at: Moment
    ) -> tuple[str, str]:
        """The session's id and where it came from; by the conversation's content where the wire names none."""
        if identity.session_id is not None:
            root = self._conversations.root(identity.session_id, identity.agent_id)
            return root, identity.session_source or "derived"
        previous = continued_response(body)
        known = self._conversations.by_response(previous) if previous else None
        if known is not None:
            return known, "body:previous_response_id"
        credential = "\n".join(headers.get(name, "") for name in _CREDENTIAL_HEADERS)
        owner = hashlib.sha256(credential.encode("utf-8", errors="replace")).hexdigest()
        items = tuple(_digest(dump_json(without_cache_markers(item))).hex() for item in conversation_items(body))
        beside = identity.purpose not in CONVERSATION
        return self._conversations.assign(client, owner, items, at.epoch_ns / 1e9, beside=beside), "derived"

    def answered(self, response_id: str | int | None, session_id: str) -> None:
        """A response's id, by which a later request may continue it."""
        if isinstance(response_id, str):
            self._conversations.link(response_id, session_id)

    def _split(self, body: Any, collector: BlobCollector, parts: RequestParts) -> tuple[Any, bool]:
        """The body with references, and whether redaction changed anything in it."""
        changed = False

        def put(kind: str, content: Any) -> str:
            nonlocal changed
            raw = dump_json(content)
            key = _digest(raw)
            if key in self._redacted:
                self._redacted.move_to_end(key)
            else:
                redacted = self._redactor.value(content)
                # `value` hands back the same object where there was nothing to do.
                self._redacted[key] = None if redacted is content else dump_json(redacted)
                if len(self._redacted) > REMEMBERED:
                    self._redacted.popitem(last=False)
            replaced = self._redacted[key]
            changed = changed or replaced is not None
            digest = collector.put(kind, replaced or raw)
            parts.add(kind, replaced or raw, digest)
            return digest

        refs = split(body, put)
        rest = self._redactor.value(refs)
        return rest, changed or rest is not refs

    def _flow_body(self, wire: bytes | None, text: str | None, body: Any, changed: bool) -> bytes | None:
        if body is None:
            clean = text is not None and self._redactor.text(text) == text
            return wire if clean else None
        if not changed:
            return wire
        if wire is not None and len(wire) > self._settings().keep_bodies:
            return None
        return dump_json(self._redactor.value(body))


def dict_of(headers: HeaderList) -> dict[str, str]:
    """Lower-case names; of a repeated header the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _body_text(wire: bytes, encoding: str | None) -> str | None:
    """The body as text; None where it is no text, or its Content-Encoding does not hold."""
    try:
        return decode_body(wire, encoding).decode("utf-8-sig")
    except ValueError:
        return None


def _json_of(text: str | None) -> Any:
    try:
        return parse_json_exactly(text) if text else None
    except ValueError:
        return None

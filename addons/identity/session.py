"""In which session a request belongs, on behalf of which agent, and what it is for.

In: `RequestView`. Out: `Identity` (SPEC S4.4, WIRE.md section 2). Each place where a client names its session is a row;
the first that holds a usable value counts. Where none does, the id is None and `conversations.py` groups by content.

A sub-agent's calls belong to the session of its root: Codex sends the root's id with each of them; opencode gives the
sub-agent a session of its own and names the parent, so there the parent's id is the session and its own the agent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from addons.identity.codex import CodexTurn, codex_turn, turn_metadata
from addons.identity.purpose import Purpose, purpose_of
from addons.identity.request_view import RequestView
from addons.protocols.request_shape import payload
from addons.protocols.values import obj
from addons.wire.json_text import parse_json

__all__ = ["SOURCES", "Identity", "Purpose", "RequestView", "identify"]

LONGEST_ID = 200
"""Characters. An id becomes a folder's name and stands in every record."""

_OLD_USER_ID = re.compile(r"user_[^_]*_account_.*?_session_([0-9A-Za-z-]+)")
_PLACEHOLDERS = frozenset(("null", "undefined", "none", "nil", "unknown", "default"))


@dataclass(frozen=True, slots=True)
class Identity:
    """`session_source` says where the id came from, in LOGFORMAT's words. Both None: the request names no session.

    `agent_id` is a sub-agent's, None for the session's own agent; `parent_id` its parent's, where told."""

    session_id: str | None
    session_source: str | None
    agent_id: str | None
    parent_id: str | None
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Source:
    """One place. `read` gives whatever stands there."""

    name: str
    read: Callable[[RequestView], Any]


def _header(name: str) -> Source:
    return Source(f"header:{name}", lambda view: view.headers.get(name))


def _field(*path: str) -> Source:
    return Source(f"body:{'.'.join(path)}", lambda view: _at(view.body, path))


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _client_metadata(name: str) -> Source:
    return Source(f"body:client_metadata.{name}", lambda view: obj(payload(view.body).get("client_metadata")).get(name))


def _metadata_turn(view: RequestView) -> Any:
    return turn_metadata(obj(payload(view.body).get("client_metadata")).get("x-codex-turn-metadata")).get("session_id")


def _header_turn(view: RequestView) -> Any:
    return turn_metadata(view.headers.get("x-codex-turn-metadata")).get("session_id")


def _user_id(view: RequestView) -> Any:
    """Claude Code: JSON in a string since 2.1, underscores between labels before."""
    told = obj(payload(view.body).get("metadata")).get("user_id")
    if isinstance(told, str) and told.startswith("{"):
        try:
            told = parse_json(told)
        except ValueError:
            return None
    if isinstance(told, dict):
        return told.get("session_id")
    old = _OLD_USER_ID.fullmatch(told) if isinstance(told, str) else None
    return old[1] if old else None


def _conversation(view: RequestView) -> Any:
    told = payload(view.body).get("conversation")
    return told.get("id") if isinstance(told, dict) else told


_METADATA_SESSION = _client_metadata("session_id")
_METADATA_TURN = Source("body:client_metadata.x-codex-turn-metadata", _metadata_turn)

MESSAGE_SOURCES: tuple[Source, ...] = (_METADATA_SESSION, _METADATA_TURN)
"""On a WebSocket the headers are the handshake's: what the message itself says comes first."""

SOURCES: tuple[Source, ...] = (
    _header("x-claude-code-session-id"),
    _header("session-id"),
    _header("session_id"),
    _header("conversation_id"),
    Source("header:x-codex-turn-metadata", _header_turn),
    _header("thread-id"),
    _header("x-parent-session-id"),
    _header("x-session-id"),
    _header("x-session-affinity"),
    _header("x-opencode-session"),
    _header("x-amp-thread-id"),
    _header("x-kilocode-taskid"),
    _header("x-grok-conv-id"),
    _header("x-conversation-id"),
    _header("conversation-id"),
    _header("helicone-session-id"),
    _header("x-litellm-session-id"),
    _header("mcp-session-id"),
    Source("body:metadata.user_id", _user_id),
    _field("metadata", "sessionId"),
    _field("metadata", "session_id"),
    _METADATA_SESSION,
    _METADATA_TURN,
    _client_metadata("thread_id"),
    _field("prompt_cache_key"),
    _field("response", "prompt_cache_key"),
    _field("request", "session_id"),
    _field("request", "sessionId"),
    _field("session_id"),
    _field("sessionId"),
    Source("body:conversation", _conversation),
    _field("conversation_id"),
    _field("thread_id"),
)
"""Headers before the body; in each, a session before a thread, and a client's own word before what many use."""


def identify(view: RequestView) -> Identity:
    """Never raises, whatever the headers and the body hold."""
    turn = codex_turn(view)
    session_id, source = _session(view)
    agent_id, parent_id = _agent(view, turn, session_id)
    return Identity(session_id, source, agent_id, parent_id, purpose_of(view, turn, is_agent=agent_id is not None))


def _session(view: RequestView) -> tuple[str | None, str | None]:
    for source in (*MESSAGE_SOURCES, *SOURCES) if view.is_websocket else SOURCES:
        value = usable_id(source.read(view))
        if value is not None:
            return value, source.name
    return None, None


def _agent(view: RequestView, turn: CodexTurn | None, session_id: str | None) -> tuple[str | None, str | None]:
    headers = view.headers
    claude = usable_id(headers.get("x-claude-code-agent-id"))
    if claude is not None:
        return claude, usable_id(headers.get("x-claude-code-parent-agent-id"))
    if turn is not None:
        thread, parent = usable_id(turn.thread_id), usable_id(turn.parent_id)
        return (thread, parent) if thread != session_id else (None, None)
    parent = usable_id(headers.get("x-parent-session-id"))
    own = next(filter(None, (usable_id(headers.get(name)) for name in _OWN_SESSION)), None)
    return (own, parent) if parent is not None and own != parent else (None, None)


_OWN_SESSION = ("x-session-id", "x-opencode-session", "x-session-affinity")


def usable_id(value: Any) -> str | None:
    """The id, or None. One that is too long for a folder's name or holds control characters is hashed: its requests
    still group."""
    if not isinstance(value, str):
        return None
    found = value.strip()
    if not found or found.lower() in _PLACEHOLDERS:
        return None
    if len(found) <= LONGEST_ID and found.isprintable():
        return found
    return f"hashed-{hashlib.sha256(found.encode(errors='surrogatepass')).hexdigest()[:32]}"

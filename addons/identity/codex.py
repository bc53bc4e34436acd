"""What Codex says about a turn: in headers, in the request's `client_metadata`, and in a JSON that stands in both.

In: `RequestView`. Out: `CodexTurn`, or None where the request says nothing of the kind. On a WebSocket the headers are
the handshake's, with no turn and the kind `prewarm`: where the message has metadata of its own, only that counts
(WIRE.md sections 2 and 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from addons.identity.request_view import RequestView
from addons.protocols.request_shape import payload
from addons.protocols.values import NOTHING, obj, word
from addons.wire.json_text import parse_json


@dataclass(frozen=True, slots=True)
class CodexTurn:
    """`kind` is `turn`, `prewarm`, `compaction`, `memory`, …; `subagent` what kind of sub-agent asks (`collab_spawn`,
    `review`, `compact`, `memory_consolidation`, …); None where not told."""

    thread_id: str | None
    parent_id: str | None
    kind: str | None
    subagent: str | None


def codex_turn(view: RequestView) -> CodexTurn | None:
    headers = view.headers
    told = obj(payload(view.body).get("client_metadata"))
    from_headers = "thread-id" in headers or "x-codex-turn-metadata" in headers or "x-openai-subagent" in headers
    if not from_headers and "thread_id" not in told and "x-codex-turn-metadata" not in told:
        return None
    own = turn_metadata(told.get("x-codex-turn-metadata"))
    turn = own or (NOTHING if view.is_websocket and told else turn_metadata(headers.get("x-codex-turn-metadata")))

    def first(*values: Any) -> str | None:
        return next(filter(None, map(word, values)), None)

    return CodexTurn(
        thread_id=first(told.get("thread_id"), own.get("thread_id"), headers.get("thread-id"), turn.get("thread_id")),
        parent_id=first(
            told.get("x-codex-parent-thread-id"),
            told.get("parent_thread_id"),
            own.get("parent_thread_id"),
            headers.get("x-codex-parent-thread-id"),
            turn.get("parent_thread_id"),
        ),
        kind=first(turn.get("request_kind")),
        subagent=first(told.get("x-openai-subagent"), headers.get("x-openai-subagent")),
    )


def turn_metadata(value: Any) -> dict[str, Any]:
    """The JSON in `x-codex-turn-metadata`; empty where it is missing or broken."""
    if not isinstance(value, str) or not value.startswith("{"):
        return NOTHING
    try:
        return obj(parse_json(value))
    except ValueError:
        return NOTHING

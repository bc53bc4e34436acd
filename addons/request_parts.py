"""A request's parts in the order in which a provider hashes them, for the cache-break alarm (SPEC S3.6).

In: the pieces that the log stores once each, as redacted compact JSON. Out: `RequestPart`s: tools, system, messages. A
cache mark is no part of the content: clients move it from turn to turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from addons.protocols.events import PartKind, RequestPart
from addons.protocols.requests import split, without_cache_markers
from addons.sinks.records import content_hash
from addons.wire.json_text import dump_json, parse_json_exactly

KINDS: Mapping[str, PartKind] = {
    "tool": "tool",
    "system": "system",
    "instructions": "system",
    "message": "message",
    "item": "message",
    "content": "message",
    "prompt": "message",
}
"""A stored content's kind to what it is for a cache. Other values are no part of the prompt."""

_ORDER: tuple[PartKind, ...] = ("tool", "system", "message")

_MARKS = (b'"cache_control"', b'"prompt_cache_breakpoint"', b'"cachePoint"')
_BEDROCK_MARK = b'{"cachePoint":'


class CachePart(NamedTuple):
    """A stored content as a cache sees it. `digest` is of what it says without its cache marks."""

    digest: str
    size: int
    has_marker: bool
    is_mark: bool
    """Bedrock's mark is an element of its own, behind what it marks."""


def cache_part(content: bytes, digest: str) -> CachePart:
    """`content` is what the log keeps, compact JSON, and `digest` its hash there."""
    is_mark = content.startswith(_BEDROCK_MARK)
    has_marker = False
    if not is_mark and any(mark in content for mark in _MARKS):
        marked = parse_json_exactly(content.decode())
        bare = without_cache_markers(marked)
        if has_marker := bare is not marked:
            digest = content_hash(dump_json(bare))
    return CachePart(digest, len(content), has_marker, is_mark)


class RequestParts:
    """Collects one request's parts, in any order of their kinds."""

    def __init__(self) -> None:
        self._parts: dict[PartKind, list[RequestPart]] = {kind: [] for kind in _ORDER}

    def add(self, stored_kind: str, part: CachePart) -> None:
        kind = KINDS.get(stored_kind)
        if kind is None:
            return
        parts = self._parts[kind]
        if part.is_mark:
            parts[-1:] = [replace(marked, has_cache_marker=True) for marked in parts[-1:]]
        else:
            parts.append(RequestPart(kind, part.digest, part.size, part.has_marker))

    def in_order(self) -> tuple[RequestPart, ...]:
        return tuple(part for kind in _ORDER for part in self._parts[kind])


def parts_of(body: Any) -> tuple[RequestPart, ...]:
    """The parts of a request that has been read back from the log."""
    parts = RequestParts()

    def put(kind: str, content: Any) -> str:
        raw = dump_json(content)
        digest = content_hash(raw)
        parts.add(kind, cache_part(raw, digest))
        return digest

    split(body, put)
    return () if continued_response(body) else parts.in_order()


def continued_response(body: Any) -> str | None:
    """The response that a request goes on from, where it names one in place of the conversation."""
    previous = body.get("previous_response_id") if isinstance(body, dict) else None
    return previous if isinstance(previous, str) and previous else None

"""A request for the log: each message, system block and tool definition stands in it once, by reference (SPEC S4.8).

In: a request's parsed JSON and `put`, which stores a content and says its hash. Out: the same JSON with
`{"$ref": HASH}` in place of what a conversation repeats from turn to turn, as LOGFORMAT.md says under sse_flows.jsonl.
`rebuild` is the exact inverse: it takes every such object for a reference, and doesn't look into what it gets. So
`split` leaves nothing in place that only looks like one, but stores that too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from addons.protocols.request_fields import KINDS, NESTED
from addons.protocols.request_shape import conversation_items, requested_model, wants_stream, without_cache_markers
from addons.protocols.request_text import RequestText, prompt_of
from addons.wire.json_text import dump_json

__all__ = [
    "RequestText",
    "conversation_items",
    "prompt_of",
    "rebuild",
    "requested_model",
    "split",
    "wants_stream",
    "without_cache_markers",
]

type Put = Callable[[str, Any], str]
"""From (kind, content) to the content's hash, 32 hex digits."""

LARGE_BYTES = 512
"""A value of no known kind is replaced when its JSON is longer than this."""

_NESTING = 2
_HASH = re.compile(r"[0-9a-f]{32}")


def split(body: Any, put: Put) -> Any:
    """A copy in which references stand for the conversation and for other large values. Never raises by itself."""
    if isinstance(body, dict) and not _is_reference(body):
        return _split_object(body, put, _NESTING)
    return _split_value(body, put) if isinstance(body, dict | list) else body


def rebuild(request: Any, get: Callable[[str], Any]) -> Any:
    """The body again. What `get` raises for an unknown hash comes through."""
    if isinstance(request, dict):
        if _is_reference(request):
            return get(request["$ref"])
        return {name: rebuild(value, get) for name, value in request.items()}
    return [rebuild(value, get) for value in request] if isinstance(request, list) else request


def _split_object(whole: dict[str, Any], put: Put, depth: int) -> dict[str, Any]:
    return {name: _split_field(name, value, put, depth) for name, value in whole.items()}


def _split_field(name: str, value: Any, put: Put, depth: int) -> Any:
    kind = KINDS.get(name)
    if kind is not None and isinstance(value, str | dict):
        return _reference(put, kind, value)
    if (
        kind is not None
        and isinstance(value, list)
        and all(isinstance(element, str | dict | list) for element in value)
    ):
        return [_reference(put, kind, element) for element in value]
    if name in NESTED and depth and isinstance(value, dict) and not _is_reference(value):
        return _split_object(value, put, depth - 1)
    return _split_value(value, put)


def _split_value(value: Any, put: Put) -> Any:
    """A value of no known kind. In a large object only the large members are replaced where that will do."""
    if not _is_stored(value):
        return value
    if isinstance(value, dict) and not _is_reference(value):
        rest = {name: member for name, member in value.items() if not _is_stored(member)}
        if rest and not _is_large(rest):
            return {n: member if n in rest else _reference(put, "value", member) for n, member in value.items()}
    return _reference(put, "value", value)


def _reference(put: Put, kind: str, content: Any) -> dict[str, str]:
    return {"$ref": put(kind, content)}


def _is_stored(value: Any) -> bool:
    return _is_large(value) or _has_reference(value)


def _is_large(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) > LARGE_BYTES
    if not isinstance(value, dict | list):
        return False
    try:
        return len(dump_json(value)) > LARGE_BYTES
    except ValueError:
        return True


def _has_reference(value: Any) -> bool:
    """Whether a client's own data, small as it is, holds what looks like one of our references."""
    if isinstance(value, dict):
        return _is_reference(value) or any(map(_has_reference, value.values()))
    return isinstance(value, list) and any(map(_has_reference, value))


def _is_reference(value: dict[str, Any]) -> bool:
    found = value.get("$ref") if len(value) == 1 else None
    return isinstance(found, str) and _HASH.fullmatch(found) is not None

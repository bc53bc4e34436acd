"""Errors by their shape: every provider has its own, and any dialect may carry any of them.

In: a parsed JSON object, the SSE event name. Out: `StreamError`, or None where the object is no error. Gateways answer
in the shape of their own framework (FastAPI's `detail`, AWS' `message`), so the shape decides, not the dialect.
"""

from __future__ import annotations

from typing import Any

from addons.protocols.events import StreamError
from addons.protocols.values import dumped, objs, scalar, text, word

MESSAGE_KEYS = ("message", "Message", "detail", "msg", "error", "error_message", "errorMessage", "failure", "reason")
TYPE_KEYS = ("type", "__type", "status", "error_type")
"""Google says `status`, where it is a word; AWS `__type`."""


def error_of(value: dict[str, Any], event: str | None = None) -> StreamError | None:
    """The error that this object is or holds."""
    inner = value.get("error")
    if inner:
        return _from_error_field(inner, value)
    errors = objs(value.get("errors"))
    if errors:
        return _from_object(errors[0])
    if _is_bare_error(value, event):
        failure = _from_object(value)
        named = event if event and event.endswith("Exception") else None
        return StreamError(failure.message, named or failure.type, failure.code)
    return None


def _from_error_field(inner: Any, value: dict[str, Any]) -> StreamError | None:
    if isinstance(inner, dict):
        return _from_object(inner)
    if isinstance(inner, str):
        return StreamError(inner, word(value.get("error_type")), scalar(value.get("code")))
    if inner is True:
        return _from_object({name: item for name, item in value.items() if name != "error"})
    return StreamError(dumped(inner))


def _from_object(error: dict[str, Any]) -> StreamError:
    kind = next((found for name in TYPE_KEYS if (found := word(error.get(name)))), None)
    if kind == "error":
        kind = None
    return StreamError(_message(error), kind, scalar(error.get("code")))


def _message(error: dict[str, Any]) -> str:
    for name in MESSAGE_KEYS:
        found = error.get(name)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, dict) and found:
            return _message(found)
        if isinstance(found, list) and found:
            return "; ".join(text(item.get("msg")) or dumped(item) for item in objs(found)) or dumped(found)
    return dumped(error)


def _is_bare_error(value: dict[str, Any], event: str | None) -> bool:
    """An object that has nothing but an error's fields, at its top level."""
    if event is not None and (event == "error" or event.endswith("Exception")):
        return True
    if value.get("type") == "error" or value.get("object") == "error":
        return True
    if word(value.get("detail")) or objs(value.get("detail")):
        return True
    message = value.get("message", value.get("Message", value.get("msg")))
    return isinstance(message, str) and not _CONTENT_KEYS.intersection(value)


_CONTENT_KEYS = frozenset(
    ("choices", "content", "candidates", "output", "response", "text", "done", "delta", "event_type")
)


def error_text(data: str) -> StreamError:
    """An error event whose data is no JSON object."""
    return StreamError(data)

"""What the rest of this package looks at: one request, read and parsed by others.

In: nothing. Out: `RequestView`. On a WebSocket each `response.create` is a request, with the handshake's headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RequestView:
    """`path` has no query string; `headers` have lower-case names; `body` is the parsed JSON, None where there is none;
    `api` is the dialect's name as in LOGFORMAT, None where the path is no LLM call's."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: Any
    api: str | None = None
    is_websocket: bool = False

"""Retries: the same request again, after one that failed (SPEC S3.6).

In: how exchanges of one session begin and end. Out: a sentence at the beginning of a retry. The wire doesn't say that a
request is a retry; that nothing in it is new after a failure does.
"""

from __future__ import annotations

from dataclasses import dataclass

from addons.protocols.events import ExchangeEnded, ExchangeStarted
from renderers.sanitise import one_line

_NO_FAILURE = frozenset(("", "client closed"))
"""What makes nobody ask again by itself: success, and a person who pressed the key."""


@dataclass(slots=True)
class _Asked:
    flow_id: str
    what: int
    tries: int = 1
    failure: str = ""


class Retries:
    """Per agent of a session. Remembers hashes, no text."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}

    def started(self, agent: str, event: ExchangeStarted) -> str:
        """`retry 2 after overloaded (529)`, or empty where the request is a new one."""
        what = hash((event.prompt, tuple((back.call_id, back.text) for back in event.tool_returns)))
        before = self._asked.get(agent)
        if before is None or before.what != what or not before.failure:
            self._asked[agent] = _Asked(event.flow_id, what)
            return ""
        before.flow_id = event.flow_id
        before.tries += 1
        said = f"retry {before.tries} after {before.failure}"
        before.failure = ""
        return said

    def ended(self, agent: str, event: ExchangeEnded, failure: str) -> None:
        """`failure` in plain words; empty where the exchange went well."""
        asked = self._asked.get(agent)
        if asked is not None and asked.flow_id == event.flow_id and failure not in _NO_FAILURE:
            asked.failure = one_line(failure, 80)

"""Whose result it is: the calls that a session's agents have made, by their ids or by their order.

In: calls as they are complete, and results as clients send them back. Out: the name and the subject of the call that a
result answers.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import NamedTuple

REMEMBERED_CALLS = 1_000


class CallMade(NamedTuple):
    """Both are empty where nobody knows."""

    name: str
    subject: str


_UNKNOWN = CallMade("", "")


class CallsMade:
    def __init__(self) -> None:
        self._by_id: OrderedDict[str, CallMade] = OrderedDict()
        self._unanswered: dict[str, deque[CallMade]] = defaultdict(deque)
        """Of calls without an id (Gemini), by agent: their results come in the calls' order."""

    def add(self, agent: str, call_id: str | None, call: CallMade) -> None:
        if not call_id:
            self._unanswered[agent].append(call)
            return
        self._by_id[call_id] = call
        if len(self._by_id) > REMEMBERED_CALLS:
            self._by_id.popitem(last=False)

    def answered(self, agent: str, call_id: str | None) -> CallMade:
        if call_id is not None:
            return self._by_id.get(call_id, _UNKNOWN)
        calls = self._unanswered[agent]
        return calls.popleft() if calls else _UNKNOWN

    def gone_on(self, agent: str) -> None:
        """It has sent the results that it had: what it has not answered by now it never will."""
        self._unanswered.pop(agent, None)

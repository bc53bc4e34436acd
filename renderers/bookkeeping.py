"""A session's books: data points, counts of tools and kinds, time stamps of turns (SPEC S1.4).

In: what happened, and when. Out: the same, to be looked at. Points and turns are bounded, counts are not.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import NamedTuple

from renderers.spending import Spending

PROMPT = "data_type_user_prompt"
TOOL_RESULT = "data_type_tool_result"
BLOCK_DELTA = "data_type_content_block_delta"
MESSAGE_DELTA = "data_type_message_delta"
TURN_END = "data_type_turn_end"

REMEMBERED_POINTS = 50
"""Of one session, the latest. Many sessions are remembered at once, so that these must be few."""
REMEMBERED_TURNS = 200


class DataPoint(NamedTuple):
    kind: str
    at_s: float
    flow_id: str
    detail: str
    size: int
    """Characters of a delta, a prompt or a result; else 0."""


class Turn(NamedTuple):
    started_s: float
    ended_s: float


class Bookkeeping:
    def __init__(self) -> None:
        self.points: deque[DataPoint] = deque(maxlen=REMEMBERED_POINTS)
        self.kinds: Counter[str] = Counter()
        self.tools: Counter[str] = Counter()
        self.turns: deque[Turn] = deque(maxlen=REMEMBERED_TURNS)
        self.turn_started_s: float | None = None
        """None while the agent rests."""
        self.spending = Spending()
        self.flows = 0
        self.prompts = 0

    def point(self, kind: str, flow_id: str, at_s: float, detail: str, size: int = 0) -> None:
        self.kinds[kind] += 1
        self.points.append(DataPoint(kind, at_s, flow_id, detail, size))

    def flow_began(self, now_s: float, *, counts_as_turn: bool) -> None:
        self.flows += 1
        if counts_as_turn and self.turn_started_s is None:
            self.turn_started_s = now_s

    def turn_ended(self, flow_id: str, now_s: float, reason: str) -> None:
        self.point(TURN_END, flow_id, now_s, reason)
        if self.turn_started_s is not None:
            self.turns.append(Turn(self.turn_started_s, now_s))
        self.turn_started_s = None

"""The session guard: when the screen passes on, and to whom (SPEC S3.1).

In: where the flow that has the screen stands, for how long it has had it and been silent, and who waits. Out: a reason
to pass on, and the next. `LEAVE` is the table: not too often, at a natural place where there is one; nobody starves.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from renderers.flow import Flow

GUARD_S = 1.5
"""Nobody is sent from the screen earlier."""

SILENCE_S = 2.0
"""Who says nothing for so long makes room for one who waits."""

ROUND_S = 12.0
"""With many waiting, all should have had the screen once in about this time."""

TURN_S = 4.0
"""A turn with one waiting; with more it gets shorter, down to GUARD_S."""

MID_LINE_S = 3.0
"""How much longer than its turn a flow may go on without coming to a line's end."""

SESSION_S = 6.0
"""So long the screen stays with a session, if one of its flows waits."""

STARVING_S = 20.0
"""Who has waited for so long comes first, whatever its session."""


class Place(enum.Enum):
    """Where the flow that has the screen stands."""

    ENDED = "ended"
    BLOCK_END = "end of a block"
    LINE_END = "end of a line"
    MID_LINE = "middle of a line"


class Leave(NamedTuple):
    """One way to lose the screen: at one of `places`, after so long a time of both kinds."""

    why: str
    places: frozenset[Place]
    turns: float
    """Least time on the screen, in turns."""
    held_s: float
    """And in seconds, beyond those turns."""
    silent_s: float


_ANYWHERE = frozenset(Place)

LEAVE: tuple[Leave, ...] = (
    Leave("it has ended", frozenset((Place.ENDED,)), 0, 0.0, 0.0),
    Leave("end of a block", frozenset((Place.BLOCK_END,)), 0, GUARD_S, 0.0),
    Leave("silence", _ANYWHERE, 0, GUARD_S, SILENCE_S),
    Leave("end of a line", frozenset((Place.LINE_END, Place.BLOCK_END)), 1, 0.0, 0.0),
    Leave("its time is over", _ANYWHERE, 1, MID_LINE_S, 0.0),
)
"""The first row that holds counts. Only asked while somebody waits."""


class SessionGuard:
    """Prevents rapid switching, and starving."""

    def __init__(self) -> None:
        self._session = ""
        self._session_since_s = 0.0

    def taken(self, flow: Flow, now_s: float) -> None:
        if flow.session_id != self._session:
            self._session, self._session_since_s = flow.session_id, now_s

    def turn_s(self, waiting: int) -> float:
        return max(GUARD_S, min(TURN_S, ROUND_S / waiting)) if waiting else TURN_S

    def may_leave(self, place: Place, held_s: float, silent_s: float, waiting: int) -> str:
        """Why the screen passes on; empty where it stays."""
        turn_s = self.turn_s(waiting)
        for row in LEAVE:
            if place in row.places and held_s >= row.turns * turn_s + row.held_s and silent_s >= row.silent_s:
                return row.why
        return ""

    def choose(self, waiting: dict[str, Flow], now_s: float) -> Flow:
        """Who has waited longest; flows of the session that has the screen first, for a time."""
        longest = min(waiting.values(), key=lambda flow: flow.waits_since_s)
        if now_s - longest.waits_since_s < STARVING_S and now_s - self._session_since_s < SESSION_S:
            own = [flow for flow in waiting.values() if flow.session_id == self._session]
            if own:
                return min(own, key=lambda flow: flow.waits_since_s)
        return longest

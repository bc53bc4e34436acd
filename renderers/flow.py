"""A flow as the screen sees it: one exchange, its cards, and which of them comes next.

In: cards with spans, in the order in which the exchange makes them. Out: the next card to show. Cards of one flow never
mix: the current one is shown until it is done, or until it pauses while another has something to say.
"""

from __future__ import annotations

from collections import deque

from renderers.card import Card, CardState
from renderers.stalls import Stall


class Flow:
    """`label` says who speaks, on a header; `name` is its beginning, for a sentence about it."""

    __slots__ = (
        "agent",
        "current",
        "cut",
        "ended",
        "epoch_s",
        "error_said",
        "error_type",
        "flow_id",
        "fresh",
        "indent",
        "label",
        "name",
        "queue",
        "retry_after_s",
        "role",
        "session_id",
        "stall",
        "tools",
        "waits_since_s",
    )

    def __init__(self, flow_id: str, session_id: str, agent: str, now_s: float) -> None:
        self.flow_id = flow_id
        self.session_id = session_id
        self.agent = agent
        """The sub-agent's id; empty for the session's own agent."""
        self.name = self.label = ""
        self.role = "speaker"
        """Of its headers."""
        self.indent = ""
        self.epoch_s = 0.0
        """Add the view's time for the time of day."""
        self.current: Card | None = None
        self.queue: deque[Card] = deque()
        """Cards that have something to show, or are not yet done showing it, after the current one."""
        self.stall = Stall(now_s)
        self.waits_since_s = now_s
        self.fresh = False
        """It has made spans since it last waited or spoke."""
        self.cut = False
        """It lost the screen in the middle of a line."""
        self.ended = False
        self.error_said: str | None = None
        self.error_type: str | None = None
        self.retry_after_s: float | None = None
        self.tools = 0

    @property
    def has_waiting(self) -> bool:
        return bool(self.queue) or (self.current is not None and bool(self.current.waiting))

    @property
    def is_finished(self) -> bool:
        """It has ended and all of it has been shown."""
        return self.ended and not self.queue and self.current is None

    def add(self, card: Card) -> None:
        """The card has something to show."""
        self.fresh = True
        if self.current is None and not self.queue:
            self.current = card
        elif card is not self.current and card not in self.queue:
            self.queue.append(card)

    def next_card(self, now_s: float) -> Card | None:
        """The card whose turn it is; None where nobody's is."""
        card = self.current
        if card is not None:
            if card.waiting:
                return card
            if card.state is not CardState.DONE and (not self.queue or now_s - card.last_s < card.patience_s):
                return None
        self.current = self.queue.popleft() if self.queue else None
        return self.current

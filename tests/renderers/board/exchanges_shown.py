"""What the board's tests share: a board that is told what happens at which millisecond, and readers of it."""

from __future__ import annotations

from collections.abc import Iterable

from addons.protocols.events import ExchangeEvent
from renderers.board.board import Board
from renderers.board.conversation import Conversation
from renderers.board.facts import BlockFacts, ExchangeFacts, SessionFacts

STARTED_NS = 1_700_000_000_000_000_000
"""When `live_screen.started` has an exchange begin."""

type Step = tuple[str, ExchangeEvent, float]
"""Flow id, event, milliseconds since the requests were sent."""


def play(board: Board, steps: Iterable[Step]) -> Board:
    for flow_id, event, ms in steps:
        board.feed(flow_id, event, ms / 1000, STARTED_NS + int(ms * 1e6))
    return board


def at_once(flow_id: str, *events: ExchangeEvent, ms: float = 0.0) -> list[Step]:
    return [(flow_id, event, ms) for event in events]


def the_exchange(board: Board, flow_id: str) -> ExchangeFacts:
    return next(one for one in board.changes(0).exchanges if one.flow_id == flow_id)


def the_session(board: Board, session_id: str = "session-1") -> SessionFacts:
    return next(one for one in board.changes(0).sessions if one.session_id == session_id)


class Reader:
    """Puts together what it is told, as a screen does: the texts of the blocks by flow and number."""

    def __init__(self, board: Board, session_id: str = "session-1", latest: int = 20) -> None:
        self.conversation = Conversation(board, session_id, latest)
        self.texts: dict[tuple[str, int], str] = {}
        self.facts: dict[tuple[str, int], BlockFacts] = {}
        self.missed = 0

    def read(self) -> tuple[BlockFacts, ...]:
        return self.take(self.conversation.read())

    def take(self, blocks: tuple[BlockFacts, ...]) -> tuple[BlockFacts, ...]:
        for block in blocks:
            key = (block.flow_id, block.number)
            had = self.texts.get(key, "")
            self.missed += max(0, block.begin - len(had))
            self.texts[key] = had + block.text
            self.facts[key] = block
        return blocks

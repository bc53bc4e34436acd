"""A reader's place in one session's conversation: what of its blocks it has seen.

In: the board. Out: at each reading, the blocks that are new and those that have grown, with the text that they have
grown by, in the order of exchanges. For a reader on one thread.
"""

from __future__ import annotations

from typing import Final

from renderers.board.board import Board
from renderers.board.facts import BlockFacts
from renderers.board.session import EXCHANGES_EACH

LATEST: Final = 20


class Conversation:
    """Begins with the latest exchanges; earlier ones are fetched by `earlier`."""

    def __init__(self, board: Board, session_id: str, latest: int = LATEST) -> None:
        self.session_id = session_id
        self._board = board
        self._version = -1
        self._places: dict[str, list[int]] = {}
        """By flow: how much of the text of each block has been read."""
        flows = board.flows_of(session_id)
        self.first = flows[-latest:][0].number if flows else 1
        """The number of the first exchange that is read."""

    @property
    def is_behind(self) -> bool:
        return self._board.version != self._version

    def read(self) -> tuple[BlockFacts, ...]:
        version, flows = self._board.flows_changed(self.session_id, self._version)
        wanted = [flow.flow_id for flow in flows if flow.number >= self.first]
        found = tuple(block for flow_id in wanted for block in self._blocks(flow_id, self._version))
        self._version = version
        return found

    def earlier(self, before: int, count: int = LATEST) -> tuple[int, tuple[BlockFacts, ...]]:
        """Of so many exchanges before the one of this number: the first one's number, and all their blocks."""
        flows = [flow for flow in self._board.flows_of(self.session_id) if flow.number < before][-count:]
        if flows:
            self.first = min(self.first, flows[0].number)
        for flow in flows:
            self._places.pop(flow.flow_id, None)
        blocks = tuple(block for flow in flows for block in self._blocks(flow.flow_id, -1))
        return flows[0].number if flows else before, blocks

    def _blocks(self, flow_id: str, since: int) -> tuple[BlockFacts, ...]:
        places = self._places.setdefault(flow_id, [])
        blocks = self._board.blocks(flow_id, since, places)
        for block in blocks:
            places += [0] * (block.number + 1 - len(places))
            places[block.number] = block.begin + len(block.text)
        while len(self._places) > EXCHANGES_EACH:
            # What was begun so long ago has ended, and does not change any more.
            del self._places[next(iter(self._places))]
        return blocks

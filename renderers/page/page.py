"""The page: one session's conversation as cards, growing while the agents talk.

In: the board. Out: cards, in the order of exchanges, each exchange's results, prompt and answer between a head and an
end. Bounded: the oldest exchanges leave the page first.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from addons.protocols.events import ExchangeEnded
from renderers.board.board import Board
from renderers.board.conversation import LATEST, Conversation
from renderers.board.facts import BlockFacts, ExchangeFacts, SessionFacts
from renderers.board.note import state_words
from renderers.end_line import end_line, failure_words
from renderers.page.card import PageCard, block_card
from renderers.page.lines import Segment
from renderers.sanitise import one_line
from renderers.side_purposes import SIDE_PURPOSES
from renderers.view_options import ViewOptions

MOST_EXCHANGES: Final = 500
MOST_CHARS: Final = 2_000_000

_NAME_CHARS: Final = 60
_NOTE_CHARS: Final = 300


class _Exchange:
    """One exchange's cards."""

    __slots__ = ("blocks", "end", "facts", "head")

    def __init__(self, flow_id: str) -> None:
        self.facts: ExchangeFacts | None = None
        self.head = PageCard(flow_id, -1, "head")
        self.blocks: dict[int, PageCard] = {}
        self.end = PageCard(flow_id, -1, "end")

    @property
    def is_shown(self) -> bool:
        return self.facts is not None and self.facts.purpose not in SIDE_PURPOSES

    @property
    def chars(self) -> int:
        return sum(card.chars for card in self.blocks.values())


class Page:
    """For a reader on one thread."""

    def __init__(self, board: Board, session_id: str, options: ViewOptions, latest: int = LATEST) -> None:
        self.session_id = session_id
        self._options = options
        self._conversation = Conversation(board, session_id, latest)
        self._exchanges: OrderedDict[str, _Exchange] = OrderedDict()
        self._cards: list[PageCard] | None = None
        self._agents: dict[str, int] = {}
        self._latest = latest
        self._newest = -1
        """The number of the newest exchange that has been told."""

    @property
    def cards(self) -> list[PageCard]:
        """All that is shown, in order."""
        if self._cards is None:
            self._cards = [
                card
                for exchange in self._exchanges.values()
                if exchange.is_shown
                for card in (exchange.head, *exchange.blocks.values(), exchange.end)
                if not card.lines.is_empty
            ]
        return self._cards

    def read(self, session: SessionFacts, exchanges: Iterable[ExchangeFacts]) -> bool:
        """Take what is new; `exchanges` are facts that have changed, those of other sessions among them. False where
        nothing was."""
        self._agents = {agent.agent_id: agent.number for agent in session.agents}
        if self._newest < 0:
            self._newest = max(session.exchanges - self._latest, 0)
        mine = sorted((one for one in exchanges if one.session_id == self.session_id), key=lambda one: one.number)
        for facts in mine:
            if facts.number > self._newest and facts.flow_id not in self._exchanges:
                # Nothing has been said in it yet.
                self._begin(facts.flow_id)
            self._newest = max(self._newest, facts.number)
        blocks = self._conversation.read()
        self._take_blocks(blocks)
        for facts in mine:
            if (exchange := self._exchanges.get(facts.flow_id)) is not None:
                self._tell(exchange, facts)
        self._forget()
        return bool(blocks or mine)

    def earlier(self, exchanges: Sequence[ExchangeFacts]) -> bool:
        """Go further back; `exchanges` are the facts of the session. False where there is nothing before."""
        before = self._conversation.first
        first, blocks = self._conversation.earlier(before)
        if first == before:
            return False
        known = list(self._exchanges)
        self._take_blocks(blocks)
        for facts in exchanges:
            exchange = self._exchanges.get(facts.flow_id)
            if exchange is not None and exchange.facts is None:
                self._tell(exchange, facts)
        for flow_id in known:
            self._exchanges.move_to_end(flow_id)
        return True

    def first_card_of(self, flow_id: str) -> PageCard | None:
        """Of a flow, or of the last exchange on a WebSocket's."""
        found = self._exchanges.get(flow_id) or next(
            (one for name, one in reversed(self._exchanges.items()) if name.partition(":")[0] == flow_id), None
        )
        return found.head if found is not None and found.is_shown else None

    # -- inside -----------------------------------------------------------------------------------------------------

    def _take_blocks(self, blocks: Iterable[BlockFacts]) -> None:
        for block in blocks:
            exchange = self._exchanges.get(block.flow_id) or self._begin(block.flow_id)
            card = exchange.blocks.get(block.number)
            if card is None:
                card = exchange.blocks[block.number] = block_card(block, self._options)
                self._cards = None
            was_empty = card.lines.is_empty
            card.feed(block)
            if was_empty:
                self._cards = None

    def _begin(self, flow_id: str) -> _Exchange:
        exchange = self._exchanges[flow_id] = _Exchange(flow_id)
        return exchange

    def _tell(self, exchange: _Exchange, facts: ExchangeFacts) -> None:
        if exchange.facts is None:
            self._cards = None
        if exchange.facts != facts:
            exchange.facts = facts
            exchange.head.set(self._head(facts))
            exchange.end.set([_end(facts)])

    def _head(self, facts: ExchangeFacts) -> list[list[Segment]]:
        at = datetime.datetime.fromtimestamp(facts.started_epoch_ns / 1e9, datetime.UTC)
        agent = self._agents.get(facts.agent_id or "")
        parts = [
            f"{facts.number}",
            f"⤷{agent}" if agent is not None else "",
            at.astimezone(self._options.timezone).strftime("%H:%M:%S"),
            one_line(facts.model, _NAME_CHARS) if facts.model else "",
        ]
        head: list[Segment] = [("speaker", f"── {' · '.join(part for part in parts if part)} ──")]
        return [head, *([("alarm", f"⚠ {one_line(note, _NOTE_CHARS)}")] for note in facts.notes)]

    def _forget(self) -> None:
        chars = sum(exchange.chars for exchange in self._exchanges.values())
        while len(self._exchanges) > 1 and (len(self._exchanges) > MOST_EXCHANGES or chars > MOST_CHARS):
            _, oldest = self._exchanges.popitem(last=False)
            chars -= oldest.chars
            self._cards = None


def _end(facts: ExchangeFacts) -> list[Segment]:
    if facts.silence:
        return [("stall", f"‖ {one_line(facts.silence, _NOTE_CHARS)}")]
    if facts.end is None:
        return [("note", f"◌ {state_words(facts.state, facts.tool)} …")]
    ended = ExchangeEnded(
        flow_id=facts.flow_id,
        end=facts.end,
        error=facts.error,
        status=facts.status,
        model=facts.model,
        stop_reason=facts.stop_reason,
        usage=dict(facts.usage),
        duration_ms=facts.duration_ms or 0.0,
        ttft_ms=facts.ttft_ms,
        cost_usd=facts.cost_usd,
        context_window=facts.context_window,
    )
    return [("error" if failure_words(facts.end, facts.status) else "end", end_line(ended))]

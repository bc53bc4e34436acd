"""What one open page has been told, and what it is to be told next.

In: the board; what the page asks for: a session to watch, earlier exchanges of it. Out: messages, one at a time, each
asked for when the page has shown the one before. So a tab that is slow or asleep costs nothing: it finds out later
what has changed meanwhile, or gets all anew when that is too long ago.

`ask` and `has_news` are for the event loop, `next_message` for a worker thread; never two of its calls at once.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from typing import Any, Final

import orjson

from addons.protocols.events import ToolArgumentsDelta, ToolCallStarted, ToolKind
from addons.web.messages import block_message, exchange_message, session_message
from renderers.board.board import Board
from renderers.board.conversation import LATEST, Conversation
from renderers.board.facts import BlockFacts
from renderers.sanitise import sanitise
from renderers.spans import Span, Styled
from renderers.tool_call import ToolCallView
from renderers.view_options import ViewOptions

MESSAGE_CHARS: Final = 100_000
"""Of blocks' text in one message: a long text comes in several, so that the page stays quick."""

MOST_CALLS: Final = 200
"""Tool calls whose arguments are being shown while they stream."""


class PageReader:
    """`watched` is the session whose conversation the page shows."""

    def __init__(self, board: Board, options: ViewOptions, origin: str = "") -> None:
        """`origin` tells this board from one that the proxy had before: their numbers are not the same."""
        self._board = board
        self._origin = origin
        self._options = options
        self._version = 0
        self._ids: dict[str, str] = {}
        """A session's id as the page knows it, and its own."""
        self._asked: deque[dict[str, Any]] = deque()
        self._conversation: Conversation | None = None
        self._watched = ""
        self._waiting: deque[BlockFacts] = deque()
        self._calls: dict[tuple[str, int], ToolCallView] = {}
        self._is_greeted = False
        self._from: int | None = None
        """The number of the first exchange that the page is to show, where that has changed."""

    def ask(self, question: dict[str, Any]) -> None:
        """`{"watch": ID}` or `{"earlier": NUMBER}`, the exchange before which it begins."""
        self._asked.append(question)

    @property
    def has_news(self) -> bool:
        conversation = self._conversation
        return (
            bool(self._asked or self._waiting or not self._is_greeted)
            or self._board.version != self._version
            or (conversation is not None and conversation.is_behind)
        )

    @property
    def has_more(self) -> bool:
        """There is more to tell at once."""
        return bool(self._waiting)

    def next_message(self) -> bytes:
        now_ns = self._board.time_ns(time.monotonic()) or time.time_ns()
        message: dict[str, Any] = {"now": now_ns // 1_000_000}
        message |= self._changes()
        while self._asked:
            self._answer(self._asked.popleft())
        if self._conversation is not None:
            if not self._waiting:
                self._waiting += self._conversation.read()
            message |= {"watched": self._watched, "blocks": self._blocks()}
            if self._from is not None:
                message["from"], self._from = self._from, None
        return orjson.dumps(message)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _changes(self) -> dict[str, Any]:
        changes = self._board.changes(self._version if self._is_greeted else 0)
        self._version = changes.version
        self._is_greeted = True
        self._ids |= {sanitise(facts.session_id): facts.session_id for facts in changes.sessions}
        for gone in changes.forgotten_sessions:
            self._ids.pop(sanitise(gone), None)
        found = {
            "whole": changes.is_whole,
            "origin": self._origin if changes.is_whole else "",
            "sessions": [session_message(facts) for facts in changes.sessions],
            "exchanges": [exchange_message(facts) for facts in changes.exchanges],
            "gone_sessions": [sanitise(name) for name in changes.forgotten_sessions],
            "gone_exchanges": [sanitise(name) for name in changes.forgotten_exchanges],
        }
        return {name: value for name, value in found.items() if value}

    def _answer(self, question: dict[str, Any]) -> None:
        match question:
            case {"watch": str(session_id)}:
                self._watched = session_id
                self._conversation = Conversation(self._board, self._ids.get(session_id, session_id))
                self._from = self._conversation.first
                self._waiting.clear()
                self._calls.clear()
            case {"earlier": int(number)} if self._conversation is not None:
                self._from, blocks = self._conversation.earlier(number, LATEST)
                for block in blocks:
                    self._calls.pop((block.flow_id, block.number), None)
                self._waiting += blocks

    def _blocks(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        room = MESSAGE_CHARS
        while self._waiting and room > 0:
            block = self._waiting.popleft()
            if len(block.text) > room:
                block, rest = _cut(block, room)
                self._waiting.appendleft(rest)
            room -= len(block.text)
            messages.append(self._call(block) if block.kind == "call" else block_message(block, fresh=not block.begin))
        return messages

    def _call(self, block: BlockFacts) -> dict[str, Any]:
        """A call as the terminal shows it: a command as a command, an edit as a diff."""
        key = (block.flow_id, block.number)
        view = self._calls.get(key)
        is_fresh = view is None
        spans: list[Span] = []
        if view is None:
            if block.begin:
                # Its beginning is lost, so that its arguments can't be read any more.
                return block_message(block, [Styled("arguments", sanitise(block.text))])
            view = self._calls[key] = ToolCallView(block.name, _kind(block.tool_kind), self._options)
            if len(self._calls) > MOST_CALLS:
                del self._calls[next(iter(self._calls))]
        spans += view.feed(ToolCallStarted(str(block.number), block.call_id, block.name, _kind(block.tool_kind)))
        if block.text:
            spans += view.feed(ToolArgumentsDelta(str(block.number), block.text))
        if block.is_done:
            spans += view.close()
            self._calls.pop(key, None)
        return block_message(block, spans, fresh=is_fresh)


def _cut(block: BlockFacts, chars: int) -> tuple[BlockFacts, BlockFacts]:
    """Its beginning, which is not its end, and the rest."""
    beginning = dataclasses.replace(block, text=block.text[:chars], is_done=False)
    return beginning, dataclasses.replace(block, text=block.text[chars:], begin=block.begin + chars)


def _kind(kind: str) -> ToolKind:
    kinds: dict[str, ToolKind] = {"client": "client", "server": "server", "mcp": "mcp", "custom": "custom"}
    return kinds.get(kind, "client")

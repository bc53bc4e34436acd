"""What the window's tests share: a board that is played, the window drawn without a terminal, its host."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from addons.console.agents_window import AgentsWindow
from addons.protocols.events import TextDelta
from renderers.board.board import Board
from renderers.view_options import ViewOptions
from tests.renderers.board.exchanges_shown import Step, at_once
from tests.renderers.live_screen import ended, started


class Host:
    """What the window asked for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.opened: list[str] = []
        self.has_flows = True
        self.answer: Callable[[str], None] | None = None

    def key_of(self, action: str) -> str:
        return {"follow": "F", "select": "⏎"}.get(action, "")

    def ask(self, _question: str, answer: Callable[[str], None]) -> None:
        self.answer = answer

    def say(self, message: str) -> None:
        self.said.append(message)

    def open_flow(self, flow_id: str) -> bool:
        self.opened.append(flow_id)
        return self.has_flows


class Window:
    """A window of 80 by 20 cells."""

    def __init__(self, board: Board, size: tuple[int, int] = (80, 20)) -> None:
        self.board = board
        self.host = Host()
        self.size = size
        self.window = AgentsWindow(board, ViewOptions(), self.host)

    def rows(self) -> list[str]:
        """As they are on the screen, without what is blank at their ends."""
        self.window.refresh()
        canvas: Any = self.window.render(self.size, True)
        rows = [b"".join(text for _, _, text in row).decode() for row in canvas.content()]
        return [re.sub(r"\d\d:\d\d:\d\d", "TIME", row).rstrip() for row in rows]

    def left(self) -> list[str]:
        return [row[:25].rstrip() for row in self.rows() if row[:25].strip()]

    def right(self) -> list[str]:
        """The conversation's rows, the cursor's column included."""
        return [row[26:] for row in self.rows()[1:-1] if row[26:].strip()]

    @property
    def title(self) -> str:
        return self.rows()[0][26:]

    @property
    def hints(self) -> str:
        return self.rows()[-1][26:]

    def act(self, *actions: str) -> None:
        for action in actions:
            self.rows()
            self.window.act(action)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.rows()
            self.window.keypress(self.size, key)


def answer(flow_id: str, *texts: str, session: int = 1, **begin: Any) -> list[Step]:
    deltas = [TextDelta("0", text) for text in texts]
    return at_once(flow_id, started(flow_id, session, **begin), *deltas, ended(flow_id))

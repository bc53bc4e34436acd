"""The left side of the window: the sessions, newest first, and what each is doing.

In: session facts, keys that move. Out: an urwid box widget. The choice stays with its session, wherever it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import urwid  # type: ignore[import-untyped]  # ships no types

from addons.console.drawing import cut, draw
from addons.console.roles import HEADING_QUIET, SELECTED, attribute_of
from renderers.board.facts import SessionFacts, State
from renderers.board.note import label, state_words, tokens
from renderers.end_line import dollars
from renderers.sanitise import one_line

SIGNS = {State.IDLE: "○", State.INTERRUPTED: "■", State.STALLED: "‖", State.ERROR: "✗"}
BUSY_SIGN = "●"
_AT_REST = (State.IDLE, State.INTERRUPTED, State.ERROR)
ROLES = {State.IDLE: "note", State.INTERRUPTED: "note", State.STALLED: "stall", State.ERROR: "error"}
BUSY_ROLE = "added"

WIDE = 32
"""From this width on there is a row for the prompt."""


class SessionsPane(urwid.Widget):  # type: ignore[misc]
    """`chosen` is told of each new choice."""

    _sizing = frozenset([urwid.BOX])
    _selectable = True

    def __init__(self, chosen: Callable[[str], None]) -> None:
        super().__init__()
        self._chosen = chosen
        self._sessions: list[SessionFacts] = []
        self._top = 0
        self.session_id: str | None = None
        self.is_marked = True
        """Whether this side has the keys."""

    def show(self, sessions: Sequence[SessionFacts]) -> None:
        shown = (one for one in sessions if one.is_conversation)
        self._sessions = sorted(shown, key=lambda one: (one.started_epoch_ns, one.number or 0), reverse=True)
        self._invalidate()

    def choose(self, session_id: str) -> None:
        if session_id != self.session_id:
            self.session_id = session_id
            self._chosen(session_id)
        self._invalidate()

    @property
    def latest(self) -> SessionFacts | None:
        """The one that said something last."""
        return max(self._sessions, key=lambda one: one.last_epoch_ns, default=None)

    # -- urwid's calls ----------------------------------------------------------------------------------------------

    def render(self, size: tuple[int, int], focus: bool = False) -> Any:  # noqa: ARG002  (urwid's signature)
        columns, height = size
        place = self._place()
        shown = self._shown(size)
        self._top = max(0, min(self._top, place, len(self._sessions) - shown), place - shown + 1)
        rows = [
            row
            for number, session in enumerate(self._sessions[self._top : self._top + shown + 1], self._top)
            for row in self._rows(session, number == place, columns)
        ]
        if shown < len(self._sessions) and height > 1:
            rows[height - 1 :] = [[(attribute_of("note"), cut(self._hidden(shown), columns))]]
        return draw(rows or [[("text", "No agent so far.")]], columns, height)

    def keypress(self, size: tuple[int, int], key: str) -> str | None:
        shown = self._shown(size)
        steps = {"up": -1, "down": 1, "page up": -shown, "page down": shown, "home": -999, "end": 999}
        step = (steps | {"m_start": -999, "m_end": 999}).get(key)
        if step is None:
            return key
        if self._sessions:
            place = max(0, min(self._place() + step, len(self._sessions) - 1))
            self.choose(self._sessions[place].session_id)
        return None

    def mouse_event(self, size: tuple[int, int], event: str, button: int, _column: int, row: int, _focus: bool) -> bool:
        if event != "mouse press" or button != 1:
            return False
        place = self._top + row // _rows_each(size[0])
        if place < len(self._sessions):
            self.choose(self._sessions[place].session_id)
        return True

    # -- inside -----------------------------------------------------------------------------------------------------

    def _shown(self, size: tuple[int, int]) -> int:
        """How many sessions have room; where not all do, the last row says how many more there are."""
        columns, height = size
        each = _rows_each(columns)
        return len(self._sessions) if len(self._sessions) * each <= height else max((height - 1) // each, 1)

    def _hidden(self, shown: int) -> str:
        above, below = self._top, len(self._sessions) - self._top - shown
        return "  ".join([f"  ↑ {above} more"] * (above > 0) + [f"  ↓ {below} more"] * (below > 0))

    def _place(self) -> int:
        return next((place for place, one in enumerate(self._sessions) if one.session_id == self.session_id), 0)

    def _rows(self, session: SessionFacts, is_chosen: bool, columns: int) -> list[list[tuple[str, str]]]:
        lines = [
            (f"{SIGNS.get(session.state, BUSY_SIGN)} {label(session)}", ROLES.get(session.state, BUSY_ROLE)),
            (f"  {_doing(session)}", ROLES.get(session.state, "speaker")),
            (f"  {_spent(session)}", "note"),
        ]
        if columns >= WIDE:
            lines.insert(1, (f"  {one_line(session.prompt, columns)}", "prompt"))
        if not is_chosen:
            return [[(attribute_of(role), cut(text, columns))] for text, role in lines]
        attribute = SELECTED if self.is_marked else HEADING_QUIET
        return [[(attribute, cut(text, columns).ljust(columns))] for text, _ in lines]


def _rows_each(columns: int) -> int:
    return 4 if columns >= WIDE else 3


def _doing(session: SessionFacts) -> str:
    busy = sum(agent.state not in _AT_REST for agent in session.agents)
    helpers = f" ⤷ {busy} at work" if busy else ""
    return state_words(session.state, session.tool) + helpers


def _spent(session: SessionFacts) -> str:
    counts = tokens({"input_tokens": session.input_tokens or None, "output_tokens": session.output_tokens})
    return " ".join(part for part in (counts, dollars(session.cost_usd)) if part)

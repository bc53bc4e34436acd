"""The window: sessions on the left, the chosen one's conversation on the right, live (SPEC S3.8).

In: the board, read when the window is told to refresh; what the keys ask for. Out: an urwid widget. Nothing here knows
mitmproxy: `Host` is what the window wants of it.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

import urwid  # type: ignore[import-untyped]  # ships no types

from addons.console.conversation_pane import ConversationPane
from addons.console.roles import HEADING
from addons.console.sessions_pane import SessionsPane
from renderers.board.board import Board
from renderers.board.facts import SessionFacts
from renderers.board.note import label, state_words, tokens
from renderers.end_line import dollars, window_share
from renderers.page.page import Page
from renderers.sanitise import one_line
from renderers.view_options import ViewOptions

NARROW: Final = 110
"""Columns; below, the left side is smaller."""
SESSIONS_NARROW: Final = 25
SESSIONS_WIDE: Final = 38

HINTS: Final = (
    ("follow", "follow"),
    ("select", "flow"),
    ("fold", "fold"),
    ("search", "find"),
    ("thinking", "think"),
    ("results", "results"),
)
"""Actions that the last line names, with a word for each."""


class Host(Protocol):
    def key_of(self, action: str) -> str:
        """The key that is bound to it; empty where none is."""
        ...

    def ask(self, question: str, answer: Any) -> None:
        """Let the user type; `answer` is called with the text."""
        ...

    def say(self, message: str) -> None: ...

    def open_flow(self, flow_id: str) -> bool:
        """False where mitmproxy's list does not have it any more."""
        ...


class AgentsWindow(urwid.Frame):  # type: ignore[misc]
    def __init__(self, board: Board, options: ViewOptions, host: Host) -> None:
        self._board = board
        self._options = options
        self._host = host
        self._version = 0
        self._sessions: dict[str, SessionFacts] = {}
        self._page: Page | None = None
        self._sessions_pane = SessionsPane(self._choose)
        self._conversation = ConversationPane(self._earlier)
        self._title = urwid.Text("", wrap="ellipsis")
        self._hints = urwid.Text("", wrap="ellipsis")
        right = urwid.Frame(
            self._conversation,
            header=urwid.AttrMap(self._title, HEADING),
            footer=urwid.AttrMap(self._hints, HEADING),
        )
        self._columns = urwid.Columns([(SESSIONS_NARROW, self._sessions_pane), right], dividechars=1, focus_column=1)
        super().__init__(self._columns)
        self._tell()

    # -- for whoever shows it ---------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Take what is new on the board. False where nothing was, which costs next to nothing."""
        if self._board.version == self._version:
            return False
        changes = self._board.changes(self._version)
        if changes.is_whole:
            self._sessions.clear()
        self._version = changes.version
        self._sessions.update((one.session_id, one) for one in changes.sessions)
        for gone in changes.forgotten_sessions:
            self._sessions.pop(gone, None)
        self._sessions_pane.show(list(self._sessions.values()))
        self._choose_one()
        session = self._session
        if self._page is not None and session is not None and self._page.read(session, changes.exchanges):
            self._conversation.changed()
        self._tell()
        return True

    def show_flow(self, flow_id: str) -> bool:
        """Choose the session of a flow, and go to its card. False where no session has it."""
        self.refresh()
        found = [one for one in self._board.changes(0).exchanges if one.flow_id.partition(":")[0] == flow_id]
        if not found:
            return False
        self._sessions_pane.choose(found[-1].session_id)
        self._columns.focus_position = 1
        while self._page is not None:
            card = self._page.first_card_of(flow_id)
            if card is not None:
                self._conversation.go_to(card)
                self._tell()
                return True
            if not self._earlier():
                break
        return False

    def act(self, action: str) -> None:
        """What a key or a command asks for."""
        match action:
            case "select":
                self._select()
            case "fold":
                self._conversation.toggle()
            case "thinking" | "results":
                self._conversation.toggle(action.removesuffix("s"))
            case "follow":
                self._conversation.follow(not self._conversation.is_following)
            case "search":
                self._host.ask("Search for", self._search)
            case "next" | "previous":
                self._find(1 if action == "next" else -1)
            case "card.next" | "card.previous":
                self._conversation.next_card(1 if action == "card.next" else -1)
        self._tell()

    # -- urwid's calls ----------------------------------------------------------------------------------------------

    def render(self, size: tuple[int, int], focus: bool = False) -> Any:
        width = SESSIONS_NARROW if size[0] < NARROW else SESSIONS_WIDE
        pane, options = self._columns.contents[0]
        if options[1] != width:
            self._columns.contents[0] = (pane, self._columns.options("given", width))
        is_left = self._columns.focus_position == 0
        self._sessions_pane.is_marked, self._conversation.is_marked = is_left, not is_left
        return super().render(size, focus)

    def keypress(self, size: tuple[int, int], key: str) -> str | None:
        if key == "m_next":
            self._columns.focus_position = 1 - self._columns.focus_position
            rest: str | None = None
        else:
            rest = super().keypress(size, key)
        self._sessions_pane._invalidate()
        self._conversation._invalidate()
        self._tell()
        return rest

    # -- inside -----------------------------------------------------------------------------------------------------

    @property
    def _session(self) -> SessionFacts | None:
        return self._sessions.get(self._sessions_pane.session_id or "")

    def _choose_one(self) -> None:
        """Somebody is always chosen; who was chosen stays so for as long as the board remembers them."""
        latest = self._sessions_pane.latest
        if self._session is None and latest is not None:
            self._sessions_pane.choose(latest.session_id)

    def _choose(self, session_id: str) -> None:
        self._page = Page(self._board, session_id, self._options)
        session = self._sessions.get(session_id)
        if session is not None:
            self._page.read(session, self._board.changes(0).exchanges)
        self._conversation.show(self._page)
        self._tell()

    def _earlier(self) -> bool:
        if self._page is None or not self._page.earlier(self._board.changes(0).exchanges):
            return False
        self._conversation.changed()
        return True

    def _select(self) -> None:
        if self._columns.focus_position == 0:
            self._columns.focus_position = 1
            return
        card = self._conversation.card
        if card is not None and not self._host.open_flow(card.flow_id.partition(":")[0]):
            self._host.say("This card's flow is not in the list any more.")

    def _search(self, term: str) -> None:
        if not self._conversation.search(term, -1 if self._conversation.is_following else 1) and term:
            self._host.say(f"Not found: {one_line(term, 60)}")
        self._tell()

    def _find(self, step: int) -> None:
        if not self._conversation.term:
            self._host.ask("Search for", self._search)
        elif not self._conversation.search(self._conversation.term, step):
            self._host.say(f"Not found: {one_line(self._conversation.term, 60)}")

    def _tell(self) -> None:
        session = self._session
        self._title.set_text(_title(session) if session is not None else "")
        conversation = self._conversation
        below = conversation.rows_below
        place = "following" if conversation.is_following else f"{below:,} below"
        actions = [hint for hint in HINTS if hint[0] != "follow" or not conversation.is_following]
        keys = [(self._host.key_of(action), word) for action, word in actions]
        self._hints.set_text("  ".join([place, *(f"{key} {word}" for key, word in keys if key)]))


def _title(session: SessionFacts) -> str:
    usage = {
        "input_tokens": session.input_tokens or None,
        "cache_read_input_tokens": session.cached_tokens,
        "output_tokens": session.output_tokens,
    }
    parts = [
        label(session),
        one_line(session.silence, 80) if session.silence else state_words(session.state, session.tool),
        tokens(usage),
        dollars(session.cost_usd),
        window_share(session.context_tokens, session.context_window),
        f"{session.exchanges:,} call{'s' if session.exchanges != 1 else ''}",
        one_line(session.model, 60) if session.model else "",
    ]
    return " · ".join(part for part in parts if part)

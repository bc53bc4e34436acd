"""The board: what all agents are doing, in one place that any number of screens read.

In: `(flow id, ExchangeEvent)` and the time, on the capture thread. Out: facts, on any other thread, as changes since a
version: a reader keeps the version that it was given and asks again with it, and gets what has changed since, each fact
whole and texts from where the reader has them. A reader that was away for too long gets all there is. The lock is held
while one event is taken or one fact copied, which takes microseconds. All is bounded: the oldest goes first.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from addons.protocols.events import ExchangeEnded, ExchangeEvent, ExchangeStarted
from renderers.board.exchange import BoardExchange
from renderers.board.facts import BlockFacts, Changes
from renderers.board.session import EXCHANGES_EACH, BoardSession

MOST_SESSIONS: Final = 100
MOST_EXCHANGES: Final = 2_000
MOST_CHARS: Final = 8_000_000
"""Of all blocks together."""

_REMEMBERED_GONE: Final = 5_000
_NS_PER_MS: Final = 1e6


class _Versioned(Protocol):
    version: int


class Numbered(NamedTuple):
    """An exchange's number within its session, and its flow."""

    number: int
    flow_id: str


class Board:
    """`feed` and `tick` are for one thread, reading is for any."""

    def __init__(self, dead_after_s: float = 60.0) -> None:
        self._dead_after_s = dead_after_s
        self._lock = threading.Lock()
        self._version = 0
        self._sessions: OrderedDict[str, BoardSession] = OrderedDict()
        """The one that changed last is last; so in `_changed`."""
        self._exchanges: OrderedDict[str, BoardExchange] = OrderedDict()
        """In order of their beginning."""
        self._changed: OrderedDict[str, BoardExchange] = OrderedDict()
        self._open: dict[str, BoardExchange] = {}
        self._gone: deque[tuple[int, str, bool]] = deque(maxlen=_REMEMBERED_GONE)
        """Version, session or flow id, whether it is a session."""
        self._gone_before = 0
        """What went up to this version is no longer remembered one by one."""
        self._chars = 0
        self._clock = (0.0, 0)
        """The latest event's moment, on both clocks."""

    # -- the capture thread's calls ---------------------------------------------------------------------------------

    def feed(self, flow_id: str, event: ExchangeEvent, now_s: float, epoch_ns: int) -> None:
        """`now_s` is a monotonic clock's, for silences; `epoch_ns` the time of day at which it happened."""
        with self._lock:
            self._clock = (now_s, epoch_ns)
            if isinstance(event, ExchangeStarted):
                self._begin(flow_id, event, now_s)
                return
            exchange = self._open.get(flow_id)
            if exchange is None:
                return
            self._version += 1
            chars = exchange.blocks.chars
            started_ns = exchange.started.started_epoch_ns
            exchange.feed(event, now_s, max(0.0, (epoch_ns - started_ns) / _NS_PER_MS), self._version)
            self._chars += exchange.blocks.chars - chars
            session = self._sessions[exchange.started.session_id]
            if isinstance(event, ExchangeEnded):
                del self._open[flow_id]
                session.ended(exchange, event)
            self._touch(session, exchange, epoch_ns)
            self._forget_texts()

    def tick(self, now_s: float) -> None:
        """Time passes: who is silent is told so."""
        with self._lock:
            for exchange in self._open.values():
                if exchange.tick(now_s, self._dead_after_s):
                    self._version += 1
                    exchange.version = self._version
                    session = self._sessions[exchange.started.session_id]
                    self._touch(session, exchange, session.last_ns)

    # -- the readers' calls -----------------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """It grows with every change."""
        return self._version

    def time_ns(self, now_s: float) -> int | None:
        """The time of day where the events come from: in a recording that is shown it is another one than here. None
        before the first event."""
        heard_s, epoch_ns = self._clock
        return epoch_ns + int((now_s - heard_s) * 1e9) if epoch_ns else None

    def changes(self, since: int) -> Changes:
        """What has changed since a version; 0 gives all."""
        with self._lock:
            version = self._version
            is_whole = since <= 0 or since < self._gone_before
            since = -1 if is_whole else since
            sessions = _newer(self._sessions, since)
            exchanges = _newer(self._changed, since)
            gone = [] if is_whole else list(itertools.takewhile(lambda one: one[0] > since, reversed(self._gone)))
        return Changes(
            version=version,
            is_whole=is_whole,
            sessions=self._copies([session.facts for session in sessions]),
            exchanges=self._copies([exchange.facts for exchange in exchanges]),
            forgotten_sessions=tuple(name for _, name, is_session in gone if is_session),
            forgotten_exchanges=tuple(name for _, name, is_session in gone if not is_session),
        )

    def flows_of(self, session_id: str) -> list[Numbered]:
        """The exchanges of a session, in order of their beginning."""
        with self._lock:
            session = self._sessions.get(session_id)
            exchanges = [] if session is None else list(session.exchanges.values())
        return [Numbered(one.number, one.started.flow_id) for one in exchanges]

    def flows_changed(self, session_id: str, since: int) -> tuple[int, list[Numbered]]:
        """The version now, and which exchanges of the session have changed, in order of their beginning."""
        with self._lock:
            mine = [one for one in _newer(self._changed, since) if one.started.session_id == session_id]
            version = self._version
        return version, sorted(Numbered(one.number, one.started.flow_id) for one in mine)

    def blocks(self, flow_id: str, since: int = -1, places: Sequence[int] = ()) -> tuple[BlockFacts, ...]:
        """Blocks of one exchange that changed since a version. `places` says how much of the text of each block, by its
        number, the reader has."""
        with self._lock:
            exchange = self._exchanges.get(flow_id)
            blocks = [] if exchange is None else [block for block in exchange.blocks if block.version > since]
        place_of = dict(enumerate(places))
        return self._copies(
            [lambda block=block: block.facts(flow_id, place_of.get(block.number, 0)) for block in blocks]  # type: ignore[misc]
        )

    # -- inside -----------------------------------------------------------------------------------------------------

    def _copies[T](self, makers: Iterable[Callable[[], T]]) -> tuple[T, ...]:
        """Each under the lock for itself: a reader of much must not hold up the capture thread."""
        copies = []
        for make in makers:
            with self._lock:
                copies.append(make())
        return tuple(copies)

    def _begin(self, flow_id: str, event: ExchangeStarted, now_s: float) -> None:
        self._version += 1
        if flow_id in self._exchanges:
            # The same flow once more, such as one that is read from a file again.
            self._forget_exchange(flow_id)
        session = self._sessions.get(event.session_id)
        if session is None:
            session = self._sessions[event.session_id] = BoardSession(event)
        exchange, called = session.begin(event, now_s, self._version)
        self._exchanges[flow_id] = self._changed[flow_id] = self._open[flow_id] = exchange
        self._chars += exchange.blocks.chars
        if called is not None and called.started.flow_id in self._changed:
            self._changed.move_to_end(called.started.flow_id)
        self._touch(session, exchange, max(event.started_epoch_ns, session.last_ns))
        self._forget_exchanges(session)
        self._forget_sessions()
        self._forget_texts()

    def _touch(self, session: BoardSession, exchange: BoardExchange, epoch_ns: int) -> None:
        session.version = self._version
        session.last_ns = epoch_ns
        self._sessions.move_to_end(session.session_id)
        self._changed.move_to_end(exchange.started.flow_id)

    # -- forgetting -------------------------------------------------------------------------------------------------

    def _forget_exchanges(self, session: BoardSession) -> None:
        if len(session.exchanges) > EXCHANGES_EACH and (oldest := session.oldest_to_forget()) is not None:
            self._forget_exchange(oldest)
        if len(self._exchanges) > MOST_EXCHANGES:
            over = next((flow_id for flow_id, one in self._exchanges.items() if one.ended is not None), None)
            if over is not None:
                self._forget_exchange(over)

    def _forget_exchange(self, flow_id: str) -> None:
        exchange = self._exchanges.pop(flow_id)
        self._chars -= exchange.blocks.chars
        del self._changed[flow_id]
        session = self._sessions[exchange.started.session_id]
        session.forget(flow_id)
        if self._open.pop(flow_id, None) is not None:
            session.open_count -= 1
        session.version = self._version
        self._sessions.move_to_end(session.session_id)
        self._note_gone(flow_id, is_session=False)

    def _forget_sessions(self) -> None:
        if len(self._sessions) <= MOST_SESSIONS:
            return
        session = next((one for one in self._sessions.values() if not one.open_count), None)
        if session is None:
            return
        for flow_id in list(session.exchanges):
            exchange = self._exchanges.pop(flow_id)
            self._chars -= exchange.blocks.chars
            del self._changed[flow_id]
        del self._sessions[session.session_id]
        self._note_gone(session.session_id, is_session=True)

    def _forget_texts(self) -> None:
        """The oldest exchanges' texts, and somewhat more than needed, so that it is not to be done each time."""
        if self._chars <= MOST_CHARS:
            return
        for exchange in self._exchanges.values():
            if exchange.blocks.chars and exchange.ended is not None:
                self._chars -= exchange.blocks.chars
                exchange.blocks.drop_texts()
                if self._chars <= MOST_CHARS - MOST_CHARS // 8:
                    return

    def _note_gone(self, name: str, *, is_session: bool) -> None:
        if len(self._gone) == _REMEMBERED_GONE:
            self._gone_before = self._gone[0][0]
        self._gone.append((self._version, name, is_session))


def _newer[T: _Versioned](items: OrderedDict[str, T], since: int) -> list[T]:
    """Those that changed after a version; they are in order of their last change."""
    found = list(itertools.takewhile(lambda item: item.version > since, reversed(items.values())))
    found.reverse()
    return found

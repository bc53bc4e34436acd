"""The sink: the log's records go to a Redis stream as well (SPEC S1.5).

In: records from the capture thread, which only puts them down here. Out: entries of the stream, sent in batches on a
thread of its own. A Redis that is away, slow, full or loading costs neither traffic nor log anything: records wait in
memory up to a bound; beyond it they are dropped here and counted, and when Redis is back the log, which has them, is
read for what the stream lacks. So it is when the server has lost what it had (its counter of our records tells).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addons import faults
from addons.redis_stream.address import ANSWER_S, RedisAddress
from addons.redis_stream.backfill import Backfill, Progress
from addons.redis_stream.entry import Entry
from addons.redis_stream.failures import reason
from addons.redis_stream.ledger import Ledger, Limits, Names, Outcome
from addons.redis_stream.waiting import Waiting
from addons.sinks.records import Record

GATHER_S = 0.04
"""One call takes what has come meanwhile: it costs more than its records, and takes turns with the event loop for the
interpreter."""

STOP_S = 3.0
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 10.0
CHECK_S = 2.0
"""How often the server is asked, while nothing is to be sent, whether it still has everything."""

_MARGIN_MS = 5_000
"""A record may be older than the time at which it was handed over: redaction held it."""

_RATE_S = 10.0
_SAY_S = 5.0
_MOST_MARKS = 20_000


@dataclass(frozen=True, slots=True)
class SinkSettings:
    address: RedisAddress
    stream: str
    limits: Limits
    host: str
    buffer_bytes: int
    root: Path
    """The log folder, from which is sent after what memory could not hold."""


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """`rate` is in records per second, over the last ten; `behind_ms` how long the first one that waits has waited."""

    sent: int
    doubles: int
    dropped: int
    waiting: int
    waiting_bytes: int
    behind_ms: int | None
    rate: float
    outage: str | None
    backfill: Progress | None


class Acknowledged:
    """How many of our records the server had at which time, to know from when on it has lost some."""

    def __init__(self, now_ms: int) -> None:
        self.total = 0
        self._marks: deque[tuple[int, int]] = deque([(0, now_ms)])

    def note(self, had_before: int, count: int, taken_ms: int) -> None:
        if taken_ms - self._marks[-1][1] >= 1000:
            self._marks.append((had_before, taken_ms))
            if len(self._marks) > _MOST_MARKS:
                self._marks.popleft()
        self.total = had_before + count

    def lost_since_ms(self, had_before: int) -> int | None:
        """None where it has all that it ever acknowledged."""
        if had_before >= self.total:
            return None
        since_ms = next((at_ms for total, at_ms in reversed(self._marks) if total <= had_before), self._marks[0][1])
        # What came before is not what counts any more.
        while len(self._marks) > 1 and self._marks[-1][0] > had_before:
            self._marks.pop()
        return since_ms


class StreamSink:
    """`tell` is given sentences for the person at the terminal: one when an outage begins, one when it is over."""

    def __init__(
        self, settings: SinkSettings, tell: Callable[[str], None], epoch_ms: Callable[[], int] | None = None
    ) -> None:
        self._settings = settings
        self._tell = tell
        self._epoch_ms = epoch_ms or (lambda: time.time_ns() // 1_000_000)
        self._names = Names(settings.stream)
        self._waiting = Waiting(settings.buffer_bytes, settings.host)
        self._acknowledged = Acknowledged(self._epoch_ms())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mitmagent redis", daemon=True)
        self._lock = threading.Lock()
        self._lack_since_ms: int | None = None
        """From when on the stream may lack something that the log has."""
        self._asked_since_ms: int | None = None
        """The same, because somebody wants to know."""
        self._sent = self._doubles = self._dropped = self._dropped_told = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._outage: str | None = None
        self._backfill: Backfill | None = None

    def start(self) -> None:
        self._thread.start()

    def publish(self, records: Sequence[Record]) -> None:
        """Take them over. Never waits, never raises for what Redis does."""
        now_ms = self._epoch_ms()
        refused = self._waiting.add(records, now_ms)
        if refused:
            self._dropped += refused
            self.lacks(now_ms)

    def lacks(self, since_ms: int) -> None:
        """The stream may lack something that the log has, from then on: send it after."""
        with self._lock:
            self._lack_since_ms = min(since_ms, self._lack_since_ms or since_ms)
        self._waiting.wake()

    def backfill(self, since_ms: int) -> None:
        """Send what the log has since then and the stream lacks. Says when it is done."""
        with self._lock:
            self._asked_since_ms = since_ms
        self._waiting.wake()

    def status(self) -> SinkStatus:
        oldest_ms = self._waiting.oldest_ms()
        since_s = time.monotonic() - _RATE_S
        with self._lock:
            recent = sum(count for at_s, count in self._recent if at_s >= since_s)
        return SinkStatus(
            sent=self._sent,
            doubles=self._doubles,
            dropped=self._dropped,
            waiting=self._waiting.count,
            waiting_bytes=self._waiting.size_bytes,
            behind_ms=None if oldest_ms is None else self._epoch_ms() - oldest_ms,
            rate=recent / _RATE_S,
            outage=self._outage,
            backfill=self._backfill.progress if self._backfill else None,
        )

    def stop(self) -> None:
        """Send what waits, if Redis takes it in time."""
        self._stopping.set()
        self._waiting.wake()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        left = self._waiting.count
        if left:
            self._tell(
                f"{self._name}: {left:,} records have not reached the stream; the log has them: "
                "agent.redis.backfill sends them after"
            )

    # -- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        # redis-py takes a while to import, and nobody who does without Redis is to pay for it.
        from redis.backoff import ExponentialWithJitterBackoff
        from redis.exceptions import RedisError

        backoff: Any = ExponentialWithJitterBackoff(base=FIRST_DELAY_S, cap=LONGEST_DELAY_S)
        ledger: Ledger | None = None
        failures = 1
        while True:
            stopping = self._stopping.is_set()
            try:
                if ledger is None:
                    client = self._settings.address.connect(ANSWER_S)
                    ledger = Ledger(client, self._names, self._settings.limits, self._settings.host)
                if failures:
                    # Tells more of a refusal than a server that hangs up on a large command.
                    client.ping()
                self._send_waiting(ledger)
                self._end_outage()
                failures = 0
                if stopping:
                    return
                self._catch_up(ledger, client)
                self._waiting.wait(CHECK_S)
                self._stopping.wait(GATHER_S)
            except RedisError as error:
                failures = min(failures + 1, 16)
                self._begin_outage(error)
                if stopping:
                    return
                self._stopping.wait(max(FIRST_DELAY_S, backoff.compute(failures)))
            except BaseException as fault:
                faults.report("Redis sink", None, fault)
                if stopping:
                    return
                self._stopping.wait(LONGEST_DELAY_S)

    def _send_waiting(self, ledger: Ledger) -> None:
        """Also when nothing waits the server is asked how much it has had: it may have lost some in the meantime."""
        batch = self._waiting.batch()
        while True:
            outcome = ledger.add([item.entry for item in batch], self._oldest_ms())
            self._waiting.done(batch, outcome.now_ms, outcome.first_ms)
            self._account(outcome, len(batch), batch[0].taken_ms if batch else self._epoch_ms())
            if not (batch := self._waiting.batch()):
                return

    def _account(self, outcome: Outcome, count: int, taken_ms: int) -> None:
        lost_since_ms = self._acknowledged.lost_since_ms(outcome.had_before)
        if lost_since_ms is not None:
            self._waiting.forget_blobs()
            self.lacks(lost_since_ms)
        self._acknowledged.note(outcome.had_before, count, taken_ms)
        self._sent += outcome.added
        self._doubles += outcome.doubles
        now_s = time.monotonic()
        with self._lock:
            self._recent.append((now_s, outcome.added))
            while self._recent[0][0] < now_s - _RATE_S:
                self._recent.popleft()

    def _catch_up(self, ledger: Ledger, client: Any) -> None:
        """Send what the stream lacks. What is new goes on meanwhile; whoever reads puts it in order."""
        with self._lock:
            since = [each for each in (self._lack_since_ms, self._asked_since_ms) if each is not None]
            is_asked = self._asked_since_ms is not None
            self._lack_since_ms = self._asked_since_ms = None
        if not since:
            return
        since_ms = max(min(since) - _MARGIN_MS, self._oldest_ms())
        backfill = self._backfill = Backfill(self._settings.root, self._settings.host, since_ms, client, self._names)
        try:
            next_said_s = time.monotonic() + _SAY_S
            for entries in backfill.batches():
                began_s = time.monotonic()
                if is_asked and began_s > next_said_s:
                    next_said_s = began_s + _SAY_S
                    self._tell(f"{self._name}: {backfill.progress}; going on")
                if entries:
                    self._send_after(ledger, entries, backfill.progress)
                self._send_waiting(ledger)
                # As long again for the others on this machine.
                if self._stopping.wait(time.monotonic() - began_s):
                    return
        except OSError as unreadable:
            self._tell(f"{self._name}: the log can't be read for what the stream lacks ({unreadable.strerror})")
            return
        except Exception:
            self.lacks(since_ms)
            raise
        finally:
            self._backfill = None
        if is_asked or backfill.progress.sent:
            self._tell(f"{self._name}: {backfill.progress}")

    def _send_after(self, ledger: Ledger, entries: list[Entry], progress: Progress) -> None:
        outcome = ledger.add(entries, self._oldest_ms(), from_log=True)
        self._account(outcome, len(entries), self._epoch_ms())
        progress.note(outcome)

    def _oldest_ms(self) -> int:
        age_ms = self._settings.limits.age_ms
        return self._epoch_ms() - age_ms if age_ms else 0

    @property
    def _name(self) -> str:
        return f"agent_redis_url={self._settings.address.shown}"

    def _begin_outage(self, error: Exception) -> None:
        why = reason(error)
        if self._outage is None:
            self._tell(
                f"{self._name}: {why}. Traffic and log go on; up to {self._settings.buffer_bytes >> 20} MB wait in "
                "memory, and what is more is sent after from the log"
            )
        self._outage = why

    def _end_outage(self) -> None:
        if self._outage is not None:
            dropped = self._dropped - self._dropped_told
            self._dropped_told += dropped
            self._outage = None
            lacking = f"{dropped:,} records did not fit into memory and are sent after from the log" if dropped else ""
            self._tell(f"{self._name}: Redis is back; {lacking or 'nothing is lost'}")

"""The reporter: a stream of many proxies becomes a log folder, from which reports are answered for all of them.

In: the stream, as a consumer of a group, so that the server knows what has been dealt with. Out: the folder. An entry
is acknowledged when it is in the files; what was delivered and not acknowledged, here or to a reporter that has died,
comes again, and the folder tells what it has (drained.py). One reporter of a group works at a time: two would tear
exchanges apart.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from addons.redis_stream.address import RedisAddress
from addons.redis_stream.drained import DrainedLog, Refused
from addons.redis_stream.entry import Received, id_parts, received
from addons.redis_stream.failures import reason
from addons.redis_stream.history import BEGINNING, entry_numbers
from addons.redis_stream.sequencer import Sequencer

DEFAULT_GROUP = "reports"
PATIENCE_S = 30.0
"""How long an exchange's later frames wait for one that is missing, so that they are in order in the file."""

DEAD_MS = 60_000
"""A consumer that has not asked for so long is taken for dead."""

COUNT = 500
BLOCK_MS = 500
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
_SAY_S = 10.0


class Drain:
    def __init__(
        self,
        address: RedisAddress,
        stream: str,
        group: str,
        root: Path,
        tell: Callable[[str], None],
        stopping: threading.Event,
    ) -> None:
        """Raises `Refused` where the folder is none of ours."""
        self._address = address
        self._stream = stream
        self._group = group
        self._consumer = f"{socket.gethostname()}:{root}"
        self._tell = tell
        self._stopping = stopping
        self._log = DrainedLog(root, tell, stopping)
        self._sequencer = Sequencer(PATIENCE_S, keeps_late=True, resume=self._log.next_of)
        self._client: Any = None
        self._held: dict[tuple[object, ...], list[bytes]] = {}
        """Ids, by key, of what waits for its turn: delivered, not in the files, and so not to be acknowledged."""
        self._is_away = False
        self._lost = 0
        self._said = 0
        self._next_said_s = 0.0

    def run(self, once: bool) -> None:
        """Until it is told to stop; with `once` until nothing more is there. Raises `Refused`."""
        from redis.backoff import ExponentialWithJitterBackoff
        from redis.exceptions import RedisError

        backoff: Any = ExponentialWithJitterBackoff(base=FIRST_DELAY_S, cap=LONGEST_DELAY_S)
        failures = 0
        try:
            while not self._stopping.is_set():
                try:
                    self._join()
                    self._back()
                    failures = 0
                    self._work(once)
                    self._leave()
                    return
                except (RedisError, OSError) as error:
                    failures += 1
                    self._gone(error)
                    self._stopping.wait(max(FIRST_DELAY_S, backoff.compute(min(failures, 16))))
        finally:
            self._log.close()

    @property
    def written(self) -> int:
        return self._log.written

    def _join(self) -> None:
        """Be the group's only consumer, with whatever one that has died was working on."""
        from redis.exceptions import ResponseError

        if self._client is None:
            self._client = self._address.connect()
        try:
            self._client.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as there:
            if "BUSYGROUP" not in str(there):
                raise
        for other in self._client.xinfo_consumers(self._stream, self._group):
            name = other["name"].decode("utf-8", "replace")
            if name != self._consumer and other["idle"] < DEAD_MS:
                raise Refused(
                    f"group {self._group} of {self._stream} has a reporter already: {name}. Stop it and wait a minute, "
                    "or choose another group"
                )
        start: Any = "0-0"
        while start is not None:
            start, *_ = self._client.xautoclaim(
                self._stream, self._group, self._consumer, DEAD_MS, start_id=start, count=COUNT, justid=False
            )
            start = None if start in (b"0-0", "0-0") else start

    def _leave(self) -> None:
        """So that another may take over at once; not where something is still to be dealt with by this one."""
        for consumer in self._client.xinfo_consumers(self._stream, self._group):
            if consumer["name"] == self._consumer.encode() and consumer["pending"] == 0:
                self._client.xgroup_delconsumer(self._stream, self._group, self._consumer)

    def _work(self, once: bool) -> None:
        position: bytes = b"0"
        self._look_for_trimmed()
        while not self._stopping.is_set():
            # First what was delivered before, from the first on; then what is new.
            answer = self._client.xreadgroup(
                self._group,
                self._consumer,
                {self._stream: position},
                count=COUNT,
                block=None if position != b">" or once else BLOCK_MS,
            )
            page = answer[0][1] if answer else []
            if not self._deal_with(page):
                return
            if position != b">":
                position = page[-1][0] if page else b">"
            elif once and not page:
                return
            if len(page) == COUNT:
                self._look_for_trimmed()
            self._say()

    def _deal_with(self, page: list[tuple[bytes, dict[bytes, bytes] | None]]) -> bool:
        """False: it was told to stop before all was written."""
        done: list[bytes] = []
        ready: list[Received] = []
        now_s = time.monotonic()
        for id, fields in page:
            each = received(id, fields) if fields else None  # one without fields has been trimmed meanwhile
            if each is not None and each.entry[:3] in self._held:
                self._held[each.entry[:3]].append(id)
            elif each is None or not self._log.take(each):
                done.append(id)
            else:
                self._held[each.entry[:3]] = [id]
                ready += self._sequencer.feed(each, now_s)
        ready += self._sequencer.tick(now_s)
        if not self._log.write(ready):
            return False
        for each in ready:
            done += self._held.pop(each.entry[:3])
        if done:
            self._client.xack(self._stream, self._group, *done)
        return True

    def _look_for_trimmed(self) -> None:
        """What was trimmed before it could be read is lost for the reports: say how much."""
        group = next(
            (each for each in self._client.xinfo_groups(self._stream) if each["name"] == self._group.encode()), None
        )
        first = self._client.xrange(self._stream, count=1)
        if group is None or not first:
            return
        read, last = group.get("entries-read"), group["last-delivered-id"]
        before, _ = entry_numbers(self._client, self._stream)
        if last == BEGINNING or id_parts(first[0][0]) <= id_parts(last) or read is None or before is None:
            return
        lost = before - read
        if lost > self._lost:
            self._tell(
                f"{lost:,} entries were trimmed from the stream before they could be read; raise agent_redis_maxlen"
            )
        self._lost = lost

    def _say(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_said_s and self._log.written > self._said:
            self._tell(f"{self._log.written:,} records drained")
            self._said, self._next_said_s = self._log.written, now_s + _SAY_S

    def _gone(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            self._tell(f"{self._address.shown}: {reason(error)}; waiting for it")

    def _back(self) -> None:
        if self._is_away:
            self._is_away = False
            self._tell(f"{self._address.shown}: Redis is back")


__all__ = ["DEFAULT_GROUP", "Drain", "Refused"]

"""A stream as a source: what several proxies send, as if it were captured here and now (SPEC S1.5).

In: the address, where to begin. Out: steps, as those of a log's files (addons/sources/log_files.py). A Redis that goes
away is said once and waited for; what was trimmed from the stream before it could be read is counted and said. Nothing
is written, there or here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from addons.pricing.book import PriceBook
from addons.redis_stream.address import RedisAddress
from addons.redis_stream.contents import Contents
from addons.redis_stream.entry import Received, id_parts, received, with_host
from addons.redis_stream.failures import reason
from addons.redis_stream.history import Start, entry_numbers, look_back
from addons.redis_stream.ledger import Names
from addons.redis_stream.sequencer import Sequencer
from addons.sinks.records import REFERENCE, Kind
from addons.sources.assembler import Assembler
from addons.sources.log_files import Reader, Step
from addons.sources.order import Timed, What
from addons.sources.places import SessionList

PATIENCE_S = 3.0
"""How long an exchange waits for a frame that has not come in its turn: a backfill may bring it."""

COUNT = 500
BLOCK_MS = 200
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
_STALE_S = 2.0
"""After such a pause the stream may have been trimmed beyond where we are."""

_WHAT = {Kind.FLOWS: What.FLOW, Kind.LINES: What.LINE, Kind.ENDS: What.END}


class RedisSource(Reader):
    """With `follow` it never ends; otherwise it shows what is there when it begins."""

    def __init__(
        self,
        address: RedisAddress,
        stream: str,
        start: Start,
        follow: bool,
        tell: Callable[[str], None],
        prices: PriceBook | None = None,
    ) -> None:
        super().__init__(tell, prices)
        self._address = address
        self._names = Names(stream)
        self._start = start
        self._follow = follow
        self._contents = Contents(self._names)
        self._sequencer = Sequencer(PATIENCE_S, keeps_late=False)
        numbers = SessionList(None)
        self._assembler = Assembler(self._contents.content, numbers.number_of, has_ends=True, prices=prices)
        self._client: Any = None
        self._position: bytes | None = None
        self._until: bytes | None = None
        self._number: int | None = None
        """How many entries the stream had ever been given up to where we are; None where the server does not count."""
        self._read_s = 0.0
        self._is_away = False
        self._missing = 0

    def steps(self) -> Iterator[Step | None]:
        from redis.backoff import ExponentialWithJitterBackoff
        from redis.exceptions import RedisError

        backoff: Any = ExponentialWithJitterBackoff(base=FIRST_DELAY_S, cap=LONGEST_DELAY_S)
        failures = 0
        while True:
            try:
                entries, is_over = self._read()
                failures = 0
            except (RedisError, OSError) as error:
                failures += 1
                self._gone(error)
                until_s = time.monotonic() + max(FIRST_DELAY_S, backoff.compute(min(failures, 16)))
                while time.monotonic() < until_s:
                    yield from self._shown(self._sequencer.tick(time.monotonic()))
                    yield None
                continue
            self._back()
            now_s = time.monotonic()
            ready = [each for entry in entries for each in self._sequencer.feed(entry, now_s)]
            yield from self._shown(ready + (self._sequencer.close() if is_over else self._sequencer.tick(now_s)))
            self._tell_missing()
            if is_over:
                yield from self._rest(0)
                return
            if not entries:
                yield None

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(self) -> tuple[list[Received], bool]:
        """What has come, and whether nothing more is to be read."""
        if self._client is None:
            self._client = self._address.connect()
        if self._position is None:
            return self._begin()
        if time.monotonic() - self._read_s > _STALE_S:
            self._look_for_trimmed()
        stream, asked_s = self._names.stream, time.monotonic()
        answer = self._client.xread({stream: self._position}, count=COUNT, block=BLOCK_MS if self._follow else None)
        page = answer[0][1] if answer else []
        # A full page: there is more, and perhaps we are being overtaken. Whoever was stopped was so while it waited for
        # the answer, which tells only of the stream as it was then.
        self._read_s = asked_s if len(page) < COUNT else 0.0
        return self._taken(page), self._is_over(page)

    def _begin(self) -> tuple[list[Received], bool]:
        newest = self._client.xrevrange(self._names.stream, count=1)
        self._until = newest[0][0] if newest else None
        entries, self._position = look_back(self._client, self._names.stream, self._start)
        self._number = entry_numbers(self._client, self._names.stream)[0 if self._start.after is not None else 1]
        self._read_s = time.monotonic()
        self._prepare(entries)
        is_over = not self._follow and (not newest or self._start.after is None)
        return entries, is_over

    def _taken(self, page: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Received]:
        if not page:
            return []
        entries = [each for id, fields in page if (each := received(id, fields)) is not None]
        self._prepare(entries)
        self._position = page[-1][0]
        if self._number is not None:
            self._number += len(page)
        return entries

    def _is_over(self, page: list[Any]) -> bool:
        if self._follow:
            return False
        return not page or self._until is None or id_parts(page[-1][0]) >= id_parts(self._until)

    def _prepare(self, entries: list[Received]) -> None:
        """Have the contents here that their requests refer to."""
        for each in entries:
            if each.entry.kind is Kind.BLOBS:
                self._contents.add(each.entry.owner, each.entry.line)
        requests = [each.entry.line for each in entries if each.entry.kind is Kind.FLOWS]
        referred = {digest for line in requests for digest in REFERENCE.findall(line)}
        if referred:
            self._contents.fetch(self._client, referred)

    def _look_for_trimmed(self) -> None:
        first = self._client.xrange(self._names.stream, count=1)
        position = self._position
        if not first or position is None or id_parts(first[0][0]) <= id_parts(position):
            return
        there = entry_numbers(self._client, self._names.stream)[0]
        if there is None or self._number is None:
            if self._start.after != position:
                self._tell("entries were trimmed from the stream before they could be read; what is shown lacks them")
        elif there > self._number:
            self._tell(
                f"{there - self._number:,} entries were trimmed from the stream before they could be read; what is "
                "shown lacks them"
            )
        self._number = there

    # -- showing ----------------------------------------------------------------------------------------------------

    def _shown(self, entries: list[Received]) -> Iterator[Step]:
        for each in entries:
            yield from self._steps(self._timed(each))

    def _timed(self, each: Received) -> Iterator[Timed]:
        what = _WHAT.get(each.entry.kind)
        if what is not None:
            yield from self._records.read([with_host(each.entry.line, each.host)], what)

    def _tell_missing(self) -> None:
        missing = self._sequencer.missing
        if missing > self._missing:
            self._tell(f"{missing - self._missing:,} frames have not come through the stream; what is shown lacks them")
            self._missing = missing

    def _gone(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            self._tell(f"{self._address.shown}: {reason(error)}; waiting for it")

    def _back(self) -> None:
        if self._is_away:
            self._is_away = False
            self._read_s = 0.0
            self._tell(f"{self._address.shown}: Redis is back")

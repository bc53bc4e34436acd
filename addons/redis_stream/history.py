"""Where in a stream to begin (SPEC S1.5: from now, from the start, from an id, with the last N exchanges).

In: a wish, as `agent_source_from` has it, and the stream. Out: the entries of what is there that are to be shown, and
the id behind which to read on. The stream is read backwards for them, and only as far as is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from addons.redis_stream.entry import Received, received
from addons.sinks.records import Kind

BEGINNING = b"0-0"
_FRESH_MS = 600_000
"""An exchange that began longer ago and has no end is looked for no further: its proxy may have been killed."""

_PAGE = 1000
_MOST_ENTRIES = 100_000
_ID = re.compile(r"\d+-\d+")


@dataclass(frozen=True, slots=True)
class Start:
    """`after`: behind which entry. `exchanges`: with the last so many, and those that go on; neither: only those."""

    after: bytes | None = None
    exchanges: int = 0


def parse_start(text: str) -> Start:
    """Raises ValueError with what to write instead."""
    if text == "now":
        return Start()
    if text == "start":
        return Start(after=BEGINNING)
    if _ID.fullmatch(text):
        return Start(after=_before(text))
    if text.isascii() and text.isdigit() and 0 < int(text) <= 10_000:
        return Start(exchanges=int(text))
    raise ValueError("use now, start, an entry's id such as 1764150000000-0, or a number of exchanges up to 10000")


def look_back(client: Any, stream: str, start: Start) -> tuple[list[Received], bytes]:
    """What is to be shown of what is there, and behind which id to go on. Raises redis-py's errors."""
    if start.after is not None:
        return [], start.after
    newest = client.xrevrange(stream, count=1)
    if not newest:
        return [], BEGINNING
    last: bytes = newest[0][0]
    kept: list[Received] = []
    begun: set[bytes] = set()
    ended: set[bytes] = set()
    oldest_ms = 0 if start.exchanges else int(last.partition(b"-")[0]) - _FRESH_MS
    for each in _backwards(client, stream, last, oldest_ms):
        kind, owner = each.entry.kind, each.entry.owner
        if kind is Kind.ENDS:
            ended.add(owner)
        if kind in (Kind.FLOWS, Kind.LINES, Kind.ENDS) and (start.exchanges or owner not in ended):
            kept.append(each)
        if kind is Kind.FLOWS:
            begun.add(owner)
            if start.exchanges and len(begun) == start.exchanges:
                break
    # Once more, now that all ends are known: a frame that was sent after stands behind its exchange's end.
    shown = begun if start.exchanges else begun - ended
    return [each for each in reversed(kept) if each.entry.owner in shown], last


def entry_numbers(client: Any, stream: str) -> tuple[int | None, int | None]:
    """How many entries there were ever before the stream's first, and up to its last. None where the server does not
    count (before Redis 7)."""
    from redis.exceptions import ResponseError

    try:
        info = client.xinfo_stream(stream)
    except ResponseError:
        return 0, 0  # there is no stream yet
    added = info.get("entries-added")
    return (None, None) if added is None else (added - info["length"], added)


def _backwards(client: Any, stream: str, last: bytes, oldest_ms: int) -> Iterator[Received]:
    newest, seen = last, 0
    while seen < _MOST_ENTRIES:
        page = client.xrevrange(stream, max=newest, min=oldest_ms, count=_PAGE)
        for id, fields in page:
            if (each := received(id, fields)) is not None:
                yield each
        seen += len(page)
        if len(page) < _PAGE:
            return
        newest = _before(page[-1][0].decode())


def _before(id: str) -> bytes:
    """The greatest id that is smaller."""
    ms, _, number = id.partition("-")
    if int(number):
        return b"%d-%d" % (int(ms), int(number) - 1)
    return b"%d-%d" % (int(ms) - 1, (1 << 64) - 1) if int(ms) else BEGINNING

"""Records of the log's three files as one sequence, in the order in which they happened.

In: raw lines of each file, oldest first. Out: `(time, kind, record)`, by time stamp; at the same time an exchange
begins before its lines and ends after them. Within a file its own order counts, whatever the clock did.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

from addons.sources.assembler import epoch_ns
from addons.wire.json_text import parse_json_exactly

_AHEAD_NS = 1_000_000_000


class What(IntEnum):
    """What a record is, and its place among those of the same time."""

    FORESEEN = 0
    """A flow record, a second before its time: a clock that was set back may have put a line before it."""
    FLOW = 1
    LINE = 2
    END = 3


type Timed = tuple[int, What, dict[str, Any]]
"""Nanoseconds of the epoch, never falling within a file."""

_FIELDS: dict[What, frozenset[str]] = {
    What.FLOW: frozenset(("request",)),
    What.LINE: frozenset(("seq", "t_ms", "dir", "event", "data")),
    What.END: frozenset(("end", "usage")),
}
_COMMON = frozenset(("ts", "flow_id"))


class Records:
    """Reads records, and counts what is none."""

    def __init__(self) -> None:
        self.lines = 0
        self.damaged = 0

    def read(self, raw_lines: Iterable[bytes], what: What) -> Iterator[Timed]:
        last_ns = 0
        for raw in raw_lines:
            try:
                record = parse_json_exactly(raw.decode())
                if not (_COMMON | _FIELDS[what]) <= record.keys():
                    raise ValueError("another kind of record")
                last_ns = max(last_ns, epoch_ns(record["ts"]))
            except (ValueError, TypeError, AttributeError):
                self.damaged += what is What.LINE and raw.strip() != b""
                continue
            self.lines += what is What.LINE
            yield last_ns, what, record


def in_order(flows: Iterable[Timed], lines: Iterable[Timed], ends: Iterable[Timed]) -> Iterator[Timed]:
    flows, again = itertools.tee(flows)
    foreseen = ((at_ns - _AHEAD_NS, What.FORESEEN, record) for at_ns, _, record in again)
    return heapq.merge(foreseen, flows, lines, ends, key=lambda timed: timed[:2])

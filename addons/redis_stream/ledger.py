"""The stream and what the server remembers of it: every record gets in once, whoever sends it how often (SPEC S1.5).

In: entries, in batches. Out: entries of the stream, made by script.lua in one step with the check. What the server
remembers stands in keys beside the stream: `<stream>:seen`, of each exchange which of its records there have been, in a
few bytes for all its frames; `<stream>:blobs`, of each content the entry that has it; `<stream>:proxies`, how many
records each proxy has sent. An exchange is remembered also when its entries have been trimmed, so that it does not come
back; a content is not, so that it can.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addons.redis_stream.entry import Entry, time_ms
from addons.sinks.records import Kind

REMEMBERED_EXCHANGES = 200_000
"""About 250 bytes each. Of what is older nothing comes out of a log any more."""

BATCH_RECORDS = 500
BATCH_BYTES = 2 << 20
"""The server does nothing else meanwhile: a few milliseconds."""

_SCRIPT = Path(__file__).with_name("script.lua")


@dataclass(frozen=True, slots=True)
class Names:
    """The keys of a stream."""

    stream: str

    @property
    def seen(self) -> str:
        return f"{self.stream}:seen"

    @property
    def blobs(self) -> str:
        return f"{self.stream}:blobs"

    @property
    def proxies(self) -> str:
        return f"{self.stream}:proxies"

    @property
    def written(self) -> list[str]:
        """As script.lua wants them."""
        return [self.stream, self.seen, f"{self.seen}:ages", self.blobs, f"{self.blobs}:ages", self.proxies]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the stream. 0: none."""

    entries: int
    age_ms: int


@dataclass(frozen=True, slots=True)
class Outcome:
    added: int
    doubles: int
    forgotten: int
    """Refused, since the server may have had them so long ago that it does not remember."""
    had_before: int
    """Records that this proxy has sent, as far as the server knows."""
    first_ms: int
    """When the stream's first entry was made, by the server's clock."""
    now_ms: int
    """By the same clock."""


class Ledger:
    """One sender's side of it. Methods raise redis-py's errors; what has failed can be sent again as it is."""

    def __init__(self, client: Any, names: Names, limits: Limits, host: str) -> None:
        self._names = names
        self._limits = limits
        self._host = host
        # Others may send from the same host.
        self._sender = f"{host}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._script = client.register_script(_SCRIPT.read_text())

    def add(self, entries: Sequence[Entry], oldest_ms: int, from_log: bool = False) -> Outcome:
        """`oldest_ms`: entries before that are too old for the stream; 0 for none. `from_log`: they are sent after."""
        head = (
            self._host,
            self._sender,
            self._limits.entries,
            oldest_ms,
            REMEMBERED_EXCHANGES,
            int(from_log),
        )
        answer = self._script(keys=self._names.written, args=[*head, *_grouped(entries)])
        return Outcome(*map(int, answer))


def _grouped(entries: Iterable[Entry]) -> list[bytes | int]:
    """The arguments for them: contents first, since requests refer to them; then exchange by exchange."""
    groups: dict[bytes, list[Entry]] = {}
    arguments: list[bytes | int] = []
    for entry in entries:
        if entry.kind is Kind.BLOBS:
            arguments += (entry.owner, 0, 1, b"blobs", b"", entry.line)
        else:
            groups.setdefault(entry.owner, []).append(entry)
    for owner, group in groups.items():
        arguments += (owner, time_ms(group[-1].line) or 0, len(group))
        for entry in group:
            arguments += (entry.kind.value.encode(), b"" if entry.seq is None else entry.seq, entry.line)
    return arguments

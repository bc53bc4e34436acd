"""The contents that requests refer to, out of a stream (LOGFORMAT.md, sse_blobs.jsonl).

In: hashes. Out: contents: of what has passed by, and otherwise from the entry that the index beside the stream names.
Asked for in bulk, since each question costs a round trip; the last ones used stay.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import Any

from addons.redis_stream.entry import received
from addons.redis_stream.ledger import Names
from addons.sources.blob_index import KEPT_BYTES
from addons.wire.json_text import parse_json_exactly

_AT_ONCE = 200


class Contents:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._lines: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0

    def add(self, digest: bytes, line: bytes) -> None:
        """A record that has come by."""
        if digest in self._lines:
            return
        self._lines[digest] = line
        self._bytes += len(line)
        while self._bytes > KEPT_BYTES and len(self._lines) > 1:
            self._bytes -= len(self._lines.popitem(last=False)[1])

    def fetch(self, client: Any, digests: Collection[bytes]) -> None:
        """Have them here, where the stream still has them. Raises redis-py's errors."""
        lacking = [digest for digest in digests if digest not in self._lines]
        for start in range(0, len(lacking), _AT_ONCE):
            ids = [id for id in client.hmget(self._names.blobs, lacking[start : start + _AT_ONCE]) if id]
            pipeline = client.pipeline(transaction=False)
            for id in ids:
                pipeline.xrange(self._names.stream, id, id)
            for entries in pipeline.execute():
                for id, fields in entries:
                    if (found := received(id, fields)) is not None:
                        self.add(found.entry.owner, found.entry.line)

    def line(self, digest: bytes) -> bytes | None:
        line = self._lines.get(digest)
        if line is not None:
            self._lines.move_to_end(digest)
        return line

    def content(self, digest: str) -> Any:
        """None where there is none: the rest of its request may still be read."""
        line = self.line(digest.encode())
        try:
            return None if line is None else parse_json_exactly(line.decode())["content"]
        except (ValueError, KeyError):
            return None

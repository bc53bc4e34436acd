"""The blob set: which contents are already in `sse_blobs.jsonl` (SPEC S4.8, each once per log folder).

In: blob records, under the folder's lock. Out: those that nobody has written yet. Other processes append to the same
file, and compaction replaces it; both are noticed. In memory a content is 16 bytes of hash in a set.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from addons.sinks.records import BLOB_HASH, Record
from addons.sinks.scan import TailScanner


class BlobSet:
    """What the file holds, as of the last `refresh`."""

    def __init__(self, path: Path) -> None:
        self._scanner = TailScanner(path, BLOB_HASH)
        self._known: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._known)

    def refresh(self) -> None:
        """Take in what has been appended. Cheap when nothing has; after a compaction it reads the file anew."""
        if self._scanner.is_replaced():
            self._known.clear()
        self._known.update(map(_unhex, self._scanner.scan()))

    def unknown(self, records: Iterable[Record]) -> list[Record]:
        """Those whose content is not in the file, each content once."""
        fresh: dict[str, Record] = {}
        for record in records:
            if record.hash and bytes.fromhex(record.hash) not in self._known:
                fresh.setdefault(record.hash, record)
        return list(fresh.values())


def _unhex(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())

"""Contents by hash, out of a sse_blobs.jsonl that another process may be writing (LOGFORMAT.md).

In: the file. Out: the content that a hash stands for. Where each record begins is found by a byte scan, of what is new
only; records are parsed when they are asked for, and the last ones asked for stay parsed, since each request of a
conversation asks for those of the request before.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from typing import Any

from addons.sinks.records import BLOB_HASH
from addons.wire.json_text import parse_json_exactly

_CHUNK = 4 << 20
_LINE = 1 << 16
_OVERLAP = 64
"""More than a line's head that `BLOB_HASH` matches."""

KEPT_BYTES = 64 << 20
"""Of records that stay parsed, by their length in the file."""


class BlobIndex:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        self._scanned = 0
        self._offsets: dict[bytes, int] = {}
        self._parsed: OrderedDict[bytes, tuple[Any, int]] = OrderedDict()
        self._parsed_bytes = 0

    def content(self, digest: str) -> Any:
        """None where there is no such record: the rest of its request may still be read."""
        key = bytes.fromhex(digest)
        if key in self._parsed:
            self._parsed.move_to_end(key)
            return self._parsed[key][0]
        line = self.line(digest)
        if line is None:
            return None
        try:
            content = parse_json_exactly(line.decode())["content"]
        except (ValueError, KeyError):
            return None
        self._keep(key, content, len(line))
        return content

    def line(self, digest: str) -> bytes | None:
        """The record itself, without its line feed. None where there is none."""
        key = bytes.fromhex(digest)
        if key not in self._offsets:
            self._refresh()
        offset = self._offsets.get(key)
        return None if offset is None else self._line(offset)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _refresh(self) -> None:
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return
        ours = os.fstat(self._fd) if self._fd >= 0 else None
        if ours is None or (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
            # Compaction puts a new file in the old one's place.
            self.close()
            self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            self._scanned = 0
            self._offsets.clear()
        while True:
            start = max(0, self._scanned - _OVERLAP)
            data = os.pread(self._fd, _CHUNK, start)
            shift = start
            if start == 0:
                # The pattern wants a line feed before each record.
                data, shift = b"\n" + data, -1
            for match in BLOB_HASH.finditer(data):
                self._offsets[bytes.fromhex(match[1].decode())] = shift + match.start() + 1
            if shift + len(data) <= self._scanned:
                return
            self._scanned = shift + len(data)

    def _line(self, offset: int) -> bytes:
        size = _LINE
        while True:
            data = os.pread(self._fd, size, offset)
            line, found, _ = data.partition(b"\n")
            if found or len(data) < size:
                return line
            size *= 4

    def _keep(self, key: bytes, content: Any, size: int) -> None:
        self._parsed[key] = (content, size)
        self._parsed_bytes += size
        while self._parsed_bytes > KEPT_BYTES:
            self._parsed_bytes -= self._parsed.popitem(last=False)[1][1]

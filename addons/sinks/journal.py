"""The journal of open exchanges: one that a killed process left open gets its end record (LOGFORMAT.md "Where").

In: exchanges as they open and close, before anything of them is in the log. Out: at the next start, those that a dead
process left open. Each process keeps a file `.open-<pid>-<n>.jsonl` locked while it lives; a journal that can be locked
belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addons.sinks.layout import ENDS, FLOWS, JOURNAL_PREFIX
from addons.sinks.locking import FolderLock, open_private, private_folder
from addons.sinks.logged import LoggedIds
from addons.wire.json_text import dump_json, parse_json

_COMPACT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenExchange:
    """An exchange without an end. `fields` is what its process told of it when it opened."""

    flow_id: str
    fields: dict[str, Any]


class Journal:
    """This process's own journal. Methods raise OSError; what they could not write is written by the next that can."""

    def __init__(self, folder: Path, lock: FolderLock) -> None:
        self._folder = folder
        self._lock = lock
        self._open: dict[str, bytes] = {}
        self._path: Path | None = None
        self._fd = -1
        self._size = 0
        self._generation = 0
        self._is_behind = False

    @property
    def path(self) -> Path | None:
        return self._path

    def opened(self, flow_id: str, fields: Mapping[str, Any]) -> None:
        line = dump_json({"opened": flow_id, "fields": dict(fields)}) + b"\n"
        self._open[flow_id] = line
        self._append(line)

    def closed(self, flow_id: str) -> None:
        if self._open.pop(flow_id, None) is None:
            return
        if not self._open and self._size and not self._is_behind and self._exists():
            os.ftruncate(self._fd, 0)
            self._size = 0
        else:
            self._append(dump_json({"closed": flow_id}) + b"\n")

    def close(self) -> None:
        """Leave in peace: exchanges that are still open are left to the next start."""
        if self._path and not self._open:
            self._path.unlink(missing_ok=True)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, line: bytes) -> None:
        if self._is_behind or self._size > _COMPACT_BYTES or not self._exists():
            self._rewrite()
            return
        self._is_behind = True
        written = os.write(self._fd, line)
        self._size += written
        self._is_behind = written < len(line)

    def _rewrite(self) -> None:
        """Begin a new file with what is open now. Under the folder's lock, or a start might take it for a dead one's
        between its creation and its locking."""
        self._is_behind = True
        with self._lock:
            private_folder(self._folder)
            path, fd = self._create()
            content = b"".join(self._open.values())
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.write(fd, content) < len(content):
                    raise OSError("short write")
            except OSError:
                os.close(fd)
                path.unlink(missing_ok=True)
                raise
            old_path, old_fd = self._path, self._fd
            self._path, self._fd, self._size = path, fd, len(content)
            if old_path:
                old_path.unlink(missing_ok=True)
            if old_fd >= 0:
                os.close(old_fd)
        self._is_behind = False

    def _create(self) -> tuple[Path, int]:
        while True:
            self._generation += 1
            path = self._folder / f"{JOURNAL_PREFIX}{os.getpid()}-{self._generation}.jsonl"
            # Containers that share a folder may have processes of the same number.
            with contextlib.suppress(FileExistsError):
                return path, open_private(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_EXCL)

    def _exists(self) -> bool:
        return self._fd >= 0 and os.fstat(self._fd).st_nlink > 0


class DeadJournals:
    """The journals of dead processes, held so that no other start takes them too."""

    def __init__(self, folder: Path, lock: FolderLock) -> None:
        self._folder = folder
        self._lock = lock
        self._held: list[tuple[Path, int]] = []

    def take(self) -> list[OpenExchange]:
        """The exchanges that are in the log without an end. Write their ends, then call `forget`."""
        found: dict[str, OpenExchange] = {}
        with self._lock:
            for path in sorted(self._folder.glob(f"{JOURNAL_PREFIX}*.jsonl")):
                fd = _lock_if_dead(path)
                if fd is not None:
                    self._held.append((path, fd))
                    found |= {exchange.flow_id: exchange for exchange in _left_open(fd)}
        if not found:
            return []
        begun, ended = LoggedIds(self._folder / FLOWS), LoggedIds(self._folder / ENDS)
        return [exchange for exchange in found.values() if exchange.flow_id in begun and exchange.flow_id not in ended]

    def forget(self) -> None:
        for path, fd in self._held:
            path.unlink(missing_ok=True)
            os.close(fd)
        self._held.clear()


def _lock_if_dead(path: Path) -> int | None:
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
        else:
            return fd
    return None


def _left_open(fd: int) -> Iterator[OpenExchange]:
    opened: dict[str, OpenExchange] = {}
    for line in os.pread(fd, os.fstat(fd).st_size, 0).splitlines():
        with contextlib.suppress(ValueError, KeyError):
            entry = parse_json(line)
            if "opened" in entry:
                opened[entry["opened"]] = OpenExchange(entry["opened"], entry["fields"])
            else:
                opened.pop(entry["closed"], None)
    yield from opened.values()

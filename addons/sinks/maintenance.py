"""What keeps the log folder within its bounds, in a thread of its own (SPEC S4.9).

In: the log's root, the limits. Out: aged files rotated, rotated files compressed, the oldest removed while the total
exceeds its cap, then blobs dropped that no kept request refers to. What a dead process left half done is finished. Of
the processes that share a folder one at a time does this, under a lock of its own; writers wait only for renames.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from addons.sinks import layout
from addons.sinks.archive import UNFINISHED, compress
from addons.sinks.compaction import compact_blobs
from addons.sinks.locking import FolderLock, open_private
from addons.sinks.rotation import Rotated, began_s, parse_rotated, rotate

_PERIOD_S = 60.0
_DAY_S = 86400.0
_JOIN_S = 3.0
_SESSION_REST_S = 3600.0
"""A session folder that has been written to within this time is never removed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a file is rotated (of itself by size only), and how much all files may take together."""

    rotate_bytes: int = 256 << 20
    rotate_days: float = math.inf
    total_bytes: int = 20 << 30


@dataclass(frozen=True, slots=True)
class _Removable:
    time_s: float
    path: Path
    size: int


class Maintenance:
    """One pass at a time: `run`. `report` is told of faults: where, and the exception."""

    def __init__(
        self,
        root: Path,
        limits: Limits,
        report: Callable[[str, BaseException], None],
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._root = root
        self._folder = layout.main_folder(root)
        self.limits = limits
        self._report = report
        self._now_s = now_s
        self._stopping = threading.Event()
        # flock excludes descriptors, not processes: this thread needs locks of its own.
        self._lock = FolderLock(self._folder / layout.LOCK)
        self._turn = FolderLock(self._folder / layout.MAINTENANCE_LOCK)

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> bool:
        """Do what is due. False: another process is at it. Never raises."""
        try:
            if not self._folder.is_dir() or not self._turn.try_enter():
                return False
            try:
                for step in (self._clear, self._rotate_aged, self._compress, self._enforce_total, self._compact):
                    self._attempt(step)
            finally:
                self._turn.leave()
        except OSError as error:
            self._report("maintenance", error)
        return True

    def close(self) -> None:
        self._lock.close()
        self._turn.close()

    def _attempt(self, step: Callable[[], None]) -> None:
        if self._stopping.is_set():
            return
        try:
            step()
        except OSError as error:
            self._report(f"maintenance {step.__name__.strip('_')}", error)

    def _clear(self) -> None:
        for folder in self._folders():
            for leftover in folder.glob(f"*{UNFINISHED}"):
                whole = leftover.with_suffix("")
                if parse_rotated(whole) or whole.name == layout.BLOBS:
                    leftover.unlink(missing_ok=True)

    def _rotate_aged(self) -> None:
        for path in layout.live_files(self._root):
            began = began_s(path)
            if began is not None and self._now_s() - began >= self.limits.rotate_days * _DAY_S:
                with self._lock:
                    if path.exists():
                        rotate(path, self._now_s())

    def _compress(self) -> None:
        for rotated in self._rotated():
            if self._stopping.is_set():
                return
            if not rotated.is_compressed:
                compress(rotated.path, self._stopping.is_set)

    def _enforce_total(self) -> None:
        excess = sum(map(_size_of, self._folders())) - self.limits.total_bytes
        if excess <= 0:
            return
        for removable in sorted(self._removable(), key=lambda each: each.time_s):
            if excess <= 0:
                return
            if removable.path.name.startswith(Path(layout.FLOWS).stem + "."):
                # First the mark: a crash must not leave blobs that nobody ever looks at again.
                os.close(open_private(self._folder / layout.COMPACTION_DUE, os.O_WRONLY | os.O_CREAT))
            if removable.path.is_dir():
                shutil.rmtree(removable.path)
            else:
                removable.path.unlink(missing_ok=True)
            excess -= removable.size

    def _compact(self) -> None:
        mark = self._folder / layout.COMPACTION_DUE
        if mark.exists() and compact_blobs(self._folder, self._lock, self._stopping.is_set) is not None:
            mark.unlink(missing_ok=True)

    def _folders(self) -> list[Path]:
        return [self._folder, *layout.client_folders(self._root)]

    def _rotated(self) -> Iterator[Rotated]:
        for folder in self._folders():
            for path in sorted(folder.iterdir()):
                rotated = parse_rotated(path)
                if rotated and rotated.name in layout.ROTATED_NAMES:
                    yield rotated

    def _removable(self) -> Iterator[_Removable]:
        for rotated in self._rotated():
            yield _Removable(rotated.time_s, rotated.path, rotated.path.stat().st_size)
        sessions = self._folder / layout.SESSIONS
        for folder in sessions.iterdir() if sessions.is_dir() else ():
            last_s = max((entry.stat().st_mtime for entry in folder.iterdir()), default=folder.stat().st_mtime)
            if self._now_s() - last_s >= _SESSION_REST_S:
                yield _Removable(last_s, folder, _size_of(folder))


class MaintenanceThread:
    """Runs a pass at start, when asked, and once a minute."""

    def __init__(self, maintenance: Maintenance) -> None:
        self._maintenance = maintenance
        self._asked = threading.Event()
        self._is_stopping = False
        # A daemon: whatever it is at can be left half done, and the next start finishes it.
        self._thread = threading.Thread(target=self._loop, name="mitmagent-maintenance", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self) -> None:
        """There is something to do. Returns at once."""
        self._asked.set()

    def limit(self, limits: Limits) -> None:
        """Other limits hold from the next pass on, which is now where they have changed."""
        if limits != self._maintenance.limits:
            self._maintenance.limits = limits
            self.ask()

    def stop(self) -> None:
        self._is_stopping = True
        self._maintenance.stop()
        self._asked.set()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)

    def _loop(self) -> None:
        while not self._is_stopping:
            self._maintenance.run()
            self._asked.wait(_PERIOD_S)
            self._asked.clear()
        self._maintenance.close()


def _size_of(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size  # noqa: PTH116, PTH118 - a Path each costs more
            except FileNotFoundError:
                continue
    return total

"""Outages of the log folder: said once, counted, tried again with growing patience (SPEC S4.2).

In: failures and successes per file; the root stands for the folder as a whole. Out: whether a file may be tried now,
and one sentence at the beginning and one at the end of each outage, or when nobody tries any more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from addons.sinks import layout
from addons.sinks.locking import private_folder

_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 5.0


@dataclass(slots=True)
class _Block:
    delay_s: float
    until_s: float


class Outages:
    def __init__(
        self, root: Path, backlog_bytes: int, on_change: Callable[[str], None], monotonic_s: Callable[[], float]
    ) -> None:
        self._root = root
        self._backlog_bytes = backlog_bytes
        self._on_change = on_change
        self._monotonic_s = monotonic_s
        self._blocks: dict[Path, _Block] = {}
        self._lost_before = 0
        self.lost_records = 0
        self.current: str | None = None

    def may_try(self, path: Path) -> bool:
        block = self._blocks.get(path)
        return block is None or self._monotonic_s() >= block.until_s

    def retry_now(self) -> None:
        self._blocks.clear()

    def succeeded(self, path: Path) -> None:
        if self._blocks:
            self._blocks.pop(path, None)

    def failed(self, path: Path, error: OSError) -> None:
        block = self._blocks.setdefault(path, _Block(_FIRST_DELAY_S / 2, 0.0))
        block.delay_s = min(block.delay_s * 2, _LONGEST_DELAY_S)
        block.until_s = self._monotonic_s() + block.delay_s
        if self.current is None:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            if isinstance(error, TimeoutError):
                reason = "another process keeps it locked"
            name = "the log folder" if path == self._root else path.relative_to(self._root)
            self.current = f"agent_log_dir={self._root}: {name} can't be written ({reason})"
            self._lost_before = self.lost_records
            self._on_change(
                f"{self.current}. Traffic goes on; up to {self._backlog_bytes >> 20} MB of records wait in memory and"
                " are written as soon as that is possible. Make room, or name another folder."
            )

    def lose(self) -> None:
        """A record is lost for good."""
        self.lost_records += 1

    def end(self) -> None:
        """Nothing waits any more."""
        self._tell_outcome("the outage of the log is over")

    def give_up(self) -> None:
        """Nothing will be tried any more."""
        self._tell_outcome("the log could not be written until the end")

    def _tell_outcome(self, what: str) -> None:
        if self.current is not None:
            lost = self.lost_records - self._lost_before
            self.current = None
            self._blocks.clear()
            outcome = f"{lost} records are lost" if lost else "nothing is lost"
            self._on_change(f"agent_log_dir={self._root}: {what}; {outcome}.")


def why_unwritable(root: Path) -> str | None:
    """Of a log's folder, which is made where that can be; None: it can be written."""
    folder = layout.main_folder(root)
    try:
        private_folder(folder)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return None

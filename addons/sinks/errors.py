"""sse_logger.error: what went wrong in the capture itself, counted instead of repeated (LOGFORMAT.md).

In: reports, from any thread. Out: JSON lines for the store to append. A fault that repeats is written at its 1st, 2nd,
4th, 8th … time, and at the end; each line's `count` says how many times it stands for, so that the sum is the total.
Never a payload: of an exception only its type and place are told, since its message may quote what it choked on.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from addons.wire.json_text import dump_json

_MOST_KINDS = 256


@dataclass(slots=True)
class _Fault:
    level: str
    where: str
    error: str
    flow_id: str | None = None
    total: int = 0
    written: int = 0


def describe(error: BaseException) -> str:
    """Type and `file.py:line`. Of an OSError also its meaning by number, which quotes nothing."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    meaning = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{meaning}{place}"


class ErrorLog:
    """Collects; `due` hands out the lines that are to be written now, `rest` at the end all that were held back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: OrderedDict[tuple[str, str], _Fault] = OrderedDict()
        self._waiting: list[_Fault] = []

    def report(self, where: str, error: str | BaseException, flow_id: str | None = None, level: str = "error") -> None:
        """`error` is our own words, or an exception, which is described. From any thread; keeps the words bounded."""
        text = error if isinstance(error, str) else describe(error)
        with self._lock:
            fault = self._faults.setdefault((where, text), _Fault(level, where, text))
            self._faults.move_to_end((where, text))
            fault.flow_id = flow_id
            fault.total += 1
            if fault.total & (fault.total - 1) == 0:
                self._release(fault)
            if len(self._faults) > _MOST_KINDS:
                self._release(self._faults.popitem(last=False)[1])

    def due(self, ts: str) -> list[bytes]:
        with self._lock:
            lines = [_line(fault, ts) for fault in self._waiting]
            self._waiting.clear()
            return lines

    def rest(self, ts: str) -> list[bytes]:
        with self._lock:
            for fault in self._faults.values():
                self._release(fault)
        return self.due(ts)

    def _release(self, fault: _Fault) -> None:
        count = fault.total - fault.written
        if count:
            fault.written = fault.total
            self._waiting.append(_Fault(fault.level, fault.where, fault.error, fault.flow_id, total=count))


def _line(fault: _Fault, ts: str) -> bytes:
    record = {
        "ts": ts,
        "level": fault.level,
        "where": fault.where,
        "flow_id": fault.flow_id,
        "error": fault.error,
        "count": fault.total,
    }
    return dump_json(record) + b"\n"

"""Session numbers: #1, #2, … in order of first appearance in the log (SPEC S3.2).

In: session ids. Out: their numbers, the same in every process and after a restart. Kept in a small file that only
grows; where it is missing it is made again from the flows that are in the log. The caller holds no lock; this takes it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from addons.sinks.appender import AppendFile
from addons.sinks.layout import FLOWS, SESSION_NUMBERS
from addons.sinks.locking import FolderLock
from addons.sinks.records import SESSION_ID
from addons.sinks.scan import LogScanner
from addons.wire.json_text import dump_json, parse_json


class SessionNumbers:
    def __init__(self, folder: Path, lock: FolderLock) -> None:
        self._folder = folder
        self._lock = lock
        self._path = folder / SESSION_NUMBERS
        self._file = AppendFile(self._path)
        self._numbers: dict[str, int] = {}
        self._offset = 0

    def number_of(self, session_id: str) -> int:
        """Its number, given now if it has none. Raises OSError when the file can't be read or written."""
        number = self._numbers.get(session_id)
        if number is None:
            with self._lock:
                self._refresh()
                number = self._numbers.get(session_id) or self._give(session_id)
        return number

    def close(self) -> None:
        self._file.close()

    def _refresh(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # torn; the next append cuts it off
                    self._offset += len(line)
                    with contextlib.suppress(ValueError, KeyError, TypeError):  # a damaged line costs one number
                        entry = parse_json(line)
                        self._numbers[entry["session_id"]] = entry["number"]
        except FileNotFoundError:
            self._numbers.clear()
            self._offset = 0
            for quoted in LogScanner(self._folder / FLOWS, SESSION_ID).scan():
                session_id = parse_json(quoted)
                if session_id not in self._numbers:
                    self._give(session_id)

    def _give(self, session_id: str) -> int:
        number = max(self._numbers.values(), default=0) + 1
        self._offset = self._file.append([dump_json({"number": number, "session_id": session_id}) + b"\n"])
        self._numbers[session_id] = number
        return number

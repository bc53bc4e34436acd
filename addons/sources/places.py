"""Where the rest of a log is, seen from a file of lines (SPEC S3.5).

In: the path of a `sse_lines.jsonl`: the log's own, a client's, a session's, a rotated one, or a copy anywhere. Out: the
folder that has the flows, ends, blobs and session numbers that belong to it. Nothing is ever made or written here.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from addons.sinks import layout
from addons.sinks.rotation import rotated_files
from addons.wire.json_text import parse_json


def folder_of(lines: Path) -> Path | None:
    """The main folder of its log; None where the lines are all there is."""
    folder = lines.resolve().parent
    if folder.name == layout.MAIN:
        return folder  # also before its first exchange
    return next((place for place in (folder, *_elsewhere(folder)) if has(place, layout.FLOWS)), None)


def _elsewhere(folder: Path) -> tuple[Path, ...]:
    """Seen from a client's folder, and from a session's (`all-mitm-sse/sse_logs/<session>`)."""
    beside = folder.parent / layout.MAIN
    return (beside, folder.parent.parent) if folder.parent.name == layout.SESSIONS else (beside,)


def has(folder: Path, name: str) -> bool:
    """Whether there is such a file, or at least what it has been rotated to."""
    path = folder / name
    return path.exists() or bool(rotated_files(path))


def is_part(lines: Path, folder: Path | None) -> bool:
    """Whether the file has only some of the log's exchanges: a client's, a session's, a rotated one, a copy."""
    return folder is None or lines.resolve() != folder / layout.LINES


def chain(path: Path, from_s: float) -> list[Path]:
    """The file at `path` after those that it has been rotated to since `from_s`, in seconds of the epoch."""
    rotated = [each.path for each in rotated_files(path) if each.time_s >= from_s]
    return [*rotated, path] if path.exists() else rotated


def has_rotated(lines: Path) -> bool:
    """Whether the log's earlier lines are in other files."""
    return bool(rotated_files(lines))


class SessionList:
    """Session numbers as the log's writers give them; without their file, in order of appearance here."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / layout.SESSION_NUMBERS if folder is not None else None
        self._offset = 0
        self._numbers: dict[str, int] = {}

    def number_of(self, session_id: str) -> int | None:
        if session_id not in self._numbers:
            if self._path is not None and self._path.exists():
                self._read(self._path)
            else:
                self._numbers[session_id] = max(self._numbers.values(), default=0) + 1
        return self._numbers.get(session_id)

    def _read(self, path: Path) -> None:
        with contextlib.suppress(OSError), path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # still being written
                self._offset += len(line)
                with contextlib.suppress(ValueError, KeyError, TypeError):  # a damaged line costs one number
                    entry = parse_json(line)
                    self._numbers[entry["session_id"]] = entry["number"]

"""Rotation: a file that has grown large or old is renamed, and a new one begins (SPEC S4.9).

In: a log file's path, limits, the time. Out: `<name>.<UTC stamp><suffix>` beside it, which `archive` then compresses to
`….zst`; and the list of what a file has been rotated to, oldest first. The caller of `rotate` holds the folder's lock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

COMPRESSED = ".zst"
_STAMP_FORMAT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(?P<stem>.+)\.(?P<stamp>\d{8}T\d{6}Z)(?P<suffix>\.[a-z]+?)(?:\.zst)?")
_FIRST_STAMP = re.compile(rb'^(?:\{"v":1,"ts":"|\{"ts":"|=== )([^" ]+)')
_HEAD_BYTES = 256


class Rotated(NamedTuple):
    """One rotated file. `name` is the file's it was, such as `sse_lines.jsonl`."""

    path: Path
    name: str
    stamp: str

    @property
    def is_compressed(self) -> bool:
        return self.path.suffix == COMPRESSED

    @property
    def time_s(self) -> float:
        return _time_s(self.stamp)


def parse_rotated(path: Path) -> Rotated | None:
    found = _NAME.fullmatch(path.name)
    return Rotated(path, found["stem"] + found["suffix"], found["stamp"]) if found else None


def rotated_files(path: Path) -> list[Rotated]:
    """What the file at `path` has been rotated to, oldest first, each stamp once.

    Where both forms exist, compression had just been finished: the compressed one counts.
    """
    by_stamp: dict[str, Rotated] = {}
    try:
        candidates = sorted(path.parent.iterdir())
    except OSError:
        return []
    for candidate in candidates:  # "….jsonl" sorts before "….jsonl.zst"
        rotated = parse_rotated(candidate)
        if rotated and rotated.name == path.name:
            by_stamp[rotated.stamp] = rotated
    return [by_stamp[stamp] for stamp in sorted(by_stamp)]


def rotate(path: Path, now_s: float) -> Path:
    """Rename the file. Stamps of one name grow strictly, also within a second and when the clock is set back."""
    stamp = datetime.fromtimestamp(now_s, UTC).strftime(_STAMP_FORMAT)
    earlier = rotated_files(path)
    if earlier and earlier[-1].stamp >= stamp:
        last = datetime.strptime(earlier[-1].stamp, _STAMP_FORMAT)
        stamp = (last + timedelta(seconds=1)).strftime(_STAMP_FORMAT)
    return path.rename(path.with_name(f"{path.stem}.{stamp}{path.suffix}"))


def began_s(path: Path) -> float | None:
    """When the file began, in seconds of the epoch: its first record's time, or its last rotation if that is later
    (records of flows read back from a file are older than their log). None for an empty or foreign file."""
    try:
        with path.open("rb") as file:
            found = _FIRST_STAMP.match(file.read(_HEAD_BYTES))
        first_s = datetime.fromisoformat(found[1].decode()).timestamp() if found else None
    except (OSError, ValueError):
        return None
    earlier = rotated_files(path)
    return max(first_s, earlier[-1].time_s) if first_s is not None and earlier else first_s


def _time_s(stamp: str) -> float:
    return datetime.strptime(stamp, _STAMP_FORMAT).replace(tzinfo=UTC).timestamp()

"""Which files a report reads: those of a log folder, rotated ones included, or one file that was named (SPEC S4.9).

In: the log's root, or a file's path. Out: for each kind of file its members, oldest first, and what is missing.
Nothing is ever made or written here.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NamedTuple

from addons.sinks import layout
from addons.sinks.rotation import parse_rotated, rotated_files

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b'"seq":', layout.LINES),
    (b'"usage_raw":', layout.ENDS),
    (b'"request_headers":', layout.FLOWS),
    (b'"hash":', layout.BLOBS),
    (b'"where":', layout.ERRORS),
)
"""What tells a file's kind where its name does not: a field of its records."""

WITHOUT = {
    layout.FLOWS: "requests, headers and exchanges that have not ended are not known",
    layout.ENDS: "usage, times and how exchanges ended are not known",
    layout.LINES: "what streams told beside their ends is not known",
    layout.BLOBS: "the contents of requests are not known",
}
"""What a report lacks without a kind of file."""

_IDS = {layout.FLOWS: ("flows",), layout.ENDS: ("ends",), layout.LINES: ("pauses",)}
"""The fact that tells whose exchanges a file has."""

_HEAD_BYTES = 1 << 20

KINDS = (layout.FLOWS, layout.LINES, layout.ENDS, layout.BLOBS, layout.ERRORS)
"""The kinds of record there are, by the names of their files."""


class Member(NamedTuple):
    """One file. `stamp` is None for one that may still grow."""

    path: Path
    stamp: str | None
    device: int
    inode: int
    size: int
    changed_ns: int

    @property
    def is_compressed(self) -> bool:
        return self.path.suffix == ".zst"


class Damaged(OSError):
    """A compressed file is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EIO, "a file is damaged; move it elsewhere", str(path))
        self.path = path


class LogFiles:
    """`folder` holds the log's files; `only` is the one that stands for all of its kind."""

    def __init__(self, folder: Path, only: Path | None = None) -> None:
        self.folder = folder
        self._only = only
        self._left_out: set[Path] = set()
        self.only_kind = kind_of(only) if only else None

    @property
    def ids_from(self) -> tuple[str, ...]:
        """Of a named file: the fact that tells which exchanges it has. Empty: all count."""
        return _IDS.get(self.only_kind or "", ())

    def members(self, name: str) -> list[Member]:
        """Of the file with this name, as the log has it. Raises OSError where they can't be looked at."""
        if self._only is not None and name == self.only_kind:
            return _described([(self._only, None)])
        while True:
            # One that is rotated between the looks would be missed, or taken twice.
            before = _chain(self.folder / name)
            members = [member for member in _described(before) if member.path not in self._left_out]
            if [stamp for _, stamp in before] == [stamp for _, stamp in _chain(self.folder / name)]:
                return members

    def leave_out(self, path: Path) -> None:
        """Go on without this file."""
        self._left_out.add(path)

    @property
    def exist(self) -> bool:
        """Whether there is any log."""
        return any(self.members(name) for name in KINDS)


def files_of(root: Path) -> LogFiles:
    return LogFiles(layout.main_folder(root))


def files_beside(path: Path) -> LogFiles:
    """A named file; the rest of its log is beside it, or where a client's or a session's lines have it. Raises OSError
    where there is no such file, ValueError where it is none of a log."""
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if kind_of(path) is None:
        raise ValueError(f"{path} is no file of a log: name one such as {layout.ENDS} or {layout.LINES}")
    folder = path.absolute().parent
    places = (folder, folder.parent / layout.MAIN, folder.parent.parent)
    found = next(
        (place for place in places if any(_chain(place / name) for name in (layout.FLOWS, layout.ENDS))), folder
    )
    return LogFiles(found, path.absolute())


def kind_of(path: Path) -> str | None:
    """Whose records a file holds, by its name (also one with more behind the stem), else by its first record."""
    rotated = parse_rotated(path)
    if rotated and rotated.name in KINDS:
        return rotated.name
    by_name = next((name for name in KINDS if path.name.startswith(Path(name).stem)), None)
    return by_name or _kind_by_content(path)


def _kind_by_content(path: Path) -> str | None:
    from addons.sinks.archive import open_stream  # only here: it takes longer to load than most reports need

    with open_stream(path) as stream:
        first = stream.read(_HEAD_BYTES).partition(b"\n")[0]
    return next((name for sign, name in _SIGNS if sign in first), None)


def _chain(path: Path) -> list[tuple[Path, str | None]]:
    rotated: list[tuple[Path, str | None]] = [(each.path, each.stamp) for each in rotated_files(path)]
    return [*rotated, (path, None)] if path.exists() else rotated


def _described(chain: list[tuple[Path, str | None]]) -> list[Member]:
    members = []
    for path, stamp in chain:
        try:
            status = os.stat(path)  # noqa: PTH116 - beside Path.stat for what may be a thousand files
        except FileNotFoundError:
            continue  # compressed or removed since it was listed: the next look tells
        members.append(Member(path, stamp, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))
    return members

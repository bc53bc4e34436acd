"""Folders that only their owner may read, and the lock that several processes share (SPEC S4.22, LOGFORMAT.md "Where").

In: paths. Out: folders of mode 0700; `FolderLock`, under which appends, repair, rotation and the blob set happen.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from pathlib import Path
from types import TracebackType

FOLDER_MODE = 0o700
FILE_MODE = 0o600
PATIENCE_S = 2.0
_POLL_S = 0.0005


def private_folder(path: Path) -> None:
    """Make `path` with its parents, and it and what is made private. Raises OSError.

    An existing folder is tightened, except where others have a rightful interest in it: a sticky one (`/tmp`), the
    file system's root, the user's home, or one that is not ours.
    """
    if not path.is_dir():
        if not path.parent.is_dir():
            private_folder(path.parent)
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    status = path.stat()
    shared = status.st_mode & stat.S_ISVTX or status.st_uid != os.geteuid() or path.parent == path
    if stat.S_IMODE(status.st_mode) != FOLDER_MODE and not shared and path != Path.home():
        path.chmod(FOLDER_MODE)


def open_private(path: Path, flags: int) -> int:
    """A file descriptor of a file that only its owner may read, whatever umask or an older version made of it."""
    fd = os.open(path, flags | os.O_CLOEXEC, FILE_MODE)
    status = os.fstat(fd)
    if stat.S_IMODE(status.st_mode) != FILE_MODE and status.st_uid == os.geteuid():
        os.fchmod(fd, FILE_MODE)
    return fd


class FolderLock:
    """An exclusive lock on a folder, by `flock` on a file in it. Re-entrant; one instance per thread.

    The kernel releases it with its process, however that dies. A holder that was stopped (Ctrl-Z) must not stop the
    others for good: after `patience_s` entering raises TimeoutError, which is an OSError.
    """

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        self._path = path
        self._patience_s = patience_s
        self._fd = -1
        self._depth = 0

    def __enter__(self) -> FolderLock:
        if self._depth == 0:
            self._acquire(self._patience_s)
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def try_enter(self) -> bool:
        """Enter if nobody else is in; then `leave` is the caller's to call."""
        if self._depth == 0:
            try:
                self._acquire(0.0)
            except TimeoutError:
                return False
        self._depth += 1
        return True

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _acquire(self, patience_s: float) -> None:
        deadline: float | None = None
        while True:
            if self._fd < 0:
                private_folder(self._path.parent)
                self._fd = open_private(self._path, os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                now = time.monotonic()
                deadline = now + patience_s if deadline is None else deadline
                if now >= deadline:
                    message = f"another process keeps {self._path.name} locked"
                    raise TimeoutError(errno.ETIMEDOUT, message) from None
                time.sleep(_POLL_S)
                continue
            if self._is_current():
                return
            self.close()  # the folder was removed under us: the others lock another file

    def _is_current(self) -> bool:
        with contextlib.suppress(OSError):
            ours, theirs = os.fstat(self._fd), self._path.stat()
            return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)
        return False

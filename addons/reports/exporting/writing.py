"""Files that come into being together, when all of them are whole.

In: paths and records. Out: JSON lines. `-` is standard output. A file's owner alone may read it, since it holds what
agents saw.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Self

from addons.reports.exporting.asking import STDOUT
from addons.sinks.locking import FILE_MODE
from addons.wire.json_text import dump_json


class Outputs:
    def __init__(self) -> None:
        self.counts: dict[Path, int] = {}
        """Records in each file."""
        self._files: dict[Path, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        for path, file in self._files.items():
            file.flush()
            if path != STDOUT:
                file.close()
                _unfinished(path).unlink() if failed else _unfinished(path).replace(path)

    def write(self, path: Path, record: Mapping[str, Any]) -> None:
        if path not in self._files:
            self._files[path] = _open(path)
            self.counts[path] = 0
        self._files[path].write(dump_json(record) + b"\n")
        self.counts[path] += 1


def _open(path: Path) -> BinaryIO:
    if path == STDOUT:
        return sys.stdout.buffer
    path.parent.mkdir(exist_ok=True)
    return os.fdopen(os.open(_unfinished(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "wb")


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.unfinished")

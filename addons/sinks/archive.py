"""Compressing finished files, and reading them back (SPEC S4.9).

In: a rotated file. Out: the same as `….zst`, by streaming; and byte streams of either form. Crash-safe: the compressed
file is written under another name, forced to disk, renamed, and only then the plain one is removed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from addons.sinks.locking import open_private
from addons.sinks.rotation import COMPRESSED

UNFINISHED = ".tmp"
_CHUNK = 1 << 20


def compress(path: Path, is_stopping: Callable[[], bool]) -> bool:
    """Replace `path` by its compressed form. False: it was told to stop and has left everything as it was."""
    import zstandard  # here and below: most logs have nothing compressed, and reports are to begin at once

    target = path.with_name(path.name + COMPRESSED)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        with path.open("rb") as source, os.fdopen(_create(unfinished), "wb") as sink:
            packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
            while chunk := source.read(_CHUNK):
                if is_stopping():
                    return False
                sink.write(packer.compress(chunk))
            sink.write(packer.flush())
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.rename(target)
        path.unlink()
        return True
    finally:
        unfinished.unlink(missing_ok=True)


def open_stream(path: Path) -> BinaryIO:
    """A buffered stream of the plain content. A rotated file may have been compressed since it was listed."""
    if path.suffix != COMPRESSED:
        try:
            return path.open("rb")
        except FileNotFoundError:
            path = path.with_name(path.name + COMPRESSED)
    import zstandard

    packed = path.open("rb")
    unpacked = zstandard.ZstdDecompressor().stream_reader(packed, closefd=True)
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, unpacked), _CHUNK))


def _create(path: Path) -> int:
    return open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

"""Torn last lines: cut off, so that the next append begins a line of its own (LOGFORMAT.md "Where").

In: the descriptor of a file of lines; the caller holds the folder's lock, so nobody is in mid-write. Out: how many
bytes were cut. A process killed in mid-write leaves a line without its line feed; a power cut may leave blocks of NUL
bytes, with or without a line feed after them.
"""

from __future__ import annotations

import os

from addons.sinks.last_line import end_of_last_line
from addons.wire.json_text import parse_json

_MOST_LINES = 64
"""More lines than this are never cut: a file that is foreign altogether is not ours to empty."""


def repair_tail(fd: int, is_json: bool) -> int:
    """Cut what is behind the last whole line, then last lines that are no JSON. Bytes cut; 0: it was sound."""
    size = os.fstat(fd).st_size
    end = end_of_last_line(fd, size)
    if is_json:
        end = _end_of_last_valid(fd, end)
    if end < size:
        os.ftruncate(fd, end)
    return size - end


def _end_of_last_valid(fd: int, end: int) -> int:
    intact = end
    for _ in range(_MOST_LINES):
        if end == 0:
            return 0
        start = end_of_last_line(fd, end - 1)
        try:
            parse_json(os.pread(fd, end - start, start))
        except ValueError:
            end = start
        else:
            return end
    return intact

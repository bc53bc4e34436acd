"""Where the last whole line of a file ends, without reading all of it.

In: the descriptor of a file of lines. Out: an offset.
"""

from __future__ import annotations

import os

_BLOCK = 1 << 16


def end_of_last_line(fd: int, before: int) -> int:
    """The offset behind the last line feed that lies before `before`; 0 where there is none."""
    while before > 0:
        start = max(0, before - _BLOCK)
        block = os.pread(fd, before - start, start)
        found = block.rfind(b"\n")
        if found >= 0:
            return start + found + 1
        before = start
    return 0

"""Large lists, given back bit by bit.

In: a list. Out: its elements, or nothing. Python frees what a container holds in one go, and while it does no other
thread runs: with a million rows that is most of a second, in which a proxy passes nothing on.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any


def handed_out[T](held: list[T]) -> Iterator[T]:
    """In their order; the list is empty afterwards."""
    held.reverse()
    while held:
        yield held.pop()


def drain(held: list[Any] | dict[Any, Any]) -> None:
    take = held.popitem if isinstance(held, dict) else held.pop
    while held:
        take()


def joined(pieces: Iterable[str]) -> str:
    """As `"".join` does, which keeps them all until it has the last."""
    text = io.StringIO()
    text.writelines(pieces)
    return text.getvalue()


def latest[T](rows: Iterable[T], most: int) -> tuple[list[T], int]:
    """The last ones, and how many there were."""
    kept: deque[T] = deque(maxlen=most)
    count = 0
    for row in rows:
        kept.append(row)
        count += 1
    return list(kept), count

"""Long text in stretches: what runs over a text in one go keeps every other thread of the process waiting meanwhile.

In: a text. Out: the same text in parts of a bounded length. Python gives up its lock between two calls of a regular
expression, not within one, and the proxy's event loop is one of those who wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable

STRETCH_CHARS = 65_536
"""A fraction of a millisecond for a regular expression."""


def stretches(text: str) -> Iterable[str]:
    if len(text) <= STRETCH_CHARS:
        return (text,)
    return (text[start : start + STRETCH_CHARS] for start in range(0, len(text), STRETCH_CHARS))

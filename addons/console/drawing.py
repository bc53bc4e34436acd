"""Drawing: rows of segments onto an urwid canvas.

In: rows, each of which fits the width. Out: a canvas of exactly the size that was asked for. Cells are counted as
urwid counts them, for whoever wraps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import urwid  # type: ignore[import-untyped]  # ships no types

from addons.console.roles import FOUND, attribute_of
from renderers.page.lines import Line


@lru_cache(maxsize=8192)
def cells(char: str) -> int:
    return int(urwid.calc_width(char, 0, 1))


def markup(row: Line, found: str = "") -> list[tuple[str, str]]:
    """With palette entries in place of roles, and each place where the term stands marked."""
    if not found:
        return [(attribute_of(role), text) for role, text in row]
    return [piece for role, text in row for piece in _marked(attribute_of(role), text, found)]


def draw(rows: Sequence[Any], columns: int, height: int) -> Any:
    """`rows`: markup of one row each; what is missing is blank."""
    canvases = [(urwid.Text(row or "", wrap="clip").render((columns,)), None, False) for row in rows[:height]]
    if not canvases:
        return urwid.SolidCanvas(" ", columns, height)
    combined = urwid.CanvasCombine(canvases)
    if len(canvases) < height:
        combined.pad_trim_top_bottom(0, height - len(canvases))
    return combined


def _marked(attribute: str, text: str, found: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    # A term in small letters finds both. Where lower-casing changes the length, places would be wrong.
    lower = text.lower() if found == found.lower() else text
    haystack = lower if len(lower) == len(text) else text
    start = 0
    while (place := haystack.find(found, start)) >= 0:
        if place > start:
            pieces.append((attribute, text[start:place]))
        start = place + len(found)
        pieces.append((FOUND, text[place:start]))
    return [*pieces, (attribute, text[start:])] if start < len(text) else pieces

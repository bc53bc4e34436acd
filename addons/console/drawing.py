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


type Markup = list[tuple[str, str]]
"""Palette entries with text."""


def markup(row: Line, found: str = "") -> Markup:
    """With palette entries in place of roles, and each place where the term stands marked."""
    if not found:
        return [(attribute_of(role), text) for role, text in row]
    return [piece for role, text in row for piece in _marked(attribute_of(role), text, found)]


def draw(rows: Sequence[Markup], columns: int, height: int) -> Any:
    """What is missing is blank, what is too much is cut. One canvas: urwid's widgets take ten times as long."""
    texts: list[bytes] = []
    attributes: list[list[tuple[str, int]]] = []
    for row in rows[:height]:
        text, runs, left = b"", [], columns
        for attribute, piece in row:
            piece, width = _fitting(piece, left)
            encoded = piece.encode("utf-8", errors="replace")
            runs.append((attribute, len(encoded)))
            text += encoded
            left -= width
        texts.append(text + b" " * left)
        attributes.append(runs)
    missing = height - len(texts)
    return urwid.TextCanvas(
        texts + [b" " * columns] * missing, attributes + [[] for _ in range(missing)], maxcol=columns, check_width=False
    )


def cut(text: str, columns: int) -> str:
    """The text, or its beginning with a sign that there is more."""
    fitting, _ = _fitting(text, columns)
    return text if fitting == text else f"{_fitting(text, columns - 1)[0]}…"


def _fitting(text: str, room: int) -> tuple[str, int]:
    """As much of the text as has room, and how many cells it takes."""
    if text.isascii():
        return (text, len(text)) if len(text) <= room else (text[:room], room)
    width = 0
    for place, char in enumerate(text):
        width += cells(char)
        if width > room:
            return text[:place], width - cells(char)
    return text, width


def _marked(attribute: str, text: str, found: str) -> Markup:
    pieces: Markup = []
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

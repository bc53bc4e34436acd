"""Wrapping: a logical line becomes rows of a screen's width.

In: a line of segments, a width in cells, and how many cells a character takes. Out: rows of segments. A row ends at a
blank where there is one in its second half, else anywhere. What takes no cell of its own stays with what it follows.
Of prose, rows after the first stand under the line's own beginning, as in the live text.
"""

from __future__ import annotations

from collections.abc import Callable

from renderers.cells import cells_of
from renderers.page.lines import Line
from renderers.theme import PROSE
from renderers.wrapping import hang_of

type CellsOf = Callable[[str], int]


def wrap(line: Line, width: int, cells: CellsOf = cells_of) -> list[Line]:
    """At least one row."""
    text = "".join(text for _, text in line)
    if len(text) <= width and text.isascii():
        return [line]
    role = line[0][0] if line else ""
    hang = hang_of(text, width) if role in PROSE else 0
    rows = _cut(line, _breaks(text, max(width, 2), hang, cells))
    return [rows[0], *([(role, " " * hang), *row] for row in rows[1:])] if hang else rows


def _breaks(text: str, width: int, hang: int, cells: CellsOf) -> list[int]:
    """Where each row but the first begins."""
    places: list[int] = []
    start = 0
    while (end := _fits(text, start, width, cells)) < len(text):
        blank = text.rfind(" ", start + (end - start) // 2, end + 1)
        start = blank + 1 if blank >= 0 else end
        if not places:
            width -= hang
        if start < len(text):
            places.append(start)
    return places


def _fits(text: str, start: int, width: int, cells: CellsOf) -> int:
    """The end of what fits into one row; at least one character."""
    if text[start : start + width + 1].isascii():
        return min(start + width, len(text))
    column = 0
    for place in range(start, len(text)):
        column += cells(text[place])
        if column > width:
            return max(place, start + 1)
    return len(text)


def _cut(line: Line, places: list[int]) -> list[Line]:
    rows: list[Line] = [[]]
    left = list(places)
    position = 0
    for role, text in line:
        end = position + len(text)
        while left and left[0] < end:
            if piece := text[: left[0] - position]:
                rows[-1].append((role, piece))
            text = text[left[0] - position :]
            position = left.pop(0)
            rows.append([])
        if left and left[0] == end:
            # The next row begins with the next segment.
            left.pop(0)
            rows[-1].append((role, text))
            rows.append([])
        elif text:
            rows[-1].append((role, text))
        position = end
    return rows

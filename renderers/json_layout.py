"""How JSON is laid out between its names and values: line feeds, indentation, brackets, commas, colours.

In: where one is, and the brackets, commas, colons and blanks that stand there. Out: the same as `json.dumps(indent=2)`
has it, painted. A place learns each such text once, so that a long run costs one look-up for each name and value.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from renderers.spans import MARKS

PLAIN: Final = MARKS["plain"]
KEY: Final = MARKS["argument_key"]
VALUE: Final = MARKS["argument_value"]
"""Keys and values with their quotes; plain is all between them."""

MOST_DEPTH: Final = 64

_CLOSERS: Final = "]}"
_BEFORE_KEY: Final = "{,"
_MOST_LEARNED = 64
"""Of a place. Honest JSON has a dozen; a hostile text could bring a new one with each comma."""


class Layout(NamedTuple):
    """What stands between the parts of a container, at one depth."""

    line: str
    """A line feed and the indentation; beyond MOST_DEPTH nothing."""
    comma: str
    before_member: str
    """A comma, with its marks, and the key's."""


class Layouts:
    """The layout of each depth, and the places in runs, all made when first asked for."""

    def __init__(self, indent: int) -> None:
        self._indent = " " * indent
        self._layouts: dict[int, Layout] = {}
        self._places: dict[tuple[int, str, bool], Place] = {}

    def __getitem__(self, depth: int) -> Layout:
        depth = min(depth, MOST_DEPTH + 1)
        layout = self._layouts.get(depth)
        if layout is None:
            line = "\n" + self._indent * depth if depth <= MOST_DEPTH else ""
            comma = "," + (line or " ")
            layout = self._layouts[depth] = Layout(line, comma, f"{PLAIN}{comma}{KEY}")
        return layout

    def before_closer(self, depth: int, is_empty: bool) -> str:
        """Beyond MOST_DEPTH the bracket stands on the line of what it closes."""
        return "" if is_empty or depth > MOST_DEPTH else self[depth - 1].line

    def place(self, depth: int, brackets: str, is_empty: bool) -> Place:
        """`depth` counts the containers that are open, `brackets` names those that the run is in or has opened;
        `is_empty`: the innermost has nothing in it yet."""
        at = (depth, brackets, is_empty)
        place = self._places.get(at)
        if place is None:
            place = self._places[at] = Place(self, depth, brackets, is_empty)
        return place


class Place(dict[str, tuple[str, "Place"]]):
    """Of what stands here before the next name or value: how it is shown, to the mark of what follows; the place after.

    What stands here is right JSON: whoever asks has seen to that.
    """

    def __init__(self, layouts: Layouts, depth: int, brackets: str, is_empty: bool) -> None:
        super().__init__()
        self._layouts = layouts
        self._depth = depth
        self._brackets = brackets
        self._is_empty = is_empty

    def __missing__(self, between: str) -> tuple[str, Place]:
        layouts, depth, brackets, is_empty = self._layouts, self._depth, self._brackets, self._is_empty
        shown, last = "", brackets[-1] if is_empty else ""
        for char in "".join(between.split()):
            if char in _CLOSERS:
                shown += layouts.before_closer(depth, is_empty) + char
                depth, brackets, is_empty = depth - 1, brackets[:-1], False
            elif char == ",":
                shown += layouts[depth].comma
            elif char == ":":
                shown += ": "
            else:
                shown += (layouts[depth].line if is_empty else "") + char
                depth, brackets, is_empty = depth + 1, brackets + char, True
            last = char
        if is_empty:
            shown += layouts[depth].line
        shown = PLAIN + shown if shown else ""
        if last and last not in _CLOSERS:
            shown += KEY if last in _BEFORE_KEY and brackets[-1] == "{" else VALUE
        learned = shown, layouts.place(depth, brackets, is_empty=False)
        if len(self) < _MOST_LEARNED:
            self[between] = learned
        return learned

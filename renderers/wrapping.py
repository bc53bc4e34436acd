"""Word wrap while text streams: a row ends between two words, though nobody knows how long a word becomes.

In: pieces of one line, and the terminal's width. Out: the pieces with breaks. A piece is written at once; a word that
turns out not to fit is taken back (CHA and EL, ECMA-48 8.3.9 and 8.3.41) and begins the next row. Rows after the first
stand under the line's own beginning: under the text of a list's item, not under its bullet.
"""

from __future__ import annotations

import re
from itertools import groupby

from renderers.cells import cells_of, plain_cells

MOST_WORD_CELLS = 40
"""A longer word (an address, a hash) breaks where the row ends, as the terminal does it."""

MOST_FACT_CELLS = 32
"""A longer one (an error's message) breaks between its words."""

_PARTS = re.compile(r" +|[!-~]+|[^ -~]+")
_HEAD = re.compile(r" *(?:(?:[-*+•·>✻┊■⊘‖↻⚠✗◀⏱]|\d{1,3}[.)]) +)?")
_HEAD_CHARS = 12
_KEPT_CHARS = MOST_WORD_CELLS + 1
"""Of a word: whether it is too long to be moved is all that need be known of a longer one."""

_LEAST_WIDTH = 24
"""A narrower terminal's rows have no room for words."""


class Wrapping:
    """One line at a time. `column` is where it stands in its row; None: not known, so that it is not broken."""

    __slots__ = ("_head", "_width", "_word", "column")

    def __init__(self) -> None:
        self.column: int | None = 0
        self._head = ""
        self._word = ""
        """The word that the row ends with, as far as it has come."""
        self._width = 0

    def new_line(self) -> None:
        self.column = 0
        self._head = self._word = ""

    def lost(self) -> None:
        """Something has been written that is none of ours."""
        self.column = None

    def indented(self, indent: str) -> str:
        self.column = len(indent)
        self._head = indent
        return indent

    def broken(self, text: str, width: int) -> str:
        """`text`, which has no line feed, with line feeds and what takes a word back."""
        if width != self._width:
            # How terminals wrap the row anew when they are resized is their own affair.
            if self._width and self.column:
                self.column = None
            self._width = width
        if self.column is None or width < _LEAST_WIDTH:
            return text
        if len(self._head) < _HEAD_CHARS:
            self._head += text[: _HEAD_CHARS - len(self._head)]
        if self.column + len(text) <= width and text.isascii() and text.isprintable():
            self.column += len(text)
            self._word = (self._word + text).rpartition(" ")[2][-_KEPT_CHARS:]
            return text
        return "".join([self._part(found[0], width) for found in _PARTS.finditer(text)])

    # -- inside ------------------------------------------------------------------------------------------------------

    def _part(self, part: str, width: int) -> str:
        """Blanks, a word of ASCII, or others together."""
        if self.column is None:
            return part
        if part[0] == " " and not self._joins():
            return self._blanks(part, width)
        if part.isascii() and part.isprintable():
            return self._narrow(part, width)
        certain = plain_cells(part)
        count = next((at for at, (one, other) in enumerate(zip(part, certain, strict=False)) if one != other), None)
        if count is None:
            count = len(certain)
        out = [
            # Between two characters of two columns a row may end.
            self._wide("".join(run), width) if size == 2 else self._narrow("".join(run), width)
            for size, run in groupby(part[:count], cells_of)
        ]
        if count < len(part):
            # Terminals disagree about how wide this is.
            self.column = None
            out.append(part[count:])
        return "".join(out)

    def _joins(self) -> bool:
        """Whether a blank belongs to the word: in a list of facts a row ends between two of them."""
        return "■" in self._head and 0 < len(self._word) < MOST_FACT_CELLS and self._word[-1] != "·"

    def _blanks(self, blanks: str, width: int) -> str:
        """What does not fit into the row is not needed: the break stands for it."""
        assert self.column is not None
        shown = blanks[: width - self.column]
        self._word = ""
        self.column += len(shown)
        return shown

    def _wide(self, run: str, width: int) -> str:
        assert self.column is not None
        self._word = ""
        out, at = [], 0
        while at < len(run):
            fits = (width - self.column) // 2
            if fits <= 0:
                out.append(self._next_row(width))
                continue
            out.append(run[at : at + fits])
            self.column += 2 * len(out[-1])
            at += fits
        return "".join(out)

    def _narrow(self, part: str, width: int) -> str:
        assert self.column is not None
        word, room = self._word, width - self.column
        whole = word + part
        self._word = whole[-_KEPT_CHARS:]
        if len(part) <= room:
            self.column += len(part)
            return part
        if len(word) + room >= min(MOST_WORD_CELLS, width - self._hang(width)):
            # It is too long for any row, as far as it has come.
            self._to_end_of(part, width)
            return part
        back = f"\x1b[{self.column - len(word) + 1}G\x1b[K" if word else ""
        begin = self._next_row(width)
        self._to_end_of(whole, width)
        return back + begin + whole

    def _to_end_of(self, word: str, width: int) -> None:
        """The column behind a word that the terminal may break."""
        assert self.column is not None
        self.column = (self.column + len(word) - 1) % width + 1

    def _next_row(self, width: int) -> str:
        self.column = self._hang(width)
        return "\n" + " " * self.column

    def _hang(self, width: int) -> int:
        return hang_of(self._head, width)


def hang_of(line: str, width: int) -> int:
    """The column at which rows after a line's first begin."""
    head = _HEAD.match(line[:_HEAD_CHARS])
    hang = len(head[0]) if head else 0
    return hang if hang < width // 2 else 0

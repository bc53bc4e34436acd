"""The pen: writes spans to the terminal, and takes the provisional line back.

In: spans, in the order in which they are to be seen. Out: text with SGR codes (ECMA-48 8.3.117) and, where the
terminal can, what erases: `\\r`, EL (8.3.41) and CUU (8.3.22). Where it can't, a provisional line is not shown until it
is certain to stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from renderers.cells import end_of, fits, plain_cells
from renderers.spans import MARKS, Erase, FreshLine, Painted, Provisional, Span, Styled
from renderers.stacks import Stacks
from renderers.theme import PROSE, SGR
from renderers.wrapping import Wrapping

PROVISIONAL_ROWS = 3
"""A provisional line is shown up to so many rows: what has left the screen at its top can't be erased."""

_RESET = "\x1b[0m"
_ERASE_ROW = "\r\x1b[2K"
_UP = "\x1b[1A\x1b[2K"
_LEAST_WIDTH = 4

_CHARS_A_CELL = 4
"""A provisional line of more marks than that is shown shorter than it could be."""


class Pen:
    """Knows where the line stands. `indent` is written at the beginning of each line."""

    def __init__(self, colour: bool, width: Callable[[], int], can_erase: bool) -> None:
        self._on = {role: f"\x1b[{code}m" for role, code in SGR.items()} if colour else {}
        self._marks = [(mark, (self._on.get(role) or _RESET) if colour else "") for role, mark in MARKS.items()]
        self._width = width
        self._can_erase = can_erase
        self._provisional: list[Provisional] = []
        self._shown = ""
        """What of the provisional line is on the screen, its indent included."""
        self._wrapping = Wrapping()
        self._stacks = Stacks()
        self.indent = ""
        self.at_line_start = True

    @property
    def has_provisional(self) -> bool:
        return bool(self._provisional)

    def write(self, spans: Iterable[Span]) -> str:
        out: list[str] = []
        for span in spans:
            kind = type(span)
            if isinstance(span, Styled | Painted | Provisional) and not span.text.isascii():
                span = replace(span, text=self._stacks.limited(span.text))
            if kind is Styled:
                if self._provisional:
                    out.append(self._settle())
                out.append(self._styled(span.role, span.text))  # type: ignore[union-attr]
            elif kind is Painted:
                if self._provisional:
                    out.append(self._settle())
                out.append(self._painted(span.text))  # type: ignore[union-attr]
            elif kind is Provisional:
                out.append(self._provisionally(span))  # type: ignore[arg-type]
            elif kind is Erase:
                out.append(self._erase())
            elif kind is FreshLine:
                out.append(self.fresh_line())
        return "".join(out)

    def fresh_line(self) -> str:
        """To the beginning of a line. A provisional line that nobody has taken back stays."""
        settled = self._settle() if self._provisional else ""
        if self.at_line_start:
            return settled
        self._new_line()
        return settled + "\n"

    def take_back(self) -> tuple[str, list[Provisional]]:
        """Erase the provisional line because somebody else is to write; it can be written again later."""
        spans = self._provisional
        return (self._erase(), spans) if spans else ("", spans)

    def forget(self) -> None:
        """What was written last has not reached the terminal: nobody knows where its line stands."""
        self._shown = ""
        self.at_line_start = False
        self._wrapping.lost()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _styled(self, role: str, text: str) -> str:
        if not text:
            return ""
        on = self._on.get(role, "")
        width = self._width() if self._can_erase and role in PROSE else 0
        if "\n" not in text:
            return self._line(on, text, width)
        # Line by line, so that a pager or a scrolled screen keeps the colour and a cut line resets it.
        out: list[str] = []
        for line in text.split("\n"):
            if out:
                self._new_line()
            out.append(self._line(on, line, width) if line else "")
        return "\n".join(out)

    def _line(self, on: str, text: str, width: int) -> str:
        """Text without a line feed. With a `width` it is broken between words."""
        lead = self._wrapping.indented(self.indent) if self.at_line_start else ""
        self.at_line_start = False
        if width:
            text = self._wrapping.broken(text, width)
            if on and "\n" in text:
                text = text.replace("\n", f"{_RESET}\n{on}")
        else:
            self._wrapping.lost()
        return f"{lead}{on}{text}{_RESET}" if on else lead + text

    def _new_line(self) -> None:
        self.at_line_start = True
        self._wrapping.new_line()

    def _painted(self, text: str) -> str:
        ends_line = text.endswith("\n")
        if self.indent:
            text = text.removesuffix("\n").replace("\n", "\n" + self.indent) + ("\n" if ends_line else "")
        lead = self.indent if self.at_line_start else ""
        self._new_line()
        if not ends_line:
            self.at_line_start = False
            self._wrapping.lost()
        for mark, code in self._marks:
            text = text.replace(mark, code)
        return f"{lead}{text}{_RESET}" if self._on else lead + text

    def _provisionally(self, span: Provisional) -> str:
        begins = self.fresh_line() if not self._provisional else ""
        self._provisional.append(span)
        if not self._can_erase:
            return begins
        width = max(self._width(), _LEAST_WIDTH)
        lead = "" if self._shown else self.indent
        # Of a long text no more than may be needed is looked at.
        text = lead + plain_cells(span.text[: _CHARS_A_CELL * PROVISIONAL_ROWS * width])
        below, column = end_of(self._shown, width)
        text = text[: fits(text, column, width, PROVISIONAL_ROWS - below)]
        self._shown += text
        on = self._on.get(span.role, "")
        return begins + (f"{on}{text}{_RESET}" if on and text else text)

    def _erase(self) -> str:
        """In the rows that the line takes in today's width: terminals that are resized wrap their lines anew."""
        self._provisional = []
        if not self._shown:
            return ""
        below, _ = end_of(self._shown, max(self._width(), _LEAST_WIDTH))
        self._shown = ""
        self._new_line()
        return _ERASE_ROW + _UP * below

    def _settle(self) -> str:
        """The provisional line was right: it stays, as a line like any other, and whole."""
        spans = self._provisional
        whole = self.indent + "".join(span.text for span in spans)
        if self._shown == whole:
            self._provisional, self._shown = [], ""
            self.at_line_start = False
            self._wrapping.lost()
            return ""
        return self._erase() + "".join(self._styled(span.role, span.text) for span in spans)

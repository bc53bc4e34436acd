"""Lines: what spans come to on a screen that can be drawn anew, such as the console's window.

In: spans, as views make them. Out: logical lines of segments. What is provisional is drawn like all else, and taken
away again when it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from renderers.spans import Erase, FreshLine, Painted, Provisional, Span, Styled

LINE_CHARS: Final = 2_000
"""A longer line is gone on with on the next, so that no line costs more than this each time it grows."""

_TAB: Final = " " * 4

type Segment = tuple[str, str]
"""A role (a key of `theme.SGR`) and text without a line feed."""

type Line = list[Segment]


class Lines:
    """`changed_from` is the first line that has changed since its reader last set it."""

    __slots__ = ("_length", "_provisional", "changed_from", "lines")

    def __init__(self) -> None:
        self.lines: list[Line] = [[]]
        self.changed_from = 0
        self._length = 0
        """Of the last line."""
        self._provisional: tuple[int, int] | None = None
        """Line and segment where what may be erased begins."""

    def add(self, spans: Iterable[Span]) -> None:
        for span in spans:
            match span:
                case Styled(role=role, text=text):
                    self._provisional = None
                    self._write(role, text)
                case Painted():
                    self.add(span.runs())
                case Provisional(role=role, text=text):
                    if self._provisional is None:
                        self._fresh_line()
                        self._provisional = (len(self.lines) - 1, 0)
                    self._write(role, text)
                case Erase():
                    self._erase()
                case FreshLine():
                    self._provisional = None
                    self._fresh_line()

    @property
    def is_empty(self) -> bool:
        return len(self.lines) == 1 and not self.lines[0]

    def shown(self) -> list[Line]:
        """Without the empty last line that a line feed at the end leaves."""
        return self.lines[:-1] if len(self.lines) > 1 and not self.lines[-1] else self.lines

    def _write(self, role: str, text: str) -> None:
        self.changed_from = min(self.changed_from, len(self.lines) - 1)
        first, *others = text.replace("\t", _TAB).split("\n")
        self._extend(role, first)
        for line in others:
            self._begin_line()
            self._extend(role, line)

    def _extend(self, role: str, text: str) -> None:
        while text:
            room = LINE_CHARS - self._length
            if room <= 0:
                self._begin_line()
                continue
            piece, text = text[:room], text[room:]
            line = self.lines[-1]
            if line and line[-1][0] == role:
                line[-1] = (role, line[-1][1] + piece)
            else:
                line.append((role, piece))
            self._length += len(piece)

    def _begin_line(self) -> None:
        self.lines.append([])
        self._length = 0

    def _fresh_line(self) -> None:
        if self.lines[-1]:
            self._begin_line()

    def _erase(self) -> None:
        if self._provisional is None:
            return
        line, _ = self._provisional
        del self.lines[line:]
        self._begin_line()
        self.changed_from = min(self.changed_from, line)
        self._provisional = None

"""The texts inside arguments: plain, as the lines of a diff, as a patch, as a command that may hold a patch.

In: pieces of a decoded string, cut anywhere. Out: styled text on a sheet. A line's colour follows from its first
character, so nothing waits for its end. Patch format: the grammar of Codex' apply_patch (`*** Begin Patch`, `*** Update
File: …`, `@@`, `+`, `-`, context), which begins its lines as unified diffs do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from renderers.tool_views.sheet import Sheet


class TextSink(Protocol):
    def feed(self, piece: str) -> None: ...

    def close(self) -> None:
        """The string has ended."""


type SinkMaker = Callable[[Sheet], TextSink]


class Lines:
    """Text in one colour; with a `prefix`, each line begins with it. A final line feed begins no line."""

    __slots__ = ("_at_start", "_prefix", "_role", "_sheet")

    def __init__(self, sheet: Sheet, role: str, prefix: str = "") -> None:
        self._sheet = sheet
        self._role = role
        self._prefix = prefix
        self._at_start = True

    def feed(self, piece: str) -> None:
        if self._prefix and piece:
            ends = piece[-1] == "\n"
            inner = (piece[:-1] if ends else piece).replace("\n", "\n" + self._prefix)
            piece = (self._prefix if self._at_start else "") + inner + ("\n" if ends else "")
            self._at_start = ends
        self._sheet.say(self._role, piece)

    def close(self) -> None:
        return


PATCH_ROLES: dict[str, str] = {"+": "added", "-": "removed", "@": "hunk", "*": "path"}
"""First character of a patch's line to its role; all others are context."""

_BEGIN, _END = "*** Begin Patch", "*** End Patch"

_LINE_TAIL_CHARS = 40


class Patch:
    """Text that is a patch, or in which a patch may begin and end (a here-document, a script).

    `outside` is the role of what is no patch; None: all of it is patch.
    """

    __slots__ = ("_inside", "_line", "_outside", "_role", "_sheet")

    def __init__(self, sheet: Sheet, outside: str | None = None) -> None:
        self._sheet = sheet
        self._outside = outside
        self._inside = outside is None
        self._role = ""
        self._line = ""
        """The end of the current line so far, long enough to tell the lines at which a patch begins and ends."""

    def feed(self, piece: str) -> None:
        *whole, rest = piece.split("\n")
        for text in whole:
            self._part(text + "\n")
            if self._outside is not None:
                line = self._line.strip(" \t\n'\"")
                self._inside = line != _END and (self._inside or line.endswith(_BEGIN))
            self._line = ""
        if rest:
            self._part(rest)

    def close(self) -> None:
        return

    def _part(self, text: str) -> None:
        if not self._line:
            self._role = (PATCH_ROLES.get(text[0], "context") if self._inside else self._outside) or "context"
        self._line = (self._line + text)[-_LINE_TAIL_CHARS:]
        self._sheet.say(self._role, text)

"""The sheet: what the view of one tool call writes on.

In: text of a role, line by line or piece by piece. Out: spans; neighbours of one role are one span. All that gets on
the sheet goes through `sanitise` here (SPEC S3.7), so no view can forget it.
"""

from __future__ import annotations

from typing import Protocol

from renderers.sanitise import sanitise
from renderers.spans import Erase, FreshLine, Painted, Span, Styled

_FLAT = str.maketrans("\n\t", "  ")


def flat(text: str) -> str:
    """`text` as part of one line: line feeds and tabs are spaces. Safe to cut anywhere."""
    return sanitise(text.translate(_FLAT))


class Sheet:
    """Collects spans until they are taken.

    `content_only` (`agent_function_only`) leaves out headers, notes and JSON; `whole_in_header` says that without
    the header the rest means little (a one-line form, an edit of a file), so it stays even then.
    """

    __slots__ = ("_role", "_spans", "_text", "content_only", "fresh", "indent", "whole_in_header")

    def __init__(self, *, content_only: bool = False, whole_in_header: bool = False, indent: int = 2) -> None:
        self.content_only = content_only
        self.whole_in_header = whole_in_header
        self.indent = indent
        self.fresh = True
        """Nothing stands on the line yet."""
        self._spans: list[Span] = []
        self._role = ""
        self._text: list[str] = []

    @property
    def shows_headers(self) -> bool:
        return self.whole_in_header or not self.content_only

    def say(self, role: str, text: str) -> None:
        """More text; it may hold line feeds."""
        if not text:
            return
        if role != self._role:
            self._settle()
            self._role = role
        self._text.append(sanitise(text))
        self.fresh = text[-1] == "\n"

    def line(self) -> None:
        """What follows begins at the start of a line."""
        if not self.fresh:
            self._settle()
            self._spans.append(FreshLine())
            self.fresh = True

    def add(self, *spans: Span) -> None:
        """Spans that somebody else has made, sanitised."""
        self._settle()
        for span in spans:
            self._spans.append(span)
            if isinstance(span, Styled | Painted) and span.text:
                self.fresh = span.text[-1] == "\n"
            elif isinstance(span, Erase):
                self.fresh = True

    def take(self) -> list[Span]:
        self._settle()
        spans, self._spans = self._spans, []
        return spans

    def _settle(self) -> None:
        if self._text:
            self._spans.append(Styled(self._role, "".join(self._text)))
            self._text.clear()
        self._role = ""


class ToolView(Protocol):
    """What a recognised call looks like: fed with its argument text, writes on its sheet."""

    def feed(self, text: str) -> None: ...

    def close(self) -> None:
        """The arguments are complete, or will never be: show what has been held."""

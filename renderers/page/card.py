"""A card of the page: one block of an exchange, or what stands before and after its blocks.

In: block facts, as the board tells them piece by piece; or lines that somebody has ready. Out: lines, whole or folded,
and their rows at a width. The views are those of the live text, so both show the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Literal, cast

from addons.protocols.events import ToolArgumentsDelta, ToolCallStarted, ToolKind
from renderers.board.facts import BlockFacts
from renderers.content import RESULT_GUTTER, TextView, result_spans, text_view
from renderers.page.lines import Line, Lines, Segment
from renderers.page.wrapping import CellsOf, wrap
from renderers.sanitise import one_line, sanitise
from renderers.spans import FreshLine, Span, Styled
from renderers.tool_call import ToolCallView
from renderers.tool_views.names import label
from renderers.view_options import ViewOptions

type CardKind = Literal["head", "prompt", "thinking", "text", "refusal", "call", "result", "end"]

FOLDED_CHARS: Final = 200

PIECE_CHARS: Final = 30_000
"""What is more at once, as when a long answer is looked at for the first time, is shown without its middle: nobody
reads that here, and wrapping it would hold up everybody. Its flow has it."""


class PageCard:
    """`folded`: None leaves it to what is said of its kind. `chars`: how much text it has been given."""

    __slots__ = (
        "_begun",
        "_is_open",
        "_rows",
        "_rows_for",
        "_starts",
        "_view",
        "chars",
        "flow_id",
        "folded",
        "kind",
        "lines",
        "number",
    )

    def __init__(self, flow_id: str, number: int, kind: CardKind, view: TextView | ToolCallView | None = None) -> None:
        self.flow_id = flow_id
        self.number = number
        """Of the block; -1 where it is none."""
        self.kind = kind
        self.lines = Lines()
        self.folded: bool | None = None
        self.chars = 0
        self._view = view
        self._begun = False
        self._is_open = view is not None
        self._rows: list[Line] = []
        self._rows_for: tuple[int, bool] = (0, False)
        self._starts: list[int] = []
        """The row at which each line begins."""

    def set(self, lines: Sequence[Sequence[Segment]]) -> None:
        """In place of what it said."""
        self.lines = Lines()
        self.lines.lines = [list(line) for line in lines] or [[]]

    def feed(self, block: BlockFacts) -> None:
        self.lines.add(_gap(max(0, block.begin - self.chars)))
        self.chars = block.begin + len(block.text)
        if self._view is None:
            self._whole(block)
            return
        if self._is_open:
            self.lines.add(self._spans(self._view, block))
            if block.is_done:
                self._is_open = False
                self.lines.add(self._view.close())

    def rows(self, width: int, is_folded: bool, cells: CellsOf) -> list[Line]:
        """Only what has changed since the last time is wrapped anew."""
        first = self.lines.changed_from
        if self._rows_for == (width, is_folded) and first >= len(self.lines.lines):
            return self._rows
        if is_folded or self._rows_for != (width, is_folded):
            first = 0
        lines = self._folded() if is_folded else self.lines.shown()
        if first < len(self._starts):
            del self._rows[self._starts[first] :]
            del self._starts[first:]
        for line in lines[len(self._starts) :]:
            self._starts.append(len(self._rows))
            self._rows += wrap(line, width, cells)
        self._rows_for = (width, is_folded)
        self.lines.changed_from = len(self.lines.lines)
        return self._rows

    def row_of(self, line: int) -> int:
        """The row at which a line began when the rows were last made."""
        return self._starts[line] if line < len(self._starts) else 0

    def line_of(self, row: int) -> int:
        """The line to which a row belongs."""
        return max(0, bisect_right(self._starts, row) - 1)

    def find(self, term: str, start: int, step: int) -> int | None:
        """The next line that has the term, from `start` on, in either direction."""
        lines = self.lines.shown()
        for number in range(start, len(lines) if step > 0 else -1, step):
            if 0 <= number < len(lines) and matches(lines[number], term):
                return number
        return None

    # -- inside -----------------------------------------------------------------------------------------------------

    def _spans(self, view: TextView | ToolCallView, block: BlockFacts) -> list[Span]:
        if not isinstance(view, ToolCallView):
            first, left_out, last = _parts(block.text)
            return [*view.feed(first), *_gap(left_out), *view.feed(last)] if block.text else []
        spans: list[Span] = []
        if not self._begun:
            self._begun = True
            kind = cast(ToolKind, block.tool_kind or "client")
            spans += view.feed(ToolCallStarted(str(block.number), block.call_id, block.name, kind))
        if block.text:
            spans += view.feed(ToolArgumentsDelta(str(block.number), block.text[:PIECE_CHARS]))
        if len(block.text) > PIECE_CHARS:
            # What has a hole is no JSON any more: this is all that is shown of it.
            self._is_open = False
            spans += [*view.close(), *_gap(len(block.text) - PIECE_CHARS)]
        return spans

    def _whole(self, block: BlockFacts) -> None:
        """A result comes at once."""
        if block.text or self.lines.is_empty:
            name = label(block.name) if block.name else ""
            first, left_out, last = _parts(block.text)
            self.lines.add(result_spans(name, first, block.is_error, "full"))
            rest = sanitise(last).replace("\n", f"\n{RESULT_GUTTER}")
            self.lines.add([*_gap(left_out), Styled("result", RESULT_GUTTER + rest)] if last else [])

    def _folded(self) -> list[Line]:
        lines = self.lines.shown()
        first = lines[0] if lines else []
        role = first[0][0] if first else "note"
        text = one_line("".join(text for _, text in first)[: 4 * FOLDED_CHARS], FOLDED_CHARS)
        more = len(lines) - 1
        if more > 0 and text.endswith(":"):
            # A result's head: its first line says more.
            second = "".join(text for _, text in lines[1]).removeprefix(RESULT_GUTTER)
            text += " " + one_line(second[: 4 * FOLDED_CHARS], FOLDED_CHARS)
            more -= 1
        if more < 1:
            return [[(role, text)]]
        return [[(role, text), ("note", f" … {more:,} more line{'s' if more > 1 else ''}")]]


def block_card(block: BlockFacts, options: ViewOptions) -> PageCard:
    match block.kind:
        case "call":
            view: TextView | ToolCallView | None = ToolCallView(
                block.name, cast(ToolKind, block.tool_kind or "client"), options
            )
        case "result":
            view = None
        case _:
            view = text_view(block.kind, "full")
    return PageCard(block.flow_id, block.number, block.kind, view)


def matches(line: Line, term: str) -> bool:
    """A term in small letters finds both."""
    text = "".join(text for _, text in line)
    return term in (text if term != term.lower() else text.lower())


def _parts(text: str) -> tuple[str, int, str]:
    """The beginning, how many characters are left out, the end."""
    if len(text) <= PIECE_CHARS:
        return text, 0, ""
    first = PIECE_CHARS // 3
    return text[:first], len(text) - PIECE_CHARS, text[first - PIECE_CHARS :]


def _gap(chars: int) -> list[Span]:
    return [FreshLine(), Styled("note", f"[… {chars:,} characters are not shown …]"), FreshLine()] if chars else []

"""What the tests of the live view share: exchanges by hand, a small terminal, a stand-in for a tool call's view."""

from __future__ import annotations

import re
from collections.abc import Iterable

from addons.protocols.events import (
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    RequestPart,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolKind,
    ToolReturn,
)
from renderers.cells import cells_of
from renderers.engine import LiveView
from renderers.spans import Erase, FreshLine, Provisional, Span, Styled
from renderers.view_options import ViewOptions

WIDTH = 120

USAGE: dict[str, int | None] = {"input_tokens": 1200, "cache_read_input_tokens": 900, "output_tokens": 30}
END = "■ m · end_turn · 1,200 in (75% cached) · 30 out · 15 tokens/s · first token 0.5 s · 2.5 s"


def started(
    flow_id: str,
    number: int | None = 1,
    *,
    prompt: str | None = None,
    returns: Iterable[ToolReturn] = (),
    purpose: str = "main",
    agent: str | None = None,
    model: str | None = "m",
    client: str = "claude-code",
    parts: Iterable[RequestPart] = (),
) -> ExchangeStarted:
    return ExchangeStarted(
        flow_id,
        f"session-{number}",
        number,
        client,
        "anthropic",
        agent,
        purpose,
        model,
        prompt,
        tuple(returns),
        1_700_000_000_000_000_000,
        tuple(parts),
    )


def ended(
    flow_id: str,
    end: str = "complete",
    error: str | None = None,
    *,
    status: int | None = 200,
    usage: dict[str, int | None] | None = None,
    stop: str | None = "end_turn",
    cost_usd: float | None = None,
) -> ExchangeEnded:
    usage = USAGE if usage is None else usage
    return ExchangeEnded(flow_id, end, error, status, "m", stop, usage, 2500.0, 500.0, cost_usd)


class FlatThenWhole:
    """A tool call whose first three deltas are provisional; then it is recognised, and all of it is shown."""

    def __init__(self, name: str, _kind: ToolKind, _options: ViewOptions) -> None:
        self._name = name
        self._raw = ""
        self._deltas = 0
        self._is_over = False

    def feed(self, event: ToolCallStarted | ToolArgumentsDelta | ToolCallFinished) -> list[Span]:
        match event:
            case ToolCallStarted():
                return [FreshLine(), Styled("tool", f"▶ {self._name}"), FreshLine()]
            case ToolArgumentsDelta(text=text):
                self._raw += text
                self._deltas += 1
                if self._deltas < 4:
                    return [Provisional("arguments", text.replace("\n", " "))]
                return [Erase(), Styled("arguments", self._raw)] if self._deltas == 4 else [Styled("arguments", text)]
            case ToolCallFinished():
                return self.close()

    def close(self) -> list[Span]:
        recognised = [] if self._deltas > 3 or self._is_over else [Erase(), Styled("arguments", self._raw)]
        self._is_over = True
        return [*recognised, FreshLine()]


def view(
    options: ViewOptions | None = None, *, width: int = WIDTH, can_erase: bool = True, stand_in: bool = True
) -> LiveView:
    options = options or ViewOptions()
    if stand_in:
        return LiveView(options, lambda: width, can_erase, FlatThenWhole)
    return LiveView(options, lambda: width, can_erase)


def play(*steps: tuple[str, ExchangeEvent], live: LiveView | None = None, now_s: float = 0.0) -> str:
    live = live or view()
    return "".join(live.feed(flow_id, event, now_s) for flow_id, event in steps)


_TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(\n|\r)|([^\x1b\n\r]+)")


class SmallTerminal:
    """The rows that a terminal would show: line feeds (which return the carriage too), wrapping, what erases.

    When it is made wider or narrower it wraps its lines anew, as today's terminals do.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._rows: list[list[str]] = [[]]
        self._wrapped = [False]
        """Whether a row goes on where the one above ended."""
        self._row = 0
        self._column = 0

    def write(self, text: str) -> None:
        for token in _TOKEN.finditer(text):
            code, letter, control, plain = token.groups()
            if plain:
                for char in plain:
                    self._put(char)
            elif control == "\n":
                self._down(wrapped=False)
            elif control == "\r":
                self._column = 0
            elif letter == "K":
                self._rows[self._row] = [] if code == "2" else self._rows[self._row][: self._column]
            elif letter == "G":
                self._column = int(code) - 1
            elif letter == "A":
                self._row -= int(code or 1)
                assert self._row >= 0
            else:
                assert letter == "m", token.group()

    def resize(self, width: int) -> None:
        lines: list[list[str]] = []
        for row, wrapped in zip(self._rows, self._wrapped, strict=True):
            if wrapped:
                lines[-1] = lines[-1] + row
            else:
                lines.append(row)
        self.__init__(width)  # type: ignore[misc]
        for number, line in enumerate(lines):
            if number:
                self._down(wrapped=False)
            for char in line:
                if char:
                    self._put(char)

    def rows(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._rows]

    def text(self) -> str:
        """Down to the cursor, or to what stands below it."""
        rows = self.rows()
        while len(rows) > self._row + 1 and not rows[-1]:
            rows.pop()
        return "\n".join(rows)

    def _put(self, char: str) -> None:
        size = cells_of(char)
        if self._column + size > self.width:
            self._down(wrapped=True)
        row = self._rows[self._row]
        row += [" "] * (self._column - len(row))
        row[self._column : self._column + size] = [char] if size == 1 else [char, ""]
        self._column += size

    def _down(self, *, wrapped: bool) -> None:
        self._row += 1
        self._column = 0
        if self._row == len(self._rows):
            self._rows.append([])
            self._wrapped.append(wrapped)
        else:
            self._wrapped[self._row] = wrapped


def seen(text: str, width: int = WIDTH) -> str:
    """What a terminal shows in the end."""
    terminal = SmallTerminal(width)
    terminal.write(text)
    return terminal.text()

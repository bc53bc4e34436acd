"""What the segments of an exchange look like: prompts, thoughts, text, results, tool calls on one line.

In: a segment's text in pieces, and how much of it is wanted. Out: spans. `full` shows each piece as it comes;
`one_line` the beginning, at once too; `hide` nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from renderers.cells import cells_in, clipped
from renderers.sanitise import one_line, sanitise
from renderers.spans import FreshLine, Span, Styled
from renderers.tool_call import MARK, rest_of
from renderers.tool_output import output_of
from renderers.tool_views.names import label
from renderers.view_options import Detail

LINE_CHARS = 160
"""How long content on one line may be where nobody says."""

LEAST_CHARS = 20
"""A narrow terminal gets more than one row rather than less than this."""

SUBJECT_CHARS = 40

_MOST_LOOKED_AT = 20_000
"""Of one piece, for a line."""

_SIZE_CHARS = len("… (12,345 characters)")

type ToolEvent = ToolCallStarted | ToolArgumentsDelta | ToolCallFinished


class ToolView(Protocol):
    """What one call's events look like."""

    def feed(self, event: ToolEvent) -> list[Span]: ...

    def close(self) -> list[Span]:
        """The call was cut off; nothing is left to say where it has finished."""
        ...


class TextView(Protocol):
    """What a block of streamed text looks like."""

    def feed(self, text: str) -> list[Span]: ...

    def close(self) -> list[Span]: ...


class Look(NamedTuple):
    role: str
    mark: str
    gutter: str
    """Stands before each line after the first."""


LOOKS: Mapping[str, Look] = {
    "prompt": Look("prompt", "> ", "> "),
    "thinking": Look("thinking", "✻ ", "┊ "),
    "text": Look("text", "", ""),
    "refusal": Look("error", "⊘ ", "┊ "),
}
"""What tells them apart where there are no colours, and where others have spoken between two lines."""


RESULT_GUTTER = "┊ "
"""Before each line of a result that has several; what follows it may be text, which has none."""


class FullText:
    """Every piece as it comes."""

    def __init__(self, look: Look) -> None:
        self._role = look.role
        self._lead: list[Span] = [FreshLine(), *([Styled(look.role, look.mark)] if look.mark else [])]
        self._gutter = look.gutter
        self._begins_line = False

    def feed(self, text: str) -> list[Span]:
        if not self._gutter:
            shown = sanitise(text)
        else:
            # Some models begin a thought with line feeds: they would leave its mark alone on a line.
            shown = self._with_gutter(sanitise(text.lstrip("\n") if self._lead else text))
            if not shown:
                return []
        span = Styled(self._role, shown)
        if not self._lead:
            return [span]
        lead, self._lead = self._lead, []
        return [*lead, span]

    def close(self) -> list[Span]:
        return []

    def _with_gutter(self, text: str) -> str:
        """A line feed at the end may be the last: the gutter of what follows waits until something does."""
        if not text:
            return ""
        begins, self._begins_line = self._begins_line, text.endswith("\n")
        lines = (self._gutter if begins else "") + text.removesuffix("\n").replace("\n", f"\n{self._gutter}")
        return lines + "\n" if self._begins_line else lines


class OneLineText:
    """The beginning, on one line, its white space as single blanks; at the end how much there was."""

    def __init__(self, look: Look, limit: int = LINE_CHARS) -> None:
        self._role = look.role
        self._lead: list[Span] = [FreshLine(), Styled(look.role, look.mark)]
        self._left = max(limit - len(look.mark) - _SIZE_CHARS, LEAST_CHARS)
        self._chars = 0
        self._blank = ""
        self._cut = False

    def feed(self, text: str) -> list[Span]:
        self._chars += len(text)
        words = text[:_MOST_LOOKED_AT].split()
        if not words:
            self._blank = self._blank or (" " if text and not self._lead else "")
            return []
        if text[0].isspace() and not self._lead:
            self._blank = " "
        flat = self._blank + sanitise(" ".join(words))
        self._blank = " " if text[-1].isspace() else ""
        shown = clipped(flat, self._left)
        self._cut = self._cut or len(shown) < len(flat)
        # A wide character may have left a cell that a later one must not take.
        self._left = 0 if self._cut else self._left - cells_in(shown)
        if not shown:
            return []
        lead, self._lead = self._lead, []
        return [*lead, Styled(self._role, shown)]

    def close(self) -> list[Span]:
        if not self._cut:
            return []
        self._cut = False
        return [Styled(self._role, "…"), Styled("end", f" ({self._chars:,} characters)")]


class HiddenText:
    def feed(self, _text: str) -> list[Span]:
        return []

    def close(self) -> list[Span]:
        return []


def text_view(kind: str, detail: Detail, limit: int = LINE_CHARS) -> TextView:
    match detail:
        case "one_line":
            return OneLineText(LOOKS[kind], limit)
        case "hide":
            return HiddenText()
        case _:
            return FullText(LOOKS[kind])


class OneLineTool:
    """A call as one line. What it is about can be told when its arguments are whole, or it was cut off."""

    def __init__(self, name: str, limit: int = LINE_CHARS) -> None:
        self._name = name
        self._left = max(limit - len(MARK + label(name)) - 1, LEAST_CHARS)
        self._raw: list[str] = []

    def feed(self, event: ToolEvent) -> list[Span]:
        match event:
            case ToolCallStarted():
                return [FreshLine(), Styled("tool", MARK + label(event.name))]
            case ToolArgumentsDelta(text=text):
                self._raw.append(text)
                return []
            case ToolCallFinished(name=name):
                rename = f" = {label(name)}" if name != self._name else ""
                self._raw.clear()
                subject = subject_of(event.arguments, event.arguments_raw, self._left)
                return [Styled("tool", f"{rename} "), Styled("arguments", subject)]

    def close(self) -> list[Span]:
        subject = subject_of(None, "".join(self._raw), self._left)
        return [Styled("arguments", f" {subject}")] if subject else []


class RawTool:
    """A call's arguments as they come, of whatever kind it is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told: list[str] = []

    def feed(self, event: ToolEvent) -> list[Span]:
        match event:
            case ToolCallStarted():
                return [FreshLine(), Styled("tool", MARK + label(event.name)), FreshLine()]
            case ToolArgumentsDelta(text=text):
                self._told.append(text)
                return [Styled("arguments", sanitise(text))]
            case ToolCallFinished(name=name):
                rest: list[Span] = [Styled("arguments", sanitise(rest_of(event, "".join(self._told))))]
                if name != self._name:
                    rest += [FreshLine(), Styled("tool", MARK + label(name))]
                return [*rest, FreshLine()]

    def close(self) -> list[Span]:
        return [FreshLine()]


class HiddenTool:
    def feed(self, _event: ToolEvent) -> list[Span]:
        return []

    def close(self) -> list[Span]:
        return []


SUBJECTS = (
    *("command", "cmd", "pattern", "query", "file_path", "notebook_path", "path", "filename", "url", "urls"),
    *("description", "prompt", "skill", "input", "q"),
)
"""The argument that says what a call is about: the first that it has."""


def subject_of(arguments: Any, raw: str | None, limit: int = SUBJECT_CHARS) -> str:
    """What a call is about, on one line; empty where it has no arguments."""
    if isinstance(arguments, dict):
        found = next((arguments[name] for name in SUBJECTS if arguments.get(name)), None)
        if found is not None:
            return one_line(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False), limit)
        if not arguments:
            return ""
    if raw is None:
        raw = "" if arguments is None else json.dumps(arguments, ensure_ascii=False)
    # No need to flatten a long text whole.
    return one_line(raw[: 4 * limit], limit)


def result_spans(about: str, text: str, is_error: bool, detail: Detail, limit: int = LINE_CHARS) -> list[Span]:
    """A tool's result under its call. `about` names the call."""
    if detail == "hide":
        return []
    role, mark = ("error", "✗") if is_error else ("result", "◀")
    output = output_of(text)
    text = output.text
    if detail == "full":
        body = sanitise(text.rstrip("\n")) or ("(nothing)" if output.about else "")
        colon = f"{about}:" if about else ""
        lead = " " if about else ""
        if "\n" in body:
            body = body.replace("\n", f"\n{RESULT_GUTTER}")
            lead = f"\n{RESULT_GUTTER}"
        spans: list[Span] = [FreshLine(), Styled(role, f"{mark} {colon}{lead}{body}"), FreshLine()]
        return [*spans, Styled("note", f"· {output.about}"), FreshLine()] if output.about else spans
    if output.has_failed:
        text = f"{output.about}: {text}"
    lines = text.count("\n") + (not text.endswith("\n")) if text else 0
    sizes = (f" ({lines:,} lines, {len(text):,} characters)", f" ({lines:,} lines)") if lines > 1 else ()
    size = next((size for size in sizes if limit - len(size) >= 2 * LEAST_CHARS + 4), "")
    whose = one_line(about, max(limit - len(size) - LEAST_CHARS - 4, LEAST_CHARS))
    head = f"{mark} {whose}{': ' if whose else ''}"
    room = max(limit - cells_in(head) - len(size), LEAST_CHARS)
    beginning = one_line(text[: 4 * room], room) if text.strip() else "(nothing)"
    return [FreshLine(), Styled(role, head + beginning + size), FreshLine()]

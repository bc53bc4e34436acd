"""One tool call on the screen: what its events become (SPEC S2.3 to S2.5).

In: `ToolCallStarted`, argument deltas, `ToolCallFinished`. Out: spans. While nobody knows what the call is, its marker
and its arguments are one flat provisional line. Once it is told, the line is erased and the view of the pattern shows
the call from its beginning; so what stands in the end does not depend on how the arguments were cut, as long as the
machine comes to the same verdict.
"""

from __future__ import annotations

import json
from typing import Final

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted, ToolKind
from renderers.command_fsm import CommandFsm, State, Transition
from renderers.sanitise import one_line
from renderers.spans import Erase, FreshLine, Provisional, Span
from renderers.stretches import stretches
from renderers.tool_views.json_view import JsonView
from renderers.tool_views.names import label
from renderers.tool_views.sheet import Sheet, ToolView, flat
from renderers.view_options import ViewOptions

type ToolEvent = ToolCallStarted | ToolArgumentsDelta | ToolCallFinished

MARK: Final = "▶ "

MOST_PROVISIONAL_CHARS: Final = 4_000
"""A provisional line has a few rows, and is taken back: more of it is never seen."""

WHY_CHARS: Final = 120


def rest_of(event: ToolCallFinished, told: str) -> str:
    """Arguments that no delta has brought: all of them where they came as an object, or as the wire's last word."""
    whole = event.arguments_raw
    if not whole and event.arguments is not None:
        whole = json.dumps(event.arguments, ensure_ascii=False)
    if not told:
        return whole or ""
    return whole[len(told) :] if event.arguments_raw and whole and whole.startswith(told) else ""


class ToolCallView:
    """Never shares state with another call. `function_only` shows the recognised command and nothing around it; of
    what has none (JSON, one-line forms) only the marker's line."""

    def __init__(self, name: str, kind: ToolKind, options: ViewOptions) -> None:
        self._name = name
        self._options = options
        self._fsm = CommandFsm(name, kind, options.args_sub_deltas)
        self._raw: list[str] = []
        self._sheet = Sheet()
        self._view: ToolView | None = None
        self._has_begun = False
        self._has_ended = False
        self._is_provisional = False
        self._provisional_chars = 0
        self._shown_name = name
        self._told = 0
        """Transitions that have been shown."""

    @property
    def raw_arguments(self) -> str:
        """The arguments so far, as they came."""
        return "".join(self._raw)

    @property
    def state(self) -> str:
        return self._fsm.state.value

    @property
    def transitions(self) -> list[Transition]:
        """(from, to, why, index of the delta that decided)."""
        return self._fsm.transitions

    def feed(self, event: ToolEvent) -> list[Span]:
        if self._has_ended:
            return []
        match event:
            case ToolCallStarted(name=name):
                return self._begin(name)
            case ToolArgumentsDelta(text=text):
                return self._begin("") + self._delta(text)
            case ToolCallFinished():
                spans = self._begin(event.name)
                rest = rest_of(event, self.raw_arguments)
                return spans + (self._delta(rest) if rest else []) + self.close()

    def close(self) -> list[Span]:
        """The call is complete, or was cut off: what is known of it stands. Safe to call twice."""
        if self._has_ended:
            return []
        spans = self._begin("")
        self._has_ended = True
        self._fsm.end()
        if self._view is None:
            spans += self._open()
        assert self._view is not None
        self._view.close()
        if self._name != self._shown_name:
            self._sheet.line()
            self._sheet.say("tool", f"{MARK}{label(self._name)}")
        return [*spans, *self._sheet.take(), FreshLine()]

    # -- inside ------------------------------------------------------------------------------------------------------

    def _begin(self, name: str) -> list[Span]:
        """The first event, or one that brings the name."""
        if name and not self._name:
            self._name = name
            self._fsm.named(name)
            if self._view is None:
                self._shown_name = name
        if self._view is None and self._fsm.state is not State.PROVISIONAL:
            self._has_begun = True
            return self._open()
        if self._has_begun:
            return []
        self._has_begun = True
        return [FreshLine(), *self._provisionally("tool", f"{MARK}{label(self._name)} ")]

    def _delta(self, text: str) -> list[Span]:
        self._raw.append(text)
        if self._view is None:
            if self._fsm.feed(text) is State.PROVISIONAL:
                return self._provisionally("arguments", flat(text[:MOST_PROVISIONAL_CHARS])) + self._sub_state()
            return self._open()
        for part in stretches(text):
            self._view.feed(part)
        return self._sheet.take()

    def _provisionally(self, role: str, text: str) -> list[Span]:
        text = text[: MOST_PROVISIONAL_CHARS - self._provisional_chars]
        if self._options.function_only or not text:
            return []
        self._is_provisional = True
        self._provisional_chars += len(text)
        return [Provisional(role, text)]

    def _sub_state(self) -> list[Span]:
        if not self._options.show_fsm:
            return []
        fsm = self._fsm
        return self._provisionally("fsm", flat(f" ‹{fsm.deltas}/{fsm.limit} {fsm.sub_state}› "))

    def _open(self) -> list[Span]:
        """The machine knows: take back what was provisional, and show the call from its beginning."""
        spans: list[Span] = [Erase()] if self._is_provisional else [FreshLine()]
        pattern, options = self._fsm.pattern, self._options
        self._sheet = sheet = Sheet(
            content_only=options.function_only,
            whole_in_header=pattern.one_line or pattern.names_file,
            indent=options.indent,
        )
        if options.show_fsm:
            self._tell_transitions(sheet)
        if sheet.shows_headers or pattern.view is JsonView:
            sheet.say("tool", f"{MARK}{label(self._name)}")
            if options.show_fsm:
                about = one_line(f"{self._fsm.state.value} {self._fsm.sub_state}", WHY_CHARS)
                sheet.say("fsm", f" ‹{about}›")
        self._view = pattern.view(sheet)
        for text in self._raw:
            for part in stretches(text):
                self._view.feed(part)
        return spans + sheet.take()

    def _tell_transitions(self, sheet: Sheet) -> None:
        for before, after, why, index in self._fsm.transitions[self._told :]:
            delta = f"delta {index}" if index else "name"
            sheet.say("fsm", one_line(f"{before.value} → {after.value} · {delta} · {why}", WHY_CHARS) + "\n")
        self._told = len(self._fsm.transitions)

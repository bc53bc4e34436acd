"""How the tests of tool calls run one call, and read what then stands on the screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted, ToolKind
from renderers.spans import Erase, FreshLine, Painted, Provisional, Span, Styled
from renderers.tool_call import ToolCallView
from renderers.view_options import ViewOptions
from tests.renderers.painted import runs


class Shown(NamedTuple):
    view: ToolCallView
    spans: list[Span]

    @property
    def text(self) -> str:
        return on_screen(self.spans)

    @property
    def coloured(self) -> list[tuple[str, str]]:
        """(role, text) of all that stands in the end; neighbours of one role as one."""
        merged: list[tuple[str, str]] = []
        for role, text in standing(self.spans):
            if merged and merged[-1][0] == role:
                merged[-1] = (role, merged[-1][1] + text)
            else:
                merged.append((role, text))
        return merged


def standing(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """What is left after all erasing. A provisional line that nobody takes back stays."""
    out: list[tuple[str, str]] = []
    provisional: list[tuple[str, str]] = []

    def at_line_start() -> bool:
        return not out or out[-1][1].endswith("\n")

    for span in spans:
        if isinstance(span, Provisional):
            assert "\n" not in span.text
            if not provisional and not at_line_start():
                out.append(("", "\n"))
            provisional.append((span.role, span.text))
        elif isinstance(span, Erase):
            provisional = []
        else:
            out += provisional
            provisional = []
            if isinstance(span, Styled):
                out += [(span.role, span.text)] if span.text else []
            elif isinstance(span, Painted):
                out += runs(span)
            elif isinstance(span, FreshLine) and not at_line_start():
                out.append(("", "\n"))
    return out + provisional


def on_screen(spans: Iterable[Span]) -> str:
    return "".join(text for _, text in standing(spans))


def written(arguments: Any) -> str:
    """Argument text: a string is free-form, all else is JSON."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def in_pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def shown(
    name: str, deltas: Sequence[str], kind: ToolKind = "client", *, finished: bool = True, **options: Any
) -> Shown:
    """One call, from its announcement to its end; not `finished`: the stream was cut."""
    view = ToolCallView(name, kind, ViewOptions(**options))
    spans = view.feed(ToolCallStarted("b", "call_1", name, kind))
    for delta in deltas:
        spans += view.feed(ToolArgumentsDelta("b", delta))
    if finished:
        spans += view.feed(ToolCallFinished("b", "call_1", name, kind, None, "".join(deltas)))
    return Shown(view, spans + view.close())


def screen(name: str, arguments: Any, kind: ToolKind = "client", **options: Any) -> str:
    """What a call looks like in the end, its arguments in one delta."""
    return shown(name, [written(arguments)], kind, **options).text

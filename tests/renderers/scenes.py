"""Scenes for the golden screens: what one, three and ten agents say, second by second. Always the same."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from addons.protocols.events import (
    BlockFinished,
    ExchangeEvent,
    Heartbeat,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolReturn,
)
from renderers.engine import LiveView
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import ended, started

TICK_S = 0.25


class Step(NamedTuple):
    at_s: float
    flow_id: str
    event: ExchangeEvent


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def said(flow_id: str, at_s: float, pace_s: float, *events: ExchangeEvent) -> list[Step]:
    return [Step(round(at_s + number * pace_s, 3), flow_id, event) for number, event in enumerate(events)]


def text(block: str, whole: str, size: int = 7) -> list[ExchangeEvent]:
    return [*(TextDelta(block, piece) for piece in pieces(whole, size)), BlockFinished(block)]


def thought(block: str, whole: str, size: int = 9) -> list[ExchangeEvent]:
    return [*(ThinkingDelta(block, piece) for piece in pieces(whole, size)), BlockFinished(block)]


def call(block: str, call_id: str, name: str, arguments: dict[str, object], size: int = 6) -> list[ExchangeEvent]:
    raw = json.dumps(arguments, ensure_ascii=False)
    return [
        ToolCallStarted(block, call_id, name, "client"),
        *(ToolArgumentsDelta(block, piece) for piece in pieces(raw, size)),
        ToolCallFinished(block, call_id, name, "client", arguments, raw),
    ]


def one_agent() -> list[Step]:
    return [
        *said(
            "a1",
            0.0,
            0.05,
            started("a1", prompt="Make the tests pass.\nDon't touch the parser.", model="claude-opus-4-5"),
            *thought("0", "The failing test is about widths. I should look at it first."),
            *text("1", "I'll run the tests.\n"),
            *call("2", "t1", "Bash", {"command": "pytest -q tests/renderers | tail -5", "description": "Run tests"}),
            ended("a1", stop="tool_use"),
        ),
        *said(
            "a2",
            6.0,
            0.05,
            started(
                "a2",
                returns=[ToolReturn("t1", "1 failed\nE   assert 3 == 4\n", False)],
                model="claude-opus-4-5",
            ),
            *text("0", "One fails: 宽 takes two columns.\nThe rest is fine."),
            ended("a2"),
        ),
    ]


def wrapped() -> list[Step]:
    """A provisional line of several rows, with characters of two columns, is taken back."""
    raw = '{"question": "全角文字は二つの桁を取る。次の行に折り返される。' + "x" * 60 + "終わりまでもう少し" * 6 + '…"}'
    first = [raw[:40], raw[40:90], raw[90:]]
    return said(
        "w",
        0.0,
        0.05,
        started("w", 1, prompt="折り返し", model="gpt-5.1-codex", client="codex"),
        *text("0", "Before the call, in the middle of a line"),
        ToolCallStarted("1", "t1", "look_it_up", "client"),
        *(ToolArgumentsDelta("1", piece) for piece in first),
        ToolCallFinished("1", "t1", "look_it_up", "client", None, raw),
        *text("2", "After the call."),
        ended("w"),
    )


def several(count: int) -> list[Step]:
    """So many agents at once, every third a sub-agent of the first session; the second pauses inside a call."""
    steps: list[Step] = []
    for number in range(1, count + 1):
        flow_id = f"f{number}"
        agent = f"agent-{number}" if number % 3 == 0 else None
        session = 1 if agent else number
        begin_s = 0.4 * (number - 1)
        words = "".join(f"{flow_id}-word{place}" + ("\n" if place % 9 == 8 else " ") for place in range(30 + number))
        model = "claude-haiku-4-5" if agent else "claude-sonnet-4-5"
        steps += said(
            flow_id,
            begin_s,
            0.06,
            started(flow_id, session, prompt=None if agent else f"Task {number}", agent=agent, model=model),
            *thought("0", f"I am agent {number}, and I think before I speak.\n\nSo did agent {number - 1}."),
            *text("1", words),
        )
        steps += said(
            flow_id,
            begin_s + 6.0,
            0.08,
            *call("2", f"t{number}", "Bash", {"command": f"make part-{number} && echo done with {number}"}),
        )
        if number == 2:
            steps += said(flow_id, begin_s + 12.0, 5.0, Heartbeat(), Heartbeat(), Heartbeat(), Heartbeat())
            steps += said(flow_id, begin_s + 32.0, 0.1, *text("3", "Back again."), ended(flow_id))
        else:
            steps += said(flow_id, begin_s + 9.0, 0.1, ended(flow_id, stop="tool_use"))
    return steps


def tools() -> list[Step]:
    """What the calls of today's clients look like, and a sub-agent's under it."""
    calls = [
        call(
            "1",
            "t1",
            "Bash",
            {"command": "git status --short && git diff --stat HEAD~3 -- renderers tests | tail -n 20"},
        ),
        call("2", "t2", "Edit", {"file_path": "src/a.py", "old_string": "x = 1\n", "new_string": "x = 2\ny = 3\n"}),
        call(
            "3", "t3", "Write", {"file_path": "src/b.py", "content": "def b() -> str:\n    return 'b'  # the second\n"}
        ),
        call("4", "t4", "Grep", {"pattern": "def \\w+", "path": "src", "glob": "*.py"}),
        call(
            "5",
            "t5",
            "TodoWrite",
            {"todos": [{"content": "Read", "status": "completed"}, {"content": "Write", "status": "in_progress"}]},
        ),
        call("6", "t6", "mcp__tracker__find", {"state": "open", "labels": ["view", "screen"], "limit": 5}),
        call("7", "t7", "WebSearch", {"query": "how wide is 幅 in a terminal"}),
        call(
            "8",
            "t8",
            "Task",
            {"description": "Look around", "subagent_type": "Explore", "prompt": "Find all tables.\nName them."},
        ),
    ]
    script = 'const r = await tools.exec_command({"cmd":"make -j4 test 2>&1 | tail"});\ntext(r.output);'
    program = [
        ToolCallStarted("1", "c1", "exec", "custom"),
        *(ToolArgumentsDelta("1", piece) for piece in pieces(script, 9)),
        ToolCallFinished("1", "c1", "exec", "custom", None, script),
    ]
    prose = (
        "Here is what I will do:\n- first the narrow terminals, of which there are more than one might think\n"
        "- then the wide ones\n"
    )
    return [
        *said("t1", 0.0, 0.01, started("t1", prompt="Show me everything.", model="claude-opus-4-5")),
        *said(
            "t1", 0.1, 0.01, *text("0", prose), *(event for one in calls for event in one), ended("t1", stop="tool_use")
        ),
        *said("t2", 12.0, 0.01, started("t2", 1, agent="agent-1", prompt="Find all tables.", model="claude-haiku-4-5")),
        *said(
            "t2",
            12.1,
            0.01,
            *text("0", "There are three of them, and each has a room of its own, as it should be."),
            ended("t2"),
        ),
        *said(
            "t3", 14.0, 0.01, started("t3", 2, prompt="Run the tests.", client="codex", model="gpt-5.3-codex"), *program
        ),
        *said("t3", 14.5, 0.01, ended("t3", stop="completed")),
        *said(
            "t4",
            16.0,
            0.01,
            started(
                "t4",
                1,
                returns=[ToolReturn("t1", " M a\n", False), ToolReturn("t4", "a.py\n" * 9, False)],
                model="claude-opus-4-5",
            ),
            ended("t4", "error", "Overloaded", status=529, usage={}),
        ),
    ]


SCENES: dict[str, Callable[[], list[Step]]] = {
    "one": one_agent,
    "wrapped": wrapped,
    "tools": tools,
    "three": lambda: several(3),
    "ten": lambda: several(10),
}


def written(
    steps: list[Step],
    options: ViewOptions,
    width: Callable[[], int],
    can_erase: bool = True,
) -> Iterator[str]:
    """What the live view writes, piece by piece, with a tick every quarter of a second."""
    live = LiveView(options, width, can_erase)
    moments = heapq.merge(
        sorted(((step.at_s, 1, number) for number, step in enumerate(steps))),
        ((tick * TICK_S, 0, 0) for tick in range(int(max(step.at_s for step in steps) / TICK_S) + 40)),
    )
    for at_s, kind, number in moments:
        yield live.feed(steps[number].flow_id, steps[number].event, at_s) if kind else live.tick(at_s)
    yield live.close(at_s)

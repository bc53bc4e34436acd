# ruff: noqa: T201  (a benchmark prints)
"""The console's window over a board full of exchanges: first paint, updates, scrolling, memory.

Run: .venv/bin/python tests/bench/console_window.py [--exchanges 2000] [--sessions 20] [--columns 200] [--rows 47]

Feeds a board as the capture thread does and draws the window as the console does, without a terminal. Prints
milliseconds and megabytes; asserts nothing.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from addons.console.agents_window import AgentsWindow
from addons.protocols.events import (
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from renderers.board.board import Board
from renderers.view_options import ViewOptions

USAGE: dict[str, int | None] = {"input_tokens": 12_000, "cache_read_input_tokens": 11_000, "output_tokens": 300}


class NoHost:
    def key_of(self, action: str) -> str:
        return action[0]

    def ask(self, question: str, answer: Any) -> None:
        pass

    def say(self, message: str) -> None:
        pass

    def open_flow(self, flow_id: str) -> bool:
        return bool(flow_id)


def begin(board: Board, number: int, sessions: int) -> str:
    session = number % sessions
    flow_id = f"flow-{number}"
    feed(
        board,
        flow_id,
        ExchangeStarted(
            flow_id, f"s-{session}", session + 1, "claude-code", "anthropic", None, "main", "m", "Do it.", (), 0
        ),
    )
    return flow_id


def feed(board: Board, flow_id: str, *events: ExchangeEvent) -> None:
    for event in events:
        board.feed(flow_id, event, time.monotonic(), time.time_ns())


def whole(board: Board, number: int, sessions: int) -> None:
    flow_id = begin(board, number, sessions)
    feed(
        board,
        flow_id,
        ThinkingDelta("0", "What is there to do, and in which order? " * 5),
        *[TextDelta("1", f"word {count} and a few more ") for count in range(40)],
        ToolCallStarted("2", f"c{number}", "Bash", "client"),
        *[ToolArgumentsDelta("2", piece) for piece in ('{"comm', 'and":"ls -la', ' src"}')],
        ToolCallFinished("2", f"c{number}", "Bash", "client", {"command": "ls -la src"}, '{"command":"ls -la src"}'),
        ExchangeEnded(flow_id, "complete", None, 200, "m", "tool_use", USAGE, 4_000.0, 500.0),
    )


def took_ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def rss_mb() -> int:
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.split("\n") if line.startswith("VmRSS")).split()[1]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchanges", type=int, default=2_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--rows", type=int, default=47)
    options = parser.parse_args()
    size = (options.columns, options.rows)
    board = Board()
    for number in range(options.exchanges):
        whole(board, number, options.sessions)
    print(f"{options.exchanges} exchanges on the board: {rss_mb()} MB")
    window = AgentsWindow(board, ViewOptions(), NoHost())

    def paint() -> None:
        window.refresh()
        window.render(size, True)

    print(f"first paint {took_ms(paint):.1f} ms")
    flow_id = begin(board, options.exchanges, options.sessions)
    updates = []
    for count in range(500):
        feed(board, flow_id, TextDelta("9", f"a piece of text, number {count}, as models send it. "))
        updates.append(took_ms(paint))
    cuts = statistics.quantiles(updates, n=100)
    print(f"an update p50 {cuts[49]:.2f} p95 {cuts[94]:.2f} p99 {cuts[98]:.2f} ms, nothing new {took_ms(paint):.3f} ms")
    print(f"to the beginning {took_ms(lambda: (window.keypress(size, 'm_start'), paint())):.1f} ms")
    print(f"another width {took_ms(lambda: window.render((120, 40), True)):.1f} ms")
    for times, (name, text) in enumerate(
        (("5 MB in one line", "x" * 65_536), ("5 MB of escapes", "\x1b[2J<b>" * 8_192)), 1
    ):
        # In the session that is on the screen.
        flow_id = begin(board, options.exchanges + times * options.sessions, options.sessions)
        feed(board, flow_id, *[TextDelta("0", text) for _ in range(5_000_000 // len(text))])
        print(f"{name} {took_ms(paint):.1f} ms")
    before = rss_mb()
    for number in range(options.exchanges, 3 * options.exchanges):
        whole(board, number, options.sessions)
        if number % 10 == 0:
            paint()
    print(f"memory {before} MB, after {2 * options.exchanges} more exchanges {rss_mb()} MB")


main()

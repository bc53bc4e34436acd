"""What a delta costs: every recorded stream through the whole live view, tool calls and all.

Run: .venv/bin/python tests/bench/live_view.py [--rounds 5] [--width 120]

Prints CPU time per delta (text, thinking, arguments) and per event: one agent alone, and ten at once. Asserts nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from addons.protocols.detect import decoder_for  # noqa: E402
from addons.protocols.events import Event, TextDelta, ThinkingDelta, ToolArgumentsDelta  # noqa: E402
from renderers.engine import LiveView  # noqa: E402
from renderers.view_options import ViewOptions  # noqa: E402
from tests.protocols.recorded import every_recording  # noqa: E402
from tests.renderers.live_screen import ended, started  # noqa: E402

DELTAS = (TextDelta, ThinkingDelta, ToolArgumentsDelta)


def streams() -> list[list[Event]]:
    found = []
    for recording in every_recording():
        decoder = decoder_for(recording.api)
        found.append([event for frame in recording.frames for event in decoder.feed(frame)] + decoder.close())
    return found


def alone(every: list[list[Event]], width: int) -> tuple[float, list[float]]:
    """CPU seconds of everything, and of each delta by itself."""
    live = LiveView(ViewOptions(colour=True), lambda: width, can_erase=True)
    each = []
    begun = time.process_time()
    now_s = 0.0
    for number, events in enumerate(every):
        flow_id = str(number)
        live.feed(flow_id, started(flow_id, number), now_s)
        for event in events:
            now_s += 0.02
            if isinstance(event, DELTAS):
                before = time.perf_counter_ns()
                live.feed(flow_id, event, now_s)
                each.append((time.perf_counter_ns() - before) / 1e3)
            else:
                live.feed(flow_id, event, now_s)
        live.feed(flow_id, ended(flow_id), now_s)
    return time.process_time() - begun, each


def at_once(every: list[list[Event]], width: int, agents: int) -> float:
    """CPU seconds for agents that take turns with each event, with a tick every quarter of a second."""
    live = LiveView(ViewOptions(colour=True), lambda: width, can_erase=True)
    queue = list(enumerate(every))
    running: dict[str, list[Event]] = {}
    begun = time.process_time()
    now_s = ticked_s = 0.0
    while queue or running:
        while queue and len(running) < agents:
            number, events = queue.pop(0)
            running[str(number)] = events[::-1]
            live.feed(str(number), started(str(number), number), now_s)
        for flow_id in list(running):
            if running[flow_id]:
                live.feed(flow_id, running[flow_id].pop(), now_s)
            else:
                live.feed(flow_id, ended(flow_id), now_s)
                del running[flow_id]
        now_s += 0.02
        if now_s - ticked_s > 0.25:
            ticked_s = now_s
            live.tick(now_s)
    live.close(now_s)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--width", type=int, default=120)
    given = parser.parse_args()
    every = streams()
    events = sum(len(stream) for stream in every)
    deltas = sum(isinstance(event, DELTAS) for stream in every for event in stream)
    if not deltas:
        sys.exit("no recorded streams at ../shared/streams")
    sys.stdout.write(f"{len(every)} streams, {events:,} events, {deltas:,} deltas\n")
    for _ in range(given.rounds):
        whole_s, each = alone(every, given.width)
        many_s = at_once(every, given.width, 10)
        p95, p99 = statistics.quantiles(each, n=100)[94], statistics.quantiles(each, n=100)[98]
        sys.stdout.write(
            f"alone {whole_s / deltas * 1e6:5.1f} µs a delta; each: median {statistics.median(each):5.1f}, "
            f"p95 {p95:6.1f}, p99 {p99:6.1f}, mean {statistics.mean(each):5.1f} µs; "
            f"ten at once {many_s / deltas * 1e6:5.1f} µs a delta\n"
        )


if __name__ == "__main__":
    main()

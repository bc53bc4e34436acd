"""addons/sources/log_files.py: the view of a log equals the live view of its capture."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from addons.protocols.events import ExchangeEnded, ExchangeStarted, TextDelta
from addons.sinks import layout
from addons.sinks.archive import compress
from addons.sinks.rotation import rotate, rotated_files
from addons.sources.log_files import Follow, Pipe, Replay, Step, obstacle
from tests.sources.captured import STARTED_NS, Capture, Shown, comparable


class Told:
    """What the person at the terminal is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, message: str) -> None:
        self.said.append(message)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """A finished log. Nobody changes it."""
    capture = Capture(tmp_path_factory.mktemp("log"))
    capture.finish()
    return capture


def replay(path: Path, told: Told) -> list[Shown]:
    return [shown for step in Replay(path, told).steps() for shown in step.shown]


def until_now(steps: Iterator[Step | None]) -> list[Shown]:
    found: list[Shown] = []
    for step in steps:
        if step is None:
            return found
        found += step.shown
    raise AssertionError("following has no end")


def by_flow(shown: list[Shown]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = defaultdict(list)
    for flow_id, event in comparable(shown):
        found[flow_id].append(event)
    return found


def in_order(shown: list[Shown]) -> list[Shown]:
    """Across exchanges. A WebSocket exchange's end has the time of its terminal event, but is written and shown when it
    has rested or the next one begins, so it has no one place among the others."""
    return [
        (flow_id, event)
        for flow_id, event in comparable(shown)
        if not (flow_id.startswith("socket:") and isinstance(event, ExchangeEnded))
    ]


def assert_same(found: list[Shown], live: list[Shown]) -> None:
    assert by_flow(found) == by_flow(live)
    assert in_order(found) == in_order(live)


def of_flows(shown: list[Shown], *flow_ids: str) -> list[Shown]:
    return [(flow_id, event) for flow_id, event in shown if flow_id in flow_ids]


def test_the_capture_has_everything(captured: Capture) -> None:
    """What follows compares with it."""
    ends = [event.end for _, event in captured.screen.shown if isinstance(event, ExchangeEnded)]
    assert sorted(ends) == [*["client_closed"], *["complete"] * 10, "error", "upstream_closed"]
    starts = [event for _, event in captured.screen.shown if isinstance(event, ExchangeStarted)]
    assert any(start.prompt for start in starts)
    assert any(start.tool_returns for start in starts)


# -- Replay ----------------------------------------------------------------------------------------------------------


def test_a_replay_shows_what_was_shown_live(captured: Capture, told: Told) -> None:
    assert_same(replay(captured.lines, told), captured.screen.shown)
    assert told.said == []


def test_its_times_are_the_recorded_ones_and_never_fall(captured: Capture, told: Told) -> None:
    steps = list(Replay(captured.lines, told).steps())
    times = [step.at_ns for step in steps]
    assert times == sorted(times)
    overloaded_ms = 121.5
    assert (times[0], steps[0].is_resting) == (STARTED_NS + int(overloaded_ms * 1e6), True)


@pytest.mark.parametrize(("folder", "client"), [("codex", "codex"), ("claude", "claude-code")])
def test_a_clients_lines_are_its_exchanges_with_their_prompts(
    captured: Capture, told: Told, folder: str, client: str
) -> None:
    """But those that brought no frame."""
    lines = captured.lines.parents[1] / folder / layout.LINES
    flows = {f for f, event in captured.screen.shown if isinstance(event, ExchangeStarted) and event.client == client}
    assert by_flow(replay(lines, told)) == by_flow(of_flows(captured.screen.shown, *flows))
    assert told.said == []


def test_a_sessions_lines(captured: Capture, told: Told) -> None:
    lines = captured.lines.parent / "sse_logs/s-socket" / layout.LINES
    expected = of_flows(captured.screen.shown, "socket:0", "socket:1")
    assert comparable(replay(lines, told)) == comparable(expected)


def test_the_lines_alone_tell_what_they_can(captured: Capture, told: Told, tmp_path: Path) -> None:
    shutil.copy(captured.lines, tmp_path)
    shown = by_flow(replay(tmp_path / layout.LINES, told))
    live = by_flow(captured.screen.shown)
    assert "prompts, tool results and models are not shown" in told.said[0]
    assert shown.keys() == live.keys() - {"unanswered"}
    for flow_id, events in shown.items():
        if flow_id not in ("left", "overloaded"):
            assert events[1:-1] == live[flow_id][1:-1]
            ended, live_ended = events[-1], live[flow_id][-1]
            assert isinstance(ended, ExchangeEnded)
            assert isinstance(live_ended, ExchangeEnded)
            assert (ended.end, ended.usage, ended.stop_reason) == ("complete", live_ended.usage, live_ended.stop_reason)
            assert ended.ttft_ms == live_ended.ttft_ms
    cut = shown["left"][-1]
    assert isinstance(cut, ExchangeEnded)
    assert (cut.end, cut.error) == ("error", "the recording ends here")
    failed = shown["overloaded"][-1]
    assert isinstance(failed, ExchangeEnded)
    assert (failed.end, failed.error) == ("error", "Overloaded")
    # On a WebSocket the request is among the lines.
    asked = shown["socket:1"][0]
    assert isinstance(asked, ExchangeStarted)
    assert (asked.prompt, asked.session_number) == ("Question 1", 3)


def test_without_the_blobs_there_are_no_prompts_but_all_the_rest(captured: Capture, told: Told, tmp_path: Path) -> None:
    for name in (layout.LINES, layout.FLOWS, layout.ENDS):
        shutil.copy(captured.lines.with_name(name), tmp_path)
    shown = replay(tmp_path / layout.LINES, told)
    starts = [event for _, event in shown if isinstance(event, ExchangeStarted)]
    assert {start.prompt for start in starts} == {None}
    assert None not in {start.model for start in starts if start.flow_id != "unanswered"}
    assert len(shown) == len(captured.screen.shown)


def test_rotated_and_compressed_files(captured: Capture, told: Told, tmp_path: Path) -> None:
    """Each is a replay of its own, and of the whole log's, with what its exchanges have in other files."""
    folder = tmp_path / layout.MAIN
    shutil.copytree(captured.lines.parent, folder)
    lines = folder / layout.LINES
    written = lines.read_bytes().splitlines(keepends=True)
    half = len(written) // 2
    lines.write_bytes(b"".join(written[:half]))
    rotate(lines, STARTED_NS / 1e9 + 3600)
    lines.write_bytes(b"".join(written[half:]))
    rotate(folder / layout.FLOWS, STARTED_NS / 1e9 + 3600)
    (first,) = rotated_files(lines)
    for rotated in (first, *rotated_files(folder / layout.FLOWS)):
        compress(rotated.path, lambda: False)
    live = by_flow(captured.screen.shown)
    early = by_flow(replay(first.path.with_name(first.path.name + ".zst"), told))
    late = by_flow(replay(lines, told))
    assert early.keys() | late.keys() | {"unanswered"} == live.keys()
    assert early.keys() & late.keys()
    for flow_id, events in early.items():
        assert events[0] == live[flow_id][0]
        if flow_id not in late:
            assert events == live[flow_id]
    for flow_id, events in late.items():
        assert events[0] == live[flow_id][0]
        assert events[-1] == live[flow_id][-1]
        if flow_id not in early:
            assert events == live[flow_id]
    assert told.said == []


def test_damaged_lines_are_passed_over_and_counted(captured: Capture, told: Told, tmp_path: Path) -> None:
    folder = tmp_path / layout.MAIN
    shutil.copytree(captured.lines.parent, folder)
    lines = folder / layout.LINES
    odd = [
        b"no json",
        b"[]",
        b'{"v":1}',
        b'{"v":1,"ts":"now","flow_id":"x","seq":0,"t_ms":0,"dir":"in","event":1,"data":1}',
    ]
    lines.write_bytes(b"\n".join([*odd, b""]) + lines.read_bytes() + b'{"torn')
    source = Replay(lines, told)
    shown = [each for step in source.steps() for each in step.shown]
    assert_same(shown, captured.screen.shown)
    assert source.summary().endswith("; 4 lines could not be read")


def test_a_clock_that_was_set_back_costs_no_prompt(captured: Capture, told: Told, tmp_path: Path) -> None:
    """The flow record has a later time than the exchange's first line."""
    folder = tmp_path / layout.MAIN
    shutil.copytree(captured.lines.parent, folder)
    flows = [json.loads(line) for line in (folder / layout.FLOWS).read_text().splitlines()]
    (left,) = (flow for flow in flows if flow["flow_id"] == "left")
    left["ts"] = (datetime.fromisoformat(left["ts"]) + timedelta(seconds=0.5)).isoformat()
    (folder / layout.FLOWS).write_text("".join(json.dumps(flow) + "\n" for flow in flows))
    assert by_flow(replay(folder / layout.LINES, told)) == by_flow(captured.screen.shown)


def test_a_replay_writes_nothing(captured: Capture, told: Told) -> None:
    root = captured.lines.parents[1]

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in root.rglob("*")}

    before = state()
    replay(captured.lines, told)
    follow = Follow(captured.lines, told).steps()
    until_now(follow)
    assert state() == before


# -- Follow ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_a_time", "rotate_size"),
    [
        pytest.param(1, "256m", id="looking after each frame"),
        pytest.param(1, "8k", id="through rotations"),
        pytest.param(7, "256m", id="looking now and then"),
        pytest.param(1000, "256m", id="looking once"),
    ],
)
def test_following_shows_what_is_shown_live(tmp_path: Path, told: Told, at_a_time: int, rotate_size: str) -> None:
    """From before the first exchange on."""
    capture = Capture(tmp_path / "log", agent_rotate_size=rotate_size)
    steps = Follow(capture.lines, told, lambda: STARTED_NS).steps()
    found = until_now(steps)
    while capture.go_on(at_a_time):
        found += until_now(steps)
    found += until_now(steps)
    capture.finish()
    assert_same(found, capture.screen.shown)
    assert bool(rotated_files(capture.lines)) == (rotate_size == "8k")
    assert told.said == []


def test_following_begins_with_what_is_going_on(tmp_path: Path, told: Told) -> None:
    capture = Capture(tmp_path)
    while not any(isinstance(event, ExchangeEnded) for _, event in capture.screen.shown):
        capture.go_on()
    capture.go_on(100)
    ended = {flow_id for flow_id, event in capture.screen.shown if isinstance(event, ExchangeEnded)}
    begun = {flow_id for flow_id, _ in capture.screen.shown}
    assert ended
    assert begun - ended
    steps = Follow(capture.lines, told, lambda: STARTED_NS + 60 * 10**9).steps()
    going_on = until_now(steps)
    assert {flow_id for flow_id, _ in going_on} == begun - ended
    capture.finish()
    found = [*going_on, *until_now(steps)]
    expected = [(flow_id, event) for flow_id, event in capture.screen.shown if flow_id not in ended]
    assert by_flow(found) == by_flow(expected)


def test_what_a_killed_proxy_left_open_is_not_going_on(tmp_path: Path, told: Told) -> None:
    capture = Capture(tmp_path)
    capture.go_on(100)
    an_hour_later_ns = STARTED_NS + 3600 * 10**9
    assert until_now(Follow(capture.lines, told, lambda: an_hour_later_ns).steps()) == []
    capture.finish()


def test_following_a_client_before_its_first_exchange(tmp_path: Path, told: Told) -> None:
    """Neither its folder nor the log is there yet."""
    steps = Follow(tmp_path / "log/codex" / layout.LINES, told).steps()
    assert until_now(steps) == []
    capture = Capture(tmp_path / "log")
    found: list[Shown] = []
    while capture.go_on():
        found += until_now(steps)
    capture.finish()
    found += until_now(steps)
    found += until_now(steps)
    flows = {f for f, event in capture.screen.shown if isinstance(event, ExchangeStarted) and event.client == "codex"}
    assert by_flow(found) == by_flow(of_flows(capture.screen.shown, *flows))
    assert told.said == []


def test_a_sessions_lines_that_come_after_the_end(captured: Capture, told: Told, tmp_path: Path) -> None:
    """A session's file is written last, so its reader may see the end first."""
    folder = tmp_path / layout.MAIN
    session = folder / "sse_logs/s-socket"
    session.mkdir(parents=True)
    (session / layout.LINES).touch()
    for name in (layout.BLOBS, layout.FLOWS, layout.SESSION_NUMBERS):
        shutil.copy(captured.lines.with_name(name), folder)
    steps = Follow(session / layout.LINES, told, lambda: STARTED_NS + 10 * 60 * 10**9).steps()
    found = until_now(steps)
    written = (captured.lines.parent / "sse_logs/s-socket" / layout.LINES).read_bytes()
    (session / layout.LINES).write_bytes(written[:-20])
    found += until_now(steps)
    shutil.copy(captured.lines.with_name(layout.ENDS), folder)
    found += until_now(steps)
    (session / layout.LINES).write_bytes(written)
    found += until_now(steps)
    assert by_flow(found) == by_flow(of_flows(captured.screen.shown, "socket:0", "socket:1"))


def test_frames_after_the_end_are_not_another_exchange(captured: Capture, told: Told, tmp_path: Path) -> None:
    lines = tmp_path / layout.LINES
    socket = (captured.lines.parent / "sse_logs/s-socket" / layout.LINES).read_bytes().splitlines(keepends=True)
    late = socket[-1].replace(b'"seq":3', b'"seq":4')
    lines.write_bytes(b"".join([*socket, late]))
    starts = [event for _, event in replay(lines, told) if isinstance(event, ExchangeStarted)]
    assert [start.flow_id for start in starts] == ["socket:0", "socket:1"]


def test_following_lines_without_their_log(captured: Capture, tmp_path: Path, told: Told) -> None:
    """As `tail -f`: what was there before is not told."""
    lines = tmp_path / layout.LINES
    old, new = captured.lines.read_bytes().splitlines(keepends=True)[:100], b""
    lines.write_bytes(b"".join(old))
    steps = Follow(lines, told).steps()
    assert until_now(steps) == []
    socket = (captured.lines.parent / "sse_logs/s-socket" / layout.LINES).read_bytes()
    for new in socket.splitlines(keepends=True):
        with lines.open("ab") as file:
            file.write(new)
        assert until_now(steps)
    assert len(told.said) == 1


# -- Standard input --------------------------------------------------------------------------------------------------


def test_a_pipe_is_read_to_its_end(captured: Capture, told: Told) -> None:
    reading, writing = os.pipe()
    source = Pipe(reading, told)
    steps = source.steps()
    assert until_now(steps) == []
    lines = (captured.lines.parent / "sse_logs/s-socket" / layout.LINES).read_bytes()
    os.write(writing, lines[:1000])
    found = until_now(steps)
    os.write(writing, lines[1000:])
    found += until_now(steps)
    os.close(writing)
    assert all(step is None for step in steps)
    os.close(reading)
    texts = [event.text for _, event in found if isinstance(event, TextDelta)]
    assert texts == ["Answer 0", "Answer 1"]
    assert source.summary() == "2 exchanges, 8 frames"


# -- What can't be shown ---------------------------------------------------------------------------------------------


def test_obstacles_are_named_with_a_remedy(captured: Capture, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.jsonl"
    packed = tmp_path / "lines.jsonl.zst"
    packed.write_bytes(b"not zstd at all")
    assert obstacle(captured.lines, 1.0) is None
    assert obstacle(captured.lines, None) is None
    assert obstacle(missing, None) is None
    assert "can't be read (No such file" in (obstacle(missing, 1.0) or "")
    assert "name a file of lines, such as" in (obstacle(tmp_path, None) or "")
    assert "does not grow; give agent_source_speed=1" in (obstacle(packed, None) or "")
    assert "can't be read (not what zstd has compressed)" in (obstacle(packed, 1.0) or "")
    assert "no frames; give the path of a sse_lines" in (obstacle(captured.lines.with_name(layout.FLOWS), 1.0) or "")

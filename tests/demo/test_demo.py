"""The demo as a whole, without its pauses; and its two ends without the proxy between them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from addons.demo import agents, recording
from addons.demo.upstream import Upstream

ROOT = Path(__file__).parents[2]
EXCHANGES = recording.read_file()["claude-code"]
COMMAND = [sys.executable, "-m", "addons.demo"]


def play(*, answers: list[recording.Exchange], asks: list[recording.Exchange]) -> None:
    async def both() -> None:
        await agents.play(asks, await Upstream(answers, float("inf")).start(), float("inf"))

    asyncio.run(both())


def whose(lines: list[str]) -> dict[str, set[str]]:
    """Who speaks, as the headers name them, and the numbers that each has there."""
    numbers: dict[str, set[str]] = {}
    for header in (line for line in lines if line.startswith("──")):
        number, name = header.removeprefix("── #").removesuffix(" ──").removesuffix(" · continues").split(" ", 1)
        numbers.setdefault(name, set()).add(number)
    return numbers


def test_the_agents_read_what_the_upstream_sends() -> None:
    play(answers=EXCHANGES, asks=EXCHANGES)


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(replace(EXCHANGES[0], body=EXCHANGES[0].body + b" "), id="in the request"),
        pytest.param(replace(EXCHANGES[0], events=EXCHANGES[0].events[:-1]), id="in the answer"),
    ],
)
def test_a_byte_altered_on_the_way_is_noticed(altered: recording.Exchange) -> None:
    with pytest.raises(agents.Altered):
        play(answers=EXCHANGES, asks=[altered])


def test_it_shows_the_conversation_and_logs_it(tmp_path: Path) -> None:
    """Through the real mitmdump: everything that the agents were told is on the screen and in the log."""
    done = subprocess.run(
        [*COMMAND, "--fast"],
        cwd=ROOT,
        env=os.environ | {"AGENT_LOG_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for said in (
        "fails since this morning",
        "`match` stops after the first part",
        "All 20 tests pass",
        "*** Begin Patch",
    ):
        assert said in done.stdout
    # What README shows of it, but for what depends on the terminal's width and on the pauses.
    sample = (ROOT / "README.md").read_text().split("```\n")[3].splitlines()
    shown = done.stdout.splitlines()
    assert [line for line in sample if line[:1] not in "✻■◀─" and line[:2] != "  " and line not in shown] == []
    # Which agent is #1 is a matter of who comes first; each has a number of its own, and no header says anything else.
    assert whose(shown).keys() == whose(sample).keys()
    assert sorted(whose(shown).values(), key=min) == sorted(whose(sample).values(), key=min) == [{"1"}, {"2"}]
    assert f"The log:    {tmp_path}" in done.stdout

    ends = [json.loads(line) for line in (tmp_path / "all-mitm-sse/sse_flow_ends.jsonl").read_text().splitlines()]
    assert [end["end"] for end in ends] == ["complete"] * 7
    assert sorted(end["client"] for end in ends) == ["claude-code"] * 4 + ["codex"] * 3
    calls = [call["name"] for end in ends for call in end["tool_calls"]]
    assert sorted(calls) == ["Bash", "Bash", "Edit", "Read", "apply_patch", "exec_command"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_in_order_when_it_is_interrupted(tmp_path: Path, number: int, status: int) -> None:
    """Nothing keeps its output open afterwards: mitmdump has ended too."""
    demo = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=os.environ | {"AGENT_LOG_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    next(line for line in demo.stdout if "fails since this morning" in line)
    demo.send_signal(number)
    demo.communicate(timeout=60)
    assert demo.returncode == status

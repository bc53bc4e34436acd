"""addons/capture/recovery.py: a process was killed; the next start ends what it left open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from addons.sinks.records import Kind
from tests.exchanges import (
    ANSWER,
    CREATE,
    FLOW,
    HALF,
    Rig,
    chunks,
    handshake,
    head,
    received,
    request,
    sent,
    socket_answer,
)

ROOT = Path(__file__).resolve().parents[2]

KILLED = """
import os, sys
from pathlib import Path
from tests.exchanges import *

with Rig(Path(sys.argv[1]), **eval(sys.argv[3])) as rig:
    rig.play(*eval(sys.argv[2]))
    os.kill(os.getpid(), 9)
"""
"""A process that plays items and is killed before their end."""


def killed(folder: Path, items: str, changed: str = "{}") -> None:
    process = subprocess.run([sys.executable, "-c", KILLED, str(folder), items, changed], cwd=ROOT, timeout=60)
    assert process.returncode == -9


def next_start(folder: Path, **changed: str) -> list[dict[str, Any]]:
    with Rig(folder, **changed) as rig:
        return rig.records(Kind.ENDS)


def test_what_a_killed_process_left_open_is_ended(tmp_path: Path) -> None:
    killed(tmp_path, "[request(), head(), chunks(*HALF)]")
    (end,) = next_start(tmp_path)
    assert (end["flow_id"], end["session_id"], end["provider"]) == (FLOW, "s-1", "anthropic")
    assert (end["end"], end["error"], end["status"]) == ("error", "the proxy was killed", 200)
    assert (end["text"], end["events"], end["model"], end["response_id"]) == ("Hello", 3, "claude-lab-1", "msg_1")
    assert (end["purpose"], end["api"], end["dropped"]) == ("main", "anthropic.messages", 0)
    assert (end["ts"], end["duration_ms"]) == ("2023-11-14T22:13:20.220000+00:00", 220.0)


def test_it_is_ended_once(tmp_path: Path) -> None:
    killed(tmp_path, "[request(), head(), chunks(*HALF)]")
    assert next_start(tmp_path) == next_start(tmp_path)


LEFT = [
    # items -> end, error, text
    pytest.param([request(), head()], "error", "the proxy was killed", "", id="only its head"),
    pytest.param([request(), head(), chunks(*ANSWER)], "complete", None, "Hello, you.", id="its terminal event"),
    pytest.param([request(), head(529)], "error", "the proxy was killed", "", id="an error status"),
    pytest.param(
        [handshake(), head(101, None), sent(CREATE), *map(received, socket_answer("resp_1")[:2])],
        "error", "the proxy was killed", "Hello", id="on a socket",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("items", "verdict", "error", "text"), LEFT)
@pytest.mark.parametrize("session_logs", ["true", "false"], ids=["session's own lines", "common lines"])
def test_it_says_what_the_frames_tell(
    tmp_path: Path, items: list[Any], verdict: str, error: str | None, text: str, session_logs: str
) -> None:
    with Rig(tmp_path, session_logs=session_logs) as rig:
        rig.crash(*items)
        (end,) = next_start(tmp_path)
    assert (end["end"], end["error"], end["text"]) == (verdict, error, text)


def test_frames_of_others_are_not_counted(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.play(request(flow_id="f-2"), head(), chunks(*ANSWER), flow_id="f-2")
        rig.crash(request(), head(), chunks(*HALF))
        ends = {end["flow_id"]: end for end in next_start(tmp_path)}
    assert (ends[FLOW]["events"], ends["f-2"]["events"]) == (3, 7)


def test_what_had_ended_is_left_as_it_is(tmp_path: Path) -> None:
    killed(tmp_path, "[request(), head(), chunks(*ANSWER), end()]")
    (end,) = next_start(tmp_path)
    assert end["end"] == "complete"
    assert end["duration_ms"] == 1000


def test_what_was_never_in_the_log_gets_no_end(tmp_path: Path) -> None:
    killed(tmp_path, "[request()]")
    assert next_start(tmp_path) == []


def test_what_another_process_has_open_goes_on(tmp_path: Path) -> None:
    with Rig(tmp_path) as first:
        first.play(request(), head(), chunks(*HALF))
        assert next_start(tmp_path) == []


def test_a_torn_last_frame_is_passed_over(tmp_path: Path) -> None:
    with Rig(tmp_path, session_logs="false") as rig:
        rig.crash(request(), head(), chunks(*HALF))
        path = rig.root / "all-mitm-sse" / "sse_lines.jsonl"
        path.write_bytes(path.read_bytes()[:-20])
        (end,) = next_start(tmp_path)
    assert (end["events"], end["text"]) == (2, "")


def test_the_time_is_told_in_the_zone_of_the_one_who_tells(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.crash(request(), head(), chunks(*HALF))
        (end,) = next_start(tmp_path, timezone="Asia/Tokyo")
    assert end["ts"] == "2023-11-15T07:13:20.220000+09:00"


def test_a_journal_that_cannot_be_understood_costs_one_end_and_not_the_start(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.play(request(flow_id="f-2"), head(), chunks(*HALF), flow_id="f-2")
        rig.crash(request(), head(), chunks(*HALF))
        (journal,) = rig.root.glob("all-mitm-sse/.open-*")
        journal.write_text(journal.read_text().replace('"client"', '"program"', 1))
        (end,) = next_start(tmp_path)
    assert (end["flow_id"], end["end"]) == (FLOW, "error")

"""Outages: said once at each end, tried again with growing patience."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from addons.sinks.outage import Outages, why_unwritable
from tests.sinks.clock import Clock

ROOT, FILE, OTHER = Path("/log"), Path("/log/a/f.jsonl"), Path("/log/a/g.jsonl")
FULL = OSError(errno.ENOSPC, "whatever")


@pytest.fixture
def outages(clock: Clock, said: list[str]) -> Outages:
    return Outages(ROOT, 32 << 20, said.append, clock)


def test_an_outage_is_said_once_with_cause_and_remedy(outages: Outages, said: list[str]) -> None:
    for path in (FILE, OTHER, FILE):
        outages.failed(path, FULL)
    cause = "agent_log_dir=/log: a/f.jsonl can't be written (No space left on device)"
    consequence = "Traffic goes on; up to 32 MB of records wait in memory and are written as soon as that is possible."
    assert said == [f"{cause}. {consequence} Make room, or name another folder."]
    assert outages.current == cause


@pytest.mark.parametrize(("lost", "outcome"), [(0, "nothing is lost"), (3, "3 records are lost")])
def test_its_end_is_said_with_what_it_cost(outages: Outages, said: list[str], lost: int, outcome: str) -> None:
    outages.lose()  # in an earlier outage
    outages.failed(ROOT, FULL)
    for _ in range(lost):
        outages.lose()
    outages.end()
    outages.end()
    assert said[1:] == [f"agent_log_dir=/log: the outage of the log is over; {outcome}."]
    assert (outages.current, outages.lost_records) == (None, lost + 1)


def test_giving_up_is_no_end(outages: Outages, said: list[str]) -> None:
    outages.failed(ROOT, FULL)
    outages.give_up()
    assert said[1:] == ["agent_log_dir=/log: the log could not be written until the end; nothing is lost."]


def test_a_folder_is_made_and_tried(tmp_path: Path) -> None:
    assert why_unwritable(tmp_path / "log") is None
    assert list((tmp_path / "log/all-mitm-sse").iterdir()) == []


def test_why_a_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert why_unwritable(tmp_path / "file/log") in ("Not a directory", "File exists")


def test_patience_grows_to_a_bound_and_success_ends_it(outages: Outages, clock: Clock) -> None:
    waits = []
    for _ in range(8):
        outages.failed(FILE, FULL)
        started_s = clock.now_s
        while not outages.may_try(FILE):
            clock.now_s += 0.25
        waits.append(clock.now_s - started_s)
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    outages.succeeded(FILE)
    outages.failed(FILE, FULL)
    clock.now_s += 0.25
    assert outages.may_try(FILE)


def test_one_files_outage_holds_up_no_other(outages: Outages) -> None:
    outages.failed(FILE, FULL)
    assert (outages.may_try(FILE), outages.may_try(OTHER)) == (False, True)
    outages.retry_now()
    assert outages.may_try(FILE)


def test_a_lock_that_is_never_given_back_is_told_as_such(outages: Outages, said: list[str]) -> None:
    outages.failed(ROOT, TimeoutError(errno.ETIMEDOUT, ".lock"))
    assert "the log folder can't be written (another process keeps it locked)" in said[0]

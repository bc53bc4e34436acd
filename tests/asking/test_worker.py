"""Questions answered on a thread of their own."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from addons.asking.worker import AskedWrong, Reading, ReportWorker
from addons.reports.question import Question, parse_words
from addons.reports.report import Report


class Rubbish:
    """What only a collection frees."""


@pytest.fixture
def worker(tmp_path: Path):
    worker = ReportWorker(lambda: tmp_path)
    yield worker
    worker.stop()


def question(*words: str) -> Question:
    return parse_words(words, datetime.now(UTC))


def test_it_answers_on_another_thread(worker):
    asked = worker.ask(question("tokens"), lambda _: threading.current_thread())
    assert asked.result(10) is not threading.current_thread()


def test_the_log_is_the_proxys_unless_the_question_names_one(worker, tmp_path):
    other = tmp_path / "other"
    other.mkdir()

    def notes(report: Report) -> list[str]:
        return report.notes

    (here,) = worker.ask(question("tokens"), notes).result(10)
    (there,) = worker.ask(question("tokens", f"--log-dir={other}"), notes).result(10)
    assert f"{tmp_path}/all-mitm-sse " in here
    assert f"{other}/all-mitm-sse " in there


def test_a_wrong_question_is_told_in_words(worker):
    with pytest.raises(AskedWrong, match="takes no argument"):
        worker.ask(question("tokens", "extra"), list).result(10)


def test_a_log_that_cannot_be_read_is_told_without_its_path(worker):
    def unreadable(_: Report) -> None:
        raise PermissionError(13, "Permission denied", "/secret/place")

    with pytest.raises(AskedWrong, match=r"^the log can't be read: Permission denied$"):
        worker.ask(question("tokens"), unreadable).result(10)


@pytest.mark.parametrize("words", [pytest.param(["tokens"], id="an answer"), pytest.param(["tokens", "x"], id="none")])
def test_what_a_report_holds_is_not_looked_through(worker, words):
    """A full collection would keep the event loop waiting."""
    full = gc.get_stats()[2]["collections"]

    def hold(_: Report) -> int:
        assert [[number] for number in range(200_000)]
        return int(gc.get_stats()[2]["collections"])

    asked = worker.ask(question(*words), hold)
    assert asked.exception(10) or asked.result() == full
    assert gc.get_threshold()[2] < 1000


def test_rubbish_is_collected_while_a_report_is_made(worker):
    """Else a proxy would grow as long as a report takes."""

    def litter(_: Report) -> bool:
        ring: list[Any] = [Rubbish()]
        ring.append(ring)
        seen = weakref.ref(ring[0])
        del ring
        held = [[number] for number in range(100_000)]
        return bool(held) and seen() is None

    assert worker.ask(question("tokens"), litter).result(10)


def test_what_waits_when_it_stops_is_given_up(worker):
    held = threading.Event()
    worker.ask(question("tokens"), lambda _: held.wait(10))
    waiting = worker.ask(question("tokens"), list)
    worker.stop()
    held.set()
    with pytest.raises(CancelledError):
        waiting.result(10)


def test_a_share_of_nothing_is_nothing():
    assert (Reading().share, Reading(1, 4).share) == (0.0, 0.25)

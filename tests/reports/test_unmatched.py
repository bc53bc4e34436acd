"""addons/reports/unmatched.py: filters that fit nothing are told, and what a mode leaves out by itself."""

from __future__ import annotations

import pytest

from addons.reports.question import ENGINES
from tests.reports.asking import ask, rows_of
from tests.reports.made import MadeLog

LEFT_OUT = "Calls that clients make for themselves are left out (2 router, 1 title); --purpose all has them."


@pytest.fixture
def log_dir(tmp_path):
    log = MadeLog(tmp_path)
    log.call("f1", session="abc-1", client="claude-code", model="claude-opus-4-5", host="ana")
    log.call("f2", session="xyz-2", client="codex", model="gpt-5-codex", provider="openai", host="ben", at=10)
    log.call("f3", session="xyz-2", client="codex", model="gpt-5-codex", provider="openai", host="ben", at=20)
    return tmp_path


def notes(log_dir, *words):
    report = ask(log_dir, *words)
    assert list(report.rows) == []
    return report.notes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "tokens --session 7",
            "There is no session 7; the last ones: #1 abc-1, #2 xyz-2. `report sessions` lists them.",
        ),
        ("session xyz-3", "There is no session xyz-3; the nearest: #2 xyz-2. `report sessions` lists them."),
        ("cost --client clod", "There is no client like clod; the log has claude-code, codex."),
        ("tokens --client gemini", "There is no client like gemini; the log has claude-code, codex."),
        ("tokens --client gemini,qwen", "There is no client like gemini or qwen; the log has claude-code, codex."),
        ("cost --model o3", "There is no model like o3; the log has claude-opus-4-5, gpt-5-codex."),
        ("tokens --provider google", "There is no provider like google; the log has anthropic, openai."),
        ("tokens --host eve", "There is no host like eve; the log has ana, ben."),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_exist_is_said_with_the_nearest(log_dir, words, said, engine):
    assert notes(log_dir, *words.split(), f"--engine={engine}") == [said]


def test_of_many_the_nearest_are_named(log_dir):
    log = MadeLog(log_dir)
    for number in range(9):
        log.call(f"m{number}", model=f"o{number}-mini")
    assert notes(log_dir, "tokens", "--model=gpt-5-codes") == [
        "There is no model like gpt-5-codes; the nearest: gpt-5-codex."
    ]


def test_filters_that_fit_nothing_together_are_not_said_to_be_wrong(log_dir):
    assert notes(log_dir, "tokens", "--session=1", "--client=codex") == []


def test_a_filter_that_fits_in_part_is_enough(log_dir):
    assert [row["calls"] for row in rows_of(log_dir, "tokens", "--client=codex,gemini")] == [2]


@pytest.mark.parametrize("words", ["tokens --host be", "tokens --host be --group-by host"])
@pytest.mark.parametrize("engine", ENGINES)
def test_of_one_proxy_of_several(log_dir, words, engine):
    (row,) = rows_of(log_dir, *words.split(), f"--engine={engine}")
    assert (row["calls"], row.get("host", "ben")) == (2, "ben")


def test_sessions_tell_their_proxy(log_dir):
    assert [row["host"] for row in rows_of(log_dir, "sessions")] == ["ana", "ben"]


@pytest.fixture
def side_traffic(log_dir):
    log = MadeLog(log_dir)
    for number, purpose in enumerate(("router", "title", "router")):
        log.call(f"side-{number}", session="abc-1", purpose=purpose, at=30 + number)
    return log_dir


@pytest.mark.parametrize("mode", ["call_index", "agents"])
@pytest.mark.parametrize("engine", ENGINES)
def test_side_calls_that_a_mode_leaves_out_are_said(side_traffic, mode, engine):
    assert ask(side_traffic, mode, f"--engine={engine}").notes == [LEFT_OUT]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("call_index --purpose all", id="nothing is left out"),
        pytest.param("call_index --purpose main", id="it was asked for"),
        pytest.param("call_index --session 2", id="of another session"),
        pytest.param("tokens", id="a mode that leaves nothing out"),
    ],
)
def test_otherwise_nothing_is_said(side_traffic, words):
    assert ask(side_traffic, *words.split()).notes == []

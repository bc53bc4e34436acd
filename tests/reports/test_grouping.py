"""--group-by: what a row is."""

from __future__ import annotations

import pytest

from addons.reports.question import ENGINES
from tests.reports.asking import rows_of
from tests.reports.made import MadeLog

DAY_S = 86_400


@pytest.fixture
def log_dir(tmp_path):
    log = MadeLog(tmp_path)
    for number, (day, model) in enumerate([(0, "opus"), (0, "haiku"), (5, "opus"), (5, "opus")]):
        log.call(f"f{number}", at=day * DAY_S + number, model=model)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("daily", [("2026-11-26", 2), ("2026-12-01", 2)]),
        (
            "daily --group-by model",
            [("2026-11-26", "opus", 1), ("2026-11-26", "haiku", 1), ("2026-12-01", "opus", 2)],
        ),
        (
            "daily --group-by model,day",
            [("2026-11-26", "opus", 1), ("2026-11-26", "haiku", 1), ("2026-12-01", "opus", 2)],
        ),
        (
            "weekly --group-by model",
            [("2026-11-23", "opus", 1), ("2026-11-23", "haiku", 1), ("2026-11-30", "opus", 2)],
        ),
        ("monthly --group-by client", [("2026-11", "claude-code", 2), ("2026-12", "claude-code", 2)]),
        ("cost --group-by client", [("claude-code", 4)]),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_report_by_time_keeps_its_period(log_dir, words, expected, engine):
    keys = ("day", "week", "month", "model", "client", "calls")
    rows = rows_of(log_dir, *words.split(), f"--engine={engine}")
    assert [tuple(row[key] for key in keys if key in row) for row in rows] == expected

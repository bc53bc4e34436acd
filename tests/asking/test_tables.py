"""A report as rows of texts, for mitmproxy's own screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.asking.tables import cells, help_table, lines
from addons.reports.catalogue import modes
from addons.reports.question import QuestionError
from tests.reports.asking import ask
from tests.sources.captured import Capture


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    capture = Capture(folder)
    while capture.go_on():
        pass
    return folder


def test_cells_have_heads_first_and_totals_last(log_dir):
    heads, *rows, total = cells(ask(log_dir, "tokens"))
    assert heads[:3] == ["model", "calls", "input tokens"]
    assert total[0] == "total"
    assert int(total[1]) == sum(int(row[1]) for row in rows)


@pytest.mark.parametrize("words", [["tokens"], ["call_index"], ["tokens", "--client=nobody"]], ids=" ".join)
def test_every_row_is_as_wide_as_the_first(log_dir, words):
    """mitmproxy's viewer fails over others, and over no row at all."""
    table = cells(ask(log_dir, *words))
    assert {len(row) for row in table} == {len(table[0])}


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit(log_dir, width):
    table = lines(ask(log_dir, "call_index"), width)
    assert max(len(line) for (line,) in table) <= width


def test_no_rows_are_said_to_be_none(log_dir):
    words = ("tokens", "--since=2099-01-01")
    assert lines(ask(log_dir, *words), 80) == [["nothing in the log fits"]]
    assert cells(ask(log_dir, *words)) == [["nothing in the log fits"]]


def test_an_empty_log_says_how_to_fill_it(tmp_path):
    ((said,),) = cells(ask(tmp_path, "tokens"))
    assert "./launch.sh run claude" in said


def test_a_file_is_written_in_place_of_the_table(log_dir, tmp_path):
    path = tmp_path / "tokens.csv"
    ((said,),) = cells(ask(log_dir, "tokens", f"--output={path}", "--format=csv"))
    assert said == f"written to {path}"
    assert path.read_text().startswith("model,calls,")


def test_help_has_a_row_a_report():
    assert [row[0] for row in help_table([])] == ["report", *modes()]


def test_help_of_one_says_more():
    _, (name, text) = help_table(["tokens"])
    assert name == "tokens"
    assert modes()["tokens"].help in text


def test_help_of_none_names_the_nearest():
    with pytest.raises(QuestionError, match="did you mean tokens"):
        help_table(["tokns"])

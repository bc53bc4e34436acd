"""Reports as text: what a program reads back is what the report has; what a person reads fits and adds up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from addons.reports.columns import Column, Kind, counts, names, text
from addons.reports.formats import formatted
from addons.reports.mode import Mode
from addons.reports.question import Question
from addons.reports.report import Report

COLUMNS = (
    Column("at", Kind.TIME),
    *names("model"),
    *text("said"),
    *counts("input_tokens"),
    Column("cost", Kind.MONEY, totalled=True),
    Column("session_number", Kind.SESSION),
)
ROWS: list[tuple[Any, ...]] = [
    (datetime(2026, 7, 1, 12, 30, 15, 123456), "opus", 'a "b", c\nd | e', 1234567, 0.00123456789, 3),
    (None, None, "snow \u2603", None, None, None),
]
MODE = Mode("made", "", COLUMNS, (), "", ())


def report(form: str, rows: list[tuple[Any, ...]] = ROWS, columns: tuple[Column, ...] = COLUMNS) -> Report:
    return Report(MODE, Question("made", format=form, zone=UTC), columns, iter(rows))


def written(form: str, width: int | None = None, **told: Any) -> str:
    return "".join(formatted(report(form, **told), width))


def test_json_lines_have_each_value_as_it_is():
    assert [json.loads(line) for line in written("jsonl").splitlines()] == [
        {
            "at": "2026-07-01T12:30:15.123456+00:00",
            "model": "opus",
            "said": 'a "b", c\nd | e',
            "input_tokens": 1234567,
            "cost": 0.00123456789,
            "session_number": 3,
        },
        {"at": None, "model": None, "said": "snow \u2603", "input_tokens": None, "cost": None, "session_number": None},
    ]


def test_csv_has_each_value_as_it_is_and_no_totals():
    assert list(csv.reader(io.StringIO(written("csv"), newline=""))) == [
        [column.name for column in COLUMNS],
        ["2026-07-01T12:30:15.123456+00:00", "opus", 'a "b", c\nd | e', "1234567", "0.00123456789", "3"],
        ["", "", "snow \u2603", "", "", ""],
    ]


def test_a_csv_without_rows_has_its_head():
    assert written("csv", rows=[]) == "at,model,said,input_tokens,cost,session_number\n"


def test_rows_of_json_lines_come_as_they_are_made():
    """A report larger than memory can be written."""
    made = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(3):
            made.append(number)
            yield (number,)

    lines = formatted(Report(MODE, Question("made", format="jsonl"), counts("n"), rows()))
    assert next(lines) == '{"n":0}\n'
    assert made == [0]


def test_markdown_is_a_table_with_totals():
    assert written("md").splitlines() == [
        "| at | model | said | input_tokens | cost | session_number |",
        "| --- | --- | --- | ---: | ---: | --- |",
        '| 2026-07-01 12:30:15 | opus | a "b", c d \\| e | 1,234,567 | $0.0012 | #3 |',
        "|  |  | snow \u2603 |  | unknown |  |",
        "| **total** |  |  | **1,234,567** | **$0.0012** |  |",
    ]


def test_a_table_has_numbers_on_the_right_and_totals():
    rule = "  ".join("─" * width for width in (19, 5, 14, 9, 7, 7))
    assert written("table").splitlines() == [
        "at                   model  said                input     cost  session",
        rule,
        '2026-07-01 12:30:15  opus   a "b", c d | e  1,234,567  $0.0012  #3',
        "                            snow ☃                     unknown",
        rule,
        "total                                       1,234,567  $0.0012",
    ]


@pytest.mark.parametrize("form", ["table", "md"])
def test_a_single_row_needs_no_totals(form):
    assert "total" not in written(form, rows=ROWS[:1])


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "md"])
def test_no_form_has_colours(form):
    assert "\x1b" not in written(form, width=80)


def test_what_a_model_wrote_controls_no_terminal():
    rows = [("\x1b[2Jboo\x07",)]
    assert written("table", rows=rows, columns=text("said")).splitlines()[-1] == "\u241b[2Jboo\u2407"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_programs_read_has_controls_as_they_are_unless_it_goes_to_a_terminal(form):
    row = (None, None, "red \x9b31m", None, None, None)
    assert ["\x9b" in written(form, width, rows=[row]) for width in (None, 80)] == [True, False]


@pytest.mark.parametrize(("form", "said"), [("table", "nothing in the log fits\n"), ("jsonl", "")])
def test_without_rows_people_are_told_so(form, said):
    assert written(form, rows=[]) == said


def test_a_row_whose_price_is_not_known_is_noted():
    columns = (Column("cost", Kind.MONEY, totalled=True), *counts("unpriced_calls"))
    made = report("table", [(0.5, 0), (None, 7)], columns)
    list(formatted(made, None))
    assert made.notes == ["Of 7 calls the cost is not known: sums are without it."]


def test_dates_are_dates():
    columns = (Column("day", Kind.DATE),)
    assert written("csv", rows=[(date(2026, 7, 1),)], columns=columns) == "day\n2026-07-01\n"


def test_a_file_has_what_standard_output_would_have(tmp_path):
    path: Path = tmp_path / "out.csv"
    with path.open("w", newline="") as file:
        file.writelines(formatted(report("csv")))
    assert path.read_text() == written("csv")

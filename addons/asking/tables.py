"""A report as a table of texts, for screens that lay it out themselves.

In: a report. Out: rows of cells, the heads first, totals and notes last; never empty, and every row as wide as the
first, as mitmproxy's data viewer needs it. With `output` it is written to a file instead, and the table says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from addons.reports.catalogue import MODES, find
from addons.reports.formats import cells_of, formatted
from addons.reports.report import Report

MOST_ROWS = 2_000
"""The console's viewer makes a widget of every cell."""

type Table = list[list[str]]


def screen_table(report: Report) -> Table:
    """Called where the rows may be taken: on the worker's thread."""
    if report.question.output is not None:
        with report.question.output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(formatted(report))
        return _table([], [*report.notes, f"written to {report.question.output}"])
    rows = list(report.rows)
    notes = list(report.notes)
    if len(rows) > MOST_ROWS:
        notes.append(f"the last {MOST_ROWS:,} of {len(rows):,} rows; --output FILE gives all")
    if not rows:
        return _table([], notes or ["nothing in the log fits"])
    cells, totals = cells_of(report, rows[-MOST_ROWS:])
    heads = [column.name.replace("_", " ") for column in report.columns]
    return _table([heads, *cells, *([totals] if totals else [])], notes)


def help_table(names: Sequence[str]) -> Table:
    """What reports there are; of those named, more. Raises QuestionError."""
    modes = [find(name) for name in names] or list(MODES.values())
    return [
        ["report", "what it tells"],
        *([mode.name, f"{mode.summary} {mode.help if names else ''}"] for mode in modes),
    ]


def _table(rows: Table, notes: Sequence[str]) -> Table:
    width = len(rows[0]) if rows else 1
    return rows + [[note, *[""] * (width - 1)] for note in notes]

"""A report as mitmproxy's commands give it: rows of texts.

In: a report. Out: for mitmweb a row of cells each, the heads first, totals and notes last; for the console's data
viewer, which makes all columns equally wide, lines of a laid-out table, one cell each. Never empty, and every row as
wide as the first, as the viewer needs it. With `output` the report is written to a file instead, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from addons.reports.catalogue import find, modes
from addons.reports.formats import NOTHING, cells_of, formatted
from addons.reports.letting_go import joined, latest
from addons.reports.report import Report

MOST_ROWS = 2_000
"""The console's viewer makes a widget of every cell."""

type Table = list[list[str]]


def lines(report: Report, width: int) -> Table:
    """For a viewer so many columns wide. Called where the rows may be taken: on the worker's thread."""
    if report.question.output is not None:
        return _written(report, report.question.output)
    text = joined(formatted(report, width))
    shown = text.splitlines()
    notes = list(report.notes)
    if len(shown) > MOST_ROWS:
        notes.append(f"the first {MOST_ROWS:,} of {len(shown):,} lines; --output FILE gives all")
    return [[line] for line in (*shown[:MOST_ROWS], *(line for note in notes for line in wrap(note, width)))]


def cells(report: Report) -> Table:
    """Called where the rows may be taken."""
    if report.question.output is not None:
        return _written(report, report.question.output)
    rows, count = latest(report.rows, MOST_ROWS)
    notes = list(report.notes)
    if count > MOST_ROWS:
        notes.append(f"the last {MOST_ROWS:,} of {count:,} rows; --output FILE gives all")
    if not rows:
        return _table([], notes or [NOTHING])
    told, totals = cells_of(report, rows)
    heads = [column.name.replace("_", " ") for column in report.columns]
    return _table([heads, *told, *([totals] if totals else [])], notes)


def help_table(names: Sequence[str]) -> Table:
    """What reports there are; of those named, more. Raises QuestionError."""
    told = [find(name) for name in names] or list(modes().values())
    return [
        ["report", "what it tells"],
        *([mode.name, f"{mode.summary} {mode.help if names else ''}"] for mode in told),
    ]


def _written(report: Report, path: Path) -> Table:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(formatted(report))
    return [[text] for text in (f"written to {path}", *report.notes)]


def _table(rows: Table, notes: Sequence[str]) -> Table:
    width = len(rows[0]) if rows else 1
    return rows + [[note, *[""] * (width - 1)] for note in notes]

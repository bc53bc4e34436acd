"""Reports for the page: what can be asked, and the answers as tables or files.

In: a mode's name and filters, as they stand in an address, and then the report. Out: the question; JSON for the page's
table, or a file's text, made on the thread where the report's rows may be taken.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any, Final

import orjson

from addons.reports.catalogue import find, modes
from addons.reports.columns import NUMERIC
from addons.reports.formats import formatted, totals_of
from addons.reports.question import ADDRESSABLE, OPTIONS, Question, QuestionError, parse_question
from addons.reports.report import Report
from addons.reports.values import shown, told
from renderers.sanitise import sanitise

FILES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}

MOST_ROWS: Final = 5_000
"""In the page's table; a file has all."""

CELL_CHARS: Final = 2_000

_IN_MEMORY_BYTES: Final = 4 << 20


def catalogue() -> dict[str, Any]:
    """Every report, and by what it can be narrowed."""
    help_of = {option.name: option for option in OPTIONS}
    return {
        "reports": [
            {"name": mode.name, "summary": mode.summary, "argument": mode.argument, "grouped": bool(mode.group_by)}
            for mode in modes().values()
        ],
        "filters": [
            {"name": name, "value": help_of[name].value, "help": help_of[name].help, "choices": help_of[name].choices}
            for name in ADDRESSABLE
        ],
    }


def table(report: Report) -> bytes:
    """Columns and rows as JSON. A number comes as [number, text], so that the page can sort by it."""
    rows = list(itertools.islice(report.rows, MOST_ROWS + 1))
    is_cut = len(rows) > MOST_ROWS
    rows = rows[:MOST_ROWS]
    notes = [*report.notes, *([f"The first {MOST_ROWS:,} rows; the files have all."] if is_cut else [])]
    return orjson.dumps(
        {
            "columns": [
                {
                    "name": column.name,
                    "heading": column.heading,
                    "numeric": column.kind in NUMERIC,
                    "minor": column.is_minor,
                }
                for column in report.columns
            ],
            "rows": [_cells(report, row) for row in rows],
            "totals": _totals(report, rows),
            "notes": [sanitise(note) for note in notes],
        }
    )


def file(report: Report) -> IO[bytes]:
    """All rows, as the shell's report writes them: an open file, at its beginning."""
    written = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115  (whoever sends it closes it)
    for piece in formatted(report):
        written.write(piece.encode("utf-8", "surrogatepass"))
    written.seek(0)
    return written


def question(mode: str, asked: Mapping[str, str], kind: str = "table") -> Question:
    """`kind`: one of FILES, or a table. Raises QuestionError."""
    told_to = {name: value for name, value in asked.items() if value and name != "argument"}
    for name in told_to:
        if name not in ADDRESSABLE:
            raise QuestionError(f"there is no filter {name} here; the filters are {', '.join(ADDRESSABLE)}")
    arguments = [asked["argument"]] if asked.get("argument") else []
    return parse_question(find(mode).name, arguments, {**told_to, "format": kind}, datetime.now(UTC))


def _cells(report: Report, row: Any) -> list[Any]:
    zone = report.question.zone
    return [
        _cell(told(value, zone), shown(value, column.kind, zone))
        for value, column in zip(row, report.columns, strict=True)
    ]


def _cell(value: Any, text: str) -> Any:
    text = sanitise(text[:CELL_CHARS])
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [value, text] if is_number or (value is None and text) else text or None


def _totals(report: Report, rows: list[Any]) -> list[str] | None:
    totals = totals_of(report.columns, rows) if len(rows) > 1 else None
    if totals is None:
        return None
    zone = report.question.zone
    return [
        "" if value is None else shown(value, column.kind, zone)
        for value, column in zip(totals, report.columns, strict=True)
    ]

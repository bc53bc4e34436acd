"""Reports for the page: what can be asked, and the answers as tables or files.

In: a mode's name and filters, as they stand in an address; a report. Out: a question; JSON for the page's table, or a
file. `table` and `file` are called where the rows may be taken: on the worker's thread.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any, Final

import orjson

from addons.asking.page import FILTERS, MOST_ROWS
from addons.reports.catalogue import MODES
from addons.reports.columns import NUMERIC
from addons.reports.formats import cells_of, formatted
from addons.reports.question import OPTIONS, Question, QuestionError, parse_question
from addons.reports.report import Report
from addons.reports.values import told
from renderers.sanitise import sanitise

FILES: Final = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
"""Format to content type."""

CELL_CHARS: Final = 2_000

_IN_MEMORY_BYTES: Final = 4 << 20


def catalogue() -> dict[str, Any]:
    """Every report, and by what it can be narrowed."""
    option_of = {option.name: option for option in OPTIONS}
    return {
        "reports": [
            {"name": mode.name, "summary": mode.summary, "argument": mode.argument, "grouped": bool(mode.group_by)}
            for mode in MODES.values()
        ],
        "filters": [
            {"name": name, "value": option.value, "help": option.help, "choices": option.choices}
            for name in FILTERS
            if (option := option_of[name])
        ],
    }


def question_of(mode: str, asked: Mapping[str, str], kind: str = "table") -> Question:
    """Raises QuestionError."""
    filters = {name: value for name, value in asked.items() if value and name != "argument"}
    for name in filters:
        if name not in FILTERS:
            raise QuestionError(f"there is no filter {name} here; there are {', '.join(FILTERS)}")
    arguments = [asked["argument"]] if asked.get("argument") else []
    return parse_question(mode, arguments, {**filters, "format": kind}, datetime.now(UTC))


def table(report: Report) -> bytes:
    """Columns and rows as JSON. A number comes as [number, text], so that the page can sort by it."""
    rows = list(report.rows)
    notes = list(report.notes)
    if len(rows) > MOST_ROWS:
        notes.append(f"The last {MOST_ROWS:,} of {len(rows):,} rows; the files have all.")
    rows = rows[-MOST_ROWS:]
    texts, totals = cells_of(report, rows)
    zone = report.question.zone
    return orjson.dumps(
        {
            "columns": [{"name": column.name, "numeric": column.kind in NUMERIC} for column in report.columns],
            "rows": [
                _cells([told(value, zone) for value in row], cells) for row, cells in zip(rows, texts, strict=True)
            ],
            "totals": totals,
            "notes": [sanitise(note) for note in notes],
        }
    )


def file(report: Report) -> IO[bytes]:
    """All rows, as the shell's report writes them: an open file, at its beginning."""
    written = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115  (whoever sends it closes it)
    for piece in formatted(report):
        written.write(piece.encode("utf-8", "replace"))
    written.seek(0)
    return written


def _cells(values: Sequence[Any], texts: Sequence[str]) -> list[Any]:
    """What was not told is null, unless there is a word for that."""
    return [_cell(value, text[:CELL_CHARS]) for value, text in zip(values, texts, strict=True)]


def _cell(value: Any, text: str) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [value, text] if is_number or (value is None and text) else text or None

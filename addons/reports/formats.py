"""A report as text: a table for people, Markdown, JSON lines, CSV.

In: a report. Out: pieces of text. Tables and Markdown end in totals; JSON lines and CSV have each value as it is, and
nothing but rows, so that programs can read them; only on a terminal controls are made visible in these too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from addons.reports.columns import NUMERIC, UNPRICED, Column
from addons.reports.letting_go import handed_out
from addons.reports.mode import Row
from addons.reports.report import Report
from addons.reports.table import Table
from addons.reports.values import shown, told
from renderers.sanitise import sanitise

NOTHING = "nothing in the log fits"
"""In place of a table without rows."""

DEFAULT_WIDTH = 120
"""Of a table that goes to no terminal."""


def formatted(report: Report, width: int | None = None) -> Iterator[str]:
    """`width`: columns of the terminal; None: there is none, and nothing is shortened."""
    pieces = FORMATS[report.question.format](report, width)
    return pieces if width is None else map(sanitise, pieces)


def totals_of(columns: tuple[Column, ...], rows: Iterable[Row]) -> list[Any] | None:
    """Sums of what can be summed, where that was told; None when there is nothing to sum."""
    totalled = [index for index, column in enumerate(columns) if column.totalled]
    sums: list[Any] = [None] * len(columns)
    for row in rows:
        for index in totalled:
            if row[index] is not None:
                sums[index] = (sums[index] or 0) + row[index]
    return sums if totalled else None


def _table(report: Report, width: int | None) -> Iterator[str]:
    rows = list(report.rows)
    if not rows:
        if not report.notes:
            yield f"{NOTHING}\n"
        return
    cells, totals = cells_of(report, rows)
    left = handed_out(cells)
    table = Table(report.columns, left, totals, width)
    left_out = table.left_out
    yield from table.lines()
    if left_out:
        report.notes.append(f"No room for {', '.join(left_out)}; a wider terminal or --format csv has all.")


def cells_of(report: Report, rows: list[Row]) -> tuple[list[list[str]], list[str] | None]:
    """Rows and totals as text; `rows` is empty afterwards. A single row is its own total."""
    kinds = [column.kind for column in report.columns]
    zone = report.question.zone
    totals = totals_of(report.columns, rows)
    cells = [
        [sanitise(shown(value, kind, zone)) for value, kind in zip(row, kinds, strict=True)] for row in handed_out(rows)
    ]
    if totals is None:
        return cells, None
    _note_unpriced(report, totals)
    if len(cells) == 1:
        return cells, None
    told = ["" if value is None else shown(value, kind, zone) for value, kind in zip(totals, kinds, strict=True)]
    return cells, [told[0] or "total", *told[1:]]


def _note_unpriced(report: Report, totals: list[Any]) -> None:
    unpriced = next((total for column, total in zip(report.columns, totals, strict=True) if column.name == UNPRICED), 0)
    if unpriced:
        report.notes.append(f"Of {unpriced:,} calls the cost is not known: sums are without it.")


def _markdown(report: Report, _: int | None) -> Iterator[str]:
    cells, totals = cells_of(report, list(report.rows))
    yield _line(column.name for column in report.columns)
    yield _line("---:" if column.kind in NUMERIC else "---" for column in report.columns)
    yield from map(_line, handed_out(cells))
    if totals is not None:
        yield _line(f"**{cell}**" if cell else "" for cell in totals)


def _line(cells: Iterable[str]) -> str:
    escaped = (" ".join(cell.replace("\\", "\\\\").replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def _json_lines(report: Report, _: int | None) -> Iterator[str]:
    import json  # only here: a table needs none

    names = [column.name for column in report.columns]
    zone = report.question.zone
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for row in report.rows:
        yield encode({name: told(value, zone) for name, value in zip(names, row, strict=True)}) + "\n"


def _csv(report: Report, _: int | None) -> Iterator[str]:
    import csv

    zone = report.question.zone
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow([column.name for column in report.columns])
    for row in report.rows:
        yield writer.writerow([told(value, zone) for value in row])


class _Echo:
    """A file whose `write` gives back what it was given."""

    def write(self, text: str) -> str:
        return text


FORMATS: Mapping[str, Callable[[Report, int | None], Iterator[str]]] = {
    "table": _table,
    "jsonl": _json_lines,
    "csv": _csv,
    "md": _markdown,
}

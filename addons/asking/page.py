"""A report as a web page, for `http://agent.report/` in a browser that goes through the proxy.

In: a report, or nothing. Out: HTML that fetches nothing but its own two files, works without its script, and holds
every text of the log escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

from addons.reports.catalogue import modes
from addons.reports.columns import NUMERIC, Column
from addons.reports.formats import cells_of
from addons.reports.letting_go import latest
from addons.reports.question import ADDRESSABLE, OPTIONS
from addons.reports.report import Report

MOST_ROWS = 5_000

_LINE_CHARS = 48
"""Longer texts wrap."""

FILES: Mapping[str, tuple[str, str]] = {
    "report.css": ("text/css", (Path(__file__).parent / "report.css").read_text()),
    "report.js": ("text/javascript", (Path(__file__).parent / "report.js").read_text()),
}
"""Name to type and text."""

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"


def report_page(report: Report, told: Mapping[str, str]) -> str:
    """Called where the rows may be taken. `told`: the filters as they were asked for."""
    mode = report.mode
    rows, count = latest(report.rows, MOST_ROWS)
    cells, totals = cells_of(report, rows)
    notes = list(report.notes)
    if count > MOST_ROWS:
        notes.append(f"The last {MOST_ROWS:,} of {count:,} rows; the files have all.")
    if not count:
        notes.append("Nothing in the log fits.")
    address = "/".join(map(_quoted, [mode.name, *report.question.arguments]))
    files = " ".join(
        f'<a href="/{address}?{escape(urlencode({**told, "format": name}))}">{name}</a>'
        for name in ("csv", "jsonl", "md")
    )
    return _page(
        f"{mode.name} · mitmagent",
        mode.name,
        [
            f"<h1>{escape(mode.name)}</h1><p>{escape(mode.summary)}</p>",
            _form(address, told),
            _table(report.columns, cells, totals) if count else "",
            *(f'<p class="note">{escape(note)}</p>' for note in notes),
            f'<p class="files">All rows: {files}</p>',
        ],
    )


def index_page() -> str:
    items = (
        f'<dt><a href="/{_quoted(mode.name)}">{escape(mode.name)}</a></dt><dd>{escape(mode.summary)}</dd>'
        if not mode.argument or mode.argument.startswith("[")
        else f"<dt>{escape(mode.name)}/{escape(mode.argument)}</dt><dd>{escape(mode.summary)}</dd>"
        for mode in modes().values()
    )
    return _page("mitmagent reports", "", [f"<h1>Reports</h1><dl>{''.join(items)}</dl>"])


def error_page(text: str) -> str:
    return _page("mitmagent", "", [f"<h1>No report</h1><p class='note'>{escape(text)}</p>"])


def _page(title: str, current: str, main: Iterable[str]) -> str:
    links = "".join(
        f'<a href="/{_quoted(name)}"{" aria-current=page" if name == current else ""}>{escape(name)}</a>'
        for name, mode in modes().items()
        if not mode.argument or mode.argument.startswith("[")
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/-/report.css">'
        '<script src="/-/report.js" defer></script></head><body>'
        f'<nav aria-label="Reports"><a class="home" href="/">mitmagent</a>{links}</nav><main>{"".join(main)}</main>'
        "</body></html>\n"
    )


def _form(address: str, told: Mapping[str, str]) -> str:
    fields = "".join(
        f'<label>{option.name} <input name="{option.name}" value="{escape(told.get(option.name, ""))}"'
        f' placeholder="{escape(option.value)}" title="{escape(option.help)}"></label>'
        for option in OPTIONS
        if option.name in ADDRESSABLE
    )
    return f'<form action="/{address}">{fields}<button>Ask</button></form>'


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[str] | None) -> str:
    classes = [_class(column, [row[place] for row in rows]) for place, column in enumerate(columns)]

    def line(cells: Sequence[str], tag: str = "td") -> str:
        return "".join(f"<{tag}{kind}>{escape(cell)}</{tag}>" for cell, kind in zip(cells, classes, strict=True))

    heads = line([column.heading for column in columns], "th")
    body = "".join(f"<tr>{line(row)}</tr>" for row in rows)
    foot = f"<tfoot><tr>{line(totals)}</tr></tfoot>" if totals else ""
    return f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'


def _class(column: Column, cells: Sequence[str]) -> str:
    """Numbers stand on the right, and what is long may wrap; all else stays on its line, and the table scrolls."""
    if column.kind in NUMERIC:
        return ' class="number"'
    return ' class="long"' if any(len(cell) > _LINE_CHARS for cell in cells) else ""


def _quoted(part: str) -> str:
    return escape(quote(part, safe=""))

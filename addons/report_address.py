"""`http://agent.report/MODE?since=1d`: reports over the proxy itself (SPEC S3.27).

In: requests to that host, which exists nowhere, from programs on this machine that go through the proxy. Out: a page
for a browser, a table for curl, JSON for what accepts it; `?format=` names csv, jsonl or md. Only the flow that asks
waits, and only for the worker. Plain HTTP: nothing leaves the machine, and there is no certificate for such a name.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from mitmproxy import http

from addons import faults
from addons.asking.page import FILES, POLICY, error_page, index_page, report_page
from addons.asking.worker import AskedWrong, ReportWorker
from addons.capture.flow_view import ASKED
from addons.reports.catalogue import find
from addons.reports.formats import DEFAULT_WIDTH, FORMATS, formatted
from addons.reports.help import help_text
from addons.reports.letting_go import joined
from addons.reports.question import ADDRESSABLE, Question, QuestionError, option_name, parse_question
from addons.reports.report import Report

HOST = "agent.report"

_STATIC = "-"

_TYPES = {
    "table": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}
"""Form to content type. Two are no formats of the shell: `html`, and `json`, an array of what jsonl has in lines."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What is asked for, and as what."""

    form: str
    told: dict[str, str]

    @property
    def is_page(self) -> bool:
        return self.form == "html"


class ReportAddress:
    name = "mitmagent report address"

    def __init__(self, worker: ReportWorker) -> None:
        self._worker = worker

    async def request(self, flow: http.HTTPFlow) -> None:
        if flow.request.pretty_host != HOST or flow.request.scheme != "http" or not flow.live:
            return
        flow.metadata[ASKED] = HOST
        # Before anything can fail: the name must never be looked up outside.
        flow.response = _text(500, "mitmagent: the report failed; sse_logger.error has more\n")
        with faults.guard("report address"):
            flow.response = await self._answer(flow)

    async def _answer(self, flow: http.HTTPFlow) -> http.Response:
        if not _is_from_here(flow.client_conn.peername):
            return _text(403, "mitmagent: reports are for programs on the proxy's own machine\n")
        if flow.request.method not in ("GET", "HEAD"):
            return _text(405, "mitmagent: reports are read with GET\n")
        parts = [unquote(part) for part in flow.request.path.partition("?")[0].split("/") if part]
        if parts[:1] == [_STATIC] and len(parts) == 2 and parts[1] in FILES:
            return _made(200, *FILES[parts[1]])
        form = _form_of(flow.request)
        if not parts or parts[0] == "help":
            return _index(parts[1:], form)
        try:
            question = _question(parts, form)
        except QuestionError as wrong:
            return _wrong(404 if "there is no report" in str(wrong) else 400, str(wrong), form)
        try:
            text = await asyncio.wrap_future(self._worker.ask(question, _maker(form)))
        except AskedWrong as wrong:
            return _wrong(400, str(wrong), form)
        return _made(200, _TYPES[form.form], text)


def _is_from_here(peer: Any) -> bool:
    try:
        address = ipaddress.ip_address(peer[0].partition("%")[0])
    except (TypeError, IndexError, ValueError):
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _form_of(request: http.Request) -> _Form:
    told = {option_name(name): value for name, value in request.query.items(multi=True) if value}
    accepts = request.headers.get("accept", "")
    default = "html" if "text/html" in accepts else "json" if "application/json" in accepts else "table"
    return _Form(told.pop("format", default), told)


def _question(parts: list[str], form: _Form) -> Question:
    """Raises QuestionError."""
    mode = find(parts[0])
    for name in form.told:
        if name not in ADDRESSABLE:
            raise QuestionError(f"there is no filter {name} here; there are {', '.join(ADDRESSABLE)}, and format")
    if form.form not in _TYPES:
        raise QuestionError(f"format={form.form}: use {', '.join(_TYPES)}")
    lines = {"json": "jsonl", "html": "table"}.get(form.form, form.form)
    return parse_question(mode.name, parts[1:], {**form.told, "format": lines}, datetime.now(UTC))


def _maker(form: _Form) -> Callable[[Report], str]:
    """Makes the answer's text, where the rows may be taken."""
    if form.is_page:
        return lambda report: report_page(report, form.told)
    if form.form == "json":
        return lambda report: f"[{joined(_with_commas(formatted(report)))}]\n"
    if form.form == "table":
        return _plain
    assert form.form in FORMATS
    return lambda report: joined(formatted(report))


def _plain(report: Report) -> str:
    text = joined(formatted(report, DEFAULT_WIDTH))
    return text + "".join(f"{note}\n" for note in report.notes)


def _with_commas(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f",\n{line.rstrip()}" if number else line.rstrip()


def _index(names: list[str], form: _Form) -> http.Response:
    if form.is_page and not names:
        return _made(200, _TYPES["html"], index_page())
    try:
        return _text(200, "".join(help_text(names)))
    except QuestionError as wrong:
        return _wrong(404, str(wrong), form)


def _wrong(status: int, text: str, form: _Form) -> http.Response:
    if form.is_page:
        return _made(status, _TYPES["html"], error_page(text))
    return _text(status, f"mitmagent: {text}\n")


def _text(status: int, text: str) -> http.Response:
    return _made(status, _TYPES["table"], text)


def _made(status: int, content_type: str, text: str) -> http.Response:
    headers = {
        "content-type": content_type,
        "content-security-policy": POLICY,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    return http.Response.make(status, text.encode("utf-8", "replace"), headers)

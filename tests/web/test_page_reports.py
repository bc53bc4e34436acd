"""addons/web/page_reports.py: reports as the page's tables and files, and what an address may not ask for."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from addons.reports.question import ADDRESSABLE, QuestionError
from addons.reports.report import answer
from addons.web import page_reports
from tests.exchanges import ANSWER, Rig, chunks, end, head, request


@pytest.fixture
def log(tmp_path: Path) -> Path:
    with Rig(tmp_path) as rig:
        for flow_id in ("f-1", "f-2"):
            rig.play(request(flow_id=flow_id), head(), chunks(*ANSWER), end(), flow_id=flow_id)
    return rig.root


def table(log: Path, mode: str = "tokens", **asked: str) -> dict[str, Any]:
    with contextlib.closing(answer(page_reports.question(mode, asked), log)) as report:
        found: dict[str, Any] = json.loads(page_reports.table(report))
    return found


def test_the_catalogue_names_every_report_and_filter() -> None:
    catalogue = page_reports.catalogue()
    assert "tokens" in [report["name"] for report in catalogue["reports"]]
    assert [each["name"] for each in catalogue["filters"]] == list(ADDRESSABLE)


def test_numbers_come_with_their_text(log: Path) -> None:
    found = table(log)
    columns = [column["name"] for column in found["columns"]]
    (row,) = found["rows"]
    assert dict(zip(columns, row, strict=True))["output_tokens"] == [14, "14"]
    assert dict(zip(columns, row, strict=True))["model"] == "claude-lab-1"


def test_columns_have_headings_to_read(log: Path) -> None:
    headings = {column["name"]: column["heading"] for column in table(log)["columns"]}
    assert headings["output_tokens"] == "output"


def test_totals_stand_below_several_rows(log: Path) -> None:
    found = table(log, "token_usage")
    columns = [column["name"] for column in found["columns"]]
    assert len(found["rows"]) == 2
    assert dict(zip(columns, found["totals"], strict=True))["output_tokens"] == "14"


def test_filters_narrow_it(log: Path) -> None:
    assert table(log, "token_usage", last="1")["rows"][0][0] == [2, "2"]


def test_an_empty_filter_is_none(log: Path) -> None:
    assert len(table(log, "token_usage", last="", argument="")["rows"]) == 2


def test_there_is_no_log_yet(tmp_path: Path) -> None:
    found = table(tmp_path / "none")
    assert found["rows"] == []
    assert "There is no log" in found["notes"][0]


def test_the_page_gets_so_many_rows_and_is_told_so(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reports, "MOST_ROWS", 1)
    found = table(log, "token_usage")
    assert len(found["rows"]) == 1
    assert found["notes"] == ["The first 1 rows; the files have all."]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"output": "/tmp/x"}, id="a file to write"),
        pytest.param({"file": "/etc/passwd"}, id="a file to read"),
        pytest.param({"log-dir": "/"}, id="another log"),
        pytest.param({"format": "csv"}, id="a format"),
        pytest.param({"engine": "rg"}, id="a program to run"),
        pytest.param({"since": "soon"}, id="no time"),
        pytest.param({"argument": "x"}, id="an argument that the report does not take"),
    ],
)
def test_what_an_address_may_not_ask_for(log: Path, asked: dict[str, str]) -> None:
    with pytest.raises(QuestionError):
        table(log, **asked)


def test_a_report_that_is_not_there(log: Path) -> None:
    with pytest.raises(QuestionError, match="did you mean tokens"):
        table(log, "tokns")


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        pytest.param("csv", "model,calls,", id="csv"),
        pytest.param("jsonl", '{"model":"claude-lab-1","calls":2,', id="json lines"),
        pytest.param("md", "| model | calls |", id="markdown"),
    ],
)
def test_files_have_all_rows(log: Path, kind: str, beginning: str) -> None:
    report = answer(page_reports.question("tokens", {}, kind), log)
    with contextlib.closing(report), page_reports.file(report) as file:
        assert file.read().decode().startswith(beginning)

"""Questions, as people type them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from addons.reports.question import OPTIONS, Question, QuestionError, parse_words
from tests.reports.asking import NOW

ASKED_AT = datetime(2026, 11, 27, 12, 0)


def parsed(*words: str) -> Question:
    return parse_words(words, NOW)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("tokens", Question("tokens"), id="a mode alone"),
        pytest.param("session 3", Question("session", ("3",)), id="an argument"),
        pytest.param("tokens --last 5", Question("tokens", last=5), id="a value in the next word"),
        pytest.param("tokens --last=5", Question("tokens", last=5), id="a value behind an equals sign"),
        pytest.param("--last 5 tokens", Question("tokens", last=5), id="options before the mode"),
        pytest.param("session -- --odd", Question("session", ("--odd",)), id="behind -- all are arguments"),
        pytest.param(
            "tokens --client codex,gemini", Question("tokens", client=("codex", "gemini")), id="several names"
        ),
        pytest.param("tokens --group-by day,model", Question("tokens", group_by=("day", "model")), id="several keys"),
        pytest.param("tokens --group_by day", Question("tokens", group_by=("day",)), id="_ in a name"),
        pytest.param("tokens group_by=day", Question("tokens", group_by=("day",)), id="_ in a name, in mitmproxy"),
        pytest.param("tokens --purpose all", Question("tokens", purpose=("all",)), id="purpose"),
        pytest.param("tokens --file a.jsonl", Question("tokens", file=Path("a.jsonl")), id="a path"),
        pytest.param("tokens --since 2h", Question("tokens", since=datetime(2026, 11, 27, 10)), id="a time ago"),
    ],
)
def test_words_are_a_question(words, expected):
    question = parsed("--tz=utc", *words.split())
    assert question == expected._replace(tz="utc", zone=question.zone, asked_at=ASKED_AT)


def test_dates_are_those_of_the_zone_wherever_it_is_named():
    question = parsed("tokens", "--since", "2026-11-01", "--tz", "Asia/Tokyo")
    assert question.since == datetime(2026, 10, 31, 15)
    assert question.zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "name a report, such as tokens; `report help` lists them"),
        ("tokens --lst 5", "there is no option --lst; did you mean --last?"),
        ("tokens --qqqqqq 5", "there is no option --qqqqqq"),
        ("tokens --last", "--last needs a value: --last N"),
        ("tokens --last 0", "--last 0: use a whole number above 0"),
        ("tokens --last many", "--last many: use a whole number above 0"),
        ("tokens --engine sqlite", "--engine sqlite: use index, rg or duckdb"),
        ("tokens --format xml", "--format xml: use table, jsonl, csv or md"),
        ("tokens --client ,", "--client ,: use a word, or several with commas between them"),
        ("tokens --tz Mars", "--tz Mars: no such time zone; use local, utc or an IANA name such as Europe/Paris"),
        ("tokens --since 2026-11-03 --until 2026-11-01", "--since 2026-11-03 is not before --until 2026-11-01"),
        (
            "tokens --since tomorrow",
            "--since tomorrow: use a time ago such as 90m, 2h, 1d or 1w, a date such as 2026-11-01, or a time with it",
        ),
    ],
)
def test_what_is_wrong_is_said(words, said):
    with pytest.raises(QuestionError) as caught:
        parsed(*words.split())
    assert str(caught.value) == said


def test_the_table_of_options_is_complete():
    """Each is a field of the question."""
    assert {option.name.replace("-", "_") for option in OPTIONS} <= set(Question._fields)

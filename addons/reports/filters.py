"""Filters as SQL: which exchanges a report is about.

In: a question. Out: a condition over columns of `calls`, which the one of `ANSWERS` that is chosen has as well. Every
value is quoted here, and nowhere else does a person's text become SQL.
"""

from __future__ import annotations

import re
from datetime import datetime

from addons.reports.question import Question

CONVERSATION = ("main", "subagent")
"""What agents work at. The rest is their clients' own: titles, routers, warm-ups, counts."""

_NUMBER = re.compile(r"#(\d{1,9})|([1-9]\d{0,5})")
"""Bare digits may be how an id begins, where they are many."""


def condition(question: Question, purposes: tuple[str, ...]) -> str:
    """`purposes`: the mode's own, which count unless the question says others; empty: all."""
    parts = [
        *_purposes(question.purpose or purposes),
        *_times(question.since, question.until),
        *_session(question.session),
        *_contains("client", question.client),
        *_contains("provider", question.provider),
        *_contains("model", question.model),
        *_contains("host", question.host),
    ]
    return " AND ".join(parts) or "true"


def quoted(text: str) -> str:
    """A literal."""
    return "'" + text.replace("'", "''") + "'"


def _purposes(wanted: tuple[str, ...]) -> list[str]:
    if not wanted or "all" in wanted:
        return []
    # Where a log tells no purpose, nothing says that it is a client's own.
    return [f"coalesce(purpose, 'main') IN ({', '.join(map(quoted, wanted))})"]


def _times(since: datetime | None, until: datetime | None) -> list[str]:
    parts = [f"started >= TIMESTAMP '{since.isoformat(' ')}'"] if since else []
    return [*parts, f"started < TIMESTAMP '{until.isoformat(' ')}'"] if until else parts


def _session(which: str) -> list[str]:
    if not which:
        return []
    return [session_condition(which)]


def session_condition(which: str) -> str:
    number = _NUMBER.fullmatch(which)
    return f"session_number = {number[1] or number[2]}" if number else f"starts_with(session_id, {quoted(which)})"


def _contains(column: str, parts: tuple[str, ...]) -> list[str]:
    if not parts:
        return []
    tests = (f"contains(lower({column}), {quoted(part.lower())})" for part in parts)
    return [f"({' OR '.join(tests)})"]

"""Tools: which were called, with what; commands that were run, files that were touched (SPEC S3.20, S3.21, S3.26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from addons.reports.call_facts import ARGUMENT_CHARS
from addons.reports.columns import Column, Kind, counts, minor, names, text
from addons.reports.mode import Mode, Row
from addons.reports.question import Question

_CALL = (
    Column("call", Kind.INTEGER),
    Column("started", Kind.TIME),
    Column("session_number", Kind.SESSION),
)
_CALL_SQL = "idx, started, session_number"
_TOLD = "coalesce(arguments::VARCHAR, arguments_raw)"

_ECONOMICS = (
    *counts("calls", "argument_chars", "results", "result_chars", "errors"),
    Column("result_chars_p50", Kind.INTEGER, is_minor=True),
    Column("first", Kind.TIME, is_minor=True),
    Column("last", Kind.TIME, is_minor=True),
)
_ECONOMICS_SQL = f"""count(*) AS calls, sum({ARGUMENT_CHARS})::BIGINT, count(result_chars), sum(result_chars)::BIGINT,
    count(*) FILTER (is_error OR exit_code != 0), median(result_chars)::BIGINT, min(started) AS first, max(started)
    FROM calls JOIN tool_calls USING (flow_id) LEFT JOIN returns USING (flow_id, place)"""


def commands(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    from addons.reports.arguments import commands_of

    for call, started, session, tool, told, exit_code, is_error, flow_id in rows:
        for command in commands_of(tool or "", told):
            yield call, started, session, tool, command, exit_code, is_error, flow_id


@dataclass(slots=True)
class _File:
    first: datetime | None
    last: datetime | None
    deeds: dict[str, int] = field(default_factory=dict)
    sessions: set[int | None] = field(default_factory=set)


_DEEDS = ("read", "search", "write", "edit", "delete", "use")


def files(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    from addons.reports.arguments import files_of

    found: dict[str, _File] = {}
    for _call, started, session, tool, told in rows:
        for path, deed in files_of(tool or "", told):
            file = found.setdefault(path, _File(started, started))
            file.last = started
            file.deeds[deed] = file.deeds.get(deed, 0) + 1
            file.sessions.add(session)
    for path, file in found.items():
        yield path, *(file.deeds.get(deed, 0) for deed in _DEEDS), len(file.sessions), file.first, file.last


MODES = (
    Mode(
        "tool_calls",
        "Every tool call, with its arguments.",
        (*_CALL, *names("tool", "kind"), Column("arguments", Kind.JSON), *minor(*text("call_id", "flow_id"))),
        ("calls", "tool_calls"),
        f"SELECT {_CALL_SQL}, name, kind, {_TOLD}, id, flow_id FROM calls JOIN tool_calls USING (flow_id)",
        ("idx", "place"),
    ),
    Mode(
        "tools",
        "Tools by client: how often called, how large arguments and results, how many errors.",
        (Column("tool", Kind.KEY), *minor(*names("kind")), *names("client"), *minor(*counts("sessions")), *_ECONOMICS),
        ("calls", "tool_calls", "returns"),
        f"SELECT name, kind, client, count(DISTINCT session_id), {_ECONOMICS_SQL} GROUP BY name, kind, client",
        ("calls", "name", "client"),
        help="The most often called ones come last. A result is what the client sent back; an error says so itself, or"
        " is a command whose exit code is not 0.",
    ),
    Mode(
        "tool_usage_stats",
        "Tools of each session: how often called, share of its calls, arguments, results, errors.",
        (
            Column("session_number", Kind.SESSION),
            Column("tool", Kind.KEY),
            *minor(*names("kind")),
            Column("share", Kind.SHARE),
            *_ECONOMICS,
        ),
        ("calls", "tool_calls", "returns"),
        f"""SELECT any_value(session_number) AS number, name, kind,
            count(*) / sum(count(*)) OVER (PARTITION BY session_id), {_ECONOMICS_SQL}
            GROUP BY session_id, name, kind""",
        ("number", "session_id", "first", "name", "kind"),
    ),
    Mode(
        "commands",
        "Commands that agents ran, with their exit codes where the client tells them.",
        (
            *_CALL,
            *names("tool"),
            *text("command"),
            Column("exit_code", Kind.INTEGER),
            *names("is_error"),
            *minor(*text("flow_id")),
        ),
        ("calls", "tool_calls", "returns"),
        f"""SELECT {_CALL_SQL}, name, {_TOLD}, exit_code, is_error, flow_id
            FROM calls JOIN tool_calls USING (flow_id) LEFT JOIN returns USING (flow_id, place)
            WHERE regexp_matches({_TOLD}, 'command|cmd|script')""",
        ("idx", "place"),
        step=commands,
    ),
    Mode(
        "files",
        "Files that tools named: how often read, searched, written, edited, deleted.",
        (
            *text("path"),
            *counts(*_DEEDS[:-1]),
            *minor(*counts(_DEEDS[-1])),
            Column("sessions", Kind.INTEGER, is_minor=True),
            Column("first", Kind.TIME, is_minor=True),
            Column("last", Kind.TIME, is_minor=True),
        ),
        ("calls", "tool_calls"),
        f"""SELECT {_CALL_SQL}, name, {_TOLD} FROM calls JOIN tool_calls USING (flow_id)
            WHERE regexp_matches({_TOLD}, 'path|file|[*][*][*] ')""",
        ("idx", "place"),
        step=files,
        help="In order of first use. What commands do to files is not told.",
    ),
)

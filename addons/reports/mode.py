"""A mode: one report of the catalogue, as data.

In: nothing. Out: `Mode`, and the keys by which some group their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from addons.reports.columns import Column, Kind, names
from addons.reports.filters import CONVERSATION
from addons.reports.question import Question

SESSION = "[SESSION]"
"""An argument that says which session is meant, as --session does."""

LATEST = "[N]"
"""An argument that says how many of the latest, as --last does."""

ANSWERS = ("answers", "numbered_answers", "answered_calls")
"""Relations with a row an exchange that has ended. Each tells more than the one before it, and takes longer to make."""

type Row = Sequence[Any]

type Step = Callable[[Iterable[Row], Question], Iterator[Row]]
"""What SQL is the wrong tool for: from the query's rows to the report's."""


class Mode(NamedTuple):
    """One report. `query` selects exactly `columns` from the relations in `reads` and {answers}, in any order; `order`
    says by what they are put in order, oldest first.

    `{keys}` in a query stands for what the rows are grouped by, which `group_by` names where nothing else is asked
    for; their columns come before `columns`; `{answers}` for the one of `ANSWERS` that they need.
    `{argument}` stands for the argument as a literal, NULL without one. `purposes`: whose exchanges count; empty:
    all, as for whatever is billed.
    """

    name: str
    summary: str
    columns: tuple[Column, ...]
    reads: tuple[str, ...]
    query: str
    order: tuple[str, ...]
    argument: str = ""
    group_by: tuple[str, ...] = ()
    purposes: tuple[str, ...] = CONVERSATION
    step: Step | None = None
    help: str = ""
    always_by: tuple[str, ...] = ()
    """Keys that stay, whatever --group-by says; its own come behind them."""
    tells_left_out: bool = False
    """Whether a note says how many exchanges its own purposes have left out."""


class Group(NamedTuple):
    """A key: its columns, and for each the SQL that gives it, from the relation `of` or a wider one."""

    columns: tuple[Column, ...]
    sql: tuple[str, ...]
    of: str = ANSWERS[0]


GROUPS: dict[str, Group] = {
    "call": Group(
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            Column("session_number", Kind.SESSION),
            *names("model"),
        ),
        ("idx", "any_value(started)", "any_value(session_number)", "any_value(model)"),
        "answered_calls",
    ),
    "session": Group(
        (Column("session_number", Kind.SESSION), *names("session_id"), Column("client", Kind.NAME)),
        ("any_value(session_number)", "session_id", "min(client)"),
        "numbered_answers",
    ),
    "client": Group(names("client"), ("client",)),
    "provider": Group(names("provider"), ("provider",)),
    "model": Group(names("model"), ("model",)),
    "purpose": Group(names("purpose"), ("purpose",)),
    "agent": Group(names("agent_id"), ("agent_id",), "answered_calls"),
    "api": Group(names("api"), ("api",), "answered_calls"),
    "host": Group(names("host"), ("host",), "answered_calls"),
    "hour": Group((Column("hour", Kind.TEXT),), ("strftime(local_time(started), '%Y-%m-%d %H:00')",)),
    "day": Group((Column("day", Kind.DATE),), ("local_time(started)::DATE",)),
    "week": Group((Column("week", Kind.DATE),), ("date_trunc('week', local_time(started))::DATE",)),
    "month": Group((Column("month", Kind.TEXT),), ("strftime(local_time(started), '%Y-%m')",)),
}

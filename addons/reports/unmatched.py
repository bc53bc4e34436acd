"""Why there are no rows: a filter that fits nothing in the log, with the nearest of what there is.

In: a question, the database with a report's facts. Out: a sentence for each filter at fault. And what a mode's own
purposes leave out, which is easily taken for all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from addons.reports.database import Connection
from addons.reports.filters import condition, session_condition
from addons.reports.mode import Mode
from addons.reports.question import Question

_MOST = 5
"""So many are named."""

_TELL_WHO = ("ends", "flows")
_NAMED = dict.fromkeys(("client", "model", "provider"), _TELL_WHO) | {"host": ("outcomes", "flows")}
"""What filters ask for, and the facts that tell it."""


def unmatched(question: Question, connection: Connection) -> Iterator[str]:
    """Each filter by itself; together they may fit nothing all the same."""
    tables = _tables(connection)
    told = [table for table in _TELL_WHO if table in tables]
    if not told:
        return
    if question.session:
        yield from _session(question.session, connection, told, "session_numbers" in tables)
    for name, facts in _NAMED.items():
        wanted: tuple[str, ...] = getattr(question, name)
        there = _values(connection, name, [fact for fact in facts if fact in tables]) if wanted else []
        missed = [part for part in wanted if not any(part.lower() in value.lower() for value in there)]
        if missed and len(missed) == len(wanted):
            yield f"There is no {name} like {' or '.join(missed)}{_nearest(missed, there)}."


def left_out(question: Question, mode: Mode, connection: Connection) -> Iterator[str]:
    """Clients' own exchanges, where the mode does without them, unasked."""
    if not mode.tells_left_out or not mode.purposes or question.purpose:
        return
    kept = ", ".join(f"'{purpose}'" for purpose in mode.purposes)
    others = f"coalesce(purpose, 'main') NOT IN ({kept})"
    # To look is cheap, and mostly there are none.
    if not any(connection.execute(f"FROM {table} WHERE {others} LIMIT 1").fetchall() for table in _TELL_WHO):
        return
    rest = condition(question._replace(purpose=("all",)), ())
    query = f"SELECT purpose, count(*) FROM exchanges WHERE {others} AND {rest} GROUP BY purpose ORDER BY purpose"
    counts: Mapping[str, int] = dict(connection.execute(query).fetchall())
    if counts:
        told = ", ".join(f"{count:,} {purpose}" for purpose, count in counts.items())
        yield f"Calls that clients make for themselves are left out ({told}); --purpose all has them."


def _session(which: str, connection: Connection, told: Sequence[str], is_numbered: bool) -> Iterator[str]:
    sessions = " UNION ".join(f"SELECT DISTINCT session_id FROM {table} WHERE session_id IS NOT NULL" for table in told)
    numbers = "LEFT JOIN session_numbers USING (session_id)" if is_numbered else ", (SELECT NULL AS session_number)"
    found = f"FROM (SELECT session_id, session_number FROM ({sessions}) {numbers})"
    if connection.execute(f"{found} WHERE {session_condition(which)} LIMIT 1").fetchall():
        return
    ids = connection.execute(
        f"SELECT session_id, session_number {found} ORDER BY session_number, session_id"
    ).fetchall()
    names = {session_id: session_id if number is None else f"#{number} {session_id}" for session_id, number in ids}
    near = [names[each] for each in _close(which, list(names))]
    last = ", ".join(near or list(names.values())[-_MOST:])
    hint = f"; the {'nearest' if near else 'last ones'}: {last}" if names else ", nor any other"
    yield f"There is no session {which}{hint}. `report sessions` lists them."


def _values(connection: Connection, name: str, told: Sequence[str]) -> list[str]:
    query = " UNION ".join(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL" for table in told)
    return [value for (value,) in connection.execute(f"SELECT DISTINCT {name} FROM ({query}) ORDER BY 1").fetchall()]


def _nearest(missed: Iterable[str], there: Sequence[str]) -> str:
    near = list(dict.fromkeys(name for part in missed for name in _close(part, there)))
    if near and len(there) > _MOST:
        return f"; the nearest: {', '.join(near)}"
    if not there:
        return ": the log tells none"
    rest = len(there) - _MOST
    return f"; the log has {', '.join(there[:_MOST])}" + (f" and {rest} more" if rest > 0 else "")


def _close(word: str, names: Sequence[str]) -> list[str]:
    import difflib  # only here: for who has mistyped

    by_lower = {name.lower(): name for name in names}
    # A word is near to a name also where it is near to how the name begins.
    heads = {name[: len(word)]: full for name, full in by_lower.items()}
    found = difflib.get_close_matches(word.lower(), [*by_lower, *heads], n=_MOST, cutoff=0.6)
    return list(dict.fromkeys((by_lower | heads)[name] for name in found))


def _tables(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}

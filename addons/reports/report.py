"""A question answered: from a mode and a log to columns and rows.

In: a question, where the log is. Out: a `Report`, whose rows come as they are wanted. It may be made in any thread;
while its rows are being taken no other process has the index, so take them soon, and close it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from addons.reports.catalogue import find
from addons.reports.columns import Column
from addons.reports.database import Connection, quoted
from addons.reports.facts import FACTS, Fact
from addons.reports.filters import condition
from addons.reports.index import Unusable, load_from_index
from addons.reports.loading import Loaded, Progress
from addons.reports.log_files import LogFiles, files_beside, files_of
from addons.reports.mode import GROUPS, Group, Mode, Row
from addons.reports.moments import local_sql
from addons.reports.question import Question, QuestionError
from addons.reports.relations import facts_of, relations_of
from addons.reports.scan import load_with_duckdb, load_with_rg

_BATCH = 500
"""Rows that are made at once: while they are, no other thread runs."""

_KEPT_ROWS = 20_000
"""So many are taken at once, so that a slow reader does not keep the index from others."""


@dataclass(slots=True)
class Report:
    """`rows` can be taken once."""

    mode: Mode
    question: Question
    columns: tuple[Column, ...]
    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    close: Callable[[], None] = lambda: None


def _no_progress(done_bytes: int, total_bytes: int) -> None: ...


def answer(question: Question, root: Path, threads: int | None = None, progress: Progress = _no_progress) -> Report:
    """`threads`: see `database.connect`. Raises QuestionError, and OSError where the log can't be read."""
    mode = find(question.mode)
    _check(question, mode)
    groups = tuple(GROUPS[key] for key in (question.group_by or mode.group_by))
    columns = (*(column for group in groups for column in group.columns), *mode.columns)
    files = files_beside(question.file) if question.file else files_of(root)
    if not files.exist:
        return Report(mode, question, columns, iter(()), [_nothing_in(files)])
    answers = "answered_calls" if any(group.needs_calls for group in groups) else "answers"
    relations = tuple(answers if name == "answers" else name for name in mode.reads)
    loaded = _load(question, files, [FACTS[name] for name in facts_of(relations)], threads, progress)
    try:
        _prepare(loaded.connection, question, mode, relations)
        result = loaded.connection.execute(_query(question, mode, groups).replace("{answers}", answers))
        rows = _batches(result.fetchmany)
        if mode.step is not None:
            rows = mode.step(rows, question)
        if question.last is not None:
            rows = _last(rows, question.last, is_reversed=mode.step is None)
        kept = list(itertools.islice(rows, _KEPT_ROWS))
    except BaseException:
        loaded.close()
        raise
    if len(kept) == _KEPT_ROWS:
        return Report(mode, question, columns, itertools.chain(kept, rows), _notes(loaded), loaded.close)
    loaded.close()
    return Report(mode, question, columns, iter(kept), _notes(loaded))


def _check(question: Question, mode: Mode) -> None:
    if len(question.arguments) > bool(mode.argument):
        takes = f"takes one argument, {mode.argument}" if mode.argument else "takes no argument"
        raise QuestionError(f"{mode.name} {takes}, not {' '.join(question.arguments)}")
    if mode.argument and not mode.argument.startswith("[") and not question.arguments:
        raise QuestionError(f"{mode.name} needs an argument: {mode.name} {mode.argument}")
    if question.group_by and not mode.group_by:
        raise QuestionError(
            f"{mode.name} has a row for each {mode.columns[0].name}; --group-by goes with tokens or cost"
        )


def _nothing_in(files: LogFiles) -> str:
    return (
        f"There is no log in {files.folder} yet. To make one: start the proxy, ./launch.sh, and in another terminal the"
        " agent, ./launch.sh run claude."
    )


def _load(question: Question, files: LogFiles, facts: list[Fact], threads: int | None, progress: Progress) -> Loaded:
    if question.engine == "rg":
        return load_with_rg(files, facts, threads, progress)
    if question.engine == "duckdb" or question.file:
        return load_with_duckdb(files, facts, threads, progress)
    try:
        return load_from_index(files, facts, threads, progress)
    except Unusable as why:
        loaded = load_with_duckdb(files, facts, threads, progress)
        loaded.notes.append(f"Answered without the index: {why}.")
        return loaded


def _prepare(connection: Connection, question: Question, mode: Mode, relations: tuple[str, ...]) -> None:
    """The macro and the views that queries use."""
    connection.execute(f"CREATE TEMP MACRO local_time(moment) AS {local_sql(question.zone, datetime.now(UTC))}")
    wanted = condition(question, mode.purposes)
    for relation in relations_of(relations):
        connection.execute(f"CREATE TEMP VIEW {relation.name} AS {relation.sql.replace('{filters}', wanted)}")


def _query(question: Question, mode: Mode, groups: tuple[Group, ...]) -> str:
    keys = ", ".join(sql for group in groups for sql in group.sql)
    argument = quoted(question.arguments[0]) if question.arguments else "NULL"
    backwards = question.last is not None and mode.step is None
    order = ", ".join(_ordered(term, backwards) for each in mode.order for term in _terms(each, groups))
    limit = f" LIMIT {question.last}" if backwards else ""
    query = mode.query.replace("{keys}", keys).replace("{argument}", argument)
    return f"{query} ORDER BY {order}{limit}"


def _terms(term: str, groups: tuple[Group, ...]) -> list[str]:
    return [sql for group in groups for sql in group.sql] if term == "{keys}" else [term]


def _ordered(term: str, backwards: bool) -> str:
    return f"{term} DESC NULLS FIRST" if backwards else f"{term} NULLS LAST"


def _batches(fetchmany: Callable[[int], Sequence[Row]]) -> Iterator[Row]:
    while batch := fetchmany(_BATCH):
        yield from batch


def _last(rows: Iterator[Row], count: int, is_reversed: bool) -> Iterator[Row]:
    return reversed(list(rows)) if is_reversed else iter(deque(rows, maxlen=count))


def _notes(loaded: Loaded) -> list[str]:
    skipped = f"{loaded.skipped:,} lines are no records and were left out." if loaded.skipped else ""
    return [*loaded.notes, *filter(None, [skipped])]

"""A question answered: from a mode and a log to columns and rows.

In: a question, where the log is. Out: a `Report`, whose rows come as they are wanted. It may be made in any thread;
while its rows are being taken no other process has the index, so take them soon, and close it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from addons.reports.catalogue import find
from addons.reports.columns import Column
from addons.reports.database import Connection, batches, quoted
from addons.reports.facts import Fact
from addons.reports.filters import condition
from addons.reports.index import Unusable, load_from_index
from addons.reports.loading import Loaded, Progress
from addons.reports.log_files import WITHOUT, Damaged, LogFiles, files_beside, files_of
from addons.reports.mode import ANSWERS, GROUPS, LATEST, SESSION, Group, Mode, Row
from addons.reports.moments import local_sql
from addons.reports.preparing import Preparing, load_ahead, prepare
from addons.reports.question import Question, QuestionError
from addons.reports.relations import Relation, facts_of, relations_of
from addons.reports.unmatched import left_out, unmatched

if TYPE_CHECKING:
    from addons.pricing.book import PriceBook

LATEST_ROWS = 10

_KEPT_ROWS = 20_000
"""So many are taken at once, so that a slow reader does not keep the index from others."""


def _nothing() -> None: ...


class Report:
    """`rows` can be taken once."""

    def __init__(
        self,
        mode: Mode,
        question: Question,
        columns: tuple[Column, ...],
        rows: Iterator[Row],
        notes: Iterable[str] = (),
        close: Callable[[], None] = _nothing,
    ) -> None:
        self.mode = mode
        self.question = question
        self.columns = columns
        self.rows = rows
        self.notes = list(notes)
        self.close = close


def _no_progress(done_bytes: int, total_bytes: int) -> None: ...


def answer(
    question: Question,
    root: Path,
    threads: int | None = None,
    progress: Progress = _no_progress,
    book: PriceBook | None = None,
) -> Report:
    """`threads`: see `database.connect`. `book`: prices; without one, those of the environment. Raises QuestionError,
    and OSError where the log can't be read."""
    mode = find(question.mode)
    _check(question, mode)
    if mode.argument == LATEST:
        question = question._replace(last=_latest(question))
    if mode.argument == SESSION and question.arguments:
        question = question._replace(session=question.arguments[0])
    groups = tuple(GROUPS[key] for key in dict.fromkeys((*mode.always_by, *(question.group_by or mode.group_by))))
    columns = (*(column for group in groups for column in group.columns), *mode.columns)
    files = _files(question, root)
    if not files.exist:
        return Report(mode, question, columns, iter(()), [_nothing_in(files)])
    answers = _answers(question, mode, groups)
    # First: what the mode reads may stand on it.
    names = (*answers, *mode.reads, *files.ids_from)
    facts, relations = facts_of(names), relations_of(names)
    preparing = Preparing(question, files, book)
    load_ahead((relation.prepare for relation in relations), preparing)
    loaded = _load(question, files, facts, threads, progress)
    loaded.notes += _missing(files, facts)
    try:
        words = {
            "{filters}": condition(question, mode.purposes),
            "{answers}": "".join(answers),
            "{only}": " AND ".join(f"flow_id IN (SELECT flow_id FROM {fact})" for fact in files.ids_from) or "true",
        }
        _prepare(loaded.connection, preparing, relations, words)
        loaded.notes += left_out(question, mode, loaded.connection)
        result = loaded.connection.execute(_filled(_query(question, mode, groups), words))
        rows = batches(result.fetchmany)
        if mode.step is not None:
            rows = mode.step(rows, question._replace(log_dir=root))
        if question.last is not None:
            rows = _last(rows, question.last, is_reversed=mode.step is None)
        kept = list(itertools.islice(rows, _KEPT_ROWS))
        if not kept:
            loaded.notes += unmatched(question, loaded.connection)
    except BaseException:
        loaded.close()
        raise
    if len(kept) == _KEPT_ROWS:
        return Report(mode, question, columns, itertools.chain(kept, rows), _notes(loaded, facts), loaded.close)
    loaded.close()
    return Report(mode, question, columns, iter(kept), _notes(loaded, facts))


def _answers(question: Question, mode: Mode, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """The relation that {answers} stands for; none where neither the mode nor what it reads asks for one."""
    if not any("{answers}" in sql for sql in (mode.query, *(each.sql for each in relations_of(mode.reads)))):
        return ()
    wanted = [group.of for group in groups]
    wanted += ["numbered_answers"] if question.session else []
    wanted += ["answered_calls"] if question.host else []
    return (max(wanted, key=ANSWERS.index, default=ANSWERS[0]),)


def _files(question: Question, root: Path) -> LogFiles:
    if question.file is None:
        return files_of(root)
    try:
        return files_beside(question.file)
    except ValueError as wrong:
        raise QuestionError(f"--file: {wrong}") from None


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


def _latest(question: Question) -> int:
    if not question.arguments:
        return question.last or LATEST_ROWS
    if not question.arguments[0].isdecimal() or not int(question.arguments[0]):
        raise QuestionError(f"{question.mode} {question.arguments[0]}: say how many, such as 20")
    return int(question.arguments[0])


def _nothing_in(files: LogFiles) -> str:
    return (
        f"There is no log in {files.folder} yet. To make one: start the proxy, ./launch.sh, and in another terminal the"
        " agent, ./launch.sh run claude."
    )


def _load(question: Question, files: LogFiles, facts: list[Fact], threads: int | None, progress: Progress) -> Loaded:
    """Without what is damaged."""
    notes = []
    while True:
        try:
            loaded = _load_all(question, files, facts, threads, progress)
        except Damaged as damaged:
            files.leave_out(damaged.path)
            notes.append(f"{damaged.path.name} is damaged: left out.")
        else:
            loaded.notes[:0] = notes
            return loaded


def _load_all(
    question: Question, files: LogFiles, facts: list[Fact], threads: int | None, progress: Progress
) -> Loaded:
    notes = []
    if question.engine == "index" and question.file is None:
        try:
            return load_from_index(files, facts, threads, progress)
        except Unusable as why:
            notes.append(f"Answered without the index: {why}.")
    from addons.reports.scan import load_with_duckdb, load_with_rg  # only here: most reports need no scan

    load = load_with_rg if question.engine == "rg" else load_with_duckdb
    loaded = load(files, facts, threads, progress)
    loaded.notes += notes
    return loaded


def _prepare(connection: Connection, preparing: Preparing, relations: list[Relation], words: Mapping[str, str]) -> None:
    """The macro and the views that queries use."""
    zone = preparing.question.zone
    connection.execute(f"CREATE TEMP MACRO local_time(moment) AS {local_sql(zone, datetime.now(UTC))}")
    for relation in relations:
        if relation.prepare:
            prepare(connection, relation.prepare, preparing)
        if relation.sql:
            connection.execute(f"CREATE TEMP VIEW {relation.name} AS {_filled(relation.sql, words)}")


def _filled(sql: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        sql = sql.replace(name, word)
    return sql


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


def _last(rows: Iterator[Row], count: int, is_reversed: bool) -> Iterator[Row]:
    return reversed(list(rows)) if is_reversed else iter(deque(rows, maxlen=count))


def _missing(files: LogFiles, facts: list[Fact]) -> Iterator[str]:
    """What the log, or the folder of a named file, does not have."""
    for name in dict.fromkeys(fact.file for fact in facts):
        if name in WITHOUT and not files.members(name):
            yield f"There is no {name} in {files.folder}: {WITHOUT[name]}."


def _notes(loaded: Loaded, facts: list[Fact]) -> list[str]:
    by_file: dict[str, int] = {}
    for fact in facts:
        by_file[fact.file] = max(by_file.get(fact.file, 0), loaded.skipped.get(fact.name, 0))
    skipped = sum(by_file.values())
    return [*loaded.notes, *([f"{_counted(skipped, 'line is', 'lines are')} no record: left out."] if skipped else [])]


def _counted(count: int, one: str, several: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {several}"

"""Facts into a database, the same way for every engine: insert what the records say, make good what was refused.

In: a connection, a fact, bytes or files. Out: rows in the fact's table, and how many lines were no records. A line
that the database's parser refuses is tried once more by the thorough one (LOGFORMAT.md, first paragraph).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from addons.reports.database import (
    LARGEST_LINE_BYTES,
    USUAL_LINE_BYTES,
    Connection,
    DatabaseError,
    is_too_large,
    read_records,
)
from addons.reports.facts import Fact
from addons.reports.pipe import piped

type Pieces = Callable[[], Iterable[bytes]]
"""Gives the same bytes each time it is called, in pieces that end anywhere."""

type Refused = Callable[[], Iterator[tuple[bytes, bytes]]]
"""Gives lines that a fast parser refuses, each with the record that it is after all, in plainer JSON."""


_POURED_BYTES = 64 << 20


class Progress(Protocol):
    """Told now and then of how many bytes have been read, of how many there are."""

    def __call__(self, done_bytes: int, total_bytes: int) -> None: ...


class Loaded:
    """A connection in which the facts asked for are tables: `_file`, and their own columns."""

    def __init__(self, connection: Connection, close: Callable[[], None]) -> None:
        self.connection = connection
        self.close = close
        self.skipped: dict[str, int] = {}
        """For each fact, lines that are no records."""
        self.notes: list[str] = []


def create(connection: Connection, fact: Fact) -> None:
    """Unless it is there. (To ask which tables there are takes DuckDB as long as all the rest of a small report.)"""
    nothing = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in fact.fields.items())
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {fact.name} AS WITH records AS (SELECT {nothing})"
        f" SELECT 0::INTEGER AS _file, * FROM ({fact.select}) WHERE false"
    )


def with_room[T](connection: Connection, insert: Callable[[bool], T]) -> T:
    """Call it; once more, with room for lines of any length, when one was longer than usual."""
    try:
        return insert(False)
    except DatabaseError as error:
        if not is_too_large(error):
            raise
        connection.execute("SET threads = 1")
        return insert(True)


def insert_pieces(connection: Connection, fact: Fact, file: int, pieces: Pieces, *, is_roomy: bool) -> None:
    """`pieces` are of the file. Where they are `is_roomy`, lines may be of any length: they become shorter here."""
    if fact.extract:
        pieces = _extracted(fact, pieces)
    elif is_roomy:
        pieces = _slimmed(fact, pieces)
    line_bytes = LARGEST_LINE_BYTES if is_roomy else USUAL_LINE_BYTES
    left = _Pouring(pieces())
    while not left.is_empty:
        with piped(left.pour) as descriptor:
            insert_files(connection, fact, file, [Path(f"/dev/fd/{descriptor}")], line_bytes)


class _Pouring:
    """Pieces, some at a time, each time up to the end of a line: of a pipe the database keeps all that it has read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._carry = b""
        self.is_empty = False

    def pour(self) -> Iterator[bytes]:
        piece: bytes | None = self._carry
        self._carry = b""
        poured = 0
        while piece is not None:
            poured += len(piece)
            end = piece.rfind(b"\n") + 1 if poured >= _POURED_BYTES else 0
            if end:
                yield piece[:end]
                self._carry = piece[end:]
                return
            yield piece
            piece = next(self._pieces, None)
        self.is_empty = True


def insert_files(
    connection: Connection, fact: Fact, file: int, paths: list[Path], line_bytes: int = USUAL_LINE_BYTES
) -> None:
    source = read_records(paths, fact.fields, line_bytes)
    connection.execute(
        f"INSERT INTO {fact.name} WITH records AS (SELECT * FROM {source})"
        f" SELECT {file}, * FROM ({fact.select}) AS fresh{_unless_there(fact, file)}"
    )


def _slimmed(fact: Fact, pieces: Pieces) -> Pieces:
    from addons.reports.thorough import lines_of, slim_lines

    return lambda: slim_lines(lines_of(pieces()), fact.fields, LARGEST_LINE_BYTES)


def _extracted(fact: Fact, pieces: Pieces) -> Pieces:
    from addons.reports.extracts import EXTRACTS
    from addons.reports.thorough import lines_of

    return lambda: EXTRACTS[fact.extract](lines_of(pieces()))


def _unless_there(fact: Fact, file: int) -> str:
    if not fact.once:
        return ""
    is_same = " AND ".join(f"there.{name} IS NOT DISTINCT FROM fresh.{name}" for name in fact.once)
    return f" ANTI JOIN (SELECT * FROM {fact.name} WHERE _file = {file}) AS there ON {is_same}"


def make_good(connection: Connection, fact: Fact, file: int, refused: Refused) -> int:
    """Take away the rows of what is no record, and add those of what is one after all. How many lines are left out."""
    where = f'FROM {fact.name} WHERE _file = {file} AND "{fact.key}" IS NULL'
    bad: int = connection.execute(f"SELECT count(*) {where}").fetchall()[0][0]
    if not bad:
        return 0
    connection.execute(f"DELETE {where}")
    # The parsers differ in what they refuse, and nothing is to be there twice.
    found = [record for line, record in refused() if not _is_accepted(connection, line)]
    if found:
        insert_pieces(connection, fact, file, lambda: found, is_roomy=False)
    return bad - len(found)


def _is_accepted(connection: Connection, line: bytes) -> bool:
    accepted: bool = connection.execute("SELECT json_valid(?)", [line.decode()]).fetchall()[0][0]
    return accepted

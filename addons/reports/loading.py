"""Facts into a database, the same way for every engine: insert what the records say, make good what was refused.

In: a connection, a fact, bytes or files. Out: rows in the fact's table, and how many lines were no records. A line
that the database's parser refuses is tried once more by the thorough one (LOGFORMAT.md, first paragraph).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from addons.reports.database import LARGEST_BYTES, Connection, DatabaseError, is_too_large, read_records
from addons.reports.facts import Fact
from addons.reports.pipe import piped

type Pieces = Callable[[], Iterable[bytes]]
"""Gives the same bytes each time it is called."""

type Refused = Callable[[], Iterator[tuple[bytes, bytes]]]
"""Gives lines that a fast parser refuses, each with the record that it is after all, in plainer JSON."""


class Progress(Protocol):
    """Told now and then of how many bytes have been read, of how many there are."""

    def __call__(self, done_bytes: int, total_bytes: int) -> None: ...


@dataclass(slots=True)
class Loaded:
    """A connection in which the facts asked for are tables: `_file`, and their own columns."""

    connection: Connection
    skipped: int = 0
    """Lines that are no records."""
    notes: list[str] = field(default_factory=list)
    close: Callable[[], None] = lambda: None


def create(connection: Connection, fact: Fact) -> None:
    nothing = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in fact.fields.items())
    connection.execute(
        f"CREATE TABLE {fact.name} AS WITH records AS (SELECT {nothing})"
        f" SELECT 0::INTEGER AS _file, * FROM ({fact.select}) WHERE false"
    )


def with_room(insert: Callable[[int], None]) -> int:
    """Call it with how large a line may be, and larger again when that was too little. What has sufficed."""
    for largest_bytes in LARGEST_BYTES[:-1]:
        try:
            insert(largest_bytes)
        except DatabaseError as error:
            if not is_too_large(error):
                raise
        else:
            return largest_bytes
    insert(LARGEST_BYTES[-1])
    return LARGEST_BYTES[-1]


def insert_pieces(connection: Connection, fact: Fact, file: int, pieces: Pieces, largest_bytes: int) -> None:
    with piped(pieces) as descriptor:
        insert_files(connection, fact, file, [Path(f"/dev/fd/{descriptor}")], largest_bytes)


def insert_files(connection: Connection, fact: Fact, file: int, paths: list[Path], largest_bytes: int) -> None:
    source = read_records(paths, fact.fields, largest_bytes)
    connection.execute(
        f"INSERT INTO {fact.name} WITH records AS (SELECT * FROM {source}) SELECT {file}, * FROM ({fact.select})"
    )


def make_good(connection: Connection, fact: Fact, file: int, refused: Refused, largest_bytes: int) -> int:
    """Take away the rows of what is no record, and add those of what is one after all. How many lines are left out."""
    where = f"FROM {fact.name} WHERE _file = {file} AND {fact.key} IS NULL"
    bad: int = connection.execute(f"SELECT count(*) {where}").fetchall()[0][0]
    if not bad:
        return 0
    connection.execute(f"DELETE {where}")
    # The parsers differ in what they refuse, and nothing is to be there twice.
    found = [record for line, record in refused() if not _is_accepted(connection, line)]
    if found:
        insert_pieces(connection, fact, file, lambda: found, largest_bytes)
    return bad - len(found)


def _is_accepted(connection: Connection, line: bytes) -> bool:
    accepted: bool = connection.execute("SELECT json_valid(?)", [line.decode()]).fetchall()[0][0]
    return accepted

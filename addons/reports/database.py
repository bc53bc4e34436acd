"""DuckDB, opened in the one way that suits a proxy and a shell command.

In: a file or none, and how many threads. Out: a connection with bounded memory, and the SQL that reads JSON lines.
The extension module itself is imported, where there is one: the package around it, with its relational API, takes
longer to import than a report takes.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
else:
    try:
        import _duckdb as duckdb
    except ImportError:  # before DuckDB 1.4
        try:
            import duckdb
        except ImportError:  # a mitmproxy of the user's own: it captures without
            duckdb = None

type Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error if duckdb is not None else RuntimeError

MEMORY_LIMIT = "500MB"
"""Beyond it DuckDB uses files."""

_LOGGED_AHEAD = "1MB"
"""What is more in one transaction goes to its place in the file at once, not through the write-ahead log as well."""

_GROUP_ROWS = 6144
"""Rows of a table are kept in groups of so many, which only one thread can write. DuckDB's own 20 times as many are all
that a small log has: it would read with each processor, and then compress with one. A file has to be opened with the
same number each time, else DuckDB regroups what is there."""

_BATCH = 100
"""Rows that are made at once: while they are, no other thread runs."""

USUAL_LINE_BYTES = 16 << 20
LARGEST_LINE_BYTES = 96 << 20
"""How long a line may be: buffers of twice the size are the price, for each thread."""


class _Opening(threading.Thread):
    """Opens a database in memory, as `connect` does. It stays until the process ends: to close one takes long too."""

    def __init__(self) -> None:
        super().__init__(name="mitmagent database", daemon=True)
        self.connection: Connection | None = None
        self.folder = ""
        """Of temporary files, which a database that is not closed leaves there."""
        self._is_taken = False

    def run(self) -> None:
        self.connection = _open(None)

    def take(self, folder: str) -> Connection | None:
        """None where there is none, or it is taken."""
        if self._is_taken or self.ident is None:
            return None
        self._is_taken = True
        self.folder = folder
        self.join()
        return self.connection


_ahead = _Opening()
_numbers = itertools.count()


def open_ahead() -> None:
    """For a process that asks once: what its `connect` will need is made in a thread, while it loads what else it
    needs. To open takes DuckDB a fifth of a small report's time."""
    if duckdb is not None:
        _ahead.start()


def connect(path: Path | None, threads: int | None = None) -> Connection:
    """`threads`: None is one a processor. Raises `DatabaseError`, and QuestionError where there is no DuckDB."""
    if duckdb is None:
        from addons.reports.question import QuestionError  # only here: `open_ahead` waits for nothing

        raise QuestionError(
            "reports need the Python package duckdb, which this Python does not have\n"
            "./launch.sh setup makes a .venv that has it"
        )
    folder = f"{path}.tmp" if path else _temporary_folder()
    connection = (_ahead.take(folder) if threads is None else None) or _open(threads)
    try:
        connection.execute(f"SET temp_directory = {quoted(folder)}")
        if path:
            connection.execute(f"ATTACH {quoted(str(path))} AS file (ROW_GROUP_SIZE {_GROUP_ROWS}); USE file")
    except DatabaseError:
        disconnect(connection)
        raise
    return connection


def disconnect(connection: Connection) -> None:
    """Close the file, if it has one. What was not committed is lost."""
    if connection is not _ahead.connection:
        connection.close()
        return
    try:
        connection.execute("USE memory; DETACH DATABASE IF EXISTS file")
    except DatabaseError:  # in the midst of a transaction
        connection.close()
    if os.path.isdir(_ahead.folder):  # noqa: PTH112 - a path is text here
        import shutil  # only here: most reports need no temporary files

        shutil.rmtree(_ahead.folder, ignore_errors=True)


def _open(threads: int | None) -> Connection:
    config: dict[str, Any] = {
        "threads": threads or os.cpu_count() or 1,
        "memory_limit": MEMORY_LIMIT,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "false",
        "wal_autocheckpoint": _LOGGED_AHEAD,
    }
    return duckdb.connect(":memory:", config=config)


def _temporary_folder() -> str:
    """One of its own, which is made when it is needed."""
    import tempfile  # only here: an index needs none

    return f"{tempfile.gettempdir()}/mitmagent-{os.getpid()}-{next(_numbers)}.tmp"


def batches(fetchmany: Callable[[int], Sequence[Sequence[Any]]]) -> Iterator[Sequence[Any]]:
    """Rows, one after the other."""
    while batch := fetchmany(_BATCH):
        yield from batch


def temporary_table(
    connection: Connection, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """With these rows. They go in as one JSON text: DuckDB takes many times as long over a statement with each value in
    it, and twice as long over a list for each column."""
    import json  # only here: most reports need none

    fields = ", ".join(f"{each} {kind}" for each, kind in columns.items())
    connection.execute(f"CREATE TEMP TABLE {name} ({fields})")
    if rows:
        text = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
        records = f"?::JSON::STRUCT({fields})[]"
        connection.execute(f"INSERT INTO {name} SELECT unnest({records}, recursive := true)", [text])


def quoted(text: str) -> str:
    """A literal."""
    return "'" + text.replace("'", "''") + "'"


def read_records(paths: Iterable[Path], fields: Mapping[str, str], line_bytes: int) -> str:
    """The records of files of JSON lines as a table. A line that is no JSON object comes as a row of nulls."""
    files = ", ".join(quoted(str(path)) for path in paths)
    columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in fields.items())
    return (
        f"read_json([{files}], format='newline_delimited', ignore_errors=true, columns={{{columns}}},"
        f" maximum_object_size={line_bytes})"
    )


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C is a KeyboardInterrupt in here, whatever DuckDB makes of it."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


def is_too_large(error: Exception) -> bool:
    """Whether a line was longer than was allowed."""
    return "maximum_object_size" in str(error)

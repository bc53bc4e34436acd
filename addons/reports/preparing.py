"""What some relations need that is not in the log's records: prices, the sizes of files.

In: a connection, a preparation's name as relations give it. Out: macros and temporary tables. Price lists take longer
to load than most reports take, so they are loaded here, when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from addons.reports.call_facts import MOMENT_COLUMNS, MOMENT_ORDER
from addons.reports.database import Connection, batches, temporary_table
from addons.reports.log_files import KINDS, LogFiles
from addons.reports.mode import Row
from addons.reports.question import Question, QuestionError
from addons.reports.relations import STARTED

if TYPE_CHECKING:
    from addons.pricing.book import PriceBook


class Preparing:
    """What a report knows. Without a `book` prices are those of the environment."""

    def __init__(self, question: Question, files: LogFiles, book: PriceBook | None) -> None:
        self.question = question
        self.files = files
        self._book = book

    @property
    def prices(self) -> PriceBook:
        """Raises QuestionError."""
        if self._book is None:
            from addons.pricing.book import PriceBook
            from addons.pricing.own import own_prices

            try:
                self._book = PriceBook(own_prices(""))
            except ValueError as wrong:
                raise QuestionError(str(wrong)) from None
        return self._book


def load_ahead(names: Iterable[str], preparing: Preparing) -> None:
    """What these preparations will need: before a database is wanted that may still be opening in its thread. Raises
    QuestionError where prices are wrong."""
    if not {"slots", "tariffs"}.isdisjoint(names):
        import addons.reports.tariffs  # noqa: F401 - for what it imports

        _ = preparing.prices


def prepare(connection: Connection, name: str, preparing: Preparing) -> None:
    _PREPARATIONS[name](connection, preparing)


def _slots(connection: Connection, preparing: Preparing) -> None:
    from addons.reports.tariffs import prepare_slots

    prepare_slots(connection, preparing.prices)


def _tariffs(connection: Connection, preparing: Preparing) -> None:
    from addons.reports.tariffs import prepare_tariffs

    prepare_tariffs(connection, preparing.prices)


def _session_numbers(connection: Connection, _: Preparing) -> None:
    """As the log's writers have given them; in a log without their list, in order of appearance."""
    sql = "SELECT session_id, min(number) AS session_number FROM numbers GROUP BY session_id"
    if not connection.execute("SELECT count(*) FROM numbers").fetchall()[0][0]:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        seen = [
            f"SELECT session_id, {moment} AS moment FROM {table}"
            for table, moment in (("ends", STARTED), ("flows", "answered"))
            if table in tables
        ]
        sql = f"""SELECT session_id, row_number() OVER (ORDER BY min(moment), session_id) AS session_number
            FROM ({" UNION ALL ".join(seen)}) WHERE session_id IS NOT NULL GROUP BY session_id"""
    connection.execute(f"CREATE TEMP VIEW session_numbers AS {sql}")


def _followed(connection: Connection, _: Preparing) -> None:
    """The results of calls that can't be told by their ids."""
    rows: list[Row] = []
    if connection.execute("SELECT 1 FROM unclear_calls LIMIT 1").fetchall():
        from addons.reports.call_rows import results_of  # only here: in most logs ids tell all

        order = ", ".join(MOMENT_ORDER)
        moments = connection.execute(f"SELECT {MOMENT_COLUMNS} FROM unclear_moments ORDER BY {order}")
        rows = list(results_of(batches(moments.fetchmany)))
    columns = {
        "flow_id": "VARCHAR",
        "place": "INTEGER",
        "result_chars": "INTEGER",
        "is_error": "BOOLEAN",
        "exit_code": "INTEGER",
    }
    temporary_table(connection, "followed", columns, rows)


def _log_files(connection: Connection, preparing: Preparing) -> None:
    rows = [
        (kind, str(member.path), member.size, member.stamp is not None)
        for kind in KINDS
        for member in preparing.files.members(kind)
    ]
    columns = {"kind": "VARCHAR", "path": "VARCHAR", "bytes": "BIGINT", "is_rotated": "BOOLEAN"}
    temporary_table(connection, "log_files", columns, rows)


_PREPARATIONS: Mapping[str, Callable[[Connection, Preparing], None]] = {
    "session_numbers": _session_numbers,
    "followed": _followed,
    "slots": _slots,
    "tariffs": _tariffs,
    "log_files": _log_files,
}

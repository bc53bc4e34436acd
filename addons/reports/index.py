"""The index: facts kept in a DuckDB file beside the log, which takes in only what is new (SPEC S3.27).

In: facts, the log's files. Out: a database that has the facts as they are in the files now. Of each file it
remembers, for each fact, how many of its bytes are in, and a seal of the last of them: so it knows a file again that
has been rotated or compressed, and takes anew what was truncated, replaced or compacted. The rows of a file that is
gone go with it.

One process has it at a time, under a lock, for as long as a report takes; who finds it locked scans. All of a file's
news is one transaction, so kill -9 costs a file at most. One that is damaged, or of another version, is made anew.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from addons.reports.database import Connection, DatabaseError, connect, disconnect
from addons.reports.facts import FACTS, Fact
from addons.reports.loading import Loaded, Progress, create, insert_files, insert_pieces, make_good, with_room
from addons.reports.log_files import Damaged, LogFiles, Member
from addons.sinks.locking import FILE_MODE, FolderLock

if TYPE_CHECKING:
    from addons.reports.stretches import Stretch

NAME = ".index.duckdb"
LOCK_NAME = ".index.lock"
_LARGE_BYTES = 4 << 20
PATIENCE_S = 1.0

_TAKEN_COLUMNS = (
    "fact VARCHAR, file INTEGER, stamp VARCHAR, device UBIGINT, inode UBIGINT, size UBIGINT, changed_ns UBIGINT,"
    " consumed UBIGINT, seal UBIGINT, skipped UBIGINT"
)


class Unusable(Exception):
    """There is no index to be had now. The text says why."""


class _Taken(NamedTuple):
    """What is known of one file, for one fact. A file without a `stamp` was growing then."""

    file: int
    stamp: str | None
    device: int
    inode: int
    size: int
    changed_ns: int
    consumed: int
    seal: int
    skipped: int

    def is_unchanged(self, member: Member) -> bool:
        return self.stamp == member.stamp and (self.device, self.inode, self.size, self.changed_ns) == (
            member.device,
            member.inode,
            member.size,
            member.changed_ns,
        )

    def is_same(self, member: Member) -> bool:
        """By name, or, of one that was growing, by its inode: it may have been rotated since."""
        if self.stamp is not None:
            return self.stamp == member.stamp
        return (self.device, self.inode) == (member.device, member.inode)

    def may_be(self, member: Member) -> bool:
        """One that was growing may have been rotated and compressed since. Only its seal can tell."""
        return self.stamp is None and member.is_compressed

    def is_now(self, member: Member) -> bool:
        """Whether all of it is known, and it has only been compressed."""
        is_whole = self.stamp is not None and self.consumed == self.size
        return is_whole and self.stamp == member.stamp and member.is_compressed


def load_from_index(files: LogFiles, facts: Sequence[Fact], threads: int | None, progress: Progress) -> Loaded:
    """Raises `Unusable`."""
    lock = FolderLock(files.folder / LOCK_NAME, PATIENCE_S)
    try:
        lock.__enter__()
    except TimeoutError:
        raise Unusable("another report has the index") from None
    except OSError as error:
        raise Unusable(f"the log's folder can't have an index ({error.strerror})") from None
    index = _Index(files, threads, progress)

    def close() -> None:
        index.close()
        lock.leave()
        lock.close()

    try:
        connection, skipped = index.load(facts)
    except BaseException:
        close()
        raise
    loaded = Loaded(connection, close)
    loaded.skipped = skipped
    return loaded


@cache
def version() -> int:
    """Of the tables' form: any change of a fact is another one."""
    return zlib.crc32(repr((_TAKEN_COLUMNS, FACTS)).encode())


def _taken() -> str:
    """The table of what is in. An index of another version has none of this name, and is as good as a damaged one."""
    return f"taken_{version()}"


def _known(connection: Connection) -> dict[str, list[_Taken]]:
    known: dict[str, list[_Taken]] = {}
    for fact, *row in connection.execute(f"FROM {_taken()} ORDER BY stamp NULLS LAST").fetchall():
        known.setdefault(fact, []).append(_Taken(*row))
    return known


@contextlib.contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with contextlib.suppress(DatabaseError):
            connection.rollback()
        raise


class _Index:
    def __init__(self, files: LogFiles, threads: int | None, progress: Progress) -> None:
        self._files = files
        self._path = files.folder / NAME
        self._threads = threads
        self._progress = progress
        self._connection: Connection | None = None

    def load(self, facts: Sequence[Fact]) -> tuple[Connection, dict[str, int]]:
        """The tables, and for each fact how many lines are no records."""
        try:
            try:
                return self._load(facts)
            except DatabaseError as error:
                # A bare word of DuckDB's: another program's lock on the file is no damage.
                if "set lock" in str(error):
                    raise Unusable("another program has the index open") from None
                self._remove()
                return self._load(facts)
        except DatabaseError as error:
            self._remove()
            raise Unusable(f"the index can't be made ({type(error).__name__})") from error
        except Damaged:
            raise
        except OSError as error:
            raise Unusable(f"the index can't be made ({error.strerror})") from error

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DatabaseError):
                disconnect(self._connection)
            self._connection = None
        folder = self._path.with_name(NAME + ".tmp")
        if folder.exists():  # where a process was killed
            import shutil

            shutil.rmtree(folder, ignore_errors=True)

    def _load(self, facts: Sequence[Fact]) -> tuple[Connection, dict[str, int]]:
        is_new = not self._path.exists()
        connection = self._connection = connect(self._path, self._threads)
        skipped: dict[str, int] = {}
        steps: list[_Step] = []
        with _transaction(connection):
            if is_new:
                self._path.chmod(FILE_MODE)
                connection.execute(f"CREATE TABLE {_taken()} ({_TAKEN_COLUMNS})")
            known = _known(connection)
            for fact in facts:
                to_do, skipped[fact.name] = self._compare(connection, fact, known.get(fact.name, []))
                steps += to_do
        # What is large, and needs no write-ahead log, comes last: then the log is empty when the file is closed.
        steps.sort(key=lambda step: step.member.size)
        total = sum(step.member.size for step in steps)
        done = 0
        for step in steps:
            tell = lambda read, done=done: self._progress(done + read, total)  # noqa: E731
            skipped[step.fact.name] += step.take(connection, tell)
            done += step.member.size
        return connection, skipped

    def _remove(self) -> None:
        self.close()
        for path in (self._path, self._path.with_name(NAME + ".wal")):
            path.unlink(missing_ok=True)

    def _compare(self, connection: Connection, fact: Fact, known: list[_Taken]) -> tuple[list[_Step], int]:
        """What there is to do, and of how many lines it is known that they are no records. The rows of files that are
        no more are deleted."""
        if not known:
            create(connection, fact)
        fresh = itertools.count(max((taken.file for taken in known), default=0) + 1)
        members = self._files.members(fact.file)
        pairs = _pair(members, known)
        for gone in known:
            if gone not in pairs.values():
                _forget(connection, fact, gone.file)
        steps = [
            _Step(fact, taken.file if taken else next(fresh), member, taken)
            for member in members
            if (taken := pairs.get(member)) is None or not taken.is_unchanged(member)
        ]
        return steps, sum(taken.skipped for member, taken in pairs.items() if taken.is_unchanged(member))


class _Step(NamedTuple):
    """A file that is new, or has changed."""

    fact: Fact
    file: int
    member: Member
    taken: _Taken | None

    def take(self, connection: Connection, tell: Callable[[int], None]) -> int:
        """How many of the file's lines are no records. `tell` is told how many bytes have been read."""
        return with_room(connection, lambda is_roomy: self._take(connection, tell, is_roomy))

    def _take(self, connection: Connection, tell: Callable[[int], None], is_roomy: bool) -> int:
        from addons.reports.stretches import Stretch  # only here: when nothing is new it is not needed

        fact, file, member, taken = self.fact, self.file, self.member, self.taken
        with _transaction(connection):
            if taken is not None and taken.is_now(member):
                consumed, seal, skipped = taken.consumed, taken.seal, taken.skipped
            else:
                stretch = Stretch(member, taken.consumed if taken else 0)
                skipped = taken.skipped if taken else 0
                if taken is not None and not stretch.is_continued(taken.seal):
                    _forget(connection, fact, file)
                    stretch, skipped = Stretch(member), 0
                if is_roomy or not self._insert_in_place(connection, stretch):
                    insert_pieces(connection, fact, file, lambda: _telling(stretch, tell), is_roomy=is_roomy)
                consumed, seal = stretch.end, stretch.seal
                skipped += make_good(connection, fact, file, lambda: _refused(stretch))
            if taken is not None:
                connection.execute(f"DELETE FROM {_taken()} WHERE fact = ? AND file = ?", [fact.name, file])
            row = [fact.name, file, member.stamp, member.device, member.inode, member.size, member.changed_ns]
            told = [*row, consumed, seal, skipped]
            connection.execute(f"INSERT INTO {_taken()} VALUES ({', '.join('?' * len(told))})", told)
        return skipped

    def _insert_in_place(self, connection: Connection, stretch: Stretch) -> bool:
        """Let the database read the file itself, which is faster. False: that can't be, or the file has grown
        meanwhile, so that nobody knows how much of it was read."""
        fact, member = self.fact, self.member
        if fact.extract or stretch.start or member.size < _LARGE_BYTES:
            return False
        if not stretch.is_whole():
            return False
        try:
            insert_files(connection, fact, self.file, [member.path])
        except DatabaseError as error:
            if not member.path.exists():
                raise OSError(errno.ENOENT, "a file was compressed meanwhile") from error
            from addons.reports.stretches import look_through  # as above

            look_through([member])
            raise
        if stretch.is_whole():
            stretch.pass_over()
            return True
        connection.execute(f"DELETE FROM {fact.name} WHERE _file = {self.file}")
        return False


def _refused(stretch: Stretch) -> Iterator[tuple[bytes, bytes]]:
    from addons.reports.thorough import refused  # as above

    return refused(stretch.pieces())


def _telling(stretch: Stretch, tell: Callable[[int], None]) -> Iterator[bytes]:
    for piece in stretch.pieces():
        tell(stretch.end)
        yield piece


def _pair(members: list[Member], known: list[_Taken]) -> dict[Member, _Taken]:
    """What is known of each file that is known."""
    pairs: dict[Member, _Taken] = {}
    for is_likely in (_Taken.is_same, _Taken.may_be):
        for member in members:
            if member not in pairs:
                left = (taken for taken in known if taken not in pairs.values() and is_likely(taken, member))
                if (found := next(left, None)) is not None:
                    pairs[member] = found
    return pairs


def _forget(connection: Connection, fact: Fact, file: int) -> None:
    connection.execute(f"DELETE FROM {fact.name} WHERE _file = {file}")
    connection.execute(f"DELETE FROM {_taken()} WHERE fact = ? AND file = ?", [fact.name, file])

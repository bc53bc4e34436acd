"""The two engines that read the log anew for each report (SPEC S3.23).

In: facts, the files. Out: a database in memory that has them. `duckdb` reads all files of a kind in one pass,
compressed ones too. `rg` lets ripgrep pick the lines that may matter and takes their fields in Python; without
ripgrep, Python picks them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from addons.reports.database import DatabaseError, connect, disconnect
from addons.reports.facts import Fact
from addons.reports.loading import Loaded, Progress, create, insert_files, insert_pieces, make_good, with_room
from addons.reports.log_files import LogFiles, Member
from addons.reports.pipe import PIECE_BYTES, piped
from addons.reports.stretches import Stretch, look_through
from addons.reports.thorough import lines_of, record_of, refused, slim

_ATTEMPTS = 3
_NOTHING_FOUND = 1
"""Ripgrep's exit status."""


def load_with_duckdb(files: LogFiles, facts: Sequence[Fact], threads: int | None, progress: Progress) -> Loaded:
    with _begun(facts, threads) as loaded:
        total = sum(member.size for fact in facts for member in files.members(fact.file))
        done = 0
        for fact in facts:
            progress(done, total)
            loaded.skipped[fact.name] = _read(loaded, fact, files)
            done += sum(member.size for member in files.members(fact.file))
        return loaded


def _read(loaded: Loaded, fact: Fact, files: LogFiles) -> int:
    """How many lines were left out."""
    for _ in range(_ATTEMPTS - 1):
        members = files.members(fact.file)
        try:
            return _read_once(loaded, fact, members)
        except (DatabaseError, FileNotFoundError):
            if all(member.path.exists() for member in members):
                look_through(members)
                raise
            # One was compressed or removed since they were listed.
            loaded.connection.execute(f"DELETE FROM {fact.name}")
    return _read_once(loaded, fact, files.members(fact.file))


def _read_once(loaded: Loaded, fact: Fact, members: list[Member]) -> int:
    if fact.extract:
        return sum(_extract(loaded, fact, *each) for each in enumerate(members))
    return _read_at_once(loaded, fact, members) if members else 0


def load_with_rg(files: LogFiles, facts: Sequence[Fact], threads: int | None, progress: Progress) -> Loaded:
    with _begun(facts, threads) as loaded:
        readers = [_Reader(fact, *each) for fact in facts for each in enumerate(files.members(fact.file))]
        total = sum(reader.member.size for reader in readers)
        done = 0
        for reader in readers:
            progress(done, total)
            reader.insert(loaded)
            loaded.skipped[reader.fact.name] = loaded.skipped.get(reader.fact.name, 0) + reader.skipped
            done += reader.member.size
        return loaded


@contextlib.contextmanager
def _begun(facts: Sequence[Fact], threads: int | None) -> Iterator[Loaded]:
    """A database for them, which is closed where they can't be had."""
    connection = connect(None, threads)
    try:
        for fact in facts:
            create(connection, fact)
        yield Loaded(connection, lambda: disconnect(connection))
    except BaseException:
        disconnect(connection)
        raise


def _read_at_once(loaded: Loaded, fact: Fact, members: list[Member]) -> int:
    """How many lines were left out."""

    def insert(is_roomy: bool) -> None:
        if not is_roomy:
            insert_files(loaded.connection, fact, 0, [member.path for member in members])
        for member in members if is_roomy else ():
            insert_pieces(loaded.connection, fact, 0, Stretch(member).pieces, is_roomy=True)

    def all_refused() -> Iterator[tuple[bytes, bytes]]:
        for member in members:
            yield from refused(Stretch(member).pieces())

    with_room(loaded.connection, insert)
    skipped = make_good(loaded.connection, fact, 0, all_refused)
    return skipped - (skipped > 0 and members[-1].stamp is None and Stretch(members[-1]).ends_torn())


def _extract(loaded: Loaded, fact: Fact, file: int, member: Member) -> int:
    """How many lines were left out."""
    insert_pieces(loaded.connection, fact, file, Stretch(member).pieces, is_roomy=False)
    return make_good(loaded.connection, fact, file, lambda: iter(()))


class _Reader:
    """Takes a fact's fields out of a file's lines."""

    def __init__(self, fact: Fact, file: int, member: Member) -> None:
        self.member = member
        self._file = file
        self.fact = fact
        # Two counts, as two threads count.
        self._lines = 0
        self._found = 0
        self._stretch = Stretch(member)

    @property
    def skipped(self) -> int:
        return self._lines - self._found

    def insert(self, loaded: Loaded) -> None:
        with_room(
            loaded.connection,
            lambda is_roomy: insert_pieces(loaded.connection, self.fact, self._file, self._records, is_roomy=is_roomy),
        )

    def _records(self) -> Iterator[bytes]:
        """Those of the file, with the fact's fields; whole where an extract looks for more."""
        program = shutil.which("rg")
        lines = self._counted() if program is None else self._picked_by(program)
        self._found = 0
        for line in lines_of(lines):
            record = record_of(line)
            if record is not None and record.get(self.fact.told_by) is not None:
                self._found += 1
                yield line + b"\n" if self.fact.extract else slim(record, self.fact.fields)

    def _counted(self) -> Iterator[bytes]:
        """All lines: those among them that are no records will have been skipped."""
        self._lines = 0
        last = b"\n"
        for piece in self._stretch.pieces():
            self._lines += piece.count(b"\n") - (last + piece).count(b"\n\n")
            last = piece[-1:]
            yield piece
        self._lines += last != b"\n"

    def _picked_by(self, program: str) -> Iterator[bytes]:
        """The lines that may be records."""
        words = [
            program,
            "--no-config",
            "--text",
            "--encoding=none",
            "--fixed-strings",
            "--",
            f'"{self.fact.told_by}"',
            "-",
        ]
        with (
            piped(self._counted) as descriptor,
            subprocess.Popen(words, stdin=descriptor, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as picking,
        ):
            picked = picking.stdout.fileno() if picking.stdout else -1
            yield from iter(lambda: os.read(picked, PIECE_BYTES), b"")
        if picking.returncode > _NOTHING_FOUND:
            raise OSError(f"ripgrep failed with status {picking.returncode}; --engine duckdb does without it")

"""The log as a source: what a `sse_lines.jsonl` tells, as if it were captured here and now (SPEC S3.5).

In: the file's path, or standard input. Out: steps: events of the live view, with the time at which they happened; None
where there is nothing to tell yet. `Replay` reads a finished file, `Follow` one that grows, `Pipe` standard input.
Nothing is written, locked or made.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import zstandard

from addons.pricing.book import PriceBook
from addons.sinks import layout
from addons.sinks.archive import open_stream
from addons.sinks.records import FLOW_ID
from addons.sinks.rotation import COMPRESSED
from addons.sources import places
from addons.sources.assembler import Assembler, Shown
from addons.sources.blob_index import BlobIndex
from addons.sources.order import Records, Timed, What, in_order
from addons.sources.tail import LineTail, PipeLines

POLL_S = 0.04
"""How often a growing file is looked at: a third of the time that capture may take to write it."""

FRESH_S = 600.0
"""An exchange without an end that has been silent for longer is none that goes on: its proxy was killed."""

LONGEST_EXCHANGE_S = 86_400.0
"""How far before a line its exchange may have begun: older rotated files are not searched."""

STDIN = Path("-")

_HEAD_LINES = 100
"""One of them has to be a frame, or the file is another one than meant."""

_ID = re.compile(FLOW_ID.pattern.removeprefix(rb"\n"))


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown at one time. `is_resting`: no exchange was open just before."""

    at_ns: int
    shown: list[Shown]
    is_resting: bool


class Source(Protocol):
    def steps(self) -> Iterator[Step | None]:
        """Until it is over. None: nothing now; ask again after `POLL_S`. Raises OSError."""
        ...

    def summary(self) -> str:
        """What was read, in a few words."""
        ...


def source_of(path: Path, speed: float | None, tell: Callable[[str], None], prices: PriceBook | None = None) -> Source:
    """`speed` is None to follow. `tell` is given sentences for the person at the terminal."""
    if path == STDIN:
        return Pipe(0, tell, prices)
    return Follow(path, tell, prices=prices) if speed is None else Replay(path, tell, prices)


def obstacle(path: Path, speed: float | None) -> str | None:
    """Why this can't be shown, with what to do; None when it can."""
    if path == STDIN:
        return None
    if path.is_dir():
        return f"it is a folder; name a file of lines, such as {path / layout.MAIN / layout.LINES}"
    if speed is None:
        if path.suffix == COMPRESSED:
            return "a compressed file does not grow; give agent_source_speed=1 to replay it"
        return None if not path.exists() or os.access(path, os.R_OK) else "this user may not read it"
    try:
        head = list(itertools.islice(_whole_lines([path]), _HEAD_LINES))
    except OSError as error:
        return f"it can't be read ({error.strerror}); give the path of a {layout.LINES}"
    if head and next(Records().read(head, What.LINE), None) is None:
        return f"its lines are no frames; give the path of a {layout.LINES}"
    return None


class Reader:
    """What all readers of a log have in common: records to steps."""

    def __init__(self, tell: Callable[[str], None], prices: PriceBook | None = None) -> None:
        self._tell = tell
        self._prices = prices
        self._records = Records()
        self._assembler = Assembler(lambda _: None, lambda _: None, has_ends=False)

    def summary(self) -> str:
        lines, damaged = self._records.lines, self._records.damaged
        said = f"{_count(self._assembler.begun, 'exchange')}, {_count(lines, 'frame')}"
        return f"{said}; {_count(damaged, 'line')} could not be read" if damaged else said

    def _open(self, path: Path | None, stack: ExitStack) -> Path | None:
        """Ready to read the lines at `path`. The folder where the rest of their log is."""
        folder = places.folder_of(path) if path is not None else None
        blobs = BlobIndex(folder / layout.BLOBS) if folder else None
        if blobs is not None:
            stack.callback(blobs.close)
        self._assembler = Assembler(
            blobs.content if blobs else lambda _: None,
            places.SessionList(folder).number_of,
            has_ends=folder is not None and (folder.name == layout.MAIN or places.has(folder, layout.ENDS)),
            is_part=path is None or places.is_part(path, folder),
            prices=self._prices,
        )
        if folder is None:
            self._tell(
                f"there is no {layout.FLOWS} beside the lines: prompts, tool results and models are not shown, "
                "and each dialect is told by its frames"
            )
        return folder

    def _steps(self, records: Iterable[Timed]) -> Iterator[Step]:
        assembler = self._assembler
        for at_ns, what, record in records:
            is_resting = assembler.open_count == 0
            try:
                match what:
                    case What.FORESEEN:
                        assembler.learn(record)
                        continue
                    case What.FLOW:
                        shown = assembler.flow(record)
                    case What.LINE:
                        shown = assembler.line(record)
                    case What.END:
                        shown = assembler.end(record)
            except (TypeError, ValueError, AttributeError):  # fields of other types than ours
                self._records.damaged += 1
                continue
            if shown:
                yield Step(at_ns, shown, is_resting)

    def _rest(self, at_ns: int) -> Iterator[Step]:
        shown = self._assembler.close()
        if shown:
            yield Step(at_ns, shown, is_resting=False)


class Replay(Reader):
    """A finished file, compressed or not, from its first line to its last."""

    def __init__(self, path: Path, tell: Callable[[str], None], prices: PriceBook | None = None) -> None:
        super().__init__(tell, prices)
        self._path = path

    def steps(self) -> Iterator[Step]:
        with ExitStack() as stack:
            folder = self._open(self._path, stack)
            first_ns = next((at_ns for at_ns, *_ in Records().read(_whole_lines([self._path]), What.LINE)), 0)
            flows, ends = self._others(folder, first_ns / 1e9) if folder else ((), ())
            last_ns = first_ns
            lines = self._records.read(_whole_lines([self._path]), What.LINE)
            for step in self._steps(in_order(flows, lines, ends)):
                last_ns = step.at_ns
                yield step
            yield from self._rest(last_ns)

    def _others(self, folder: Path, first_s: float) -> tuple[Iterator[Timed], Iterator[Timed]]:
        """The flows and ends that belong to the lines."""
        flows = _whole_lines(places.chain(folder / layout.FLOWS, first_s - LONGEST_EXCHANGE_S))
        ends = _whole_lines(places.chain(folder / layout.ENDS, first_s))
        is_part = places.is_part(self._path, folder)
        if not is_part and not places.has_rotated(self._path):
            return self._records.read(flows, What.FLOW), self._records.read(ends, What.END)
        ids = {_id_of(line) for line in _whole_lines([self._path])}
        if is_part:
            flows = (line for line in flows if _id_of(line) in ids)
            ends = (line for line in ends if _id_of(line) in ids)
            return self._records.read(flows, What.FLOW), self._records.read(ends, What.END)
        since = self._since(self._records.read(flows, What.FLOW), round(first_s * 1e9), ids)
        return since, self._records.read(ends, What.END)

    def _since(self, flows: Iterator[Timed], first_ns: int, ids: set[bytes | None]) -> Iterator[Timed]:
        """Without those of earlier, rotated lines; an exchange whose lines go on here is known before it does."""
        for at_ns, what, record in flows:
            if at_ns >= first_ns:
                yield at_ns, what, record
            elif record["flow_id"].encode() in ids:
                self._assembler.learn(record)


class Follow(Reader):
    """A growing file: what is going on when it is opened, and what comes, until somebody ends it."""

    def __init__(
        self,
        path: Path,
        tell: Callable[[str], None],
        epoch_ns: Callable[[], int] = time.time_ns,
        prices: PriceBook | None = None,
    ) -> None:
        super().__init__(tell, prices)
        self._path = path
        self._epoch_ns = epoch_ns

    def steps(self) -> Iterator[Step | None]:
        is_new = not self._path.exists()
        # A client's folder may come into being before the log's own does.
        while places.folder_of(self._path) is None and not self._path.exists():
            yield None
        with ExitStack() as stack:
            folder = self._open(self._path, stack)
            lines = _tail(self._path, stack)
            if folder is None:
                if not is_new:
                    lines.skip()
                while True:
                    yield from self._steps(self._records.read(lines.read(), What.LINE))
                    yield None
            flows, ends = _tail(folder / layout.FLOWS, stack), _tail(folder / layout.ENDS, stack)
            yield from self._steps(in_order(*self._going_on(flows, lines, ends)))
            late: list[Timed] = []
            while True:
                yield None
                # Against the order of writing: whatever has its end has its lines, and what has lines has its flow.
                # Only a client's and a session's lines are written after the end.
                new_ends = list(self._records.read(ends.read(), What.END))
                new_lines = list(self._records.read(lines.read(), What.LINE))
                new_flows = list(self._records.read(flows.read(), What.FLOW))
                if places.is_part(self._path, folder):
                    new_ends, late = late, new_ends
                yield from self._steps(in_order(new_flows, new_lines, new_ends))

    def _going_on(
        self, flows: LineTail, lines: LineTail, ends: LineTail
    ) -> tuple[list[Timed], list[Timed], list[Timed]]:
        """What is there already of exchanges that have not ended."""
        ended = {_id_of(line) for line in ends.read()}
        open_lines = [line for line in lines.read() if _id_of(line) not in ended]
        open_flows = [line for line in flows.read() if _id_of(line) not in ended]
        found = (
            list(self._records.read(open_flows, What.FLOW)),
            list(self._records.read(open_lines, What.LINE)),
        )
        since_ns = self._epoch_ns() - int(FRESH_S * 1e9)
        fresh = {record["flow_id"] for timed in found for at_ns, _, record in timed if at_ns >= since_ns}
        kept_flows, kept_lines = ([each for each in timed if each[2]["flow_id"] in fresh] for timed in found)
        self._records.lines = len(kept_lines)
        return kept_flows, kept_lines, []


class Pipe(Reader):
    """Standard input, to its end. Nothing tells where the rest of its log might be."""

    def __init__(self, descriptor: int, tell: Callable[[str], None], prices: PriceBook | None = None) -> None:
        super().__init__(tell, prices)
        self._lines = PipeLines(descriptor)

    def steps(self) -> Iterator[Step | None]:
        with ExitStack() as stack:
            self._open(None, stack)
            last_ns = 0
            while not self._lines.is_over:
                lines = self._lines.read(0.0)
                for step in self._steps(self._records.read(lines, What.LINE)):
                    last_ns = step.at_ns
                    yield step
                if not lines:
                    yield None
            yield from self._rest(last_ns)


def _tail(path: Path, stack: ExitStack) -> LineTail:
    tail = LineTail(path)
    stack.callback(tail.close)
    return tail


def _whole_lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """Of each file; one that is torn is still being written, or never will be. Raises OSError."""
    for path in paths:
        try:
            with open_stream(path) as stream:
                yield from (line for line in stream if line.endswith(b"\n"))
        except zstandard.ZstdError:
            raise OSError(errno.EIO, "not what zstd has compressed") from None


def _id_of(line: bytes) -> bytes | None:
    found = _ID.match(line)
    return found[1] if found else None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"

"""A whole log as a source, or some of its exchanges: for who wants the events and not the view (SPEC S1.6).

In: the lines of its three files, rotated ones first, already without the exchanges that are not wanted. Out: steps, as
the other sources have them. An exchange without an end goes on, or its proxy was killed: nothing is said of its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from addons.pricing.book import PriceBook
from addons.sources.log_files import Reader, Step
from addons.sources.order import What, in_order


class WholeLog(Reader):
    def __init__(
        self,
        path: Path,
        flows: Iterable[bytes],
        lines: Iterable[bytes],
        ends: Iterable[bytes],
        tell: Callable[[str], None],
        prices: PriceBook | None = None,
    ) -> None:
        """`path` is the file of the lines: the rest of its log is found by it."""
        super().__init__(tell, prices)
        self._path = path
        self._flows, self._lines, self._ends = flows, lines, ends

    @property
    def damaged(self) -> int:
        """How many lines could not be read."""
        return self._records.damaged

    def steps(self) -> Iterator[Step]:
        read = self._records.read
        with ExitStack() as stack:
            folder = self._open(self._path, stack)
            timed = in_order(read(self._flows, What.FLOW), read(self._lines, What.LINE), read(self._ends, What.END))
            last_ns = 0
            for step in self._steps(timed):
                last_ns = step.at_ns
                yield step
            if folder is None:
                # Frames alone: where they end is all that is known.
                yield from self._rest(last_ns)

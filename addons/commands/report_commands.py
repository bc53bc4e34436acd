"""`agent.report` as a command of mitmproxy (SPEC S3.27): in the console, in mitmweb's command bar and HTTP API.

In: a mode and further words, as in the shell. Out: in the console a table in the data viewer, as soon as it is there;
in mitmweb, whose commands give what they return, first an id and how far the answer is, and the rows when the same is
asked again. Commands are synchronous, and this one returns at once.
"""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx, exceptions, types
from mitmproxy.log import ALERT

from addons import faults
from addons.asking.tables import Table, cells, help_table, lines
from addons.asking.worker import AskedWrong, Reading, ReportWorker
from addons.commands import results
from addons.reports.catalogue import MODES, find
from addons.reports.formats import DEFAULT_WIDTH
from addons.reports.question import OPTIONS, Question, QuestionError, parse_words

_log = logging.getLogger("mitmagent")

KEPT_S = 300.0
"""How long an answer waits to be asked for again."""

TELL_S = 1.0
"""How often the console is told how far an answer is."""

_RUNNING = "running"
_COLUMNS = ["id", "state", "read"]


# To mitmproxy, what these stand for at run time; to a type checker, what it is.
if TYPE_CHECKING:
    type _Mode = str
    type _Option = str
else:
    _Mode = types.Choice("agent.report.modes")
    _Option = types.Choice("agent.report.options")


class _AnyOf(list[str]):
    """What Tab offers. mitmproxy refuses every other word, in words of its own: let it take all, and complain here."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str)


@dataclass(slots=True)
class _Asked:
    number: int
    future: Future[Table]
    reading: Reading
    at_s: float = field(default_factory=time.monotonic)


class ReportCommands:
    """Registered as an addon. `worker` is asked; nothing here waits for it."""

    name = "mitmagent report commands"

    def __init__(self, worker: ReportWorker) -> None:
        self._worker = worker
        self._asked: dict[tuple[str, ...], _Asked] = {}
        self._count = 0

    def load(self, loader: Any) -> None:
        gives = type(ctx.master).__name__ == "WebMaster"
        loader.add_command("agent.report", self.report_given if gives else self.report_shown)
        loader.add_command("agent.report.modes", self.modes)
        loader.add_command("agent.report.options", self.options)

    # -- commands ---------------------------------------------------------------------------------------------------

    def report_shown(self, mode: _Mode, *options: _Option) -> None:
        """Answer a question about the log, in a table: tokens, sessions, errors and more. `help` lists them.
        Options are those of ./launch.sh report, such as --since 1d or since=1d."""
        words = (str(mode), *map(str, options))
        if mode == "help":
            _show("report help", _help(words[1:]))
            return
        reading = Reading()
        width = _viewer_columns()
        future = self._worker.ask(_question(words), lambda report: lines(report, width), reading)
        loop = ctx.master.event_loop
        future.add_done_callback(lambda done: faults.call_soon(loop, lambda done: self._arrived(words, done), done))
        loop.call_later(TELL_S, self._tell, words, future, reading)

    def report_given(self, mode: _Mode, *options: _Option) -> types.Data:
        """Answer a question about the log: tokens, sessions, errors and more; `help` lists them. Gives an id and the
        state first; ask the same again for the rows. Options are those of ./launch.sh report, such as since=1d."""
        words = (str(mode), *map(str, options))
        if mode == "help":
            return _help(words[1:])  # type: ignore[return-value]
        self._forget()
        asked = self._asked.get(words)
        if asked is None:
            self._count += 1
            reading = Reading()
            future = self._worker.ask(_question(words), cells, reading)
            asked = self._asked[words] = _Asked(self._count, future, reading)
        if not asked.future.done():
            return [_COLUMNS, [str(asked.number), _RUNNING, f"{asked.reading.share:.0%}"]]  # type: ignore[return-value]
        del self._asked[words]
        try:
            return asked.future.result()  # type: ignore[return-value]
        except AskedWrong as wrong:
            raise exceptions.CommandError(str(wrong)) from None

    def modes(self) -> Sequence[str]:
        """The reports that there are."""
        return _AnyOf(["help", *MODES])

    def options(self) -> Sequence[str]:
        """What may follow a report's name."""
        return _AnyOf(f"{option.name}={choice}" for option in OPTIONS for choice in option.choices or ("",))

    def done(self) -> None:
        self._worker.stop()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        now_s = time.monotonic()
        for words, asked in list(self._asked.items()):
            if asked.future.done() and now_s - asked.at_s > KEPT_S:
                del self._asked[words]

    def _tell(self, words: tuple[str, ...], future: Future[Table], reading: Reading) -> None:
        if not future.done():
            _log.log(ALERT, "mitmagent: report %s: %s read", words[0], f"{reading.share:.0%}")
            ctx.master.event_loop.call_later(TELL_S, self._tell, words, future, reading)

    def _arrived(self, words: tuple[str, ...], future: Future[Table]) -> None:
        if future.cancelled():
            return
        fault = future.exception()
        if isinstance(fault, AskedWrong):
            _log.error("mitmagent: %s", fault)
        elif fault is not None:
            faults.report("report", None, fault)
        else:
            _show(f"report {shlex.join(words)}", future.result())


def _show(title: str, table: Table) -> None:
    results.show(ctx.master, title, table, ["  ".join(row) for row in table])


def _viewer_columns() -> int:
    """mitmproxy's data viewer takes four fifths of the screen, a frame and a blank of them."""
    screen: Any = getattr(ctx.master, "ui", None)
    return int(screen.get_cols_rows()[0] * 0.8) - 4 if screen is not None else DEFAULT_WIDTH


def _help(names: Sequence[str]) -> Table:
    try:
        return help_table(names)
    except QuestionError as wrong:
        raise exceptions.CommandError(str(wrong)) from None


def _question(words: tuple[str, ...]) -> Question:
    try:
        question = parse_words(words, datetime.now(UTC))
        find(question.mode)
    except QuestionError as wrong:
        raise exceptions.CommandError(str(wrong)) from None
    return question

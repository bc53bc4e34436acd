"""`agent.report` and `agent.export` as commands of mitmproxy (SPEC S1.6, S3.27): in its console, in mitmweb's API.

In: a mode and further words, as in the shell. Out: in the console a table in the data viewer, as soon as it is there;
in mitmweb, whose commands give what they return, first an id and how far the answer is, and the rows when the same is
asked again. Commands are synchronous, and this one returns at once.
"""

from __future__ import annotations

import contextlib
import logging
import shlex
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx, exceptions, types
from mitmproxy.log import ALERT

from addons import faults
from addons.asking.tables import Table, cells, help_table, lines
from addons.asking.worker import AskedWrong, Reading, ReportWorker
from addons.commands import results
from addons.commands.answers import Answers, Asked, Words
from addons.reports.catalogue import find, modes
from addons.reports.exporting.asking import STDOUT, WHAT, parse_export
from addons.reports.exporting.export import Exported
from addons.reports.question import OPTIONS, QuestionError, parse_words
from addons.reports.report import Report

_log = logging.getLogger("mitmagent")

TELL_S = 1.0
"""How often the console is told how far an answer is."""

# To mitmproxy, what these stand for at run time; to a type checker, what it is.
if TYPE_CHECKING:
    type _Mode = str
    type _Option = str
    type _What = str
else:
    _Mode = types.Choice("agent.report.modes")
    _Option = types.Choice("agent.report.options")
    _What = types.Choice("agent.export.kinds")


class _AnyOf(list[str]):
    """What Tab offers. mitmproxy refuses every other word, in words of its own: let it take all, and complain here."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str)


class ReportCommands:
    """Registered as an addon. `worker` is asked; nothing here waits for it."""

    name = "mitmagent report commands"

    def __init__(self, worker: ReportWorker) -> None:
        self._worker = worker
        self._answers = Answers()

    def load(self, loader: Any) -> None:
        gives = type(ctx.master).__name__ == "WebMaster"
        loader.add_command("agent.report", self.report_given if gives else self.report_shown)
        loader.add_command("agent.export", self.export_given if gives else self.export_shown)
        loader.add_command("agent.export.kinds", self.exports)
        loader.add_command("agent.report.modes", self.modes)
        loader.add_command("agent.report.options", self.options)

    # -- commands ---------------------------------------------------------------------------------------------------

    def report_shown(self, mode: _Mode = "help", *options: _Option) -> None:
        """Answer a question about the log, in a table: tokens, sessions, errors and more. `help` lists them.
        Options are those of ./launch.sh report, such as --since 1d or since=1d."""
        words = (str(mode), *map(str, options))
        if mode == "help":
            _show("report help", _help(words[1:]))
        else:
            self._show_later("report", words, self._report(words, lines, results.columns(ctx.master)))

    def report_given(self, mode: _Mode = "help", *options: _Option) -> types.Data:
        """Answer a question about the log: tokens, sessions, errors and more; `help` lists them. Gives an id and the
        state first; ask the same again for the rows. Options are those of ./launch.sh report, such as since=1d."""
        words = (str(mode), *map(str, options))
        if mode == "help":
            return _help(words[1:])  # type: ignore[return-value]
        return self._give("report", words, lambda: self._report(words, lambda report, _: cells(report), 0))

    def export_shown(self, what: _What = "", *arguments: _Option) -> None:
        """Write JSON lines for offline analysis: events FILE, requests claude|codex|all FOLDER, or session FILE
        session=WHICH; with the filters of reports, such as since=1d."""
        words = tuple(filter(None, (str(what), *map(str, arguments))))
        self._show_later("export", words, self._export(words))

    def export_given(self, what: _What = "", *arguments: _Option) -> types.Data:
        """Write JSON lines for offline analysis: events FILE, requests claude|codex|all FOLDER, or session FILE
        session=WHICH; with the filters of reports. Gives an id and the state first; ask again for the outcome."""
        words = tuple(filter(None, (str(what), *map(str, arguments))))
        return self._give("export", words, lambda: self._export(words))

    def modes(self) -> Sequence[str]:
        """The reports that there are."""
        return _AnyOf(["help", *modes()])

    def options(self) -> Sequence[str]:
        """What may follow a report's name."""
        return _AnyOf(f"{option.name}={choice}" for option in OPTIONS for choice in option.choices or ("",))

    def exports(self) -> Sequence[str]:
        """What can be exported."""
        return _AnyOf(WHAT)

    def done(self) -> None:
        self._worker.stop()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _report(self, words: Words, make: Callable[[Report, int], Table], width: int) -> Asked:
        with _complaints():
            question = parse_words(words, datetime.now(UTC))
            find(question.mode)
        reading = Reading()
        return Asked(self._worker.ask(question, lambda report: make(report, width), reading), reading)

    def _export(self, words: Words) -> Asked:
        with _complaints():
            wanted = parse_export(words, datetime.now(UTC))
            if wanted.path == STDOUT:
                raise QuestionError("name a path: standard output is mitmproxy's own")
        reading = Reading()
        return Asked(self._worker.export(wanted, reading), reading)

    def _give(self, command: str, words: Words, ask: Callable[[], Asked]) -> types.Data:
        given: Any = self._answers.give((command, *words), ask)
        return _table_of(given)  # type: ignore[return-value]

    def _show_later(self, command: str, words: Words, asked: Asked) -> None:
        loop = ctx.master.event_loop
        title = f"{command} {shlex.join(words)}"
        asked.future.add_done_callback(lambda done: faults.call_soon(loop, lambda done: _arrived(title, done), done))
        loop.call_later(TELL_S, self._tell, f"{command} {words[0]}", asked)

    def _tell(self, what: str, asked: Asked) -> None:
        if not asked.future.done():
            _log.log(ALERT, "mitmagent: %s: %s read", what, f"{asked.reading.share if asked.reading else 0:.0%}")
            ctx.master.event_loop.call_later(TELL_S, self._tell, what, asked)


def _arrived(title: str, future: Future[Any]) -> None:
    if future.cancelled():
        return
    fault = future.exception()
    if isinstance(fault, AskedWrong):
        _log.error("mitmagent: %s", fault)
    elif fault is not None:
        faults.report("report", None, fault)
    elif isinstance(future.result(), Exported):
        results.say(" ".join(text for (text,) in _table_of(future.result())))
    else:
        _show(title, future.result())


def _table_of(outcome: Table | Exported) -> Table:
    return [[outcome.summary()], *([note] for note in outcome.notes)] if isinstance(outcome, Exported) else outcome


@contextlib.contextmanager
def _complaints() -> Iterator[None]:
    try:
        yield
    except QuestionError as wrong:
        raise exceptions.CommandError(str(wrong)) from None


def _show(title: str, table: Table) -> None:
    results.show(ctx.master, title, table, ["  ".join(row) for row in table])


def _help(names: Sequence[str]) -> Table:
    with _complaints():
        return help_table(names)

"""JSON lines for offline analysis, out of the log (SPEC S1.6, S3.24).

In: an `Export`, the log's root, who is told of progress. Out: files, and an `Exported` that says what is in them.
Filters and numbers are those of the reports. It may run in any thread, and leaves the log as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from addons.pricing.book import PriceBook
from addons.reports.exporting.asking import FILTERS, STDOUT, Export
from addons.reports.exporting.bodies import bodies
from addons.reports.exporting.events import events
from addons.reports.exporting.reading import ExportedLog, Wanted
from addons.reports.exporting.sessions import exchanges_of
from addons.reports.exporting.writing import Outputs
from addons.reports.loading import Progress
from addons.reports.log_files import files_beside, files_of
from addons.reports.question import Question, QuestionError
from addons.reports.report import answer


@dataclass(slots=True)
class Exported:
    """`files`: how many records each holds."""

    files: dict[Path, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """A sentence for the person who asked."""
        if not any(self.files.values()):
            return "there is nothing to export: no exchange is what was asked for"
        told = (
            f"{count:,} record{'s' * (count != 1)} to {'standard output' if path == STDOUT else path}"
            for path, count in self.files.items()
        )
        return f"exported {', '.join(told)}"


def _no_progress(done_bytes: int, total_bytes: int) -> None: ...


def export(wanted: Export, root: Path, progress: Progress = _no_progress, book: PriceBook | None = None) -> Exported:
    """Raises QuestionError, and OSError where the log can't be read or the path not be written."""
    question = wanted.question
    _check_place(wanted)
    files = files_beside(question.file) if question.file else files_of(root)
    exchanges, notes = _exchanges(question, root)
    log = ExportedLog(files, exchanges, question.file, progress)
    if log.is_frames_alone and _is_filtered(wanted):
        raise QuestionError(
            f"{question.file} has frames alone, of which nothing can be asked: only events, without filters"
        )
    with Outputs() as outputs:
        _WRITERS[wanted.what](wanted, log, book or PriceBook(), outputs)
    return Exported(outputs.counts, [*notes, *log.notes()])


def _exchanges(question: Question, root: Path) -> tuple[dict[str, Wanted], list[str]]:
    """By flow id, as the reports number and filter them."""
    asked = question._replace(mode="call_index", arguments=(), purpose=question.purpose or ("all",))
    report = answer(asked, root)
    try:
        names = [column.name for column in report.columns]
        rows = (dict(zip(names, row, strict=True)) for row in report.rows)
        found = {row["flow_id"]: Wanted(row["call"], row["started"], row["session_number"]) for row in rows}
    finally:
        report.close()
    return found, report.notes


def _check_place(wanted: Export) -> None:
    """Before anything is read. Raises QuestionError."""
    path = wanted.path
    if path == STDOUT:
        return
    is_folder = wanted.what == "requests" and not _is_one_file(wanted)
    if not path.absolute().parent.is_dir():
        raise QuestionError(f"there is no folder {path.parent} for {path.name}: make it, or name another path")
    if is_folder and path.exists() and not path.is_dir():
        raise QuestionError(f"{path} is a file: name a folder")
    if not is_folder and path.is_dir():
        raise QuestionError(f"{path} is a folder: name a file in it")


def _is_one_file(wanted: Export) -> bool:
    """Of requests: whether they go into a file, and not into one for each client in a folder."""
    return wanted.path == STDOUT or wanted.path.suffix == ".jsonl"


def _is_filtered(wanted: Export) -> bool:
    return wanted.what != "events" or any(getattr(wanted.question, name) for name in FILTERS)


def _events(wanted: Export, log: ExportedLog, book: PriceBook, outputs: Outputs) -> None:
    for record in events(log, book, wanted.question.zone):
        outputs.write(wanted.path, record)


def _session(wanted: Export, log: ExportedLog, book: PriceBook, outputs: Outputs) -> None:
    for record in exchanges_of(log, book, wanted.question.zone):
        outputs.write(wanted.path, record)


def _requests(wanted: Export, log: ExportedLog, _: PriceBook, outputs: Outputs) -> None:
    is_file = _is_one_file(wanted)
    for client, record in bodies(log, wanted.dedupe, wanted.question.zone):
        outputs.write(wanted.path if is_file else wanted.path / f"requests-{client}.jsonl", record)


_WRITERS: Mapping[str, Callable[[Export, ExportedLog, PriceBook, Outputs], None]] = {
    "events": _events,
    "requests": _requests,
    "session": _session,
}

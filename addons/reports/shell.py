"""`./launch.sh report MODE …`: a report in the shell, whether a proxy runs or not.

In: words. Out: the report on standard output or in a file, what is to be said beside it on standard error, and a
status: 0 where there is an answer, 1 where the log can't be read, 2 where the question is wrong. It imports nothing
of mitmproxy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from addons.reports.database import DatabaseError, interruptible
from addons.reports.formats import formatted
from addons.reports.help import help_text
from addons.reports.progress import ProgressLine
from addons.reports.question import Question, QuestionError, parse_words
from addons.reports.report import answer

_LEAST_WIDTH = 20
"""Of a terminal that does not know how wide it is."""

_HELP = ("help", "-h", "--help")


def main(words: Sequence[str]) -> int:
    try:
        if not words or words[0] in _HELP:
            return _write(help_text(words[1:]), None)
        if any(word in _HELP for word in words[1:]):
            return _write(help_text(words[:1]), None)
        question = parse_words(words, datetime.now(UTC))
        with interruptible():
            return _answer(question)
    except QuestionError as wrong:
        _say(str(wrong))
        return 2
    except (OSError, DatabaseError) as error:
        _say(f"can't read the log: {_cause(error)}")
        return 1
    except KeyboardInterrupt:
        return 130


def log_dir(question: Question) -> Path:
    return question.log_dir or Path(os.environ.get("AGENT_LOG_DIR") or "~/centralized-logs").expanduser()


def _cause(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror + (f": {error.filename}" if error.filename else "")
    return str(error).partition("\n")[0]


def _answer(question: Question) -> int:
    with ProgressLine() as progress:
        report = answer(question, log_dir(question), progress=progress)
    try:
        status = _write(formatted(report, _width(question)), question.output)
    finally:
        report.close()
    for note in report.notes:
        _say(note)
    return status


def _width(question: Question) -> int | None:
    if question.output is not None or not sys.stdout.isatty():
        return None
    return os.get_terminal_size(sys.stdout.fileno()).columns


def _write(pieces: Iterable[str], path: Path | None) -> int:
    if path is not None:
        try:
            file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise QuestionError(f"--output {path}: {error.strerror}") from None
        with file:
            file.writelines(pieces)
        return 0
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on, such as `head`. Python would complain once more when it closes its standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _say(text: str) -> None:
    first, *rest = _wrapped(text) if sys.stderr.isatty() else text.splitlines()
    print(f"mitmagent: {first}", *(f"           {line}" for line in rest), sep="\n", file=sys.stderr)  # noqa: T201


def _wrapped(text: str) -> list[str]:
    import textwrap  # only here: most reports say nothing

    width = max(_LEAST_WIDTH, os.get_terminal_size(sys.stderr.fileno()).columns - len("mitmagent: "))
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    return [part for line in text.splitlines() for part in wrapper.wrap(line)]


def leave(status: int) -> NoReturn:
    """Without tidying up, which takes the interpreter as long as it takes to answer."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)

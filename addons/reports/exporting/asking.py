"""What to export: words as typed in a shell or at mitmproxy's prompt (SPEC S1.6, S3.24).

In: `requests all FOLDER --dedupe content --since 1d`. Out: an `Export`, or a QuestionError that says what to write. The
filters are those of the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from addons.reports.question import Question, QuestionError, parse_words

WHAT: dict[str, str] = {
    "events": "every event of every stream, in one vocabulary for all providers: text, thinking, tool calls, usage",
    "requests": "the requests, whole again, a file for each client: claude, codex or all",
    "session": "one session's exchanges: what was asked, answered, called, returned, used",
}
DEDUPE: dict[str, str] = {
    "none": "every request",
    "consecutive": "not the same as the one before in its session",
    "content": "each content once",
    "latest": "the last one of each session, which has the whole conversation",
}
CLIENTS: dict[str, str] = {"claude": "claude", "codex": "codex", "all": ""}
"""Which requests, and what their client's name has in it."""

STDOUT = Path("-")

USAGE = f"""Usage: ./launch.sh export events FILE [FILTER…]
       ./launch.sh export requests {"|".join(CLIENTS)} FOLDER [--dedupe {"|".join(DEDUPE)}] [FILTER…]
       ./launch.sh export session FILE --session WHICH [FILTER…]
Out of the log, or --stream redis://HOST:PORT[#NAME] (env:AGENT_REDIS_URL: as that variable says).
"""

FILTERS = ("since", "until", "last", "session", "client", "model", "provider", "host", "purpose")
"""Options of the reports that leave exchanges out."""

_UNFIT = ("group_by", "format", "output")


@dataclass(frozen=True, slots=True)
class Export:
    """`clients` and `dedupe` are for requests only. `stream`: the address of a Redis, and behind a # the stream's name
    if it is not the usual one, which is asked in place of the log; None: the log."""

    what: str
    path: Path
    question: Question
    clients: str = "all"
    dedupe: str = "none"
    stream: str | None = None


def parse_export(words: Sequence[str], now: datetime) -> Export:
    dedupe, rest = _take("dedupe", words)
    stream, rest = _take("stream", rest)
    if dedupe is not None and dedupe not in DEDUPE:
        raise QuestionError(f"--dedupe {dedupe}: use {', '.join(DEDUPE)}")
    if not [word for word in rest if not word.startswith("-")]:
        raise QuestionError(
            f"say what to export, and where to: events FILE, requests {'|'.join(CLIENTS)} FOLDER,"
            " or session FILE --session WHICH"
        )
    question = parse_words(rest, now)
    what, arguments = question.mode, list(question.arguments)
    if what not in WHAT:
        raise QuestionError(f"{what} can't be exported; say {', '.join(WHAT)}")
    clients = arguments.pop(0) if what == "requests" and arguments and arguments[0] in CLIENTS else None
    if what == "requests" and clients is None and len(arguments) == 2:
        raise QuestionError(
            f"requests of {arguments[0]}: only {_alternatives(CLIENTS)} can be told there; for others:"
            f" export requests all {arguments[1]} --client {arguments[0]}"
        )
    if len(arguments) != 1:
        raise QuestionError(f"name one path: {_example(what)}" if not arguments else f"one path is enough: {arguments}")
    path = STDOUT if arguments[0] == "-" else Path(arguments[0]).expanduser()
    clients = clients or "all"
    _check(what, path, question, clients, dedupe)
    if CLIENTS[clients]:
        question = question._replace(client=(CLIENTS[clients],))
    if stream is not None and (question.file or question.log_dir):
        raise QuestionError("--stream and --file or --log-dir say different things; leave out one of them")
    return Export(what, path, question, clients, dedupe or "none", stream)


def _take(option: str, words: Sequence[str]) -> tuple[str | None, list[str]]:
    """An option that the reports don't have, and the rest of the words."""
    rest = list(words)
    for index, word in enumerate(rest):
        name, has_value, value = word.partition("=")
        if name == f"--{option}":
            del rest[index]
            if not has_value:
                value = rest.pop(index) if index < len(rest) else ""
            return value, rest
    return None, rest


def _check(what: str, path: Path, question: Question, clients: str, dedupe: str | None) -> None:
    if dedupe is not None and what != "requests":
        raise QuestionError(f"--dedupe is for requests, not for {what}")
    if what == "session" and not question.session:
        raise QuestionError("say which session: --session 3; `./launch.sh report sessions` lists them")
    if what == "requests" and clients == "all" and (path == STDOUT or path.suffix == ".jsonl"):
        raise QuestionError(f"all requests become a file for each client: name a folder in place of {path}")
    if what == "requests" and question.client and clients != "all":
        raise QuestionError(f"--client and {clients} say the same; leave out one of them")
    default = Question(what)
    for name in _UNFIT:
        if getattr(question, name) != getattr(default, name):
            raise QuestionError(f"--{name.replace('_', '-')} goes with reports; an export is JSON lines, in its path")


def _alternatives(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"


def _example(what: str) -> str:
    return next(line.partition("launch.sh ")[2] for line in USAGE.splitlines() if f" {what} " in line)

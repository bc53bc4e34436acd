"""A question: a mode with its arguments, filters and output options, as typed in a shell, the console or an address.

In: words such as `tokens --since 1d --format csv`. Out: a `Question`, or a `QuestionError` whose text says which
option, which value, and what to write instead. `OPTIONS` is the one table of what can be asked for; help and
completions read it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from addons.reports.moments import parse_moment, zone_of

ENGINES = ("index", "rg", "duckdb")
FORMATS = ("table", "jsonl", "csv", "md")
PURPOSES = ("all", "main", "subagent", "title", "router", "warmup", "count_tokens", "other")
GROUPS = (
    "call",
    "session",
    "client",
    "provider",
    "model",
    "purpose",
    "agent",
    "api",
    "host",
    "hour",
    "day",
    "week",
    "month",
)


class QuestionError(ValueError):
    """What is wrong with a question, for the person who asked."""


class Question(NamedTuple):
    """Times are in UTC, without a zone. An empty filter leaves nothing out."""

    mode: str
    arguments: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None
    session: str = ""
    client: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    tz: str = "local"
    engine: str = "index"
    format: str = "table"
    output: Path | None = None
    file: Path | None = None
    log_dir: Path | None = None
    zone: tzinfo | None = None
    asked_at: datetime | None = None
    """None where that does not matter."""


class _Context(NamedTuple):
    zone: tzinfo | None
    now: datetime


def _choice(*words: str) -> Callable[[str, _Context], str]:
    def parse(text: str, _: _Context) -> str:
        if text not in words:
            raise ValueError(f"use {', '.join(words[:-1])} or {words[-1]}")
        return text

    return parse


def _choices(*words: str) -> Callable[[str, _Context], tuple[str, ...]]:
    def parse(text: str, context: _Context) -> tuple[str, ...]:
        return tuple(_choice(*words)(word, context) for word in _words(text, context))

    return parse


def _words(text: str, _: _Context) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if not words:
        raise ValueError("use a word, or several with commas between them")
    return words


def _count(text: str, _: _Context) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1 << 31:
        raise ValueError("use a whole number above 0")
    return int(text)


def _path(text: str, _: _Context) -> Path:
    if not text:
        raise ValueError("name a path")
    return Path(text).expanduser()


def _zone(text: str, _: _Context) -> str:
    zone_of(text)
    return text


class Option(NamedTuple):
    """`--name VALUE`."""

    name: str
    value: str
    help: str
    parse: Callable[[str, _Context], Any]
    choices: tuple[str, ...] = ()


OPTIONS: tuple[Option, ...] = (
    Option(
        "since",
        "TIME",
        "What began at or after: 90m, 2h, 1d, 1w ago; today, yesterday; 2026-11-01; 2026-11-01T09:30.",
        lambda text, context: parse_moment(text, context.zone, context.now),
    ),
    Option(
        "until",
        "TIME",
        "What began before; of a date, before its end.",
        lambda text, context: parse_moment(text, context.zone, context.now, is_end=True),
    ),
    Option("last", "N", "The last N rows.", _count),
    Option("session", "WHICH", "One session: its number (3 or #3), its id, or how that begins.", lambda text, _: text),
    Option("client", "NAMES", "Of these clients: codex, or claude,gemini; a part of the name will do.", _words),
    Option("model", "NAMES", "Of these models; a part of the name will do: opus.", _words),
    Option("provider", "NAMES", "Of these providers; a part of the name will do.", _words),
    Option("host", "NAMES", "Of these proxies, where one log holds several; a part of the name will do.", _words),
    Option(
        "purpose",
        "WORDS",
        "all, or some of main, subagent, title, router, warmup, count_tokens, other.",
        _choices(*PURPOSES),
        PURPOSES,
    ),
    Option(
        "group-by", "KEYS", f"A row for each: {', '.join(GROUPS)}; or several with commas.", _choices(*GROUPS), GROUPS
    ),
    Option(
        "tz",
        "ZONE",
        "Time zone of days and times: local, utc, or a name such as Europe/Paris.",
        _zone,
        ("local", "utc"),
    ),
    Option("engine", "NAME", "index (the default), duckdb or rg; the rows are the same.", _choice(*ENGINES), ENGINES),
    Option("format", "NAME", "table (the default), jsonl, csv or md.", _choice(*FORMATS), FORMATS),
    Option("output", "FILE", "Write there instead.", _path),
    Option(
        "file",
        "FILE",
        "Of this file of a log instead of a whole log: a sse_flow_ends.jsonl, sse_lines.jsonl, ….",
        _path,
    ),
    Option(
        "log-dir", "FOLDER", "The log's folder. Else the environment's AGENT_LOG_DIR, or ~/centralized-logs.", _path
    ),
)

_NOT_IN_ADDRESSES = ("engine", "format", "output", "file", "log-dir")
ADDRESSABLE = tuple(option.name for option in OPTIONS if option.name not in _NOT_IN_ADDRESSES)
"""What an address on the web may ask by. Paths and programs are not among it: anybody's link could use them."""

_BY_NAME = {option.name: option for option in OPTIONS}
_CONTEXT_FIRST = ("tz",)
"""What other values are read by."""


def parse_words(words: Sequence[str], now: datetime) -> Question:
    """As typed. `--name VALUE`, `--name=VALUE` and `name=VALUE` stand anywhere; behind `--` are only arguments.
    In names `_` is as good as `-`."""
    arguments: list[str] = []
    told: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            arguments += left
            break
        bare, has_value, value = word.partition("=")
        if has_value and option_name(bare) in _BY_NAME:
            told[option_name(bare)] = value
            continue
        if not word.startswith("--"):
            arguments.append(word)
            continue
        name, has_value, value = word[2:].partition("=")
        option = _option(name)
        if not has_value:
            if not left:
                raise QuestionError(f"--{name} needs a value: --{name} {option.value}")
            value = left.pop(0)
        told[option.name] = value
    if not arguments:
        raise QuestionError("name a report, such as tokens; `report help` lists them")
    return parse_question(arguments[0], arguments[1:], told, now)


def parse_question(mode: str, arguments: Iterable[str], told: Mapping[str, str], now: datetime) -> Question:
    """From option names and their values as text."""
    context = _Context(None, now)
    question = Question(mode, tuple(arguments), asked_at=now.astimezone(UTC).replace(tzinfo=None))
    for name in sorted(told, key=lambda name: name not in _CONTEXT_FIRST):
        value = _parse(_option(name), told[name], context)
        question = question._replace(**{name.replace("-", "_"): value})
        if name == "tz":
            zone = zone_of(question.tz)
            context = _Context(zone, now)
            question = question._replace(zone=zone)
    if question.since and question.until and question.since >= question.until:
        raise QuestionError(f"--since {told['since']} is not before --until {told['until']}")
    return question


def option_name(name: str) -> str:
    """As the table has it."""
    return name.replace("_", "-")


def _parse(option: Option, text: str, context: _Context) -> Any:
    try:
        return option.parse(text, context)
    except ValueError as wrong:
        raise QuestionError(f"--{option.name} {text}: {wrong}") from None


def _option(name: str) -> Option:
    option = _BY_NAME.get(option_name(name))
    if option is None:
        import difflib  # only here: for who has mistyped

        near = difflib.get_close_matches(name, _BY_NAME, n=2, cutoff=0.6)
        hint = f"; did you mean {' or '.join(f'--{each}' for each in near)}?" if near else ""
        raise QuestionError(f"there is no option --{name}{hint}")
    return option

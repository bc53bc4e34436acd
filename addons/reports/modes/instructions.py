"""Instructions: what clients tell models beside what the person typed (SPEC S3.20).

All stand on contents that are new in their session. What is told once for all is told of its first and last session.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from addons.reports.columns import Column, Kind, counts, minor, names, text
from addons.reports.mode import Mode, Row
from addons.reports.question import Question

_SEEN = (Column("first", Kind.TIME), *minor(Column("last", Kind.TIME), Column("sessions", Kind.INTEGER)))

_CONTENTS = "SELECT started, session_number, session_id, client, model, kind, content, hash FROM new_contents"
_ORDER = ("started", "flow_id", "position")

_SYSTEM = f"""{_CONTENTS} WHERE kind IN ('system', 'instructions')
    OR (kind IN ('message', 'item', 'content') AND regexp_matches(left(content::VARCHAR, 400), '(system|developer)'))"""
_TAGGED = f"{_CONTENTS} WHERE kind IN ('message', 'item', 'content', 'prompt') AND contains(content::VARCHAR, '</')"
_ANY_TEXT = f"{_CONTENTS} WHERE kind NOT IN ('tool', 'value')"
_TOOLS = f"""{_CONTENTS} WHERE kind = 'tool'
    OR (kind = 'item' AND contains(left(content::VARCHAR, 100), 'additional_tools'))"""

type Found = tuple[Hashable, tuple[Any, ...]]
"""What makes it the same as another, and the columns that tell it."""

type Find = Callable[[str, Any, str], Iterator[Found]]
"""From a content's kind, JSON and hash."""


@dataclass(slots=True)
class _Seen:
    first: datetime | None
    last: datetime | None
    client: str | None
    model: str | None
    told: tuple[Any, ...]
    sessions: set[str | None] = field(default_factory=set)


def distinct(find: Find) -> Callable[[Iterable[Row], Question], Iterator[Row]]:
    """A row for each thing found, in the order of first appearance."""

    def step(rows: Iterable[Row], _: Question) -> Iterator[Row]:
        from addons.wire.json_text import parse_json

        found: dict[Hashable, _Seen] = {}
        for started, _number, session_id, client, model, kind, content, digest in rows:
            if content is None:
                continue
            for key, told in find(kind or "", parse_json(content), digest):
                seen = found.setdefault(key, _Seen(started, started, client, model, told))
                seen.last = started
                seen.sessions.add(session_id)
        for seen in found.values():
            yield seen.first, seen.last, len(seen.sessions), seen.client, seen.model, *seen.told

    return step


def _system(kind: str, content: Any, digest: str) -> Iterator[Found]:
    from addons.reports.content_texts import is_system, texts_of

    if is_system(kind, content):
        said = texts_of(content)
        yield digest, (len(said), said, digest)


def _definitions(kind: str, content: Any, digest: str) -> Iterator[Found]:
    from addons.reports.content_texts import definitions

    for tool in definitions(kind, content):
        yield (digest, tool.name), (tool.name, tool.kind, tool.schema_bytes, tool.description, digest)


def _injected(_kind: str, content: Any, _digest: str) -> Iterator[Found]:
    from addons.protocols.injected import injected_blocks
    from addons.reports.content_texts import texts_of

    for tag, said in injected_blocks(texts_of(content)):
        yield (tag, said), (tag, len(said), said)


def _hints(_kind: str, content: Any, _digest: str) -> Iterator[Found]:
    from addons.reports.content_texts import HINTS, hints, texts_of

    for hint in hints(HINTS, texts_of(content)):
        yield hint, (hint.kind, hint.value)


def _identity(kind: str, content: Any, _digest: str) -> Iterator[Found]:
    from addons.reports.content_texts import IDENTITY, hints, is_system, texts_of

    if is_system(kind, content):
        for hint in hints(IDENTITY, texts_of(content)):
            yield hint, (hint.kind, hint.value)


_WHO = minor(*names("client", "model"))
_FIRST_TIME = "Last is when it was new in a session for the last time: within a session only the first use is told."

MODES = (
    Mode(
        "system_prompts",
        "System prompts, each once: first and last use, sessions, size, text.",
        (*_SEEN, *_WHO, *counts("chars"), *text("text"), *minor(*text("hash"))),
        ("new_contents",),
        _SYSTEM,
        _ORDER,
        step=distinct(_system),
        help=_FIRST_TIME,
    ),
    Mode(
        "tools_defined",
        "Tools that requests define, each version once: name, description, size of its schema, first seen.",
        (
            *_SEEN,
            *_WHO,
            Column("tool", Kind.KEY),
            *minor(*names("kind")),
            Column("schema_bytes", Kind.BYTES, totalled=True),
            *text("description"),
            *minor(*text("hash")),
        ),
        ("new_contents",),
        _TOOLS,
        _ORDER,
        step=distinct(_definitions),
        help=_FIRST_TIME,
    ),
    Mode(
        "reminders_policies",
        "What clients inject into messages: reminders, policies, environment; each once.",
        (*_SEEN, *_WHO, *names("tag"), *counts("chars"), *text("text")),
        ("new_contents",),
        _TAGGED,
        _ORDER,
        step=distinct(_injected),
        help=_FIRST_TIME,
    ),
    Mode(
        "paths_repo_hints",
        "What requests tell of the machine: working directory, branch, files, platform; each once.",
        (*_SEEN, *_WHO, *names("kind"), *text("value")),
        ("new_contents",),
        _ANY_TEXT,
        _ORDER,
        step=distinct(_hints),
        help=_FIRST_TIME,
    ),
    Mode(
        "model_identity_cutoff",
        "What system prompts tell the model about its name, its id and its knowledge's end.",
        (*_SEEN, *_WHO, *names("kind"), *text("value")),
        ("new_contents",),
        _SYSTEM,
        _ORDER,
        step=distinct(_identity),
        help=_FIRST_TIME,
    ),
)

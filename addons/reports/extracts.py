"""Extracts: facts that DuckDB's reader can't make of a record, made of it in Python, line by line.

In: lines of a file. Out: lines of JSON with a fact's fields, as many a record as there are facts in it; an empty object
stands for a line that is no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from addons.protocols.request_text import is_models, typed_in
from addons.reports.thorough import plain_json, record_of

_NO_RECORD = b"{}\n"


def contents(lines: Iterable[bytes]) -> Iterator[bytes]:
    """What a request refers to that its session has not referred to before in the file. A request repeats the whole
    conversation; this has each content once, where it was new."""
    seen: dict[str | None, set[str]] = {}
    for line in lines:
        record = record_of(line)
        if record is None or record.get("flow_id") is None:
            yield _NO_RECORD
            continue
        session_id = record.get("session_id")
        known = seen.setdefault(session_id, set())
        found: list[str] = []
        _collect(record.get("request"), found)
        common = {name: record.get(name) for name in ("flow_id", "session_id", "ts")}
        for position, digest in enumerate(found):
            if digest not in known:
                known.add(digest)
                yield plain_json({"hash": digest, **common, "position": position})


def _collect(value: Any, found: list[str]) -> None:
    """Every reference in a request's skeleton, in its order."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("$ref"), str):
            found.append(value["$ref"])
            return
        value = value.values()
    elif not isinstance(value, list):
        return
    for member in value:
        if isinstance(member, dict | list):
            _collect(member, found)


_CONVERSATION = ("message", "item", "content", "prompt")
"""Kinds of contents."""


def said(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Of each element of a conversation: whether the model made it, and what the person typed in it."""
    for line in lines:
        record = record_of(line)
        if record is None or record.get("hash") is None:
            yield _NO_RECORD
        elif record.get("kind") in _CONVERSATION:
            content = record.get("content")
            by_model = is_models(content)
            typed = None if by_model else typed_in(content) or None
            yield plain_json({"hash": record["hash"], "is_models": by_model, "typed": typed})


EXTRACTS: Mapping[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {"contents": contents, "said": said}

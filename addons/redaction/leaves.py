"""The strings in a JSON text: which texts they are pieces of, and how some of them are replaced in place.

In: a JSON text. Out: its string values in document order, each with the key of the text that it continues when the next
frames have the same shape; and the JSON text again with some of its string literals replaced, all else as it came (key
order, numbers, blanks, escapes). RFC 8259, section 7: outside of strings there are no quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from addons.redaction.commands import is_command_line
from addons.redaction.names import name_of_value
from addons.wire.json_text import dump_json, parse_json

_LITERAL: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*:)?', re.DOTALL)
_STAGE: Final = re.compile(r"[._-](?:start|started|delta|added|chunk|stop|end|done|completed|in_progress|created)$")
_MARKS: Final = (
    "index",
    "output_index",
    "content_index",
    "summary_index",
    "contentBlockIndex",
    "choice",
    "choice_index",
)
_ALIASES: Final = {"content_block": "delta"}
"""Anthropic: a block's first text comes in `content_block_start`, the rest in `content_block_delta`."""
NEVER_CONTINUED: Final = frozenset(
    [
        "id",
        "name",
        "type",
        "object",
        "model",
        "role",
        "finish_reason",
        "finishReason",
        "stop_reason",
        "stopReason",
        "native_finish_reason",
        "system_fingerprint",
        "service_tier",
        "obfuscation",
        "p",
        "item_id",
        "call_id",
        "status",
        "created_at",
        "provider",
        "responseId",
        "modelVersion",
        "signature",
        "event_type",
        "thoughtSignature",
        "thought_signature",
        "encrypted_content",
        "response_id",
        "event_id",
        "request_id",
        "previous_response_id",
    ]
)
"""Members that the next frame's never continue: identifiers, kinds, filler. They are looked at by themselves."""
_ANY_PLACE: Final = "*"
_COMMAND_LINE: Final = "command line"
"""In the path of a list that no other goes on with."""
ENCODED_MEMBER: Final = "bytes"
"""Bedrock: a payload in the payload, in base64."""
TELLING: Final = frozenset(("type", "event_type", "item_id", "index", "jsonPath", "thought", *_MARKS))
"""Members whose values decide of which text the frame's strings are pieces."""


class Key(NamedTuple):
    """Which text a string continues: where in a payload inside the frame it stands, under which event, of which kind,
    for which block, at which path."""

    nest: tuple[Any, ...]
    event: str | None
    kind: str | None
    marks: tuple[tuple[str, Any], ...]
    path: tuple[Any, ...]


class Leaf(NamedTuple):
    """`key` names the text that it is a piece of; `single`: nothing continues it. `name` is that of the member whose
    value it is, or empty."""

    key: Key
    name: str
    text: str
    single: bool


@lru_cache(maxsize=512)
def stem(kind: str) -> str:
    """What `content_block_start`, `content_block_delta` and `content_block_stop` have in common."""
    return _STAGE.sub("", kind)


def leaves(document: Any, event: str | None, nest: tuple[Any, ...] = ()) -> list[Leaf]:
    """All string values in document order. Raises RecursionError where it is nested too deeply."""
    found: list[Leaf] = []
    kind: str | None = None
    marks: tuple[tuple[str, Any], ...] = ()
    named: Any = None
    if isinstance(document, dict):
        named = document.get("type") or document.get("event_type")
        if isinstance(named, str):
            kind = stem(named)
        marks = tuple([(name, mark) for name in _MARKS if isinstance(mark := document.get(name), (int, str))])
        if "output_index" not in document and isinstance(document.get("item_id"), str):
            marks += (("item_id", document["item_id"]),)
    _collect(document, "", (), Key(nest, stem(event) if event else None, kind, marks, ()), found)
    if isinstance(named, str) and named.startswith("response.") and not named.endswith(".delta"):
        # Snapshots: the Responses API repeats everything whole.
        return [leaf._replace(single=True) for leaf in found]
    return found


def _collect(node: Any, name: str, path: tuple[Any, ...], base: Key, found: list[Leaf]) -> None:
    if isinstance(node, str):
        found.append(Leaf(Key(base.nest, base.event, base.kind, base.marks, path), name, node, name in NEVER_CONTINUED))
    elif isinstance(node, dict):
        for key, member in node.items():
            if key == "value" and (telling := name_of_value(node)) is not None:
                _collect(member, telling, (*path, (key, telling)), base, found)
            elif isinstance(member, (str, dict, list)):
                _collect(member, key, (*path, _ALIASES.get(key, key)), base, found)
    elif isinstance(node, list):
        if is_command_line(node):
            key = Key(base.nest, base.event, base.kind, base.marks, (*path, _COMMAND_LINE, len(found)))
            found += [Leaf(key, "", argument, True) for argument in node]
            return
        for member in node:
            _collect(member, "", (*path, _place(member, name)), base, found)


def _place(member: Any, name: str) -> Any:
    """What tells an array's element from the others: its own index or path, in Gemini's parts its kind. Where there is
    nothing of that, clients put the elements' texts together."""
    if not isinstance(member, dict):
        return _ANY_PLACE
    if name == "parts":
        return ("thought", bool(member.get("thought")))
    told = member.get("index", member.get("jsonPath"))
    return told if isinstance(told, int | str) else _ANY_PLACE


def replace_values(text: str, replace: Callable[[int, str], str]) -> str:
    """The JSON text with `replace(n, raw literal)` in place of its n-th string value; keys stay."""
    return _replace(text, lambda count, literal, is_key: literal if is_key else replace(count, literal))


def redact_literals(text: str, redact: Callable[[str], str]) -> str:
    """The JSON text with every string in it redacted by itself, keys too."""
    return _replace(text, lambda _, literal, __: _redacted(literal, redact))


def redact_keys(text: str, redact: Callable[[str], str]) -> str:
    return _replace(text, lambda _, literal, is_key: _redacted(literal, redact) if is_key else literal)


def count_values(text: str) -> int:
    return sum(found[1] is None for found in _LITERAL.finditer(text))


def literal(text: str) -> str:
    return dump_json(text).decode("utf-8")


def _redacted(raw: str, redact: Callable[[str], str]) -> str:
    text = parse_json(raw)
    clean = redact(text)
    return raw if clean == text else literal(clean)


def _replace(text: str, replace: Callable[[int, str, bool], str]) -> str:
    pieces: list[str] = []
    done = count = 0
    for found in _LITERAL.finditer(text):
        is_key = found[1] is not None
        end = found.start(1) if is_key else found.end()
        raw = text[found.start() : end]
        new = replace(count, raw, is_key)
        count += not is_key
        if new is not raw:
            pieces += (text[done : found.start()], new)
            done = end
    pieces.append(text[done:])
    return "".join(pieces)

"""One frame's data while parts of it are undecided, and how it reads once they are decided.

In: the data's text, and the channels that its strings are pieces of. Out: the text, in which only those string literals
differ that a secret was in. Base64 payloads with JSON in them (Bedrock's `bytes`) are payloads of their own, encoded
again only when something in them changed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from addons.redaction.channel import Slot
from addons.redaction.leaves import (
    ENCODED_MEMBER,
    NEVER_CONTINUED,
    Key,
    Leaf,
    count_values,
    leaves,
    literal,
    redact_keys,
    redact_literals,
    replace_values,
)
from addons.redaction.redactor import Redactor
from addons.wire.json_scan import ValueScanner
from addons.wire.json_text import parse_json

type Feed = Callable[[Leaf], Slot | None]
"""Puts a string into the channel that its key names; None for a single one, which has none."""

_LONGEST_NEST: Final = 3
_LOG_PROBABILITIES: Final = re.compile(r'"(?:logprobs|logprobsResult)"\s*:\s*(?=[\[{])')
"""Chat and Responses; Gemini. In a string the quotation marks are escaped."""


@dataclass(slots=True)
class Payload:
    raw: str
    document: Any = None
    """The parsed JSON; None where it is none."""
    slots: dict[int, Slot] = field(default_factory=dict)
    nested: dict[int, Payload] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    """String values that were decided at once, by their number in the document."""
    strings: list[Leaf] = field(default_factory=list)
    """All of them, when there is certainly no secret in any by itself and no payload in the payload."""

    def decide(self, numbers: list[int], texts: list[str], strings: list[Leaf]) -> None:
        """These strings are now these texts."""
        self.texts |= {n: text for n, text in zip(numbers, texts, strict=True) if text != strings[n].text}

    @property
    def settled(self) -> bool:
        return all(slot.settled for slot in self.slots.values()) and all(
            payload.settled for payload in self.nested.values()
        )

    def render(self) -> str:
        new = dict(self.texts)
        new |= {number: slot.text for number, slot in self.slots.items() if slot.text != slot.original}
        for number, payload in self.nested.items():
            inner = payload.render()
            if inner != payload.raw:
                new[number] = base64.b64encode(inner.encode("utf-8", "surrogatepass")).decode("ascii")
        if not new:
            return self.raw
        text = replace_values(self.raw, lambda number, raw: literal(new[number]) if number in new else raw)
        return without_log_probabilities(text)


def open_payload(
    raw: str, event: str | None, redactor: Redactor, feed: Feed, nest: tuple[Any, ...] = ()
) -> Payload | None:
    """The payload of a JSON text, its strings fed to their channels; None where the text is no JSON object or array."""
    document = parsed(raw)
    if document is None:
        return None
    suspicious = redactor.suspicious(raw)
    try:
        strings = leaves(document, event, nest)
    except RecursionError:
        return Payload(redact_literals(raw, redactor.text) if suspicious else raw, document)
    if suspicious:
        if count_values(raw) != len(strings):
            # A repeated member name: the parser shows the last one only.
            return Payload(redact_literals(raw, redactor.text), document)
        raw = redact_keys(raw, redactor.text)
    payload = Payload(raw, document)
    rows: dict[Key, list[int]] = {}
    for number, leaf in enumerate(strings):
        if leaf.name == ENCODED_MEMBER and len(nest) < _LONGEST_NEST:
            inner = _decoded(leaf.text)
            opened = inner and open_payload(inner, event, redactor, feed, (*nest, *leaf.key.path))
            if opened:
                payload.nested[number] = opened
                continue
        if not leaf.text:
            continue
        slot = feed(leaf)
        if slot is not None:
            payload.slots[number] = slot
        elif leaf.name not in NEVER_CONTINUED:
            rows.setdefault(leaf.key, []).append(number)
        elif suspicious:
            payload.decide([number], [redactor.member(leaf.name, leaf.text)], strings)
    for row in rows.values():
        texts = [strings[number].text for number in row]
        if suspicious or any(redactor.may_go_on(text) for text in texts[:-1]):
            payload.decide(row, redactor.row(strings[row[0]].name, texts), strings)
    if not suspicious and not payload.nested:
        payload.strings = strings
    return payload


def without_log_probabilities(text: str) -> str:
    """They say once more, token by token and byte by byte, what has just been replaced."""
    pieces: list[str] = []
    done = 0
    for found in _LOG_PROBABILITIES.finditer(text):
        end = ValueScanner().find_end(text, found.end())
        if found.end() >= done and end > 0:
            pieces += (text[done : found.end()], "null")
            done = end
    return "".join([*pieces, text[done:]])


def parsed(raw: str) -> Any:
    """A JSON object, array or string; None where the text is none."""
    if raw.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return parse_json(raw)
    except ValueError:
        return None


def _decoded(text: str) -> str | None:
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded.lstrip()[:1] in ("{", "[") else None

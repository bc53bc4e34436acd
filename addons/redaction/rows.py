"""Strings that stand in a row: the same member of each element of an array, in a document that is complete.

In: the row. Out: its strings without the secrets in them, those that lie across several included: a reader puts a
message's parts together. Unlike the pieces of a stream they are mostly whole: the word after a secret's end is none of
it. Nearly always no string's end could be the beginning of a secret, and each is redacted by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from addons.redaction.channel import Channel, Slot
from addons.redaction.finder import Tail, redact_and_tell
from addons.redaction.plausible import is_word

_HEAD: Final = re.compile(r"[A-Za-z0-9_-]*")


def redact_row(texts: Sequence[str], context: str = "") -> list[str]:
    """`context` stands in front of each, such as the member's name. A string without a secret comes back as it is."""
    clean: list[str] = []
    begin = 0
    known: dict[str, tuple[str, Tail]] = {}
    for number, whole in enumerate(texts):
        told = known.get(whole)
        if told is None:
            told = known[whole] = redact_and_tell(context + whole, len(context))
        text, tail = told
        following = texts[number + 1] if number + 1 < len(texts) else ""
        if following and (tail is Tail.BEGINNING or (tail is Tail.SECRET and not _begins_with_word(following))):
            continue
        clean += [whole if text == whole else text] if begin == number else _joined(texts[begin : number + 1], context)
        begin = number + 1
    return clean


def _joined(texts: Sequence[str], context: str) -> list[str]:
    channel = Channel(context)
    slots = [Slot(text) for text in texts]
    for slot in slots:
        channel.feed(slot.original, slot, 0.0)
    channel.close()
    return [slot.original if slot.text == slot.original else slot.text for slot in slots]


def _begins_with_word(text: str) -> bool:
    head = _HEAD.match(text)
    return head is None or is_word(head[0])

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

_LONGEST_HEAD: Final = 32
_HEAD: Final = re.compile(rf"[A-Za-z0-9_-]{{0,{_LONGEST_HEAD}}}")


def redact_row(texts: Sequence[str], context: str = "") -> list[str]:
    """`context` stands in front of each, such as the member's name. A string without a secret comes back as it is."""
    clean: list[str] = []
    known: dict[str, tuple[str, Tail]] = {}
    begin = 0
    for end in range(1, len(texts) + 1):
        whole = texts[begin] if begin + 1 == end else "".join(texts[begin:end])
        told = known.get(whole)
        if told is None:
            told = known[whole] = redact_and_tell(context + whole, len(context))
        text, tail = told
        if end < len(texts) and (tail is Tail.BEGINNING or (tail is Tail.SECRET and not _word_follows(texts, end))):
            continue
        clean += [whole if text == whole else text] if begin + 1 == end else _joined(texts[begin:end], context)
        begin = end
    return clean


def _joined(texts: Sequence[str], context: str) -> list[str]:
    channel = Channel(context)
    slots = [Slot(text) for text in texts]
    for slot in slots:
        channel.feed(slot.original, slot, 0.0)
    channel.close()
    return [slot.original if slot.text == slot.original else slot.text for slot in slots]


def _word_follows(texts: Sequence[str], begin: int) -> bool:
    head = _HEAD.match("".join(texts[begin : begin + _LONGEST_HEAD]))
    return head is None or is_word(head[0])

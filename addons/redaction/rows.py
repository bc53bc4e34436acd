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

_AT_THE_END: Final = re.compile(r"[A-Za-z0-9+.:-]")
_AT_THE_BEGINNING: Final = re.compile(r"[A-Za-z0-9:/]")
"""Between these there is no break, so that a word goes on, or what a rule looks back at is in the text before."""
_LONGEST_HEAD: Final = 32
"""So many characters tell a word from the rest of a key."""


def redact_row(texts: Sequence[str], context: str = "") -> list[str]:
    """`context` stands in front of each, such as the member's name. A string without a secret comes back as it is."""
    clean: list[str] = []
    known: dict[str, tuple[str, Tail | None]] = {}
    begin = 0
    for end in range(1, len(texts) + 1):
        whole = texts[begin] if begin + 1 == end else "".join(texts[begin:end])
        told = known.get(whole)
        if told is None:
            told = known[whole] = redact_and_tell(context + whole, len(context))
        text, tail = told
        if end < len(texts) and _belong_together(texts, end, tail):
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


def _belong_together(texts: Sequence[str], end: int, tail: Tail | None) -> bool:
    """Whether what follows from `end` on may change what is known of the texts before it, or the other way round."""
    if tail is None:
        return _AT_THE_END.search(texts[end - 1][-1:]) is not None and _AT_THE_BEGINNING.match(texts[end]) is not None
    if tail.secret is None:
        return True
    following = "".join(texts[end : end + _LONGEST_HEAD])[:_LONGEST_HEAD]
    rest = tail.secret.swallow.match(following) if tail.secret.swallow else None
    return rest is not None and not is_word(rest[0])

"""Strings that stand in a row: the same member of each element of an array, in a document that is complete.

In: the row. Out: its strings without the secrets in them, those that lie across several included: a reader puts a
message's parts together. Unlike the pieces of a stream they are mostly whole: the word after a secret's end is none of
it. Nearly always no string's end could be the beginning of a secret, and each is redacted by itself; where one could,
it and those that follow go through a channel. The arguments of a command are read as the list that they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from addons.redaction.channel import Channel, Slot
from addons.redaction.commands import is_command_line
from addons.redaction.finder import Tail, redact_and_tell, secrets, tail_of
from addons.redaction.plausible import is_word, starts_as_no_word

_LAST_WORD: Final = re.compile(r"[A-Za-z0-9]{1,16}\Z")
_FIRST_WORD: Final = re.compile(r"[A-Za-z0-9]{1,16}")
_LONGEST_HEAD: Final = 32
"""So many characters tell a word from the rest of a key."""


_NEXT_ARGUMENT: Final = '","'


def redact_row(texts: Sequence[str], context: str = "") -> list[str]:
    """`context` stands in front of each, such as the member's name. A string without a secret comes back as it is."""
    if not context and is_command_line(texts):
        return _redacted_arguments(texts)
    slots = [Slot(text) for text in texts]
    known: dict[str, tuple[str, Tail | None]] = {}
    channel: Channel | None = None
    for number, slot in enumerate(slots):
        text = slot.original
        if channel is None:
            if text not in known:
                known[text] = redact_and_tell(context + text, len(context))
            clean, tail = known[text]
            if not _goes_on(texts, number + 1, tail):
                slot.shown.append(clean)
                continue
            channel = Channel(context)
            if tail is None:
                slot.shown.append(clean)
                channel.go_on(context + text)
            else:
                channel.feed(text, slot, 0.0)
        elif (whole := channel.glance(text)) is not None:
            slot.shown.append(text)
            channel.go_on(whole)
        else:
            channel.feed(text, slot, 0.0)
        if not _goes_on(texts, number + 1, tail_of(channel.unfinished) if channel.unfinished else None):
            channel.close()
            channel = None
    return [slot.original if slot.text == slot.original else slot.text for slot in slots]


def _redacted_arguments(texts: Sequence[str]) -> list[str]:
    joined = '"' + _NEXT_ARGUMENT.join(texts) + '"'
    found = secrets(joined)
    clean: list[str] = []
    begin = 1
    for text in texts:
        end = begin + len(text)
        pieces: list[str] = []
        done = begin
        for secret in found:
            if secret.start < end and done < secret.end:
                # A key block may be cut into several arguments.
                pieces += (joined[done : secret.start], secret.text if secret.start >= begin else "")
                done = min(secret.end, end)
        clean.append("".join([*pieces, joined[done:end]]) if pieces else text)
        begin = end + len(_NEXT_ARGUMENT)
    return clean


def _goes_on(texts: Sequence[str], following: int, tail: Tail | None) -> bool:
    """Whether the next text may change what is known of those before it, or the other way round."""
    if following == len(texts):
        return False
    if tail is None:
        return _is_one_word(texts[following - 1][-_LONGEST_HEAD:], texts[following])
    if tail.secret is None:
        return True
    head = "".join(texts[following : following + _LONGEST_HEAD])[:_LONGEST_HEAD]
    rest = tail.secret.swallow.match(head) if tail.secret.swallow else None
    return rest is not None and not is_word(rest[0])


def _is_one_word(one: str, following: str) -> bool:
    """Whether there is a word across two texts that is none, or a colon, which rules look back at."""
    if one[-1:] == ":" or following[:1] in (":", "/"):
        return True
    last, first = _LAST_WORD.search(one), _FIRST_WORD.match(following)
    return last is not None and first is not None and starts_as_no_word(last[0] + first[0])

"""Frames that look like one before them: what is a piece of which text is known without parsing them.

In: a JSON text, and the strings of one that was parsed. Out: the strings in it that a secret could be in, when it
differs from the other in nothing but such strings, plain counters and blanks between its tokens (Anthropic pads with
them); None when nothing is known about it. Nine frames in ten of a stream are of two or three such shapes.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from addons.redaction.leaves import ENCODED_MEMBER, TELLING, Key, Leaf
from addons.redaction.names import tells_secret
from addons.wire.json_text import parse_json

_MOST_SHAPES: Final = 64
_MOST_ALIKE: Final = 4
_LONGEST_FRAME: Final = 65_536
"""Characters. A longer frame is rare, and to look for its shape would keep the interpreter from other threads."""
_COUNTER: Final = re.compile(r":\d+([,}\]]+)")
"""A whole number behind a member's name, and what closes behind it."""


class Strings(NamedTuple):
    """`pieces` of texts, and strings that stand by themselves."""

    pieces: list[tuple[Key, str]]
    singles: list[str]


class _Shape(NamedTuple):
    """`tokens`: the text, split at its quotation marks, without what may differ."""

    tokens: list[str]
    pieces: list[tuple[int, Key]]
    singles: list[int]
    counters: list[int]

    def strings(self, tokens: list[str]) -> Strings | None:
        rest = tokens.copy()
        for place, _ in self.pieces:
            rest[place] = ""
        for place in self.singles:
            rest[place] = ""
        for place in self.counters:
            counter = _COUNTER.fullmatch(rest[place])
            if counter is None:
                return None
            rest[place] = counter[1]
        if rest != self.tokens:
            return None
        try:
            pieces = [(key, _text_of(tokens[place])) for place, key in self.pieces]
            return Strings(pieces, [_text_of(tokens[place]) for place in self.singles])
        except ValueError:
            return None


class ShapeCache:
    def __init__(self) -> None:
        self._shapes: dict[tuple[str | None, int], list[_Shape]] = {}

    def strings(self, event: str | None, raw: str) -> Strings | None:
        if len(raw) > _LONGEST_FRAME:
            return None
        tokens = _tokens_of(raw)
        for shape in self._shapes.get((event, len(tokens)), ()):
            if (strings := shape.strings(tokens)) is not None:
                return strings
        return None

    def learn(self, event: str | None, raw: str, strings: list[Leaf]) -> None:
        """`strings`: all of the text's string values, in order."""
        if len(raw) > _LONGEST_FRAME or any(map(_stands_not_alone, strings)):
            return
        tokens = _tokens_of(raw)
        values = [place for place in range(1, len(tokens), 2) if not tokens[place + 1].startswith(":")]
        if len(values) != len(strings):
            return
        free = [(place, leaf) for place, leaf in zip(values, strings, strict=True) if leaf.name not in TELLING]
        pieces = [(place, leaf.key) for place, leaf in free if not leaf.single]
        singles = [place for place, leaf in free if leaf.single]
        if len({key for _, key in pieces}) < len(pieces):
            return
        counted = [place for place in range(2, len(tokens), 2) if tokens[place - 1] not in TELLING]
        counters = {place: found[1] for place in counted if (found := _COUNTER.fullmatch(tokens[place]))}
        for place in (*(place for place, _ in pieces), *singles):
            tokens[place] = ""
        for place, closing in counters.items():
            tokens[place] = closing
        alike = self._shapes.setdefault((event, len(tokens)), [])
        alike.insert(0, _Shape(tokens, pieces, singles, list(counters)))
        del alike[_MOST_ALIKE:]
        if len(self._shapes) > _MOST_SHAPES:
            del self._shapes[next(iter(self._shapes))]


def _stands_not_alone(leaf: Leaf) -> bool:
    """Whether it is looked at with what is around it: its name, or the arguments before it."""
    return leaf.name == ENCODED_MEMBER or tells_secret(leaf.name) or (leaf.single and not leaf.name)


def _tokens_of(raw: str) -> list[str]:
    """The text, split at the quotation marks of its strings: what is between them, without blanks, and the strings."""
    if "\\" not in raw:
        tokens = raw.split('"')
    else:
        tokens = []
        start = 0
        # Of the same length, without those that are escaped.
        for token in raw.replace("\\\\", "__").replace('\\"', "__").split('"'):
            tokens.append(raw[start : start + len(token)])
            start += len(token) + 1
    tokens[::2] = [token.replace(" ", "") for token in tokens[::2]]
    return tokens


def _text_of(token: str) -> str:
    """What a string says. Raises ValueError where its escapes don't hold."""
    if "\\" not in token:
        return token
    text: str = parse_json(f'"{token}"')
    return text

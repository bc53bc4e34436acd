"""Frames that look like one before them: what is a piece of which text is known without parsing them.

In: a JSON text without escapes, and the strings of one that was parsed. Out: the strings in it that a secret could be
in, when it differs from the other in nothing but such strings and plain counters; None when nothing is known about it.
Nine frames in ten of a stream are of two or three such shapes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from addons.redaction.leaves import ENCODED_MEMBER, TELLING, Key, Leaf
from addons.redaction.redactor import tells_secret

_MOST_SHAPES: Final = 64
_MOST_ALIKE: Final = 4


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
        pieces = [(key, tokens[place]) for place, key in self.pieces]
        singles = [tokens[place] for place in self.singles]
        rest = tokens.copy()
        for place, _ in self.pieces:
            rest[place] = ""
        for place in self.singles:
            rest[place] = ""
        for place in self.counters:
            if not _is_counter(rest[place]):
                return None
            rest[place] = ""
        return Strings(pieces, singles) if rest == self.tokens else None


class ShapeCache:
    def __init__(self) -> None:
        self._shapes: dict[tuple[str | None, int], list[_Shape]] = {}

    def strings(self, event: str | None, raw: str) -> Strings | None:
        if "\\" in raw:
            return None
        tokens = raw.split('"')
        for shape in self._shapes.get((event, len(tokens)), ()):
            if (strings := shape.strings(tokens)) is not None:
                return strings
        return None

    def learn(self, event: str | None, raw: str, strings: list[Leaf]) -> None:
        """`strings`: all of the text's string values, in order."""
        if "\\" in raw or any(leaf.name == ENCODED_MEMBER or tells_secret(leaf.name) for leaf in strings):
            return
        tokens = raw.split('"')
        values = [place for place in range(1, len(tokens), 2) if not tokens[place + 1].lstrip().startswith(":")]
        if len(values) != len(strings):
            return
        free = [(place, leaf) for place, leaf in zip(values, strings, strict=True) if leaf.name not in TELLING]
        pieces = [(place, leaf.key) for place, leaf in free if not leaf.single]
        singles = [place for place, leaf in free if leaf.single]
        if len({key for _, key in pieces}) < len(pieces):
            return
        counted = [place for place in range(2, len(tokens), 2) if tokens[place - 1] not in TELLING]
        counters = [place for place in counted if _is_counter(tokens[place])]
        for place in (*(place for place, _ in pieces), *singles, *counters):
            tokens[place] = ""
        alike = self._shapes.setdefault((event, len(tokens)), [])
        alike.insert(0, _Shape(tokens, pieces, singles, counters))
        del alike[_MOST_ALIKE:]
        if len(self._shapes) > _MOST_SHAPES:
            del self._shapes[next(iter(self._shapes))]


def _is_counter(token: str) -> bool:
    """A whole number between two members, whatever the blanks."""
    bare = token.strip()
    return bare[:1] == ":" and bare[-1:] == "," and bare[1:-1].lstrip().isdigit()

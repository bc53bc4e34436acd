"""The table driver: text in any pieces becomes tokens, by a table of states.

In: pieces of text. Out: `(token, text)` pairs; the texts put together are the input, character for character. A table
has rows for each state: a pattern, the token it makes, and where to go. A state's patterns fold into one regex, whose
`lastindex` tells the row. A pattern matches one character or one run, so that nothing is ever held back; a row that
matches more is a shortcut for what the rows below it say, and has to end at the same state. Nesting is a stack of
states to come back to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, cast


class Rule[S: Enum, T: Enum](NamedTuple):
    """One row. `pattern` has no capturing groups; an empty match is a change of state before the next character."""

    pattern: str
    token: T
    go: S | None = None
    """The state that follows; None stays, unless `pop`."""
    back: S | None = None
    """Put on the stack: where the next `pop` comes back to."""
    pop: bool = False


class _State[T: Enum]:
    """A state's rows, ready to run. `rows[lastindex]`: the token, where to go, what to come back to, whether to pop."""

    __slots__ = ("match", "rows")

    def __init__(self) -> None:
        self.match: Callable[[str, int], re.Match[str]]
        self.rows: list[tuple[T, _State[T], _State[T] | None, bool]]


class Grammar[S: Enum, T: Enum]:
    """A table, compiled. What no row of a state matches is all for `otherwise`, so no text is ever refused."""

    def __init__(self, table: Mapping[S, Sequence[Rule[S, T]]], otherwise: Rule[S, T]) -> None:
        self._states: dict[S, _State[T]] = {state: _State() for state in table}
        for state, rules in table.items():
            self._compile(self._states[state], [*rules, otherwise])

    def __getitem__(self, state: S) -> _State[T]:
        return self._states[state]

    def _compile(self, state: _State[T], rules: Sequence[Rule[S, T]]) -> None:
        folded = re.compile("|".join(f"({rule.pattern})" for rule in rules), re.DOTALL)
        if folded.groups != len(rules):
            raise ValueError("a pattern of the table has a capturing group")
        # `otherwise` matches any character: there is always a match.
        state.match = cast("Callable[[str, int], re.Match[str]]", folded.match)
        first = (rules[0].token, state, None, False)  # lastindex counts from 1
        state.rows = [first] + [
            (
                rule.token,
                state if rule.go is None else self._states[rule.go],
                None if rule.back is None else self._states[rule.back],
                rule.pop,
            )
            for rule in rules
        ]


class Scanner[S: Enum, T: Enum]:
    """Runs over one text with one grammar, beginning at `start`; `bottom` is where the outermost `pop` leads."""

    def __init__(self, grammar: Grammar[S, T], start: S, bottom: S) -> None:
        self._state = grammar[start]
        self._stack = [grammar[bottom]]

    def feed(self, piece: str) -> list[tuple[T, str]]:
        tokens: list[tuple[T, str]] = []
        state, stack = self._state, self._stack
        at, end = 0, len(piece)
        while at < end:
            match = state.match(piece, at)
            token, state, back, pop = state.rows[match.lastindex or 0]
            if back is not None:
                stack.append(back)
            if pop:
                state = stack.pop()
            tokens.append((token, match[0]))
            at = match.end()
        self._state = state
        return tokens


def ranges_of(codes: Iterable[int]) -> str:
    """Code points as the inside of a character class. In ranges, because `re` tries one by one what is beyond them."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)

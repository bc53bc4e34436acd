"""JavaScript's outermost layer as a table of states (ECMA-262, 12): words, strings, comments, brackets, all else.

In: nothing. Out: the grammar that the scanner runs. It is no parser: a regular expression with a quote in it looks like
a string, which ends with its line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum, auto
from typing import Final

from renderers.scanner import Grammar, Rule


class State(Enum):
    CODE = auto()
    SLASH = auto()
    LINE_COMMENT = auto()
    COMMENT = auto()
    STAR = auto()
    DOUBLE = auto()
    DOUBLE_ESCAPE = auto()
    SINGLE = auto()
    SINGLE_ESCAPE = auto()
    TEMPLATE = auto()
    TEMPLATE_ESCAPE = auto()


class Token(IntEnum):
    WORD = auto()
    """A name, a number, or several with dots between; it may go on in the next piece."""
    BLANK = auto()
    OPEN = auto()
    CLOSE = auto()
    OTHER = auto()
    SLASH = auto()
    """It may begin a comment: what follows tells."""
    COMMENT = auto()
    END_COMMENT = auto()
    OPEN_STRING = auto()
    STRING = auto()
    CLOSE_STRING = auto()
    CUT_STRING = auto()
    """The line ended before the string, which therefore was none."""


type _Rule = Rule[State, Token]


def _string(state: State, escape: State, quote: str, *, one_line: bool) -> Mapping[State, Sequence[_Rule]]:
    stops = rf"\\{quote}\n" if one_line else rf"\\{quote}"
    rules = [
        Rule(rf"[^{stops}]+", Token.STRING),
        Rule(quote, Token.CLOSE_STRING, State.CODE),
        Rule(r"\\", Token.STRING, escape),
    ]
    cut: list[_Rule] = [Rule(r"(?=\n)", Token.CUT_STRING, State.CODE)] if one_line else []
    return {state: [*rules, *cut], escape: [Rule(".", Token.STRING, state)]}


TABLE: Final[Mapping[State, Sequence[_Rule]]] = {
    State.CODE: [
        Rule(r"[\w$.]+", Token.WORD),
        Rule(r"\s+", Token.BLANK),
        Rule('"', Token.OPEN_STRING, State.DOUBLE),
        Rule("'", Token.OPEN_STRING, State.SINGLE),
        Rule("`", Token.OPEN_STRING, State.TEMPLATE),
        Rule(r"[(\[{]", Token.OPEN),
        Rule(r"[)\]}]", Token.CLOSE),
        Rule("/", Token.SLASH, State.SLASH),
    ],
    State.SLASH: [
        Rule("/", Token.COMMENT, State.LINE_COMMENT),
        Rule(r"\*", Token.COMMENT, State.COMMENT),
        Rule("(?=.)", Token.OTHER, State.CODE),
    ],
    State.LINE_COMMENT: [Rule(r"[^\n]+", Token.COMMENT), Rule("(?=\n)", Token.END_COMMENT, State.CODE)],
    State.COMMENT: [Rule(r"[^*]+", Token.COMMENT), Rule(r"\*", Token.COMMENT, State.STAR)],
    State.STAR: [
        Rule("/", Token.END_COMMENT, State.CODE),
        Rule(r"\*", Token.COMMENT),
        Rule(r"(?=.)", Token.COMMENT, State.COMMENT),
    ],
    **_string(State.DOUBLE, State.DOUBLE_ESCAPE, '"', one_line=True),
    **_string(State.SINGLE, State.SINGLE_ESCAPE, "'", one_line=True),
    **_string(State.TEMPLATE, State.TEMPLATE_ESCAPE, "`", one_line=False),
}

JAVASCRIPT: Final = Grammar(TABLE, Rule(".", Token.OTHER))

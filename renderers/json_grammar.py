"""JSON as a table of states (RFC 8259, sections 2 to 7), for the scanner.

In: nothing. Out: the grammars that the formatter and the reader run. What JSON doesn't allow at its place is `BROKEN`,
with all that follows. A bare word (number, true, false, null) is taken as it comes; whether it is one is for those who
need its value. Escapes inside strings are for `escapes.py`; here they only must not end the string.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum, auto
from typing import Final

from renderers.scanner import Grammar, Rule


class State(Enum):
    VALUE = auto()
    FIRST_ITEM = auto()
    AFTER_ITEM = auto()
    FIRST_KEY = auto()
    NEXT_KEY = auto()
    COLON = auto()
    AFTER_MEMBER = auto()
    KEY = auto()
    KEY_ESCAPE = auto()
    STRING = auto()
    STRING_ESCAPE = auto()
    WORD = auto()
    DONE = auto()
    BROKEN = auto()


class Token(IntEnum):
    """An integer, because it is looked up once a token: `Enum` hashes in Python."""

    BLANK = auto()
    OPEN_OBJECT = auto()
    OPEN_ARRAY = auto()
    CLOSE_OBJECT = auto()
    CLOSE_ARRAY = auto()
    COLON = auto()
    COMMA = auto()
    OPEN_KEY = auto()
    KEY = auto()
    CLOSE_KEY = auto()
    OPEN_STRING = auto()
    STRING = auto()
    CLOSE_STRING = auto()
    WORD = auto()
    END_WORD = auto()
    BROKEN = auto()
    FIRST_MEMBER = auto()
    MORE_MEMBERS = auto()
    FIRST_NAME = auto()
    NEXT_NAME = auto()
    FIRST_ITEM = auto()
    MORE_ITEMS = auto()


type _Rule = Rule[State, Token]
type _Table = Mapping[State, Sequence[_Rule]]

_INSIDE = r'(?:[^"\\]++|\\.)++'

_BLANK: Final[_Rule] = Rule(r"[ \t\n\r]+", Token.BLANK)
_BROKEN: Final[_Rule] = Rule(r".+", Token.BROKEN, State.BROKEN)


def _value(back: State | None) -> list[_Rule]:
    return [
        Rule(r"\{", Token.OPEN_OBJECT, State.FIRST_KEY, back),
        Rule(r"\[", Token.OPEN_ARRAY, State.FIRST_ITEM, back),
        Rule(r'"', Token.OPEN_STRING, State.STRING, back),
        Rule(r"[-+.0-9A-Za-z]+", Token.WORD, State.WORD, back),
    ]


_CLOSE_OBJECT: Final[_Rule] = Rule(r"\}", Token.CLOSE_OBJECT, pop=True)
_CLOSE_ARRAY: Final[_Rule] = Rule(r"\]", Token.CLOSE_ARRAY, pop=True)
_OPEN_KEY: Final[_Rule] = Rule(r'"', Token.OPEN_KEY, State.KEY)

TABLE: Final[_Table] = {
    State.VALUE: [_BLANK, *_value(None)],
    State.FIRST_ITEM: [_BLANK, _CLOSE_ARRAY, *_value(State.AFTER_ITEM)],
    State.AFTER_ITEM: [_BLANK, _CLOSE_ARRAY, Rule(",", Token.COMMA, State.VALUE, State.AFTER_ITEM)],
    State.FIRST_KEY: [_BLANK, _CLOSE_OBJECT, _OPEN_KEY],
    State.NEXT_KEY: [_BLANK, _OPEN_KEY],
    State.COLON: [_BLANK, Rule(":", Token.COLON, State.VALUE, State.AFTER_MEMBER)],
    State.AFTER_MEMBER: [_BLANK, _CLOSE_OBJECT, Rule(",", Token.COMMA, State.NEXT_KEY)],
    State.KEY: [
        Rule(_INSIDE, Token.KEY),
        Rule('"', Token.CLOSE_KEY, State.COLON),
        Rule(r"\\", Token.KEY, State.KEY_ESCAPE),
    ],
    State.KEY_ESCAPE: [Rule(".", Token.KEY, State.KEY)],
    State.STRING: [
        Rule(_INSIDE, Token.STRING),
        Rule('"', Token.CLOSE_STRING, pop=True),
        Rule(r"\\", Token.STRING, State.STRING_ESCAPE),
    ],
    State.STRING_ESCAPE: [Rule(".", Token.STRING, State.STRING)],
    State.WORD: [Rule(r"[-+.0-9A-Za-z]+", Token.WORD), Rule(r"(?=.)", Token.END_WORD, pop=True)],
    State.DONE: [_BLANK],
    State.BROKEN: [],
}

_WS = r"[ \t\n\r]*+"
_ASCII = r"[ !#-\[\]-~]*+"
_PLAIN_STRING = rf'"{_ASCII}(?:(?:\\["\\bfnrt]|[^\x00-\x7f]){_ASCII})*+"'
"""A string that is shown as it is written, but for what of Unicode a terminal must not get. ASCII goes first: one
look-up a character."""
_PLAIN_VALUE = rf"(?:{_PLAIN_STRING}|[-+.0-9A-Za-z]++)"
_NAME = rf"{_PLAIN_STRING}{_WS}:"

_LEVELS = 4
_LONGEST_RUN = 200
"""Members or items; what a run takes apart stays in the processor's cache."""


def _whole(levels: int) -> str:
    """A value spelled as shown, with at most so many containers in one another. Each part of a list is followed by a
    comma and another, or by the list's end: said so, the pattern of a part is there once."""
    if not levels:
        return _PLAIN_VALUE
    inner = _whole(levels - 1)
    array = rf"\[{_WS}(?:{inner}{_WS}(?:,{_WS}(?!\])|(?=\])))*+\]"
    members = rf"\{{{_WS}(?:{_NAME}{_WS}{inner}{_WS}(?:,{_WS}(?!\}})|(?=\}})))*+\}}"
    return rf"(?:{_PLAIN_VALUE}|{array}|{members})"


_MEMBER = rf"{_NAME}{_WS}{_whole(_LEVELS)}{_WS}(?=[,}}])"
_ITEM = rf"{_whole(_LEVELS)}{_WS}(?=[,\]])"
"""A bare word at the end of what has come may go on."""
_NAME_ALONE = rf"{_NAME}(?:{_WS}(?=[\[{{\"]))?"

NAME_PART: Final = _PLAIN_STRING
SCALAR_PARTS: Final = rf"([^\"\-+.0-9A-Za-z]*+)({_PLAIN_VALUE}|\Z)"
"""To find them in the text of a shortcut's token: its name; what stands before a scalar, and the scalar."""

_SHORTCUTS: Final[_Table] = {
    State.FIRST_ITEM: [Rule(rf"{_WS}{_ITEM}", Token.FIRST_ITEM, State.AFTER_ITEM)],
    State.AFTER_ITEM: [Rule(rf"(?:,{_WS}{_ITEM}){{1,{_LONGEST_RUN}}}+", Token.MORE_ITEMS)],
    State.FIRST_KEY: [
        Rule(rf"{_WS}{_MEMBER}", Token.FIRST_MEMBER, State.AFTER_MEMBER),
        Rule(rf"{_WS}{_NAME_ALONE}", Token.FIRST_NAME, State.VALUE, State.AFTER_MEMBER),
    ],
    State.AFTER_MEMBER: [
        Rule(rf"(?:,{_WS}{_MEMBER}){{1,{_LONGEST_RUN}}}+", Token.MORE_MEMBERS),
        Rule(rf",{_WS}{_NAME_ALONE}", Token.NEXT_NAME, State.VALUE, State.AFTER_MEMBER),
    ],
}
"""Names, and runs of members and items that are whole and spelled as shown: most of a large JSON text."""

JSON: Final = Grammar(TABLE, _BROKEN)
JSON_IN_RUNS: Final = Grammar({state: [*_SHORTCUTS.get(state, ()), *rules] for state, rules in TABLE.items()}, _BROKEN)

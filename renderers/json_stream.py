"""JSON laid out while it streams (SPEC S1.2).

In: pieces of a JSON text, cut anywhere. Out: spans whose text is `json.dumps(value, indent=2, ensure_ascii=False)`, as
far as the pieces tell it; however they are cut, the text of each colour is the same. Three things are deliberately not
as `json.dumps` has them: numbers and repeated keys stay as they were written, a character that a terminal must not get
is a `\\uXXXX` escape, and what is nested deeper than `MOST_DEPTH` stands on one line, or the indentation of a hostile
text would be a thousand times the text. What is no JSON is shown as it is, from where it ceases to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from renderers.escapes import JsonStringWriter
from renderers.json_grammar import ITEM_PARTS, JSON_IN_RUNS, MEMBER_PARTS, NAME_PART, State, Token
from renderers.sanitise import sanitise
from renderers.scanner import Scanner
from renderers.spans import Styled

KEY: Final = "argument_key"
VALUE: Final = "argument_value"
PLAIN: Final = "plain"
"""Roles: keys and values with their quotes; all between them."""

MOST_DEPTH: Final = 64

_COLON: Final = Styled(PLAIN, ": ")
_members = re.compile(MEMBER_PARTS).findall
_items = re.compile(ITEM_PARTS).findall
_name = re.compile(NAME_PART).findall


class JsonStreamFormatter:
    """`feed` gives what a piece makes certain; `close` what is left where the text ends in the middle."""

    def __init__(self, indent: int = 2) -> None:
        self._indent = " " * indent
        self._scanner = Scanner(JSON_IN_RUNS, State.VALUE, State.DONE)
        self._string = JsonStringWriter()
        self._string_role = VALUE
        self._depth = 0
        self._empty = False
        """The innermost container has nothing in it yet, so nobody knows where its end will stand."""
        self._blanks: list[str] = []
        """What stood since the last character that counts: shown only if no JSON follows."""
        self._commas: dict[int, Styled] = {}
        self._spans: list[Styled] = []
        self._role = PLAIN
        self._texts: list[str] = []
        self._act: dict[Token, Callable[[str], None]] = {
            Token.BLANK: self._blank,
            Token.OPEN_OBJECT: self._open,
            Token.OPEN_ARRAY: self._open,
            Token.CLOSE_OBJECT: self._close,
            Token.CLOSE_ARRAY: self._close,
            Token.COLON: self._colon,
            Token.COMMA: self._comma,
            Token.OPEN_KEY: self._open_key,
            Token.KEY: self._inside,
            Token.CLOSE_KEY: self._close_string,
            Token.OPEN_STRING: self._open_string,
            Token.STRING: self._inside,
            Token.CLOSE_STRING: self._close_string,
            Token.WORD: self._word,
            Token.END_WORD: self._end_word,
            Token.BROKEN: self._broken,
            Token.FIRST_MEMBER: self._first_member,
            Token.MORE_MEMBERS: self._more_members,
            Token.FIRST_NAME: self._first_name,
            Token.NEXT_NAME: self._next_name,
            Token.FIRST_ITEM: self._first_item,
            Token.MORE_ITEMS: self._more_items,
        }

    def feed(self, piece: str) -> list[Styled]:
        act = self._act
        for token, text in self._scanner.feed(piece):
            act[token](text)
        return self._taken()

    def close(self) -> list[Styled]:
        self._put(self._string_role, self._string.close())
        return self._taken()

    def _taken(self) -> list[Styled]:
        self._flush()
        spans, self._spans = self._spans, []
        return spans

    # -- writing: neighbours of one role become one span -------------------------------------------------------------

    def _put(self, role: str, text: str) -> None:
        if text:
            if role != self._role:
                self._flush()
                self._role = role
            self._texts.append(text)

    def _flush(self) -> None:
        if self._texts:
            self._spans.append(Styled(self._role, "".join(self._texts)))
            self._texts = []

    def _new_line(self, depth: int) -> str:
        return "\n" + self._indent * depth if self._depth <= MOST_DEPTH else ""

    def _begin(self) -> None:
        """Something begins that is or contains a value."""
        if self._empty:
            self._empty = False
            self._put(PLAIN, self._new_line(self._depth))

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _blank(self, text: str) -> None:
        self._blanks.append(text)

    def _open(self, bracket: str) -> None:
        self._begin()
        self._put(PLAIN, bracket)
        self._depth += 1
        self._empty = True
        self._blanks = []

    def _close(self, bracket: str) -> None:
        line = "" if self._empty else self._new_line(self._depth - 1)
        self._put(PLAIN, line + bracket)
        self._depth -= 1
        self._empty = False
        self._blanks = []

    def _colon(self, _: str) -> None:
        self._put(PLAIN, ": ")
        self._blanks = []

    def _comma(self, _: str) -> None:
        self._put(PLAIN, self._comma_here().text)
        self._blanks = []

    def _open_key(self, quote: str) -> None:
        self._begin()
        self._string_role = KEY
        self._put(KEY, quote)

    def _open_string(self, quote: str) -> None:
        self._begin()
        self._string_role = VALUE
        self._put(VALUE, quote)

    def _inside(self, text: str) -> None:
        self._put(self._string_role, self._string.feed(text))

    def _close_string(self, quote: str) -> None:
        self._put(self._string_role, self._string.close() + quote)
        self._blanks = []

    def _word(self, text: str) -> None:
        self._begin()
        self._put(VALUE, text)

    def _end_word(self, _: str) -> None:
        self._blanks = []

    def _broken(self, text: str) -> None:
        self._put(PLAIN, sanitise("".join(self._blanks) + text))
        self._blanks = []

    # -- shortcuts: what they begin and end with never continues a span ----------------------------------------------

    def _first_name(self, text: str) -> None:
        self._begin()
        self._flush()
        self._spans += (Styled(KEY, _name(text)[0]), _COLON)
        self._blanks = []

    def _next_name(self, text: str) -> None:
        self._comma(",")
        self._first_name(text)

    def _first_member(self, text: str) -> None:
        self._begin()
        self._flush()
        ((key, value),) = _members(text)
        self._spans += (Styled(KEY, key), _COLON, Styled(VALUE, value))
        self._blanks = []

    def _more_members(self, text: str) -> None:
        self._flush()
        comma = self._comma_here()
        spans = self._spans
        for key, value in _members(text):
            spans += (comma, Styled(KEY, key), _COLON, Styled(VALUE, value))
        self._blanks = []

    def _first_item(self, text: str) -> None:
        self._begin()
        self._flush()
        self._spans.append(Styled(VALUE, _items(text)[0]))
        self._blanks = []

    def _more_items(self, text: str) -> None:
        self._flush()
        comma = self._comma_here()
        spans = self._spans
        for value in _items(text):
            spans += (comma, Styled(VALUE, value))
        self._blanks = []

    def _comma_here(self) -> Styled:
        depth = min(self._depth, MOST_DEPTH + 1)
        comma = self._commas.get(depth)
        if comma is None:
            comma = self._commas[depth] = Styled(PLAIN, "," + (self._new_line(depth) or " "))
        return comma

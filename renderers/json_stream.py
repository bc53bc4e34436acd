"""JSON laid out while it streams (SPEC S1.2).

In: pieces of a JSON text, cut anywhere. Out: painted text: `json.dumps(value, indent=2, ensure_ascii=False)`, as far
as the pieces tell it; however they are cut, the text of each colour is the same. Three things are deliberately not
as `json.dumps` has them: numbers and repeated keys stay as they were written, a character that a terminal must not get
is a `\\uXXXX` escape, and what is nested deeper than `MOST_DEPTH` stands on one line, or the indentation of a hostile
text would be a thousand times the text. What is no JSON is shown as it is, from where it ceases to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from renderers.escapes import JsonStringWriter, with_unicode_shown
from renderers.json_grammar import JSON_IN_RUNS, NAME_PART, SCALAR_PARTS, State, Token
from renderers.json_layout import KEY, PLAIN, VALUE, Layouts
from renderers.sanitise import sanitise
from renderers.scanner import Scanner
from renderers.spans import Painted

_name = re.compile(NAME_PART).findall
_scalars = re.compile(SCALAR_PARTS).findall


class JsonStreamFormatter:
    """`feed` gives what a piece makes certain; `close` what is left where the text ends in the middle."""

    def __init__(self, indent: int = 2) -> None:
        self._layouts = Layouts(indent)
        self._scanner = Scanner(JSON_IN_RUNS, State.VALUE, State.DONE)
        self._string = JsonStringWriter()
        self._string_mark = VALUE
        self._depth = 0
        self._empty = False
        """The innermost container has nothing in it yet, so nobody knows where its end will stand."""
        self._blanks: list[str] = []
        """What stood since the last character that counts: shown only if no JSON follows."""
        self._mark = ""
        """Of the run that is open; none at the beginning of what will be painted next."""
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
            Token.FIRST_MEMBER: lambda text: self._run("{", text),
            Token.MORE_MEMBERS: lambda text: self._run("{", text),
            Token.FIRST_NAME: self._first_name,
            Token.NEXT_NAME: self._next_name,
            Token.FIRST_ITEM: lambda text: self._run("[", text),
            Token.MORE_ITEMS: lambda text: self._run("[", text),
        }

    def feed(self, piece: str) -> list[Painted]:
        act = self._act
        for token, text in self._scanner.feed(piece):
            act[token](text)
        return self._taken()

    def close(self) -> list[Painted]:
        self._put(self._string_mark, self._string.close())
        return self._taken()

    def _taken(self) -> list[Painted]:
        if not self._texts:
            return []
        painted = Painted("".join(self._texts))
        self._texts.clear()
        self._mark = ""
        return [painted]

    # -- writing -----------------------------------------------------------------------------------------------------

    def _put(self, mark: str, text: str) -> None:
        if text:
            if mark != self._mark:
                self._mark = mark
                text = mark + text
            self._texts.append(text)

    def _begin(self) -> None:
        """Something begins that is or contains a value."""
        if self._empty:
            self._empty = False
            self._put(PLAIN, self._layouts[self._depth].line)

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _blank(self, text: str) -> None:
        self._blanks.append(text)

    def _open(self, bracket: str) -> None:
        self._begin()
        self._put(PLAIN, bracket)
        self._depth += 1
        self._empty = True
        self._blanks.clear()

    def _close(self, bracket: str) -> None:
        self._put(PLAIN, self._layouts.before_closer(self._depth, self._empty) + bracket)
        self._depth -= 1
        self._empty = False
        self._blanks.clear()

    def _colon(self, _: str) -> None:
        self._put(PLAIN, ": ")
        self._blanks.clear()

    def _comma(self, _: str) -> None:
        self._put(PLAIN, self._layouts[self._depth].comma)
        self._blanks.clear()

    def _open_key(self, quote: str) -> None:
        self._begin()
        self._string_mark = KEY
        self._put(KEY, quote)

    def _open_string(self, quote: str) -> None:
        self._begin()
        self._string_mark = VALUE
        self._put(VALUE, quote)

    def _inside(self, text: str) -> None:
        self._put(self._string_mark, self._string.feed(text))

    def _close_string(self, quote: str) -> None:
        self._put(self._string_mark, self._string.close() + quote)
        self._blanks.clear()

    def _word(self, text: str) -> None:
        self._begin()
        self._put(VALUE, text)

    def _end_word(self, _: str) -> None:
        self._blanks.clear()

    def _broken(self, text: str) -> None:
        self._put(PLAIN, sanitise("".join(self._blanks) + text))
        self._blanks.clear()

    # -- shortcuts ---------------------------------------------------------------------------------------------------

    def _first_name(self, text: str) -> None:
        self._begin()
        self._named(KEY, text)

    def _next_name(self, text: str) -> None:
        self._named(self._layouts[self._depth].before_member, text)

    def _named(self, before: str, text: str) -> None:
        self._texts.append(f"{before}{with_unicode_shown(_name(text)[0])}{PLAIN}: ")
        self._mark = PLAIN
        self._blanks.clear()

    def _run(self, bracket: str, text: str) -> None:
        """Members or items of the container that began with `bracket`, whole and spelled as shown."""
        place = self._layouts.place(self._depth, bracket, self._empty)
        parts: list[str] = []
        for between, scalar in _scalars(text):
            shown, place = place[between]
            parts += shown, scalar
        self._texts.append(with_unicode_shown("".join(parts)))
        self._mark = ""
        self._empty = False
        self._blanks.clear()

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
from typing import Final, NamedTuple

from renderers.escapes import JsonStringWriter
from renderers.json_grammar import ITEM_PARTS, JSON_IN_RUNS, MEMBER_PARTS, NAME_PART, OBJECTS_PARTS, State, Token
from renderers.sanitise import sanitise
from renderers.scanner import Scanner
from renderers.spans import MARKS, Painted

PLAIN: Final = MARKS["plain"]
KEY: Final = MARKS["argument_key"]
VALUE: Final = MARKS["argument_value"]
"""Keys and values with their quotes; plain is all between them."""

_COLON: Final = f"{PLAIN}: {VALUE}"

MOST_DEPTH: Final = 64

_members = re.compile(MEMBER_PARTS).findall
_items = re.compile(ITEM_PARTS).findall
_objects = re.compile(OBJECTS_PARTS).findall
_name = re.compile(NAME_PART).findall


class _Layout(NamedTuple):
    """What stands between the parts of a container, at one depth."""

    line: str
    """A line feed and the indentation; beyond MOST_DEPTH nothing."""
    comma: str
    before_member: str
    """A comma, with its marks, and the key's."""
    before_item: str


class JsonStreamFormatter:
    """`feed` gives what a piece makes certain; `close` what is left where the text ends in the middle."""

    def __init__(self, indent: int = 2) -> None:
        self._indent = " " * indent
        self._scanner = Scanner(JSON_IN_RUNS, State.VALUE, State.DONE)
        self._string = JsonStringWriter()
        self._string_mark = VALUE
        self._depth = 0
        self._empty = False
        """The innermost container has nothing in it yet, so nobody knows where its end will stand."""
        self._blanks: list[str] = []
        """What stood since the last character that counts: shown only if no JSON follows."""
        self._layouts: dict[int, _Layout] = {}
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
            Token.FIRST_MEMBERS: self._first_members,
            Token.MORE_MEMBERS: self._more_members,
            Token.FIRST_NAME: self._first_name,
            Token.NEXT_NAME: self._next_name,
            Token.FIRST_ITEMS: self._first_items,
            Token.MORE_ITEMS: self._more_items,
            Token.MORE_OBJECTS: self._more_objects,
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

    def _run(self, text: str, mark: str = VALUE) -> None:
        """Text with its marks; `mark` is the last of them."""
        self._texts.append(text)
        self._mark = mark
        self._blanks.clear()

    def _layout(self, depth: int) -> _Layout:
        depth = min(depth, MOST_DEPTH + 1)
        layout = self._layouts.get(depth)
        if layout is None:
            line = "\n" + self._indent * depth if depth <= MOST_DEPTH else ""
            comma = "," + (line or " ")
            layout = self._layouts[depth] = _Layout(line, comma, f"{PLAIN}{comma}{KEY}", f"{PLAIN}{comma}{VALUE}")
        return layout

    def _begin(self) -> None:
        """Something begins that is or contains a value."""
        if self._empty:
            self._empty = False
            self._put(PLAIN, self._layout(self._depth).line)

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
        # Beyond MOST_DEPTH the bracket stands on the line of what it closes.
        line = "" if self._empty or self._depth > MOST_DEPTH else self._layout(self._depth - 1).line
        self._put(PLAIN, line + bracket)
        self._depth -= 1
        self._empty = False
        self._blanks.clear()

    def _colon(self, _: str) -> None:
        self._put(PLAIN, ": ")
        self._blanks.clear()

    def _comma(self, _: str) -> None:
        self._put(PLAIN, self._layout(self._depth).comma)
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
        self._run(f"{KEY}{_name(text)[0]}{PLAIN}: ", PLAIN)

    def _next_name(self, text: str) -> None:
        self._run(f"{self._layout(self._depth).before_member}{_name(text)[0]}{PLAIN}: ", PLAIN)

    def _first_members(self, text: str) -> None:
        self._begin()
        self._run(KEY + self._members_of(text))

    def _more_members(self, text: str) -> None:
        self._run(self._layout(self._depth).before_member + self._members_of(text))

    def _members_of(self, text: str) -> str:
        before = self._layout(self._depth).before_member
        return before.join([f"{key}{_COLON}{value}" for key, value in _members(text)])

    def _first_items(self, text: str) -> None:
        self._begin()
        self._run(VALUE + self._layout(self._depth).before_item.join(_items(text)))

    def _more_items(self, text: str) -> None:
        before = self._layout(self._depth).before_item
        self._run(before + before.join(_items(text)))

    def _more_objects(self, text: str) -> None:
        """Objects whose values are all flat, each after a comma, as `OBJECTS_PARTS` has their members."""
        outer, inner = self._layout(self._depth), self._layout(self._depth + 1)
        first, next_ = f"{outer.comma}{{{inner.line}{KEY}", f"{inner.comma}{KEY}"
        # As in `_close`: beyond MOST_DEPTH the bracket stands on the line of what it closes.
        end = f"{PLAIN}{outer.line if inner.line else ''}}}"
        run = [
            f"{first if opens else next_}{key}{_COLON}{value}{end if closes else PLAIN}"
            for opens, key, value, closes in _objects(text)
        ]
        self._put(PLAIN, "".join(run))
        self._blanks.clear()

"""Where a JSON value ends.

In: text of JSON values (RFC 8259), in pieces. Out: the position after the value's last character, as soon as that has
come. Brackets are counted outside strings; the grammar is not checked, so that broken JSON keeps its text.

Each character is looked at a bounded number of times, by two patterns, one for each state:

    OUTSIDE  skips everything up to the next bracket, whole strings included, or a string that the piece cuts
    INSIDE   skips the string's characters and escapes up to its quote or the end of the piece
"""

from __future__ import annotations

import re

BLANKS = " \t\r\n\x1e"
"""What may stand between values: JSON's white space, and RFC 7464's record separator."""

OPENING = 1
CLOSING = 2
QUOTE = 3

# Possessive (`++`, `*+`) throughout: nothing that was skipped is ever looked at again.
_STRING_BODY = r'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+'
_OUTSIDE = re.compile(rf'(?:[^"{{}}\[\]]++|"{_STRING_BODY}")*+(?:([{{\[])|([}}\]])|(")|\Z)')
_INSIDE = re.compile(_STRING_BODY)


class ValueScanner:
    """One object, array or string after another. Set `in_string` to begin a string whose quote has been read."""

    def __init__(self) -> None:
        self.in_string = False
        self._depth = 0
        self._after_backslash = False

    def find_end(self, text: str, start: int) -> int:
        """The position after the value that goes on at `start`, or -1 when its end is not in this piece.

        A line feed inside a string is no JSON: the value was cut there, and ends before it. What follows is on a line
        of its own, as when a server dies inside one NDJSON line and the next one reports it.
        """
        position = start
        while position < len(text):
            if self.in_string:
                position = self._skip_string(text, position)
                if position < 0 or not self._depth:
                    return position
            else:
                found = _OUTSIDE.match(text, position)
                assert found is not None  # \Z: the pattern matches anything
                position = found.end()
                if found.lastindex == OPENING:
                    self._depth += 1
                elif found.lastindex == CLOSING:
                    self._depth -= 1
                    if not self._depth:
                        return position
                elif found.lastindex == QUOTE:
                    self.in_string = True
        return -1

    def _skip_string(self, text: str, position: int) -> int:
        if self._after_backslash and text[position] != "\n":
            position += 1
        self._after_backslash = False
        found = _INSIDE.match(text, position)
        assert found is not None  # the pattern matches the empty text
        position = found.end()
        rest = text[position : position + 2]
        if not rest:
            return -1
        if rest == "\\":
            self._after_backslash = True
            return -1
        self.in_string = False
        if rest[0] == '"':
            return position + 1
        self._depth = 0
        return position + rest.index("\n")

"""A large JSON text read in slices, so that no call into the parser keeps the interpreter from other threads for long.

In: the text of one JSON value (RFC 8259), in pieces that may end anywhere. Out: the value that `parse` would make of
the whole, or ValueError. As soon as what has come is longer than a slice, the members or elements up to the last comma
between two of them are parsed as a group. Where there is no such comma, a container inside is split up in the same way,
and a string is decoded in pieces.

    [{"role":"user",…},{"role":"assistant",…},…             a split array: its elements in groups
    {"type":"image","source":{"data":"iVBORw0KGgo…          a split object in a split object, and a string in pieces
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

SLICE = 1 << 16
"""Characters. A group is up to two slices long: one that was too short to be parsed, and the piece that came then."""
DEEPEST = 9_000
"""A little less than the standard library's parser can do."""

_BRACKET = re.compile(r"[\[\]{}]")
_CLOSING = {"[": "]", "{": "}"}
_BLANKS = " \t\r\n"
_LONGEST_ESCAPE = 6

type Parse = Callable[[str], Any]


def slices(text: str, length: int = SLICE) -> Iterator[str]:
    return (text[start : start + length] for start in range(0, len(text), length))


class _Container:
    """An object or array whose end has not come. All positions are those of the whole text."""

    __slots__ = ("_after_value", "_is_fresh", "before", "bracket", "comma", "start", "value")

    def __init__(self, bracket: str, start: int) -> None:
        self.bracket = bracket
        self.start = start
        """What is before this has been parsed, once the container is split."""
        self.comma = -1
        """Where its last comma was."""
        self.before = ""
        """Of a split one: what stands between the last comma around it and its bracket."""
        self.value: Any = {} if bracket == "{" else []
        self._is_fresh = True
        self._after_value = False
        """A value that was longer than a slice has been added: a comma is next, or the end."""

    def take(self, text: str, parse: Parse, last: bool = False) -> None:
        """Members or elements, up to a comma or (`last`) to the container's end."""
        if self._after_value and not text.strip(_BLANKS):
            self._after_value = False
            return
        text = self._without_comma(text)
        if last and self._is_fresh and not text.strip(_BLANKS):
            return
        found = parse(f"{self.bracket}{text}{_CLOSING[self.bracket]}")
        if not found:
            raise ValueError("a comma without a value is no JSON")
        if self.bracket == "{":
            self.value.update(found)
        else:
            self.value += found
        self._is_fresh = False

    def add(self, before: str, value: Any, parse: Parse) -> None:
        """One value. `before` is its name and a colon, or blank."""
        before = self._without_comma(before)
        if self.bracket == "{":
            ((name, _),) = parse(f"{{{before}null}}").items()
            self.value[name] = value
        elif before.strip(_BLANKS):
            raise ValueError("two values without a comma are no JSON")
        else:
            self.value.append(value)
        self._is_fresh, self._after_value = False, True

    def _without_comma(self, text: str) -> str:
        """The comma behind a value that was added by itself is not parsed with it."""
        if not self._after_value:
            return text
        text = text.lstrip(_BLANKS)
        if not text.startswith(","):
            raise ValueError("two values without a comma are no JSON")
        self._after_value = False
        return text[1:]


class JsonReader:
    """`parse` gets whole JSON texts of about a slice."""

    def __init__(self, parse: Parse, slice_length: int = SLICE) -> None:
        self._parse = parse
        self._slice_length = slice_length
        self._unparsed: list[str] = []
        """What has come and is not parsed, in pieces: joined only where something of it can be, since of a long text
        without a place to split it every join would be of all of it."""
        self._text_start = 0
        self._end = 0
        self._open = [_Container("[", 0)]
        """From the outside in. The outermost is none of the text: it holds the value."""
        self._split = 0
        """Which is the innermost split one. Those around it are split too."""
        self._quote = -1
        """Where the string began that has not ended; -1 between strings."""
        self._pieces: list[str] | None = None
        """Of a string in pieces, which belongs to the innermost container."""
        self._before = ""
        self._name = -1
        """Where the string began that is known to be a member's name: those are not decoded in pieces."""
        self._after_backslash = False

    def feed(self, piece: str) -> None:
        """Raises ValueError where it can be told already that this is no JSON."""
        if not piece:
            return
        position = self._end
        self._end += len(piece)
        self._unparsed.append(piece)
        for number, segment in enumerate(self._without_escapes(piece).split('"')):
            if number:
                self._toggle_string(position - 1)
            if self._quote < 0:
                self._look_for_brackets(segment, position)
            position += len(segment) + 1
        while self._end - self._open[self._split].start > self._slice_length and self._advance():
            pass
        start = self._open[self._split].start
        if start > self._text_start:
            self._unparsed = [self._text()[start - self._text_start :]]
            self._text_start = start

    def close(self) -> Any:
        """The value."""
        if self._quote >= 0 or len(self._open) > 1:
            raise ValueError("JSON that has been cut")
        whole = self._open[0]
        whole.take(self._between(whole.start, self._end), self._parse, last=True)
        if len(whole.value) != 1:
            raise ValueError("nothing, or more than one value, is no JSON")
        return whole.value[0]

    # -- where what begins and ends -----------------------------------------------------------------------------------

    def _without_escapes(self, piece: str) -> str:
        """The piece, in which every quotation mark now begins or ends a string."""
        if self._after_backslash:
            piece = f"_{piece[1:]}"
        if "\\" in piece:
            piece = piece.replace("\\\\", "__").replace('\\"', "__")
        self._after_backslash = piece.endswith("\\")
        return piece

    def _toggle_string(self, at: int) -> None:
        if self._quote < 0:
            self._quote = at
            return
        self._quote = -1
        if self._pieces is not None:
            holder = self._open[-1]
            self._pieces.append(self._decoded(holder.start, at))
            holder.add(self._before, _joined(self._pieces), self._parse)
            holder.start = at + 1
            self._pieces = None

    def _look_for_brackets(self, segment: str, position: int) -> None:
        done = 0
        for found in _BRACKET.finditer(segment):
            at = found.start()
            self._note_comma(segment, position, done, at)
            done = at + 1
            if found[0] in _CLOSING:
                self._open.append(_Container(found[0], position + done))
                if len(self._open) > DEEPEST:
                    raise ValueError("JSON nested too deeply")
            else:
                self._close(found[0], position + at)
        self._note_comma(segment, position, done, len(segment))

    def _note_comma(self, segment: str, position: int, start: int, end: int) -> None:
        comma = segment.rfind(",", start, end)
        if comma >= 0:
            self._open[-1].comma = position + comma

    def _close(self, bracket: str, at: int) -> None:
        if len(self._open) == 1:
            raise ValueError("a closing bracket too many is no JSON")
        closed = self._open.pop()
        if len(self._open) > self._split:
            return  # it is parsed as a part of what is around it
        if _CLOSING[closed.bracket] != bracket:
            raise ValueError("brackets that do not match are no JSON")
        closed.take(self._between(closed.start, at), self._parse, last=True)
        self._split -= 1
        holder = self._open[-1]
        holder.add(closed.before, closed.value, self._parse)
        holder.start = at + 1

    # -- parsing what has come ----------------------------------------------------------------------------------------

    def _advance(self) -> bool:
        """Parse something of the innermost split container, or split the next one. False: nothing of it can be."""
        holder = self._open[self._split]
        if self._pieces is not None:
            end = self._end_of_whole_escapes(holder.start)
            if end == holder.start:
                return False
            self._pieces.append(self._decoded(holder.start, end))
            holder.start = end
        elif holder.comma >= holder.start:
            holder.take(self._between(holder.start, holder.comma), self._parse)
            holder.start = holder.comma + 1
        elif self._split + 1 < len(self._open):
            self._split += 1
            inner = self._open[self._split]
            inner.before = self._between(holder.start, inner.start - 1)
        elif self._quote >= 0 and self._quote != self._name:
            before = self._between(holder.start, self._quote)
            if holder.bracket == "{" and not before.rstrip(_BLANKS).endswith(":"):
                self._name = self._quote
                return False
            self._before = before
            self._pieces = []
            holder.start = self._quote + 1
        else:
            return False
        return True

    def _end_of_whole_escapes(self, start: int) -> int:
        """Up to where the open string can be decoded: no escape sequence is cut there."""
        text = self._text()
        found = text.find("\\", max(start - self._text_start, len(text) - _LONGEST_ESCAPE))
        if found < 0:
            return self._end
        # A run of backslashes begins with an escape sequence; two of them are one.
        run_start = max(start - self._text_start, len(text[:found].rstrip("\\")))
        return self._text_start + found - (found - run_start) % 2

    def _decoded(self, start: int, end: int) -> str:
        decoded: str = self._parse(f'"{self._between(start, end)}"')
        return decoded

    def _between(self, start: int, end: int) -> str:
        return self._text()[start - self._text_start : end - self._text_start]

    def _text(self) -> str:
        if len(self._unparsed) != 1:
            self._unparsed = ["".join(self._unparsed)]
        return self._unparsed[0]


def _joined(pieces: list[str]) -> str:
    """A surrogate pair that was cut between its escapes is one character."""
    for place in range(1, len(pieces)):
        first, second = pieces[place - 1][-1:], pieces[place][:1]
        if "\ud800" <= first <= "\udbff" and "\udc00" <= second <= "\udfff":
            pair = (first + second).encode("utf-16", "surrogatepass").decode("utf-16")
            pieces[place - 1], pieces[place] = pieces[place - 1][:-1] + pair, pieces[place][1:]
    return "".join(pieces)

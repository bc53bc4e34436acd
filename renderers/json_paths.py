"""JSON read while it streams: what a tool's arguments say, key by key (RFC 8259).

In: pieces of a JSON text, cut anywhere. Out: events, each with the path of what it tells about: keys and indices from
the outermost value, `()`, inwards. A string's text comes decoded, as far as it is certain; a number or a literal when
it is whole. Where the text ceases to be JSON, or is nested deeper than `MOST_DEPTH`, the rest comes raw.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from renderers.escapes import TextDeltaNormalizer
from renderers.json_grammar import JSON, State, Token
from renderers.scanner import Scanner

type Path = tuple[str | int, ...]
type Kind = Literal["object", "array", "string"]

MOST_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class Started:
    """A container or a string has begun."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class StringPiece:
    """More of a string, decoded and not sanitised; never empty."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A whole number, true, false or null; `raw` is how it was written."""

    path: Path
    value: int | float | bool | None
    raw: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A container or a string is complete."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is no JSON, or can't be read: this and all that follows, raw; more of it comes in further events."""

    rest: str


type JsonEvent = Started | StringPiece | Scalar | Ended | Invalid

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


class JsonPaths:
    """`feed` gives a piece's events; `close` what the end makes certain, of a text that may be cut."""

    def __init__(self) -> None:
        self._scanner = Scanner(JSON, State.VALUE, State.DONE)
        self._normalizer = TextDeltaNormalizer()
        self._path: list[str | int] = []
        """Where we are: of each open container the key or index at which its current value stands."""
        self._here: Path = ()
        """The path of the string that is open."""
        self._in_key = False
        self._text: list[str] = []
        """A key or a bare word, raw, as far as it has come."""
        self._events: list[JsonEvent] = []
        self._is_broken = False
        self._act: dict[Token, Callable[[str], None]] = {
            Token.BLANK: lambda _: None,
            Token.COLON: lambda _: None,
            Token.OPEN_OBJECT: lambda text: self._open("object", "", text),
            Token.OPEN_ARRAY: lambda text: self._open("array", 0, text),
            Token.CLOSE_OBJECT: lambda _: self._close("object"),
            Token.CLOSE_ARRAY: lambda _: self._close("array"),
            Token.COMMA: self._comma,
            Token.OPEN_KEY: self._open_key,
            Token.KEY: self._text.append,
            Token.CLOSE_KEY: self._close_key,
            Token.OPEN_STRING: self._open_string,
            Token.STRING: self._string,
            Token.CLOSE_STRING: self._close_string,
            Token.WORD: self._text.append,
            Token.END_WORD: self._end_word,
            Token.BROKEN: self._broken,
        }

    def feed(self, piece: str) -> list[JsonEvent]:
        act = self._act
        tokens = [(Token.BROKEN, piece)] if self._is_broken else self._scanner.feed(piece)
        for token, text in tokens:
            (self._broken if self._is_broken else act[token])(text)
        events, self._events = self._events, []
        return events

    def close(self) -> list[JsonEvent]:
        """The text has ended. What it leaves open never gets an `Ended`; a key or a number cut short is `Invalid`."""
        if not self._is_broken:
            self._say(self._normalizer.close())
            if self._in_key:
                self._broken('"' + "".join(self._text))
            elif self._text and self._path:
                self._broken("".join(self._text))
            elif self._text:
                self._end_word("")
        events, self._events = self._events, []
        return events

    # -- containers --------------------------------------------------------------------------------------------------

    def _open(self, kind: Kind, first: str | int, bracket: str) -> None:
        if len(self._path) >= MOST_DEPTH:
            self._broken(bracket)
            return
        self._events.append(Started(tuple(self._path), kind))
        self._path.append(first)

    def _close(self, kind: Kind) -> None:
        self._path.pop()
        self._events.append(Ended(tuple(self._path), kind))

    def _comma(self, _: str) -> None:
        index = self._path[-1]
        if isinstance(index, int):
            self._path[-1] = index + 1

    # -- keys and values ---------------------------------------------------------------------------------------------

    def _open_key(self, _: str) -> None:
        self._in_key = True

    def _close_key(self, _: str) -> None:
        decoder = TextDeltaNormalizer()
        self._path[-1] = decoder.feed("".join(self._text)) + decoder.close()
        self._text.clear()
        self._in_key = False

    def _open_string(self, _: str) -> None:
        self._here = tuple(self._path)
        self._events.append(Started(self._here, "string"))

    def _string(self, text: str) -> None:
        self._say(self._normalizer.feed(text))

    def _close_string(self, _: str) -> None:
        self._say(self._normalizer.close())
        self._events.append(Ended(self._here, "string"))

    def _say(self, text: str) -> None:
        if text:
            self._events.append(StringPiece(self._here, text))

    def _end_word(self, _: str) -> None:
        raw = "".join(self._text)
        self._text.clear()
        if raw in _LITERALS:
            self._events.append(Scalar(tuple(self._path), _LITERALS[raw], raw))
        elif _NUMBER.fullmatch(raw):
            self._events.append(Scalar(tuple(self._path), _number(raw), raw))
        else:
            self._broken(raw)

    def _broken(self, text: str) -> None:
        self._is_broken = True
        if text:
            self._events.append(Invalid(text))


def _number(raw: str) -> int | float:
    try:
        return int(raw)
    except ValueError:
        # A fraction, an exponent, or more digits than Python reads.
        return float(raw)

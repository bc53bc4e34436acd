"""The inside of JSON strings, decoded while it streams (RFC 8259, section 7; SPEC S1.1).

In: pieces of what stands between a JSON string's quotes, cut anywhere. Out: the text it means, as `json.loads` reads
it. Held back is at most an escape that is not finished: of `\\ud83d` one can't know yet whether its other half follows.
An escape that JSON doesn't have (`\\q`, `\\u12G4`) is text, shown as it is. A surrogate without its other half stays
one, as in `json.loads`: `sanitise`, which all text of models goes through, is what makes it visible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from renderers.sanitise import VISIBLE
from renderers.scanner import ranges_of

SIMPLE: Final[Mapping[str, str]] = {
    "\\n": "\n",
    '\\"': '"',
    "\\t": "\t",
    "\\/": "/",
    "\\r": "\r",
    "\\b": "\b",
    "\\f": "\f",
}
"""Escape to character. The escaped backslash is not in the table: all else is what stands between two of them."""

_HEX = "[0-9a-fA-F]"
_HIGH = rf"\\u[dD][89abAB]{_HEX}{{2}}"
_LOW = rf"\\u[dD][c-fC-F]{_HEX}{{2}}"
_CODE = re.compile(rf"{_HIGH}{_LOW}|\\u{_HEX}{{4}}")
_UNFINISHED = re.compile(rf"(?:{_HIGH})?\\(?:u(?:[dD](?:[c-fC-F]{_HEX}?)?)?)?\Z|\\u{_HEX}{{0,3}}\Z|{_HIGH}\Z")
_LONGEST_UNFINISHED = len("\\ud83d\\ude0")


def _decoded(code: re.Match[str]) -> str:
    escape = code[0]
    if len(escape) == 6:
        return chr(int(escape[2:], 16))
    return chr(0x10000 + ((int(escape[2:6], 16) & 0x3FF) << 10) + (int(escape[8:], 16) & 0x3FF))


class _Escapes:
    """Replaces each escape, holding back an unfinished one."""

    def __init__(self, simple: Mapping[str, str], backslash: str, spell: Callable[[re.Match[str]], str]) -> None:
        self._simple = tuple(simple.items())
        self._backslash = backslash
        self._spell = spell
        self._held = ""

    def feed(self, piece: str) -> str:
        text = self._held + piece
        if "\\" not in text:
            return text
        # Taken in pairs from the left, backslashes that are escaped drop out; each one left over begins an escape.
        parts = text.split("\\\\")
        last = parts[-1]
        unfinished = _UNFINISHED.search(last, max(0, len(last) - _LONGEST_UNFINISHED))
        self._held = unfinished[0] if unfinished else ""
        if unfinished:
            parts[-1] = last[: unfinished.start()]
        return self._backslash.join([self._replaced(part) if "\\" in part else part for part in parts])

    def close(self) -> str:
        """The string has ended, or will never go on: what is left of it."""
        held, self._held = self._held, ""
        return self._replaced(held)

    def _replaced(self, part: str) -> str:
        for escape, meaning in self._simple:
            part = part.replace(escape, meaning)
        # Last, because it may bring new backslashes.
        return _CODE.sub(self._spell, part) if "\\u" in part else part


class TextDeltaNormalizer(_Escapes):
    """Decodes the inside of a string: `feed` a piece, get the text that is certain; `close` gives the rest."""

    def __init__(self) -> None:
        super().__init__(SIMPLE, "\\", _decoded)


class JsonStringReader:
    """Decodes a string from after its opening quote, and finds its closing quote."""

    def __init__(self) -> None:
        self._normalizer = TextDeltaNormalizer()
        self._after_backslash = False
        self._closed = False

    def feed(self, piece: str) -> tuple[str, str | None]:
        """The decoded text, and what follows the closing quote: None while there was none."""
        if self._closed or not piece:
            return "", piece if self._closed else None
        end = _inside(piece, 1 if self._after_backslash else 0)
        self._after_backslash = piece.startswith("\\", end)
        if end == len(piece) or self._after_backslash:
            return self._normalizer.feed(piece), None
        self._closed = True
        return self._normalizer.feed(piece[:end]) + self._normalizer.close(), piece[end + 1 :]

    def close(self) -> str:
        """The text was cut inside of the string: what is left of it."""
        return self._normalizer.close()


_INSIDE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)


def _inside(text: str, start: int) -> int:
    """Where the string's inside ends: at a closing quote, at a backslash that is the last character, or at the end."""
    found = _INSIDE.match(text, start)
    return found.end() if found else start


# -- the same, staying JSON ------------------------------------------------------------------------------------------

_SHORT: Final = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(code: int) -> str:
    if code > 0xFFFF:
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
    return _SHORT.get(chr(code)) or f"\\u{code:04x}"


HIDDEN: Final[Mapping[int, str]] = {code: _escaped(code) for code in (*VISIBLE, *map(ord, _SHORT))}
"""What a terminal must not get, as JSON escapes: the same string for a reader of JSON, and visible."""

_HIDDEN = re.compile(f"[{ranges_of(HIDDEN)}]")
_HIDDEN_BEYOND_ASCII = re.compile(f"[{ranges_of(code for code in HIDDEN if code > 0x7F)}]")


def _spelled(code: re.Match[str]) -> str:
    char = _decoded(code)
    return f"\\{char}" if char in '"\\' else char


class JsonStringWriter(_Escapes):
    """Spells the inside of a string as `json.dumps(..., ensure_ascii=False)` does, with no hidden character raw."""

    def __init__(self) -> None:
        super().__init__({"\\/": "/"}, "\\\\", _spelled)

    def feed(self, piece: str) -> str:
        return _shown(super().feed(piece))

    def close(self) -> str:
        return _shown(super().close())


def _shown(text: str) -> str:
    return text.translate(HIDDEN) if _HIDDEN.search(text) else text


def with_unicode_shown(json_text: str) -> str:
    """JSON text that has nothing of ASCII to hide but the blanks between its strings."""
    if json_text.isascii():
        return json_text
    return _HIDDEN_BEYOND_ASCII.sub(lambda char: HIDDEN[ord(char[0])], json_text)

"""Bytes to text, and text to lines, whatever the pieces they come in.

In: bytes, content-decoded. Out: text as WHATWG's "UTF-8 decode" has it (Encoding Standard, section 6: a BOM at the
start is dropped, a broken sequence becomes U+FFFD), and lines as its event streams have them (HTML, section 9.2.5:
CR LF, LF or CR ends a line, and nothing else: model text holds U+2028, U+2029 and U+0085, at which `str.splitlines`
would cut).
"""

from __future__ import annotations

import codecs
import re

BOM = "\ufeff"

_new_utf8_decoder = codecs.getincrementaldecoder("utf-8")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Utf8Text:
    """UTF-8 in pieces that may end inside a sequence."""

    def __init__(self) -> None:
        self._decode = _new_utf8_decoder("replace").decode
        self._at_start = True

    def feed(self, piece: bytes) -> str:
        return self._without_bom(self._decode(piece))

    def close(self) -> str:
        """What is left: U+FFFD for a sequence that was cut, else nothing."""
        return self._without_bom(self._decode(b"", True))

    def _without_bom(self, text: str) -> str:
        if self._at_start and text:
            self._at_start = False
            return text.removeprefix(BOM)
        return text


class LineSplitter:
    """Lines without their ends, each as soon as its end has come.

    A CR ends its line at once, although an LF may follow in the next piece: to wait for it would hold a finished event
    back until the next one. That LF is then swallowed.
    """

    def __init__(self) -> None:
        self._text = Utf8Text()
        # A list, joined once: adding to a string would copy a long line again with every piece of it.
        self._unfinished: list[str] = []
        self._after_cr = False

    def feed(self, piece: bytes) -> list[str]:
        return self._split(self._text.feed(piece))

    def close(self) -> list[str]:
        """The last line, where it has no end; an empty list where nothing is left."""
        lines = self._split(self._text.close())
        if self._unfinished:
            lines.append("".join(self._unfinished))
            self._unfinished = []
        return lines

    def _split(self, text: str) -> list[str]:
        if not text:
            return []
        if self._after_cr and text[0] == "\n":
            text = text[1:]
            self._after_cr = False
            if not text:
                return []
        self._after_cr = text[-1] == "\r"
        lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
        rest = lines.pop()
        if lines and self._unfinished:
            lines[0] = "".join(self._unfinished) + lines[0]
            self._unfinished = []
        if rest:
            self._unfinished.append(rest)
        return lines

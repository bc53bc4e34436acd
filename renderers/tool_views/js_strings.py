"""The inside of JavaScript string and template literals, decoded while it streams (ECMA-262, 12.9.4 and 12.9.6).

In: pieces of what stands between the quotes, cut anywhere. Out: the text it means. Held back is at most an escape that
is not finished. An escape that is none is the character itself, as in JavaScript; a template's `${…}` stays as it is.
"""

from __future__ import annotations

import re

SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
"""Character after the backslash to what it means; a line feed there continues the line. All others mean themselves."""

_H = "[0-9a-fA-F]"
_ESCAPE = re.compile(
    rf"\\(?:u\{{({_H}{{1,6}})\}}|u([dD][89abAB]{_H}{{2}})\\u([dD][c-fC-F]{_H}{{2}})|u({_H}{{4}})|x({_H}{{2}})|(.))",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    rf"\\(?:u(?:\{{{_H}{{0,6}}|[dD][89abAB]{_H}{{2}}(?:\\(?:u(?:[dD](?:[c-fC-F]{_H}?)?)?)?)?|{_H}{{0,3}})?|x{_H}?)?\Z"
)
_LONGEST_UNFINISHED = len("\\ud83d\\ude0")
_MOST_CODE = 0x10FFFF


def _meaning(escape: re.Match[str]) -> str:
    braced, high, low, unit, byte, other = escape.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    number = braced or unit or byte
    if number:
        code = int(number, 16)
        return chr(code) if code <= _MOST_CODE else escape[0]
    return SIMPLE.get(other, other)


class JsString:
    """`raw` leaves escapes as they are (`String.raw`)."""

    def __init__(self, *, raw: bool = False) -> None:
        self._raw = raw
        self._held = ""

    def feed(self, piece: str) -> str:
        text = self._held + piece
        self._held = ""
        if self._raw or "\\" not in text:
            return text
        at = 0
        out: list[str] = []
        while (slash := text.find("\\", at)) >= 0:
            out.append(text[at:slash])
            if len(text) - slash <= _LONGEST_UNFINISHED and _UNFINISHED.match(text, slash):
                self._held = text[slash:]
                return "".join(out)
            escape = _ESCAPE.match(text, slash)
            # There is a match: a backslash that is the last character is unfinished.
            assert escape is not None
            out.append(_meaning(escape))
            at = escape.end()
        return "".join([*out, text[at:]])

    def close(self) -> str:
        held, self._held = self._held, ""
        return held

"""The decoded view: text as it reads once its escapes are undone, with the way back.

In: text as it stands. Out: `View`, its decoded text and the raw offset of each of its characters. Undone are JSON's
escapes, percent-encoding and HTML's character references, as far as they stand for ASCII, at any depth (`\\\\u0073`,
`%2573`, `&amp;#45;`), because a tool's arguments are JSON inside JSON, and in each other (`\\u0026#45;`), because
encoders escape what other encoders have written. Letter escapes (`\\n`) stay as they are: what follows them may start a
secret, and the rules know that; so nothing is lost when it was no escape after all. The last letter of a terminal's
control sequence is no letter here: a word starts after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from html.entities import html5
from typing import Final

from addons.redaction.shapes import STANDINS, beginnings, either

_REFERENCES: Final = {
    name: one for name, one in html5.items() if name.endswith(";") and one.isascii() and len(one) == 1
}
_JSON: Final = r"\\{0,15}(?:u00([0-7][0-9A-Fa-f])|/)"
_PERCENT: Final = r"(?:25)*([0-7][0-9A-Fa-f])"
_REFERENCE: Final = (
    rf"(?:amp;){{0,4}}(?:({either(_REFERENCES)})"
    r"|\#0{0,4}([1-9][0-9]|1[01][0-9]|12[0-7]);|\#[xX]0{0,4}([2-7][0-9A-Fa-f]);)"
)
_ANY_JSON: Final = re.compile(rf"\\{_JSON}", re.ASCII)
_ANY_PERCENT: Final = re.compile(f"%{_PERCENT}", re.ASCII)
_ANY_REFERENCE: Final = re.compile(f"&{_REFERENCE}", re.ASCII)
_ESCAPE: Final = re.compile(rf"[\\%&](?:(?<=\\){_JSON}|(?<=%){_PERCENT}|(?<=&){_REFERENCE})", re.ASCII)
_CUT_ESCAPE: Final = re.compile(
    r"(?:\\{1,16}(?:u(?:0(?:0[0-7]?)?)?)?|%(?:25)*(?:[0-7])?"
    rf"|&(?:amp;){{0,4}}(?:\#(?:[0-9]{{0,7}}|[xX][0-9A-Fa-f]{{0,6}})|{either(beginnings(_REFERENCES))}))\Z",
    re.ASCII,
)
_CONTROL: Final = re.compile(r"\[(?:(?<=\x1b\[)[0-9:;<=>?]{0,24}[A-Za-z]|[0-9;]{1,24}m)")
"""A terminal's control sequence (ECMA-48, section 5.4), or a colour whose ESC is written otherwise or gone."""
LONGEST_ESCAPE: Final = 32
SLICE: Final = 8_192
"""Characters. A long text is searched in slices: a regex keeps the interpreter for itself while it runs, here for less
than a millisecond."""
_DEEPEST: Final = 4
"""So many kinds of escapes inside each other are undone."""


class View:
    """`whole`: nothing follows the text. If not, an escape that its end has cut is no part of the view."""

    __slots__ = ("_layers", "end", "raw", "text")

    def __init__(self, raw: str, whole: bool = True) -> None:
        self.raw = raw
        self.text = raw
        self._layers: list[_Layer] = []
        """From the raw text inwards: each undoes what the one before it has uncovered."""
        cut = not whole and self._cut()
        while len(self._layers) < _DEEPEST and _has_escapes(self.text):
            layer = _Layer(self.text)
            self._layers.append(layer)
            self.text = layer.text
            cut = (not whole and self._cut()) or cut
        self.end = self.to_raw(len(self.text)) if cut else len(raw)
        """Where in the raw text the view ends."""
        if "[" in self.text:
            self.text = _CONTROL.sub(lambda found: found[0][:-1] + "\x1b", self.text)

    def _cut(self) -> bool:
        length = len(self.text)
        tail = self.text[-LONGEST_ESCAPE:]
        if "\\" not in tail and "%" not in tail and "&" not in tail:
            return False
        found = _CUT_ESCAPE.search(self.text, max(0, length - LONGEST_ESCAPE))
        if found is None:
            return False
        self.text = self.text[: found.start()]
        return True

    def to_raw(self, position: int) -> int:
        """The raw offset at which the view's character `position` starts."""
        for layer in reversed(self._layers):
            position = layer.outwards(position)
        return position

    def from_raw(self, offset: int) -> int:
        """The first of the view's characters that starts at or after the raw `offset`."""
        for layer in self._layers:
            offset = layer.inwards(offset)
        return offset


class _Layer:
    """One pass over a text: `text` is what it reads then."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, outer: str) -> None:
        self._starts: list[int] = []
        """Where in the decoded text an escape's character stands, in ascending order."""
        self._ends: list[int] = []
        """Where in the outer text that escape ends."""
        pieces: list[str] = []
        done = length = 0
        for escape in _ESCAPE.finditer(outer):
            start, end = escape.span()
            pieces += (outer[done:start], _character(escape))
            length += start - done
            self._starts.append(length)
            self._ends.append(end)
            length += 1
            done = end
        pieces.append(outer[done:])
        self.text = "".join(pieces)

    def outwards(self, position: int) -> int:
        escapes_before = bisect_left(self._starts, position)
        if not escapes_before:
            return position
        last = escapes_before - 1
        return self._ends[last] + position - self._starts[last] - 1

    def inwards(self, offset: int) -> int:
        escapes_before = bisect_right(self._ends, offset)
        if not escapes_before:
            return min(offset, self._starts[0] + 1) if self._starts else offset
        last = escapes_before - 1
        position = self._starts[last] + 1 + offset - self._ends[last]
        return min(position, self._starts[last + 1] + 1) if escapes_before < len(self._starts) else position


def _has_escapes(text: str) -> bool:
    return (
        ("\\" in text and _occurs(_ANY_JSON, text))
        or ("%" in text and _occurs(_ANY_PERCENT, text))
        or ("&" in text and _occurs(_ANY_REFERENCE, text))
    )


def _occurs(pattern: re.Pattern[str], text: str) -> bool:
    return any(pattern.search(text, start, start + SLICE + LONGEST_ESCAPE) for start in range(0, len(text), SLICE))


def _character(escape: re.Match[str]) -> str:
    json_hex, percent_hex, name, decimal, reference_hex = escape.groups()
    if json_hex is not None:
        return chr(int(json_hex, 16))
    if percent_hex is not None:
        return chr(int(percent_hex, 16)).translate(STANDINS)
    if decimal is not None:
        return chr(int(decimal))
    if reference_hex is not None:
        return chr(int(reference_hex, 16))
    return _REFERENCES[name] if name is not None else "/"

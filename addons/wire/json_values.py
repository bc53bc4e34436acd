"""JSON values one after another: NDJSON, concatenated or pretty-printed JSON, RFC 7464 sequences, one plain body.

In: bytes. Out: a frame for each top-level value, its own text without the white space around it. An object or array
(RFC 8259) is a frame the moment its last bracket has come; anything else, JSON or not, is a frame by lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from addons.wire.frame import Frame
from addons.wire.json_scan import BLANKS, ValueScanner
from addons.wire.lines import Utf8Text

_BLANK_RUN = re.compile(f"[{BLANKS}]*")
_LINE_END = re.compile("[\r\n]")


def find(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where the pattern's first match begins, or -1."""
    found = pattern.search(text, start)
    return found.start() if found else -1


def _find_line_end(text: str, start: int) -> int:
    return find(_LINE_END, text, start)


class JsonValuesFramer:
    """JSON values in pieces that may end anywhere. The state is the rule by which the open value ends."""

    def __init__(self) -> None:
        self._text = Utf8Text()
        self._scanner = ValueScanner()
        self._find_end: Callable[[str, int], int] | None = None
        self._value: list[str] = []

    def feed(self, piece: bytes) -> list[Frame]:
        return self._cut(self._text.feed(piece))

    def close(self) -> list[Frame]:
        """The value that is still open, as far as it came."""
        frames = self._cut(self._text.close())
        if self._find_end:
            frames.append(self._finish())
        return frames

    def _cut(self, text: str) -> list[Frame]:
        frames: list[Frame] = []
        position = 0
        while position < len(text):
            if self._find_end is None:
                blanks = _BLANK_RUN.match(text, position)
                position = blanks.end() if blanks else position
                if position < len(text):
                    position += self._begin(text[position])
                continue
            end = self._find_end(text, position)
            if end < 0:
                self._value.append(text[position:])
                break
            self._value.append(text[position:end])
            frames.append(self._finish())
            position = end
        return frames

    def _begin(self, first: str) -> int:
        """Choose the rule for what begins with this character; 1 where the character needs no further look, else 0."""
        self._find_end = self._scanner.find_end if first in "{[" else _find_line_end
        return 0

    def _finish(self) -> Frame:
        text = "".join(self._value).strip(BLANKS)
        self._value = []
        self._find_end = None
        return Frame(data=text)

"""One JSON array whose elements come one after another: Gemini's `streamGenerateContent` without `alt=sse`.

In: bytes of the array (RFC 8259, section 5). Out: a frame for each element as soon as it is complete, its own text;
the array's brackets and commas are no frames. What stands outside an array is cut as in `json_values`. A
stream that is cut gives the unfinished element at its end.
"""

from __future__ import annotations

import re

from addons.wire.json_values import JsonValuesFramer, find

_ELEMENT_END = re.compile(r"[,\]\n]")


def _find_element_end(text: str, start: int) -> int:
    return find(_ELEMENT_END, text, start)


class JsonArrayFramer(JsonValuesFramer):
    """A JSON array in pieces that may end anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self._in_array = False

    def _begin(self, first: str) -> int:
        if not self._in_array:
            if first != "[":
                return super()._begin(first)
            self._in_array = True
            return 1
        if first == "]":
            self._in_array = False
            return 1
        if first == ",":
            return 1
        if first == '"':
            self._value.append(first)
            self._scanner.in_string = True
            self._find_end = self._scanner.find_end
            return 1
        self._find_end = self._scanner.find_end if first in "{[" else _find_element_end
        return 0

"""Gemini's streamed call arguments: values at JSON paths, put together to an object.

In: `partialArgs` pieces, `{"jsonPath": "$.a.b[0]", "stringValue": "…", "willContinue": true}`. Out: the object so far,
and JSON text for the live view, which grows as the pieces come. The text follows the order of the pieces; a path that
goes back to an object already closed repeats its key there, which a reader of unfinished JSON must bear with anyway.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from addons.protocols.values import dumped, text
from addons.wire.json_text import dump_json

_STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")

VALUE_KEYS = ("stringValue", "numberValue", "boolValue", "nullValue")


type Step = str | int


class PartialArguments:
    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self._open: list[Step] = []
        self._in_string = False

    def write(self, piece: dict[str, Any]) -> str:
        """Takes one piece in; returns the text that it adds."""
        path = _steps(text(piece.get("jsonPath")))
        found = next((name for name in VALUE_KEYS if name in piece), None)
        if not path or found is None:
            return ""
        value = None if found == "nullValue" else piece[found]
        continues = piece.get("willContinue") is True and isinstance(value, str)
        if self._in_string and path == self._open and isinstance(value, str):
            out = dump_json(value).decode()[1:-1]
            self._append(path, value)
        else:
            out = self._move_to(path) + (dump_json(value).decode()[:-1] if isinstance(value, str) else dumped(value))
            out += "null" if value is None else ""
            self._put(path, value)
            self._in_string = isinstance(value, str)
        if self._in_string and not continues:
            self._in_string = False
            out += '"'
        return out

    def close(self) -> str:
        out = '"' if self._in_string else ""
        self._in_string = False
        brackets = "".join("}" if isinstance(step, str) else "]" for step in reversed(self._open))
        out += brackets or "{}"
        self._open = []
        return out

    def _move_to(self, path: list[Step]) -> str:
        """Closes what the new path leaves, opens what it enters. `_open` holds the path last written."""
        out = '"' if self._in_string else ""
        if not self._open:
            self._open = path
            return out + "".join(_opening(step) for step in path)
        shared = 0
        while shared < min(len(path), len(self._open)) - 1 and path[shared] == self._open[shared]:
            shared += 1
        left = self._open[shared + 1 :]
        out += "".join("}" if isinstance(step, str) else "]" for step in reversed(left)) + ","
        step = path[shared]
        out += f"{dumped([step])[1:-1]}:" if isinstance(step, str) else ""
        out += "".join(_opening(later) for later in path[shared + 1 :])
        self._open = path
        return out

    def _put(self, path: list[Step], value: Any) -> None:
        holder, last = self._holder(path)
        if isinstance(holder, dict):
            holder[str(last)] = value
        elif isinstance(last, int) and last < len(holder):
            holder[last] = value
        else:
            holder.append(value)

    def _append(self, path: list[Step], more: str) -> None:
        holder, last = self._holder(path)
        if isinstance(holder, dict):
            holder[str(last)] = text(holder.get(str(last))) + more
        elif holder:
            holder[-1] = text(holder[-1]) + more

    def _holder(self, path: list[Step]) -> tuple[Any, Step]:
        """The object or list that holds the path's last step, made on the way."""
        holder: Any = self.value
        for step, following in pairwise(path):
            fresh: Any = [] if isinstance(following, int) else {}
            if isinstance(holder, dict):
                if not isinstance(holder.get(str(step)), type(fresh)):
                    holder[str(step)] = fresh
                holder = holder[str(step)]
            else:
                if not (isinstance(step, int) and step < len(holder) and isinstance(holder[step], type(fresh))):
                    holder.append(fresh)
                    step = len(holder) - 1
                holder = holder[step]
        return holder, path[-1]


def _opening(step: Step) -> str:
    return f"{{{dumped([step])[1:-1]}:" if isinstance(step, str) else "["


def _steps(path: str) -> list[Step]:
    """`$.a[0]['b']` as its steps; nothing where it is no such path or does not begin with a name."""
    if not path.startswith("$"):
        return []
    steps: list[Step] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            return []
        name, index, single, double = match.groups()
        steps.append(int(index) if index is not None else next(x for x in (name, single, double) if x is not None))
        position = match.end()
    return steps if steps and isinstance(steps[0], str) else []

"""The colours, as one table (SPEC S3.3).

In: a role. Out: its SGR parameters (ECMA-48 8.3.117). A role that is not in the table is written plainly; where colour
is off, all are.
"""

from __future__ import annotations

from collections.abc import Mapping

_SPEAKERS = ("94", "92", "95", "96", "93", "97")

SPEAKERS = tuple(f"speaker{number}" for number in range(len(_SPEAKERS)))
"""Roles of headers: sessions in turn, so that a header's colour says whose it is before it is read."""

SGR: Mapping[str, str] = {
    "prompt": "33",
    "text": "35",
    "thinking": "96",
    "tool": "93",
    "arguments": "32",
    "argument_key": "36",
    "argument_value": "32",
    "result": "2",
    "speaker": "1",
    **{role: f"1;{colour}" for role, colour in zip(SPEAKERS, _SPEAKERS, strict=True)},
    "end": "2",
    "error": "91",
    "note": "2",
    "stall": "33",
    "alarm": "1;91",
    # What tool views make of a call's arguments.
    "header": "1",
    "command": "32",
    "path": "36",
    "query": "36",
    "removed": "31",
    "added": "32",
    "hunk": "36",
    "comment": "2",
    "string": "32",
    "number": "33",
    "keyword": "35",
    "todo_active": "1;33",
    "todo_done": "2",
    "script": "2",
    "fsm": "2",
}

PROSE = frozenset(("prompt", "text", "thinking", "speaker", *SPEAKERS, "end", "error", "note", "stall", "alarm"))
"""Roles whose lines break between words. Code, commands and data keep theirs, so that they can be copied."""

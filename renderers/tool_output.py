"""What a tool has put out, apart from what its client wrote around it for the model.

In: a result's text, or its beginning. Out: the output, and in words how it ended, how long it took. Codex wraps what
commands say in lines about them, or in JSON; what has another shape is output as it stands.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

_HEAD: Final = re.compile(
    r"(?:Chunk ID: .*\n)?(?:(?:Wall time: .*|Exit code: .*|Process exited with code .*"
    r"|Process running with session ID .*|Original token count: .*|Total output lines: .*)\n)+Output:(?:\n|\Z)"
)
_EXIT: Final = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d{1,9})$", re.MULTILINE)
_SESSION: Final = re.compile(r"^Process running with session ID (\d{1,9})$", re.MULTILINE)
_WALL_S: Final = re.compile(r"^Wall time: (\d{1,9}(?:\.\d+)?) seconds?$", re.MULTILINE)

_MOST_HEAD_CHARS: Final = 1_000
_MOST_JSON_CHARS: Final = 1_000_000
_MOST: Final = 10**9
"""A larger code or time is none."""


class ToolOutput(NamedTuple):
    """`about` is empty where nothing was told; `has_failed`: with an exit code other than 0."""

    text: str
    about: str = ""
    has_failed: bool = False


def output_of(text: str) -> ToolOutput:
    if text.startswith('{"output":') and len(text) <= _MOST_JSON_CHARS:
        return _from_json(text)
    head = _HEAD.match(text[:_MOST_HEAD_CHARS])
    if head is None:
        return ToolOutput(text)
    told = head[0]
    exit_code, wall_s, session = _EXIT.search(told), _WALL_S.search(told), _SESSION.search(told)
    return _told(
        text[head.end() :],
        int(exit_code[1]) if exit_code else None,
        float(wall_s[1]) if wall_s else None,
        f"goes on as session {session[1]}" if session else "",
    )


def _from_json(text: str) -> ToolOutput:
    try:
        told: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return ToolOutput(text)
    output, metadata = told["output"], told.get("metadata")
    if not isinstance(output, str):
        return ToolOutput(text)
    facts = metadata if isinstance(metadata, dict) else {}
    exit_code, wall_s = facts.get("exit_code"), facts.get("duration_seconds")
    return _told(
        output,
        exit_code if type(exit_code) is int and abs(exit_code) < _MOST else None,
        float(wall_s) if isinstance(wall_s, int | float) and 0 <= wall_s < _MOST else None,
    )


def _told(text: str, exit_code: int | None, wall_s: float | None, goes_on: str = "") -> ToolOutput:
    parts = [
        f"exit {exit_code}" if exit_code is not None else "",
        goes_on,
        _seconds(wall_s) if wall_s else "",
    ]
    return ToolOutput(text, " · ".join(part for part in parts if part), bool(exit_code))


def _seconds(wall_s: float) -> str:
    return f"{wall_s * 1000:.0f} ms" if wall_s < 1 else f"{wall_s:,.1f} s"

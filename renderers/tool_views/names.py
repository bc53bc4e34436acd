"""A tool's name, for people.

In: a name as the wire has it. Out: one line of text, safe for a terminal.
"""

from __future__ import annotations

from typing import Final

from renderers.sanitise import one_line

NAME_CHARS: Final = 80


def label(name: str) -> str:
    """Of `mcp__server__tool` the server and the tool."""
    server, _, tool = name.removeprefix("mcp__").partition("__") if name.startswith("mcp__") else ("", "", "")
    return one_line(f"{server} · {tool}" if tool else name or "(no name yet)", NAME_CHARS)

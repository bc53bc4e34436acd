"""Colours in the console: the live view's roles as entries of mitmproxy's palette, so that the user's theme counts.

In: a role (a key of `theme.SGR`). Out: the name of a palette entry. Where an entry is not in the palette, urwid draws
plainly.
"""

from __future__ import annotations

from collections.abc import Mapping

PLAIN = "text"

PALETTE: Mapping[str, str] = {
    "prompt": "warn",
    "text": "boolean",
    "thinking": "method_head",
    "tool": "method_post",
    "arguments": "name",
    "argument_key": "method_head",
    "argument_value": "name",
    "result": "comment",
    "speaker": "head",
    "end": "comment",
    "error": "error",
    "note": "comment",
    "stall": "warn",
    "alarm": "error",
    "header": "head",
    "command": "name",
    "path": "header",
    "query": "header",
    "removed": "error",
    "added": "replay",
    "hunk": "header",
    "comment": "comment",
    "script": "comment",
    "string": "name",
    "number": "number",
    "keyword": "boolean",
    "todo_active": "warn",
    "todo_done": "comment",
    "fsm": "comment",
}
"""The nearest that each palette of mitmproxy has: yellow, magenta, cyan, green, red, grey."""

HEADING = "heading"
HEADING_QUIET = "heading_inactive"
SELECTED = "option_selected"
CURSOR = "key"
FOUND = "focusfield"


def attribute_of(role: str) -> str:
    return PALETTE.get(role, PLAIN)

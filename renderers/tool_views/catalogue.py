"""The views by name, for the rows of `KNOWN_PATTERNS`. Each takes the sheet that it writes on."""

from __future__ import annotations

from renderers.tool_views.edits import edit
from renderers.tool_views.javascript import JavaScript as javascript
from renderers.tool_views.json_view import JsonView as json
from renderers.tool_views.lookups import Web as web
from renderers.tool_views.lookups import facts, read, search
from renderers.tool_views.patches import PatchText as patch_text
from renderers.tool_views.patches import patch_fields as patch
from renderers.tool_views.questions import question
from renderers.tool_views.shell import Shell as shell
from renderers.tool_views.subagents import subagent
from renderers.tool_views.todo_lists import TodoList as todo_list
from renderers.tool_views.writes import program, write

__all__ = [
    "edit",
    "facts",
    "javascript",
    "json",
    "patch",
    "patch_text",
    "program",
    "question",
    "read",
    "search",
    "shell",
    "subagent",
    "todo_list",
    "web",
    "write",
]

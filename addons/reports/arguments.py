"""What a tool call's arguments say: commands that are run, files that are touched, in any client's words.

In: a call's name, its arguments as JSON text or as the wire had them. Out: commands; paths with what is done to them.
Codex wraps both into a script of JavaScript: then its calls of `exec_command` and `apply_patch` are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from addons.wire.json_text import parse_json

COMMAND_FIELDS = ("command", "cmd", "commands", "script")
PATH_FIELDS = (
    "file_path",
    "filePath",
    "path",
    "absolute_path",
    "target_file",
    "notebook_path",
    "filename",
    "paths",
    "file_paths",
)
_DEEDS: tuple[tuple[str, str], ...] = (
    (r"(?i)edit|replace|patch|update|insert", "edit"),
    (r"(?i)write|create|save", "write"),
    (r"(?i)delete|remove", "delete"),
    (r"(?i)grep|glob|search|find|list|^ls$", "search"),
    (r"(?i)read|view|open|cat|image", "read"),
)
"""What a tool does to the files that it names, by its own name; the first that fits."""

_SHELLS = re.compile(r"(?:.*/)?(?:ba|z|da|k|fi)?sh|(?:.*/)?(?:pwsh|powershell)(?:\.exe)?")
_SHELL_FLAG = re.compile(r"-\w*c|-Command", re.IGNORECASE)
_PATCHED = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+?)\s*$", re.MULTILINE)
_PATCH_DEEDS = {"Add": "write", "Update": "edit", "Delete": "delete"}
_SCRIPT_COMMAND = re.compile(r"""\bcmd["']?\s*:\s*("(?:[^"\\]|\\.)*")""")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_NO_SHELL = re.compile(r"(?i)patch|edit|write")


def commands_of(tool: str, arguments: str | None) -> Iterator[str]:
    """Command lines, as a shell gets them."""
    told = _parsed(arguments)
    if isinstance(told, str):
        for found in _SCRIPT_COMMAND.finditer(told):
            yield _unquoted(found[1])
    elif isinstance(told, dict) and not _NO_SHELL.search(tool):
        # Codex's local_shell has an action of its own around it.
        inner = told["action"] if isinstance(told.get("action"), dict) else told
        for name in COMMAND_FIELDS:
            value = inner.get(name)
            if value:
                yield from value if name == "commands" and isinstance(value, list) else _command(value)
                return


def files_of(tool: str, arguments: str | None) -> Iterator[tuple[str, str]]:
    """Path, and what is done: read, write, edit, delete, search, or use where the tool's name does not say."""
    told = _parsed(arguments)
    for text in _texts(told):
        for found in _PATCHED.finditer(text):
            yield found[2], _PATCH_DEEDS[found[1]]
    if isinstance(told, dict):
        deed = next((deed for pattern, deed in _DEEDS if re.search(pattern, tool)), "use")
        for name in PATH_FIELDS:
            value = told.get(name)
            for path in value if isinstance(value, list) else [value]:
                if isinstance(path, str) and path:
                    yield path, deed


def _parsed(arguments: str | None) -> Any:
    """JSON, or the text itself where it is none."""
    try:
        return parse_json(arguments or "")
    except ValueError:
        return arguments


def _command(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(word, str) for word in value):
        # Of ["bash", "-lc", SCRIPT] the script is what matters.
        is_shell = len(value) == 3 and _SHELLS.fullmatch(value[0]) and _SHELL_FLAG.fullmatch(value[1])
        yield value[2] if is_shell else " ".join(value)


def _texts(told: Any) -> Iterator[str]:
    """Where a patch may stand: in free-form input, in an argument, in a string of a script."""
    if isinstance(told, str):
        yield told
        yield from (_unquoted(found[0]) for found in _STRINGS.finditer(told) if "*** " in found[0])
    elif isinstance(told, dict):
        for value in told.values():
            if isinstance(value, str) and "*** " in value:
                yield value
            elif isinstance(value, list):
                yield from (each for each in value if isinstance(each, str) and "*** " in each)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text[1:-1]

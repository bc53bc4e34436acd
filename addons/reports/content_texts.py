"""What stands in the contents of requests: system prompts, tool definitions, what clients inject, what they hint at.

In: a content's JSON, as the log has it once (LOGFORMAT.md, sse_blobs.jsonl). Out: texts, definitions, hints, each with
a name. What a client's words mean is a table here; each row has been seen in a client's requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from addons.protocols.request_shape import SYSTEM_ROLES
from addons.protocols.values import obj, objs, text
from addons.wire.json_text import dump_json

SYSTEM_KINDS = ("system", "instructions")

_SCHEMAS = ("input_schema", "inputSchema", "parameters", "parametersJsonSchema", "format")


class Definition(NamedTuple):
    """A tool, as a request defines it. `schema_bytes`: of its parameters as compact JSON; 0 without any."""

    name: str
    kind: str
    description: str
    schema_bytes: int


class Hint(NamedTuple):
    kind: str
    value: str


def texts_of(content: Any) -> str:
    """All text in a content, block by block."""
    return "\n".join(filter(None, _texts(content)))


def _texts(value: Any, depth: int = 5) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _texts(item, depth - 1)
    elif isinstance(value, dict) and depth:
        for name in ("text", "content", "parts"):
            if name in value:
                yield from _texts(value[name], depth - 1)


def is_system(kind: str, content: Any) -> bool:
    """Whether it is a system prompt or a part of one, wherever the dialect keeps it."""
    return kind in SYSTEM_KINDS or text(obj(content).get("role")) in SYSTEM_ROLES


def definitions(kind: str, content: Any) -> Iterator[Definition]:
    """The tools that a content defines: one, a list in a wrapper, or Codex' namespaces in an input item."""
    item = obj(content)
    if kind == "tool":
        yield from _defined(item)
    elif item.get("type") == "additional_tools":
        for tool in objs(item.get("tools")):
            yield from _defined(tool)


def _defined(tool: dict[str, Any], prefix: str = "") -> Iterator[Definition]:
    inner = tool.get("functionDeclarations", tool.get("function_declarations"))
    nested = objs(inner) or (objs(tool.get("tools")) if tool.get("type") == "namespace" else [])
    if nested:
        name = text(tool.get("name"))
        for each in nested:
            yield from _defined(each, f"{prefix}{name}." if name else prefix)
        return
    told = obj(tool.get("function")) or obj(tool.get("toolSpec")) or tool
    schema = next((told[name] for name in _SCHEMAS if told.get(name)), None)
    name = text(told.get("name")) or text(tool.get("type")) or next(iter(tool), "")
    size = len(dump_json(schema)) if schema is not None else 0
    yield Definition(prefix + name, text(tool.get("type")) or "function", text(told.get("description")), size)


_HINTS: tuple[tuple[str, str], ...] = (
    ("directory", r"(?:Primary w|W)orking directory: (.+)"),
    ("directory", r"<cwd>([^<]+)</cwd>"),
    ("directory", r"I'm currently working in the (?:following )?director(?:y|ies):\s*(?:- )?(.+)"),
    ("directory", r"Workspace root folder: (.+)"),
    ("directory", r"Additional working directories: (.+)"),
    ("repository", r"Is (?:directory )?a git repo(?:sitory)?: (.+)"),
    ("repository", r"<root>([^<]+)</root>"),
    ("branch", r"(?:Current branch|Git branch|gitBranch): (.+)"),
    ("main branch", r"Main branch[^:\n]*: (.+)"),
    ("platform", r"(?:Platform|Operating System|My operating system is): ?(.+)"),
    ("system", r"OS Version: (.+)"),
    ("shell", r"(?:<shell>([^<]+)</shell>|Shell: (.+))"),
    ("date", r"(?:Today's date(?: is)?:? |<current_date>)([^<\n]+)"),
    ("file", r"Contents of (/[^\n(]+?) \("),
    ("file", r"AGENTS\.md instructions for (.+)"),
    ("file", r"The user opened the file (.+?) in the IDE"),
)
"""What a client's environment blocks say, at the beginning of a line or in a tag of their own."""

_IDENTITY: tuple[tuple[str, str], ...] = (
    ("identity", r"(?:^|\n)(You are (?:an? |the )?[A-Z][^.\n]{2,160})"),
    ("name", r"powered by the model named ([^.\n]+(?:\.\d[^.\n]*)?)"),
    ("model id", r"exact model ID is (\S+?)[.,]?(?:\s|$)"),
    ("cut-off", r"(?i)knowledge cut-?off(?: date)?(?: is|:)? ([^.\n]+)"),
    ("based on", r"(?i)(?:based on|running on) (GPT-[\w.-]+|Gemini [\w. -]+|Claude [\w. -]+)"),
)

HINTS = tuple((kind, re.compile(pattern)) for kind, pattern in _HINTS)
IDENTITY = tuple((kind, re.compile(pattern)) for kind, pattern in _IDENTITY)

_LONGEST_VALUE = 400


def hints(patterns: tuple[tuple[str, re.Pattern[str]], ...], said: str) -> Iterator[Hint]:
    """Each once."""
    seen: set[Hint] = set()
    for kind, pattern in patterns:
        for found in pattern.finditer(said):
            value = next(group for group in found.groups() if group is not None).strip()[:_LONGEST_VALUE].rstrip(".")
            hint = Hint(kind, value)
            if value and hint not in seen:
                seen.add(hint)
                yield hint

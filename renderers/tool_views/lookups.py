"""Reads, searches, web look-ups and other small calls: one line with what is looked for, and where.

In: arguments of tools that look, wait, or name something. Out: the header's line only: path, pattern, query, address or
name as they are, the rest as notes.
"""

from __future__ import annotations

from renderers.tool_views.fields import FLAG, HIDDEN, Field, FieldsView, header
from renderers.tool_views.sheet import Sheet

_WHERE = header("path", "in ")
_PATH_KEYS = ("file_path", "filePath", "path", "absolute_path", "dir_path", "target_file", "paths.*", "file_paths.*")

READ_FIELDS: dict[str, Field] = {
    **dict.fromkeys((*_PATH_KEYS, "notebook_path", "uri", "include.*"), header("path")),
    "recursive": FLAG,
}

SEARCH_FIELDS: dict[str, Field] = {
    **dict.fromkeys(("pattern", "query", "queries.*", "regex", "search", "name_pattern"), header("query")),
    **dict.fromkeys((*_PATH_KEYS, "dir", "directory"), _WHERE),
    "-n": HIDDEN,  # line numbers: how the result looks
    "case_sensitive": FLAG,
    "-i": FLAG,
    "multiline": FLAG,
}

WEB_FIELDS: dict[str, Field] = {
    **dict.fromkeys(("query", "queries.*", "search_query.*.q", "pattern"), header("query", "⌕ ")),
    **dict.fromkeys(("url", "urls.*", "open.*.ref_id"), header("path", "↗ ")),
    "prompt": header("note"),
    "type": header("note"),  # of a web_search_call: search, open_page, find_in_page
}


FACT_FIELDS: dict[str, Field] = {
    **dict.fromkeys(("skill", "name", "command", "subject", "title", "query", "q"), header("query")),
    **dict.fromkeys(("taskId", "task_id", "target", "agent_id", "id"), header("path")),
    **dict.fromkeys(("description", "summary", "reason", "args", "strategic_intent", "prompt"), header("note")),
    "activeForm": HIDDEN,
}


def facts(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, FACT_FIELDS)


def read(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, READ_FIELDS)


def search(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, SEARCH_FIELDS)


class Web(FieldsView):
    """A web_search_call repeats the first of its `queries` as `query`: shown once."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet, WEB_FIELDS)
        self._has_queries = False

    def field(self, key: str) -> Field:
        self._has_queries = self._has_queries or key == "queries.*"
        return HIDDEN if key == "query" and self._has_queries else super().field(key)

"""File edits: a header with the path, and a diff that grows: what goes away in red, what comes in green.

In: arguments with the old and the new text (Claude Code's Edit and MultiEdit, Gemini's replace, opencode's edit, VS
Code's replace_string_in_file, Anthropic's text editor), or with a diff. Out: `- ` and `+ ` lines as they stream. Models
write the old text first, so there is nothing to compare it with yet: both are shown whole.
"""

from __future__ import annotations

from functools import partial

from renderers.tool_views.fields import FLAG, Field, FieldsView, body, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Lines, Patch

PATH = header("path", "✎ ")

_OLD = partial(Lines, role="removed", prefix="- ")
_NEW = partial(Lines, role="added", prefix="+ ")

OLD = body(_OLD)
NEW = body(_NEW)

_OLD_KEYS = ("old_string", "oldString", "old_str", "search")
_NEW_KEYS = ("new_string", "newString", "new_str", "new_source", "insert_text", "replace", "file_text", "content")
_PATH_KEYS = ("file_path", "filePath", "path", "target_file", "notebook_path")
_LISTS = ("edits", "replacements", "changes")

_SEPARATOR = "⋯"

FIELDS: dict[str, Field] = {
    **dict.fromkeys(_PATH_KEYS, PATH),
    **dict.fromkeys(_OLD_KEYS, OLD),
    **dict.fromkeys(_NEW_KEYS, NEW),
    **{f"{name}.*.{key}": PATH for name in _LISTS for key in _PATH_KEYS},
    **{f"{name}.*.{key}": body(_OLD, between=_SEPARATOR) for name in _LISTS for key in _OLD_KEYS},
    **{f"{name}.*.{key}": NEW for name in _LISTS for key in _NEW_KEYS},
    **{f"{name}.*.replace_all": FLAG for name in _LISTS},
    "replace_all": FLAG,
    "replaceAll": FLAG,
    "command": header("note"),  # of a text editor: view, create, str_replace, insert
    "view_range.*": header("note"),
    "type": header("note"),  # of an apply_patch_call: create_file, update_file, delete_file
    "diff": body(Patch),
    "patch": body(Patch),
}


def edit(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, FIELDS)

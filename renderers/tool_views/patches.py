"""apply_patch: a patch in its colours while it is written.

In: the patch as free-form text (a custom tool), or a JSON object with the patch as a string. Out: the patch, its file
lines, hunks and changes each in their colour.
"""

from __future__ import annotations

from renderers.tool_views.fields import Field, FieldsView, body, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Patch

FIELDS: dict[str, Field] = dict.fromkeys(("input", "patch", "patchText", "diff"), body(Patch)) | {
    "path": header("path", "✎ "),
    "type": header("note"),  # of an apply_patch_call: create_file, update_file, delete_file
}


class PatchText:
    """The arguments are the patch."""

    def __init__(self, sheet: Sheet) -> None:
        sheet.line()
        self._patch = Patch(sheet)

    def feed(self, text: str) -> None:
        self._patch.feed(text)

    def close(self) -> None:
        return


def patch_fields(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, FIELDS)

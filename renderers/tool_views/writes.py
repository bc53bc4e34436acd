"""File writes and programs: the content as it is, with syntax colour where the language is known.

In: arguments with a path and a whole content; or a program that the provider runs. Out: a header with the path, then
the content. A content that comes before its path (Gemini sorts keys) is plain: nobody knows its language yet.
"""

from __future__ import annotations

from renderers.json_paths import Path
from renderers.tool_views.edits import PATH
from renderers.tool_views.fields import OWN, Field, Fields, FieldsView, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.syntax import Syntax, language_of
from renderers.tool_views.texts import Lines, TextSink

WRITE_FIELDS: dict[str, Field] = {
    **dict.fromkeys(("file_path", "filePath", "path", "target_file", "filename", "absolute_path"), PATH),
    **dict.fromkeys(("content", "contents", "file_text", "text"), OWN),
}

PROGRAM_FIELDS: dict[str, Field] = {"code": OWN, "language": header("note")}


class Content(FieldsView):
    """`path` names the language until a header does."""

    def __init__(self, sheet: Sheet, fields: Fields, path: str = "") -> None:
        super().__init__(sheet, fields)
        self._file = path
        self._text: TextSink | None = None

    def header_piece(self, piece: str) -> None:
        self._file += piece

    def own_piece(self, _path: Path, piece: str) -> None:
        if self._text is None:
            self.body_line("")
            language = language_of(self._file)
            self._text = Syntax(self.sheet, language) if language else Lines(self.sheet, "code")
        self._text.feed(piece)

    def own_end(self, _path: Path) -> None:
        if self._text is not None:
            self._text.close()
            self._text = None


def write(sheet: Sheet) -> Content:
    return Content(sheet, WRITE_FIELDS)


def program(sheet: Sheet) -> Content:
    """Code that the provider runs: Python, as far as known."""
    return Content(sheet, PROGRAM_FIELDS, "program.py")

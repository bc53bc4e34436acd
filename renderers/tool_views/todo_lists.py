"""To-do lists as check lists: `☐` to do, `◐` under way, `☑` done, `☒` given up.

In: arguments with a list of items (Claude Code's TodoWrite, Codex' update_plan, Gemini's write_todos, opencode's
todowrite). Out: one line per item. Most write an item's text before its state, so the text stands on a provisional
line until its box is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from renderers.json_paths import Path
from renderers.spans import Erase, Provisional
from renderers.tool_views.fields import HIDDEN, OWN, Field, FieldsView, header
from renderers.tool_views.sheet import Sheet, flat

BOXES: Mapping[str, tuple[str, str]] = {
    "pending": ("☐", "todo"),
    "in_progress": ("◐", "todo_active"),
    "completed": ("☑", "todo_done"),
    "cancelled": ("☒", "todo_done"),
}
"""State to box and role. An unknown state is said after the text."""

_LISTS = ("todos", "plan", "items", "tasks")
_TEXTS = ("content", "step", "description", "title", "text", "task")

FIELDS: dict[str, Field] = {
    **{f"{name}.*.{key}": OWN for name in _LISTS for key in (*_TEXTS, "status")},
    # The same text in another form, and numbers for machines.
    **{f"{name}.*.{key}": HIDDEN for name in _LISTS for key in ("activeForm", "id", "priority")},
    "explanation": header("note"),
}


class TodoList(FieldsView):
    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet, FIELDS)
        self._item: Path = ()
        self._text = ""
        self._status = ""
        self._provisional = False

    def own_piece(self, path: Path, piece: str) -> None:
        if path[:2] != self._item:
            self.ended()
            self._item = path[:2]
        if path[-1] == "status":
            self._status += piece
            return
        if not self._text:
            self.sheet.line()
        self._text += piece
        self._provisional = True
        self.sheet.add(Provisional("todo", flat(piece)))

    def own_end(self, path: Path) -> None:
        if self._text and self._status and path[-1] == "status":
            self.ended()

    def ended(self) -> None:
        if self._provisional:
            self.sheet.add(Erase())
        if self._text or self._status:
            box, role = BOXES.get(self._status or "pending", ("☐", "todo"))
            state = "" if not self._status or self._status in BOXES else f" ({self._status})"
            self.body_line("")
            self.sheet.say(role, flat(f"{box} {self._text}{state}") + "\n")
        self._item, self._text, self._status, self._provisional = (), "", "", False

"""Questions to the person, with the answers to choose from.

In: arguments with a list of questions (Claude Code's AskUserQuestion, Codex' request_user_input), or one. Out: each
question on a line of its own, its answers under it.
"""

from __future__ import annotations

from functools import partial

from renderers.tool_views.fields import FLAG, HIDDEN, Field, FieldsView, body, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Lines

_QUESTION = body(partial(Lines, role="prompt"), "? ")
_ANSWER = body(partial(Lines, role="text"), "  ○ ")

_KEYS: dict[str, Field] = {
    "question": _QUESTION,
    "header": HIDDEN,  # the question in a word or two
    "id": HIDDEN,
    "multiSelect": FLAG,
    "options.*": _ANSWER,
    "options.*.label": _ANSWER,
    "options.*.description": header("note"),
}

FIELDS: dict[str, Field] = {**_KEYS, **{f"questions.*.{key}": field for key, field in _KEYS.items()}}


def question(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, FIELDS)

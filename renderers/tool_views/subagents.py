"""Sub-agents: who is sent, what for, and the prompt.

In: arguments of a tool that launches an agent (Claude Code's Task and Agent, opencode's task, Codex' spawn_agent,
Gemini's delegate_to_agent), or that shows a plan. Out: description and type in the header, the prompt under it.
"""

from __future__ import annotations

from functools import partial

from renderers.tool_views.fields import FLAG, Field, FieldsView, body, header
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Lines

_PROMPT = body(partial(Lines, role="prompt"))

FIELDS: dict[str, Field] = {
    **dict.fromkeys(("description", "name", "title", "task_name"), header("query")),
    **dict.fromkeys(("subagent_type", "agent_type", "agent_name", "agent", "target", "task_id"), header("path", "⤷ ")),
    **dict.fromkeys(("prompt", "message", "objective", "instructions", "task", "items.*.text"), _PROMPT),
    "run_in_background": FLAG,
    "plan": body(partial(Lines, role="text")),
}


def subagent(sheet: Sheet) -> FieldsView:
    return FieldsView(sheet, FIELDS)

"""The catalogue: every report there is, a row each (SPEC S3.20 to S3.26).

In: the modes of `modes/`. Out: one table of them, from which the reports themselves, their help, README's table and
the completions are made; and the nearest names to one that is not there.
"""

from __future__ import annotations

from addons.reports.mode import Mode
from addons.reports.modes import (
    contents,
    exchanges,
    instructions,
    sessions,
    speed,
    tool_calls,
    tools,
    trouble,
    turns,
    usage,
    window,
)
from addons.reports.question import QuestionError

_ROOMS = (usage, sessions, exchanges, turns, instructions, contents, window, speed, trouble, tools, tool_calls)

MODES: dict[str, Mode] = {mode.name: mode for room in _ROOMS for mode in room.MODES}


def find(name: str) -> Mode:
    """Raises QuestionError, with the nearest names."""
    mode = MODES.get(name) or MODES.get(name.lower().replace("-", "_")) or MODES.get(name.lower().replace("_", "-"))
    if mode is None:
        import difflib  # only here: for who has mistyped

        near = difflib.get_close_matches(name, MODES, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise QuestionError(f"there is no report {name}{hint}\n`report help` lists them")
    return mode

"""The catalogue: every report there is, a row each (SPEC S3.20 to S3.26).

In: the modes of `modes/`. Out: one table of them, from which the reports themselves, their help, README's table and
the completions are made; and the nearest names to one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from addons.reports.mode import Mode
from addons.reports.question import QuestionError

_ROOMS = (
    "usage",
    "sessions",
    "exchanges",
    "turns",
    "instructions",
    "contents",
    "window",
    "speed",
    "trouble",
    "tools",
    "tool_calls",
)
"""Those of modes/, in help's order. One is imported when somebody comes to it: a report needs only its own."""


def _each() -> Iterator[Mode]:
    for room in _ROOMS:
        yield from import_module(f"addons.reports.modes.{room}").MODES


@cache
def modes() -> dict[str, Mode]:
    """All, by name."""
    return {mode.name: mode for mode in _each()}


def find(name: str) -> Mode:
    """Raises QuestionError, with the nearest names."""
    spellings = (name, name.lower().replace("-", "_"), name.lower().replace("_", "-"))
    mode = next((mode for mode in _each() if mode.name in spellings), None)
    if mode is None:
        import difflib  # only here: for who has mistyped

        near = difflib.get_close_matches(name, modes(), n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise QuestionError(f"there is no report {name}{hint}\n`report help` lists them")
    return mode

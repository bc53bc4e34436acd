"""The catalogue: every report there is, a row each (SPEC S3.20 to S3.26).

In: the modes of `modes/`. Out: one table of them, from which the reports themselves, their help, README's table and
the completions are made; and the nearest names to one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from addons.reports.question import QuestionError

if TYPE_CHECKING:
    from addons.reports.mode import Mode

    MODES: dict[str, Mode]
    """By name, in the order in which help lists them. Made when it is asked for: one report needs one room."""

_ROOMS = (
    *("usage", "sessions", "exchanges", "turns", "instructions", "contents", "window", "speed", "trouble", "tools"),
    "tool_calls",
)


def __getattr__(name: str) -> Any:
    if name != "MODES":
        raise AttributeError(name)
    return {mode.name: mode for mode in _modes()}


def _modes() -> Iterator[Mode]:
    for room in _ROOMS:
        yield from import_module(f"addons.reports.modes.{room}").MODES


def find(name: str) -> Mode:
    """Raises QuestionError, with the nearest names."""
    names = (name, name.lower().replace("-", "_"), name.lower().replace("_", "-"))
    mode = next((mode for mode in _modes() if mode.name in names), None)
    if mode is None:
        import difflib  # only here: for who has mistyped

        near = difflib.get_close_matches(name, [mode.name for mode in _modes()], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise QuestionError(f"there is no report {name}{hint}\n`report help` lists them")
    return mode

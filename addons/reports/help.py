"""Help: what can be asked, out of the catalogue's and the options' own tables.

In: nothing, or a mode's name. Out: pieces of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from addons.reports.catalogue import find, modes
from addons.reports.mode import Mode
from addons.reports.question import OPTIONS

_COMMAND = "./launch.sh report"


def help_text(names: Sequence[str] = ()) -> Iterator[str]:
    """Raises QuestionError for a name that is none."""
    if names:
        for mode in [find(name) for name in names]:
            yield from _about(mode)
        return
    yield f"Usage: {_COMMAND} MODE [ARGUMENT] [OPTION…]      {_COMMAND} help MODE tells more of one\n\n"
    size = max(map(len, modes()))
    yield from (f"  {mode.name:{size}}  {mode.summary}\n" for mode in modes().values())
    yield "\n"
    yield from _options()


def _about(mode: Mode) -> Iterator[str]:
    argument = f" {mode.argument}" if mode.argument else ""
    yield f"{_COMMAND} {mode.name}{argument} [OPTION…]\n\n{mode.summary}\n"
    if mode.help:
        yield f"{mode.help}\n"
    if mode.always_by:
        yield f"A row for each {' and '.join(mode.always_by)}, and for whatever else --group-by names.\n"
    elif mode.group_by:
        yield f"A row for each {' and '.join(mode.group_by)}, unless --group-by says otherwise.\n"
    yield f"Of exchanges with purpose {', '.join(mode.purposes) or 'any'}, unless --purpose says otherwise.\n"
    yield f"Columns: {', '.join(column.name for column in mode.columns)}\n"


def _options() -> Iterator[str]:
    size = max(len(option.name) + len(option.value) for option in OPTIONS) + 3
    for option in OPTIONS:
        yield f"  {f'--{option.name} {option.value}':{size}}  {option.help}\n"

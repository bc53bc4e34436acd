"""Allowances that run out: said when much of one is used, and again when much more is.

In: what answers' heads tell. Out: sentences, each once a step; an allowance that is fresh again may be said anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from addons.protocols.events import Allowance
from renderers.sanitise import one_line
from renderers.stalls import seconds

STEPS = (0.75, 0.9, 0.95, 1.0)
"""Shares used that are worth a line."""


class Allowances:
    """Of one session."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def told(self, allowances: Iterable[Allowance]) -> list[str]:
        said = []
        for allowance in allowances:
            step = max((step for step in STEPS if step <= allowance.used), default=0.0)
            if step > self._said.get(allowance.name, 0.0):
                resets = allowance.resets_in_s
                when = f", resets in {seconds(resets)}" if resets is not None and resets >= 1 else ""
                said.append(f"{one_line(allowance.name, 40)} limit: {allowance.used:.0%} used{when}")
            self._said[allowance.name] = step
        return said

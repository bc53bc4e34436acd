"""What an exchange's time went into: waiting, thinking, text, arguments, tools.

In: what has come, and how long after the request. Out: the phases, one after the other without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from renderers.board.facts import Phase, PhaseKind

MOST_PHASES: Final = 200

_TRUSTED_MS: Final = 250.0
_TRUSTED_SHARE: Final = 0.1
"""How far the time that the board saw may be from the exchange's own before it is not believed."""


@dataclass(slots=True)
class _Stretch:
    """A phase that may still grow."""

    kind: PhaseKind
    begin_ms: float
    end_ms: float


class Phases:
    """The first is waiting: nothing has come yet."""

    def __init__(self) -> None:
        self._stretches = [_Stretch("waiting", 0.0, 0.0)]

    def content(self, kind: PhaseKind, elapsed_ms: float) -> None:
        """Content has come. What lies between two kinds belongs to the later, but before the first token one waits."""
        last = self._stretches[-1]
        if last.kind == "waiting":
            last.end_ms = elapsed_ms
        if last.kind != kind and len(self._stretches) < MOST_PHASES:
            last = _Stretch(kind, last.end_ms, elapsed_ms)
            self._stretches.append(last)
        last.end_ms = elapsed_ms

    def ended(self, duration_ms: float, ttft_ms: float | None, elapsed_ms: float) -> None:
        """The exchange's own times count; what the board saw fits in between, or is not believed."""
        if abs(elapsed_ms - duration_ms) > max(_TRUSTED_MS, _TRUSTED_SHARE * duration_ms):
            self._stretches = []
            return
        if len(self._stretches) == 1:
            self._stretches[0].end_ms = duration_ms
            return
        first_ms = self._stretches[0].end_ms if ttft_ms is None else ttft_ms
        for stretch in self._stretches:
            stretch.begin_ms = min(max(stretch.begin_ms, first_ms), duration_ms)
            stretch.end_ms = min(max(stretch.end_ms, first_ms), duration_ms)
        self._stretches[0].begin_ms, self._stretches[0].end_ms = 0.0, min(first_ms, duration_ms)
        self._stretches[1].begin_ms = self._stretches[0].end_ms

    def tools_ran(self, begin_ms: float, end_ms: float) -> None:
        """The client's, after the answer's end."""
        if self._stretches and end_ms > begin_ms:
            self._stretches.append(_Stretch("tools", begin_ms, end_ms))

    def facts(self) -> tuple[Phase, ...]:
        """None where the board has not seen them pass."""
        return tuple(Phase(one.kind, one.begin_ms, one.end_ms) for one in self._stretches)

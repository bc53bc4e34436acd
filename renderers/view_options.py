"""What a person may set about the live view (SPEC S2.5, S3.4).

In: values from options or a test. Out: one frozen object that every part of the view reads. Raises ValueError with the
reason where a value can't work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal, cast

type Kind = Literal["prompt", "thinking", "text", "tool", "result"]
type Detail = Literal["hide", "one_line", "full", "raw"]

DETAILS: tuple[Detail, ...] = ("hide", "one_line", "full")
"""Of a tool call also `raw`: its arguments as they came."""

DEFAULT_DETAILS: Mapping[Kind, Detail] = {
    "prompt": "full",
    "thinking": "full",
    "text": "full",
    "tool": "full",
    "result": "one_line",
}
"""How much is shown of each kind where nothing else is said."""

FUNCTION_ONLY: Mapping[Kind, Detail] = {"prompt": "one_line", "thinking": "hide", "text": "hide", "result": "hide"}
"""What `function_only` makes of it: tool calls, and what they were asked for."""

MIN_SUB_DELTAS = 8


@dataclass(frozen=True, slots=True)
class ViewOptions:
    function_only: bool = False
    """Tool calls only."""
    args_sub_deltas: int = MIN_SUB_DELTAS
    """After so many deltas without a known pattern a tool call is shown as JSON."""
    show_fsm: bool = False
    delay_ms: float = 0
    """The least time between two pieces on the screen. Paces the display, never the traffic."""
    show_time: bool = False
    show_flow_id: bool = False
    log_screen: bool = False
    """Say why the screen passes from one agent to another."""
    delta_timing: bool = False
    """Say after each block how its deltas were spaced."""
    context_metrics: bool = False
    """Say at each call's end how full the context is."""
    flush_ms: float = 0
    """Collect text for so long before it goes to the terminal; 0 writes at once."""
    dead_after_s: float = 60.0
    details: Mapping[str, str] = field(default_factory=dict)
    """Kind to a level of `DETAILS`; what is left out is as in `DEFAULT_DETAILS`."""
    colour: bool = False
    indent: int = 2
    """Blanks per level of pretty-printed JSON."""
    timezone: tzinfo | None = None
    """For `show_time`; None is the machine's own."""

    def __post_init__(self) -> None:
        if self.args_sub_deltas < MIN_SUB_DELTAS:
            raise ValueError(f"args_sub_deltas={self.args_sub_deltas}: a call can't be told from fewer than 8 deltas")
        for name in ("delay_ms", "flush_ms", "indent"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}={getattr(self, name)}: must not be below 0")
        if self.dead_after_s <= 0:
            raise ValueError(f"dead_after_s={self.dead_after_s}: must be above 0")
        for kind, detail in self.details.items():
            if kind not in DEFAULT_DETAILS:
                raise ValueError(f"there is no kind {kind}; the kinds are {', '.join(DEFAULT_DETAILS)}")
            allowed = (*DETAILS, "raw") if kind == "tool" else DETAILS
            if detail not in allowed:
                raise ValueError(f"{kind}={detail}: must be one of {', '.join(allowed)}")

    def detail(self, kind: Kind) -> Detail:
        if self.function_only and kind in FUNCTION_ONLY:
            return FUNCTION_ONLY[kind]
        return cast(Detail, self.details.get(kind, DEFAULT_DETAILS[kind]))

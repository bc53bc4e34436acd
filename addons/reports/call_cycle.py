"""The life of one tool call: announced → arguments streaming → complete → result returned (SPEC S3.25).

In: steps, each with its moment. Out: the state, the moment of each state, and the invariants that were violated. A step
that the table does not allow is a violation; the call goes on from it as the wire did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class State(Enum):
    ANNOUNCED = "announced"
    STREAMING = "streaming"
    COMPLETE = "complete"
    RETURNED = "returned"


class Step(Enum):
    ARGUMENTS = "arguments"
    DONE = "done"
    RESULT = "result"


class Violation(Enum):
    RESULT_WITHOUT_CALL = "result without call"
    DUPLICATE_RESULT = "duplicate result"
    UNFINISHED_ANSWERED = "result of an unfinished call"
    NEVER_ANSWERED = "never answered"
    ARGUMENTS_NO_JSON = "arguments are no JSON"
    ID_REUSED = "id reused"


ALLOWED: dict[tuple[State, Step], State] = {
    (State.ANNOUNCED, Step.ARGUMENTS): State.STREAMING,
    (State.STREAMING, Step.ARGUMENTS): State.STREAMING,
    (State.ANNOUNCED, Step.DONE): State.COMPLETE,
    (State.STREAMING, Step.DONE): State.COMPLETE,
    (State.COMPLETE, Step.RESULT): State.RETURNED,
}

VIOLATING: dict[tuple[State, Step], tuple[State, Violation]] = {
    (State.ANNOUNCED, Step.RESULT): (State.RETURNED, Violation.UNFINISHED_ANSWERED),
    (State.STREAMING, Step.RESULT): (State.RETURNED, Violation.UNFINISHED_ANSWERED),
    (State.RETURNED, Step.RESULT): (State.RETURNED, Violation.DUPLICATE_RESULT),
}
"""Any other step says nothing new: a decoder tells each call's end once, whatever the wire repeats."""


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's result as a request has it. `digest` is the same for the same content."""

    call_id: str | None
    digest: bytes
    size: int
    """Characters."""
    is_error: bool


@dataclass(slots=True)
class Call:
    """`call_id` None: the dialect has none. `announced_in` None: only its result has been seen."""

    session_id: str
    agent_id: str | None
    announced_in: str | None
    call_id: str | None
    name: str
    kind: str
    argument_chars: int | None = None
    state: State = State.ANNOUNCED
    moments: dict[State, int] = field(default_factory=dict)
    """When each state was reached, nanoseconds of the epoch; without those that nothing tells."""
    violations: list[Violation] = field(default_factory=list)
    result: Result | None = None
    returned_in: str | None = None
    """The exchange whose request brought the result first; the answer's own where the provider ran the tool."""
    went_on: bool = False
    """Its session has gone on without a result of it."""

    def take(self, step: Step, at_ns: int | None = None) -> None:
        key = (self.state, step)
        if key in ALLOWED:
            self.state = ALLOWED[key]
        elif key in VIOLATING:
            self.state, violation = VIOLATING[key]
            self.violate(violation)
        else:
            return
        if at_ns is not None:
            self.moments.setdefault(self.state, at_ns)

    def violate(self, violation: Violation) -> None:
        if violation not in self.violations:
            self.violations.append(violation)

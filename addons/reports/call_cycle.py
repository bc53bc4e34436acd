"""The life of one tool call: announced → arguments streaming → complete → result returned (SPEC S3.25).

In: steps, each with its moment. Out: the state, the moments of the last two, and the invariants that were violated. A
step that the table does not allow is a violation; the call goes on from it as the wire did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
class Exchange:
    """Who asks. `number` is its place in the log."""

    flow_id: str
    number: int
    session_id: str
    agent_id: str | None
    purpose: str
    session_number: int | None = None
    api: str | None = None
    is_wanted: bool = True
    """Whether the question's filters leave it in."""


@dataclass(frozen=True, slots=True)
class Result:
    """A tool's result as a request has it. `digest` is the same for the same content."""

    call_id: str | None
    digest: int
    chars: int
    is_error: bool
    head: str = ""
    """How it begins, where it is an error."""
    exit_code: int | None = None
    """A command's, where the result tells it."""
    tool: str = ""
    """Its name, where the result tells it."""
    is_new: bool = True
    """No earlier request of the session had it, word for word."""


@dataclass(slots=True)
class Call:
    """`call_id` None: neither the answer has given it one, nor the client. `announced_in` None: only its result
    has been seen."""

    call_id: str | None
    tool: str
    kind: str
    announced_in: Exchange | None
    argument_chars: int | None = None
    state: State = State.ANNOUNCED
    complete_at: datetime | None = None
    returned_at: datetime | None = None
    violations: tuple[Violation, ...] = ()
    result: Result | None = None
    returned_in: Exchange | None = None
    """Whose request brought the result first."""
    response_id: str | None = None
    """Of the answer that announces it."""
    goes_on_from: str | None = None
    """The response that the result's request names in place of the conversation."""
    chain: int = 0
    """How many responses, one going on from the other, lie behind the result's request, as far as the log has them."""
    went_on: bool = False
    """Its session has gone on without a result of it."""

    def take(self, step: Step, at: datetime | None = None) -> None:
        key = (self.state, step)
        if key in ALLOWED:
            self.state = ALLOWED[key]
        elif key in VIOLATING:
            self.state, violation = VIOLATING[key]
            self.violate(violation)
        else:
            return
        if self.state is State.COMPLETE:
            self.complete_at = self.complete_at or at
        elif self.state is State.RETURNED:
            self.returned_at = self.returned_at or at

    def violate(self, violation: Violation) -> None:
        if violation not in self.violations:
            self.violations += (violation,)

"""All tool calls of a log, followed through their lives: who announced each, which request brought its result.

In: exchanges in the order in which they began: what the request's conversation has (`Asked`), then how it was answered
(`Answered`). Out: `Call`s in order of appearance, with the violations that only more than one exchange can show.

A request brings the whole conversation each time, so a result counts where it stands first. Clients cut old results
short later, and send a request again that has failed: neither is a second result. Two results of one call in one
conversation are, and so is another one in a request that sends only what is new (`previous_response_id`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from addons.reports.call_cycle import Call, Result, State, Step, Violation

WORKING = ("main", "subagent")
"""Purposes of exchanges in which an agent works on. The client's own, such as titles, leave calls alone."""

CLIENT_RUNS = ("client", "custom")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `results` in order; the last `new_results` of them follow the model's last words."""

    flow_id: str
    session_id: str
    agent_id: str | None
    purpose: str
    at_ns: int
    previous_response_id: str | None = None
    mentioned: Mapping[str, int] = field(default_factory=dict)
    """Ids of the calls that stand in the conversation, and how often each does."""
    results: tuple[Result, ...] = ()
    new_results: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """An end. `tool_calls` as in sse_flow_ends.jsonl."""

    flow_id: str
    at_ns: int
    is_whole: bool
    response_id: str | int | None
    tool_calls: Sequence[dict[str, Any]] = ()


@dataclass(slots=True)
class _Agent:
    """One line of work: a session's own agent, or a sub-agent."""

    waiting: list[Call] = field(default_factory=list)
    """Complete calls whose results have not come, while it has not gone on."""


class CallBook:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._asked: dict[str, Asked] = {}
        self._by_id: dict[tuple[str, str], Call] = {}
        self._anywhere: dict[str, Call] = {}
        self._agents: dict[tuple[str, str | None, str], _Agent] = {}
        self._orphans: set[tuple[str, str]] = set()
        self._responses: set[str | int] = set()

    def asked(self, asked: Asked) -> None:
        self._asked[asked.flow_id] = asked
        agent = self._agent(asked)
        self._take_nameless(asked, agent)
        counts = Counter(result.call_id for result in asked.results)
        for call_id, last in {result.call_id: result for result in asked.results}.items():
            if call_id is not None:
                self._take(asked, last, call_id, counts[call_id])
        if asked.purpose in WORKING:
            for call in agent.waiting:
                call.went_on = call.result is None
            agent.waiting.clear()

    def answered(self, answered: Answered) -> list[Call]:
        """The calls that it announces."""
        asked = self._asked.pop(answered.flow_id, None)
        if answered.response_id is not None:
            self._responses.add(answered.response_id)
        if asked is None:
            return []
        last = len(answered.tool_calls) - 1
        calls = [
            self._announce(asked, answered, told, may_be_cut=not answered.is_whole and number == last)
            for number, told in enumerate(answered.tool_calls)
        ]
        if answered.is_whole:
            # Of an answer that broke off clients forget the calls, and ask again.
            self._agent(asked).waiting += [call for call in calls if call.kind in CLIENT_RUNS]
        return calls

    def close(self) -> list[Call]:
        """Nothing more will come."""
        for call in self.calls:
            if call.went_on and call.result is None:
                call.violate(Violation.NEVER_ANSWERED)
        return self.calls

    # -- inside -----------------------------------------------------------------------------------------------------

    def _agent(self, asked: Asked) -> _Agent:
        return self._agents.setdefault((asked.session_id, asked.agent_id, asked.purpose), _Agent())

    def _announce(self, asked: Asked, answered: Answered, told: dict[str, Any], may_be_cut: bool) -> Call:
        call_id, raw, arguments = told.get("id"), told.get("arguments_raw"), told.get("arguments")
        kind = str(told.get("kind"))
        call = Call(asked.session_id, asked.agent_id, asked.flow_id, call_id, str(told.get("name")), kind)
        call.argument_chars = len(raw) if isinstance(raw, str) else None
        has_text = bool(raw) or arguments is not None
        is_open = may_be_cut and arguments is None
        if has_text:
            call.take(Step.ARGUMENTS)
        if not is_open:
            call.take(Step.DONE, answered.at_ns)
            if raw and arguments is None and kind != "custom":
                call.violate(Violation.ARGUMENTS_NO_JSON)
        self.calls.append(call)
        if call_id is not None:
            key = (asked.session_id, call_id)
            if key in self._by_id:
                call.violate(Violation.ID_REUSED)
            self._by_id[key] = self._anywhere[call_id] = call
        return call

    def _take(self, asked: Asked, result: Result, call_id: str, count: int) -> None:
        """`result` is the last of its id. Where an id is used again, each of its calls has one."""
        mentions = asked.mentioned.get(call_id, 1)
        # A session that is resumed under a new id answers what the old one has called.
        call = self._by_id.get((asked.session_id, call_id)) or self._anywhere.get(call_id)
        if call is None:
            self._take_orphan(asked, result, call_id)
        elif call.result is None and count >= mentions:
            self._return(call, asked, result)
        elif asked.previous_response_id and call.result and call.result.digest != result.digest:
            call.take(Step.RESULT)
        if call is not None and count > mentions:
            call.take(Step.RESULT)

    def _take_nameless(self, asked: Asked, agent: _Agent) -> None:
        new = asked.results[len(asked.results) - asked.new_results :]
        waiting = [call for call in agent.waiting if call.call_id is None and call.result is None]
        for call, result in zip(waiting, (result for result in new if result.call_id is None), strict=False):
            self._return(call, asked, result)

    def _take_orphan(self, asked: Asked, result: Result, call_id: str) -> None:
        """Its call may have been made before the log begins: then the conversation has it, or does not tell."""
        is_untold = asked.previous_response_id is not None and asked.previous_response_id not in self._responses
        key = (asked.session_id, call_id)
        if call_id in asked.mentioned or is_untold or key in self._orphans:
            return
        self._orphans.add(key)
        call = Call(asked.session_id, asked.agent_id, None, call_id, "", "")
        call.state = State.RETURNED
        call.moments[State.RETURNED] = asked.at_ns
        call.result, call.returned_in = result, asked.flow_id
        call.violate(Violation.RESULT_WITHOUT_CALL)
        self.calls.append(call)

    def _return(self, call: Call, asked: Asked, result: Result) -> None:
        call.take(Step.RESULT, asked.at_ns)
        call.result, call.returned_in = result, asked.flow_id

"""All tool calls of a log, followed through their lives: who announced each, which request brought its result.

In: exchanges in the order of their moments: what is new in a request's conversation (`Asked`), how it was answered
(`Answered`). Out: `Call`s in order of appearance, with the violations that only more than one exchange can show.

Requests bring the conversation again each time, and a request that has failed is sent again, so a result counts where
it is seen first. Clients cut old results short later: that is no second one. Two of one call in one conversation are
(`doubled`), and so is another one in a request that sends only what is new (`previous_response_id`).

Gemini's answers may announce calls without ids. Clients then leave them out, or make up their own: what an agent waits
for is known again by its tool's name, in the calls' order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from addons.reports.call_cycle import Call, Exchange, Result, State, Step, Violation
from addons.reports.letting_go import drain

WORKING = ("main", "subagent")
"""Purposes of exchanges in which an agent works on. The client's own, such as titles, leave calls alone."""

CLIENT_RUNS = ("client", "custom")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    exchange: Exchange
    at: datetime
    previous_response_id: str | None = None
    mentioned: Mapping[str, str] = field(default_factory=dict)
    """The calls that stand in the conversation, id to tool; those that an earlier request had may be left out."""
    results: Sequence[Result] = ()
    """In the order of the conversation; those that an earlier request had may be left out, but for the `latest`."""
    latest: int = 0
    """How many of them, at the end, follow the last call that the conversation has."""
    doubled: Collection[str] = ()
    """Ids of which the conversation has more results than calls."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A call as the end of an answer tells it."""

    call_id: str | None
    tool: str
    kind: str
    argument_chars: int | None
    is_json: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """An end."""

    flow_id: str
    at: datetime
    is_whole: bool
    response_id: str | None
    calls: Sequence[Announced] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """A result where it is new. `call` None: it is not in the log."""

    result: Result
    exchange: Exchange
    at: datetime
    call: Call | None
    tool: str


@dataclass(slots=True)
class _Agent:
    """One line of work: a session's own agent, or a sub-agent."""

    waiting: list[Call] = field(default_factory=list)
    """Calls that it has to answer, while it has not gone on."""


class CallBook:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.returned: list[Returned] = []
        """In the order of the requests."""
        self._open: dict[str, Exchange] = {}
        self._by_id: dict[str | tuple[str, str], Call] = {}
        """By id; where other sessions have the same, by session and id."""
        self._agents: dict[tuple[str, str | None, str], _Agent] = {}
        self._mentioned: dict[tuple[str, str], str] = {}
        """By session and id, the tool."""
        self._chains: dict[str, int] = {}
        """Response id to how many responses its own goes on from."""
        self._links: dict[str, str] = {}
        """Flow id of an open exchange to the response that it goes on from."""

    def asked(self, asked: Asked) -> None:
        exchange = asked.exchange
        self._open[exchange.flow_id] = exchange
        if asked.previous_response_id is not None:
            self._links[exchange.flow_id] = asked.previous_response_id
        agent = self._agent(exchange)
        self._mentioned.update({(exchange.session_id, call_id): tool for call_id, tool in asked.mentioned.items()})
        said = [(result.call_id, result.tool) for result in asked.results if result.call_id is not None]
        self._name(exchange.session_id, agent, [*asked.mentioned.items(), *said])
        nameless = self._take_nameless(asked, agent)
        for call_id, result in {result.call_id: result for result in asked.results}.items():
            if call_id is not None:
                self._take(asked, result, call_id)
        self.returned += self._returned(asked, nameless)
        for call_id in asked.doubled:
            if call := self._find(exchange.session_id, call_id):
                call.take(Step.RESULT)
        if exchange.purpose in WORKING:
            for call in agent.waiting:
                call.went_on = call.result is None
            agent.waiting.clear()

    def answered(self, answered: Answered) -> None:
        exchange = self._open.pop(answered.flow_id, None)
        previous = self._links.pop(answered.flow_id, None)
        if answered.response_id is not None:
            self._chains[answered.response_id] = self._chain(previous)
        if exchange is None:
            return
        last = len(answered.calls) - 1
        calls = [
            self._announce(exchange, answered, told, may_be_cut=not answered.is_whole and number == last)
            for number, told in enumerate(answered.calls)
        ]
        if answered.is_whole:
            # Of an answer that broke off clients forget the calls, and ask again.
            self._agent(exchange).waiting += [call for call in calls if call.kind in CLIENT_RUNS]

    def close(self) -> list[Call]:
        """Nothing more will come."""
        for call in self.calls:
            if call.went_on and call.result is None:
                call.violate(Violation.NEVER_ANSWERED)
        return self.calls

    def forget(self) -> None:
        """Let go of all but the lists of calls and results."""
        for held in (self._open, self._by_id, self._agents, self._mentioned, self._chains, self._links):
            drain(held)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _agent(self, exchange: Exchange) -> _Agent:
        return self._agents.setdefault((exchange.session_id, exchange.agent_id, exchange.purpose), _Agent())

    def _announce(self, exchange: Exchange, answered: Answered, told: Announced, may_be_cut: bool) -> Call:
        call = Call(told.call_id, told.tool, told.kind, exchange, told.argument_chars)
        call.response_id = answered.response_id
        if told.argument_chars:
            call.take(Step.ARGUMENTS)
        if told.is_json or not may_be_cut:
            call.take(Step.DONE, answered.at)
            if told.argument_chars and not told.is_json and told.kind != "custom":
                call.violate(Violation.ARGUMENTS_NO_JSON)
        self.calls.append(call)
        if told.call_id is not None:
            self._enter(call, exchange.session_id, told.call_id)
        return call

    def _enter(self, call: Call, session_id: str, call_id: str) -> None:
        key: str | tuple[str, str] = call_id
        known = self._by_id.get(key)
        if known is not None and _session_of(known) != session_id:
            key = (session_id, call_id)
            known = self._by_id.get(key)
        if known is not None:
            call.violate(Violation.ID_REUSED)
        self._by_id[key] = call

    def _find(self, session_id: str, call_id: str) -> Call | None:
        """A session that is resumed under a new id answers what the old one has called."""
        return self._by_id.get((session_id, call_id)) or self._by_id.get(call_id)

    def _take(self, asked: Asked, result: Result, call_id: str) -> None:
        call = self._find(asked.exchange.session_id, call_id)
        if call is None:
            self._take_orphan(asked, result, (asked.exchange.session_id, call_id))
        elif call.result is None:
            self._give(call, asked, result)
        elif asked.previous_response_id and call.result.digest != result.digest:
            call.take(Step.RESULT)

    def _name(self, session_id: str, agent: _Agent, told: Iterable[tuple[str, str]]) -> None:
        """Give calls the ids that the client has made up for them."""
        for call_id, tool in told:
            if self._find(session_id, call_id) is None and (call := _first(_unnamed(agent), tool)) is not None:
                call.call_id = call_id
                self._enter(call, session_id, call_id)

    def _take_nameless(self, asked: Asked, agent: _Agent) -> dict[int, Call]:
        """Results without ids come in the calls' order, behind the last call. Gives whose each is, by its place."""
        waiting = _unnamed(agent)
        taken: dict[int, Call] = {}
        for place in range(len(asked.results) - asked.latest, len(asked.results)):
            result = asked.results[place]
            if result.call_id is None and (call := _first(waiting, result.tool)) is not None:
                waiting.remove(call)
                self._give(call, asked, result)
                taken[place] = call
        return taken

    def _returned(self, asked: Asked, nameless: Mapping[int, Call]) -> Iterable[Returned]:
        session_id = asked.exchange.session_id
        for place, result in enumerate(asked.results):
            call = nameless.get(place) or (self._find(session_id, result.call_id) if result.call_id else None)
            if result.is_new or place in nameless:
                tool = call.tool if call else self._mentioned.get((session_id, result.call_id or ""))
                yield Returned(result, asked.exchange, asked.at, call, tool or result.tool)

    def _take_orphan(self, asked: Asked, result: Result, key: tuple[str, str]) -> None:
        """Its call may have been made before the log begins: then the conversation has it, or does not tell."""
        is_untold = asked.previous_response_id is not None and asked.previous_response_id not in self._chains
        if key in self._mentioned or is_untold:
            return
        self._mentioned[key] = result.tool
        call = Call(result.call_id, result.tool, "", None, None, State.RETURNED)
        call.returned_at, call.result, call.returned_in = asked.at, result, asked.exchange
        call.violate(Violation.RESULT_WITHOUT_CALL)
        self.calls.append(call)

    def _give(self, call: Call, asked: Asked, result: Result) -> None:
        call.take(Step.RESULT, asked.at)
        call.result, call.returned_in = result, asked.exchange
        call.goes_on_from, call.chain = asked.previous_response_id, self._chain(asked.previous_response_id)

    def _chain(self, previous_response_id: str | None) -> int:
        return 0 if previous_response_id is None else self._chains.get(previous_response_id, 0) + 1


def _unnamed(agent: _Agent) -> list[Call]:
    return [call for call in agent.waiting if call.call_id is None and call.result is None]


def _first(calls: Iterable[Call], tool: str) -> Call | None:
    """The first one of this tool; of any, where the name is not told."""
    return next((call for call in calls if not tool or call.tool == tool), None)


def _session_of(call: Call) -> str | None:
    return call.announced_in.session_id if call.announced_in else None

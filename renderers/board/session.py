"""One session on the board: its agents, its exchanges, and the sums that outlive them.

In: exchanges as they begin and end. Out: facts. Bounded: exchanges, sub-agents and call names are forgotten, sums are
not.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from addons.protocols.events import ExchangeEnded, ExchangeStarted
from renderers.board.exchange import BoardExchange
from renderers.board.facts import AgentFacts, SessionFacts, State
from renderers.cache_break import CacheWatch
from renderers.retries import Retries
from renderers.side_purposes import SIDE_PURPOSES
from renderers.spending import Spending

EXCHANGES_EACH: Final = 500
MOST_AGENTS: Final = 50
REMEMBERED_CALLS: Final = 1_000
PROMPT_CHARS: Final = 200


class Agent:
    """The session's own agent (id empty) or a sub-agent."""

    __slots__ = ("agent_id", "exchanges", "latest", "number", "open", "parent_id")

    def __init__(self, agent_id: str, number: int, parent_id: str | None) -> None:
        self.agent_id = agent_id
        self.number = number
        self.parent_id = parent_id
        self.exchanges = 0
        self.open: dict[str, BoardExchange] = {}
        self.latest: BoardExchange | None = None
        """The last to begin, of those that are conversation."""

    @property
    def current(self) -> BoardExchange | None:
        return next(reversed(self.open.values())) if self.open else self.latest

    @property
    def state(self) -> State:
        current = self.current
        return State.IDLE if current is None else State.STALLED if current.silence else current.state

    @property
    def tool(self) -> str:
        return self.current.tool if self.current is not None and self.state in _TELLS_TOOL else ""

    def facts(self) -> AgentFacts:
        model = self.current.model if self.current else None
        return AgentFacts(
            self.agent_id, self.number, self.parent_id, model, self.state, self.tool, exchanges=self.exchanges
        )


_TELLS_TOOL = (State.CALLING, State.RUNNING)


class BoardSession:
    def __init__(self, event: ExchangeStarted) -> None:
        self.session_id = event.session_id
        self.version = 0
        self.exchanges: OrderedDict[str, BoardExchange] = OrderedDict()
        """In order of their beginning."""
        self.open_count = 0
        self._number = event.session_number
        self._client = event.client
        self._provider = event.provider
        self._agents: OrderedDict[str, Agent] = OrderedDict({"": Agent("", 0, None)})
        self._agents_seen = 0
        self._call_names: OrderedDict[str, str] = OrderedDict()
        self._retries = Retries()
        self._cache = CacheWatch()
        self._begun = 0
        self._turns = 0
        self._errors = 0
        self._is_conversation = False
        self._prompt = ""
        self._started_ns = self.last_ns = event.started_epoch_ns
        self._input = self._cached = self._output = 0
        self._spending = Spending()
        self._context: tuple[int, int | None] | None = None
        """Tokens after the last call of the session's own agent, and its model's window."""

    @property
    def own_agent(self) -> Agent:
        return self._agents[""]

    def begin(self, event: ExchangeStarted, now_s: float, version: int) -> tuple[BoardExchange, BoardExchange | None]:
        """The exchange; and the one whose tools' results it brings, which has changed with it."""
        self._begun += 1
        exchange = BoardExchange(event, self._begun, now_s, version)
        self.exchanges[event.flow_id] = exchange
        self.open_count += 1
        if self._number is None:
            self._number = event.session_number
        agent = self._agent(event)
        agent.exchanges += 1
        if event.purpose in SIDE_PURPOSES:
            return exchange, None
        self._is_conversation = True
        called = agent.latest if event.tool_returns else None
        if called is not None:
            called.tools_ran_until(event.started_epoch_ns)
            called.version = version
        agent.latest = agent.open[event.flow_id] = exchange
        self._read_request(exchange, agent, event)
        return exchange, called

    def ended(self, exchange: BoardExchange, ended: ExchangeEnded) -> None:
        """After the exchange itself has been told."""
        self.open_count -= 1
        agent = self._agents.get(exchange.started.agent_id or "")
        if agent is not None:
            agent.open.pop(exchange.started.flow_id, None)
        for block in exchange.blocks:
            if block.kind == "call" and block.call_id:
                self._call_names[block.call_id] = block.name
        while len(self._call_names) > REMEMBERED_CALLS:
            self._call_names.popitem(last=False)
        self._errors += exchange.state is State.ERROR
        self._count(ended)
        self._spending.add(ended, exchange.started.purpose)
        if exchange.started.purpose in SIDE_PURPOSES:
            return
        self._retries.ended(exchange.started.agent_id or "", ended, exchange.failure)
        if verdict := self._cache.ended(exchange.started.flow_id, ended.usage):
            exchange.notes.append(verdict)
        total = ended.usage.get("input_tokens")
        if total is not None and not exchange.started.agent_id:
            self._context = (total + (ended.usage.get("output_tokens") or 0), ended.context_window)

    def forget(self, flow_id: str) -> None:
        exchange = self.exchanges.pop(flow_id)
        if (agent := self._agents.get(exchange.started.agent_id or "")) is not None:
            agent.open.pop(flow_id, None)
        exchange.blocks.clear()

    def oldest_to_forget(self) -> str | None:
        """The oldest exchange that is over."""
        return next((flow_id for flow_id, one in self.exchanges.items() if one.ended is not None), None)

    def facts(self) -> SessionFacts:
        own = self.own_agent
        first = next(iter(self.exchanges.values()), None)
        return SessionFacts(
            session_id=self.session_id,
            number=self._number,
            client=self._client,
            provider=self._provider,
            is_conversation=self._is_conversation,
            model=own.current.model if own.current else None,
            state=own.state,
            tool=own.tool,
            silence=own.current.silence if own.current else "",
            agents=tuple(agent.facts() for agent in self._agents.values() if agent.agent_id),
            prompt=self._prompt,
            started_epoch_ns=self._started_ns,
            last_epoch_ns=self.last_ns,
            turns=self._turns,
            exchanges=self._begun,
            first_exchange=first.number if first else self._begun + 1,
            errors=self._errors,
            input_tokens=self._input,
            cached_tokens=self._cached,
            output_tokens=self._output,
            cost_usd=self._spending.cost_usd,
            unpriced=self._spending.unpriced,
            context_tokens=self._context[0] if self._context else None,
            context_window=self._context[1] if self._context else None,
        )

    # -- inside -----------------------------------------------------------------------------------------------------

    def _agent(self, event: ExchangeStarted) -> Agent:
        agent_id = event.agent_id or ""
        agent = self._agents.get(agent_id)
        if agent is None:
            self._agents_seen += 1
            agent = self._agents[agent_id] = Agent(agent_id, self._agents_seen, event.parent_id)
            self._forget_agents()
        elif agent_id:
            self._agents.move_to_end(agent_id)
        return agent

    def _forget_agents(self) -> None:
        if len(self._agents) > MOST_AGENTS:
            for agent_id, agent in self._agents.items():
                if agent_id and not agent.open:
                    del self._agents[agent_id]
                    return

    def _read_request(self, exchange: BoardExchange, agent: Agent, event: ExchangeStarted) -> None:
        alarm = self._cache.started(event.flow_id, agent.agent_id, event.model, event.request_parts)
        if again := self._retries.started(agent.agent_id, event):
            # All else was said at the first try.
            exchange.notes.append(again)
            return
        if alarm:
            exchange.notes.append(alarm)
        for back in event.tool_returns:
            block = exchange.blocks.whole("result", back.text, exchange.version)
            block.call_id = back.call_id
            block.is_error = back.is_error
            block.name = self._call_names.get(back.call_id or "", "")
        if event.prompt:
            exchange.blocks.whole("prompt", event.prompt, exchange.version)
            if not agent.agent_id:
                self._turns += 1
                self._prompt = event.prompt[:PROMPT_CHARS]

    def _count(self, ended: ExchangeEnded) -> None:
        usage = ended.usage
        self._input += usage.get("input_tokens") or 0
        self._cached += usage.get("cache_read_input_tokens") or 0
        self._output += usage.get("output_tokens") or 0

"""One exchange in one line: the comment that its flow has in mitmproxy's list.

In: facts of the board. Out: text, sanitised: who, what it is doing or how it ended, tokens, cost, which model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from renderers.board.facts import ExchangeFacts, SessionFacts, State
from renderers.end_line import dollars, failure_words
from renderers.sanitise import one_line

_NAME_CHARS: Final = 60
_PROBLEM_CHARS: Final = 120


def flow_note(exchange: ExchangeFacts, session: SessionFacts | None) -> str:
    parts = [who(exchange, session)]
    if exchange.purpose not in ("main", "subagent"):
        parts.append(one_line(exchange.purpose, _NAME_CHARS))
    parts += [doing(exchange), tokens(exchange.usage), dollars(exchange.cost_usd)]
    if exchange.model:
        # Last: a list has little room, and this is what changes least.
        parts.append(one_line(exchange.model, _NAME_CHARS))
    return " · ".join(part for part in parts if part)


def who(exchange: ExchangeFacts, session: SessionFacts | None) -> str:
    """`#2 codex`; of a sub-agent `#1 claude-code ⤷3`."""
    if session is None:
        return exchange.session_id[:8]
    agent = next((one.number for one in session.agents if one.agent_id == exchange.agent_id), None)
    return f"{label(session)} ⤷{agent}" if agent is not None else label(session)


def label(session: SessionFacts) -> str:
    number = f"#{session.number}" if session.number is not None else f"#? {session.session_id[:8]}"
    return one_line(f"{number} {session.client}", _NAME_CHARS)


def doing(exchange: ExchangeFacts) -> str:
    """What goes on, or how it ended and which tool it called last."""
    if exchange.silence:
        return one_line(exchange.silence, _PROBLEM_CHARS)
    if exchange.end is None:
        return state_words(exchange.state, exchange.tool)
    failure = failure_words(exchange.end, exchange.status)
    if failure:
        return one_line(f"{failure}: {exchange.error}" if exchange.error else failure, _PROBLEM_CHARS)
    if exchange.state is State.RUNNING:
        return state_words(exchange.state, exchange.tool)
    done = f"done: {one_line(str(exchange.stop_reason), _NAME_CHARS)}" if exchange.stop_reason is not None else "done"
    return f"{done} · {one_line(exchange.tool, _NAME_CHARS)}" if exchange.tool else done


def state_words(state: State, tool: str) -> str:
    """`thinking`, `calling Bash`."""
    return f"{state} {one_line(tool, _NAME_CHARS)}" if tool and state in (State.CALLING, State.RUNNING) else f"{state}"


def tokens(usage: Mapping[str, int | None]) -> str:
    """`12.3k in (80% cached) 212 out`; empty where nothing was told."""
    total, output = usage.get("input_tokens"), usage.get("output_tokens")
    cached = usage.get("cache_read_input_tokens")
    share = f" ({cached / total:.0%} cached)" if cached and total else ""
    parts = [
        f"{short_count(total)} in{share}" if total is not None else "",
        f"{short_count(output)} out" if output else "",
    ]
    return " ".join(part for part in parts if part)


def short_count(count: int) -> str:
    """`212`, `3.2k`, `41k`, `1.2M`."""
    if count < 1_000:
        return str(count)
    if count < 9_950:
        return f"{count / 1_000:.1f}k"
    return f"{count / 1_000:.0f}k" if count < 999_500 else f"{count / 1_000_000:.1f}M"

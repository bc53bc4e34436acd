"""What the page is told: the board's facts as JSON.

In: facts, spans. Out: plain objects with short names; what is not told is left out. Every text goes through `sanitise`
here, once for the whole page: what a model writes may hold what would turn a line around or can't be sent as UTF-8.
The page puts texts on the screen as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from renderers.board.facts import AgentFacts, BlockFacts, ExchangeFacts, SessionFacts
from renderers.sanitise import one_line, sanitise
from renderers.spans import Erase, FreshLine, Painted, Provisional, Span, Styled
from renderers.tool_output import ToolOutput, output_of

NAME_CHARS: Final = 200
SENTENCE_CHARS: Final = 500

_NS_PER_MS: Final = 1_000_000

USAGE_NAMES: Final[Mapping[str, str]] = {
    "input_tokens": "input",
    "cache_read_input_tokens": "cached",
    "cache_creation_input_tokens": "written",
    "output_tokens": "output",
    "reasoning_output_tokens": "reasoning",
}


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is None, false or empty; zero is zero."""
    return {name: value for name, value in fields.items() if value is not None and value is not False and value != ""}


def _name(text: str | int | None) -> str | None:
    return None if text is None else one_line(str(text), NAME_CHARS)


def _sentence(text: str | None) -> str | None:
    return None if text is None else one_line(text[: 4 * SENTENCE_CHARS], SENTENCE_CHARS)


def session_message(facts: SessionFacts) -> dict[str, Any]:
    return _told(
        {
            "id": sanitise(facts.session_id),
            "number": facts.number,
            "client": _name(facts.client),
            "provider": _name(facts.provider),
            "conversation": facts.is_conversation,
            "model": _name(facts.model),
            "state": facts.state.value,
            "tool": _name(facts.tool),
            "silence": _sentence(facts.silence),
            "agents": [_agent(agent) for agent in facts.agents],
            "prompt": _sentence(facts.prompt),
            "started": facts.started_epoch_ns // _NS_PER_MS,
            "last": facts.last_epoch_ns // _NS_PER_MS,
            "turns": facts.turns,
            "exchanges": facts.exchanges,
            "first": facts.first_exchange,
            "errors": facts.errors,
            "input": facts.input_tokens,
            "cached": facts.cached_tokens,
            "output": facts.output_tokens,
            "cost": facts.cost_usd,
            "unpriced": facts.unpriced,
            "context": facts.context_tokens,
            "window": facts.context_window,
        }
    )


def _agent(facts: AgentFacts) -> dict[str, Any]:
    return _told(
        {
            "id": sanitise(facts.agent_id),
            "number": facts.number,
            "parent": facts.parent_id and sanitise(facts.parent_id),
            "model": _name(facts.model),
            "state": facts.state.value,
            "tool": _name(facts.tool),
            "exchanges": facts.exchanges,
        }
    )


def exchange_message(facts: ExchangeFacts) -> dict[str, Any]:
    return _told(
        {
            "flow": sanitise(facts.flow_id),
            "session": sanitise(facts.session_id),
            "number": facts.number,
            "agent": facts.agent_id and sanitise(facts.agent_id),
            "purpose": _name(facts.purpose),
            "model": _name(facts.model),
            "started": facts.started_epoch_ns // _NS_PER_MS,
            "state": facts.state.value,
            "tool": _name(facts.tool),
            "silence": _sentence(facts.silence),
            "notes": [_sentence(note) for note in facts.notes] or None,
            "phases": [[phase.kind, round(phase.begin_ms), round(phase.end_ms)] for phase in facts.phases],
            "first": facts.first_block,
            "duration": facts.duration_ms,
            "ttft": facts.ttft_ms,
            "status": facts.status,
            "end": facts.end,
            "error": _sentence(facts.error),
            "stop": _name(facts.stop_reason),
            **{ours: facts.usage.get(name) for name, ours in USAGE_NAMES.items()},
            "cost": facts.cost_usd,
            "window": facts.context_window,
        }
    )


def block_message(facts: BlockFacts, spans: Iterable[Span] | None = None, *, fresh: bool = False) -> dict[str, Any]:
    """`spans` take the place of a call's arguments. A `fresh` one replaces what the page has of this block."""
    # Where it comes in parts, the first has what its client wrote before it.
    output = output_of(facts.text) if facts.kind == "result" and not facts.begin else ToolOutput(facts.text)
    return _told(
        {
            "flow": sanitise(facts.flow_id),
            "number": facts.number,
            "kind": facts.kind,
            "name": _name(facts.name),
            "call": _name(facts.call_id),
            "failed": facts.is_error,
            "done": facts.is_done,
            "fresh": fresh,
            "begin": facts.begin,
            "end": facts.begin + len(facts.text),
            "text": sanitise(output.text) if spans is None else None,
            "about": output.about,
            "spans": None if spans is None else span_messages(spans),
        }
    )


def span_messages(spans: Iterable[Span]) -> list[list[str]]:
    """What is to be done, in order: write, write provisionally, erase, begin a line."""
    written: list[list[str]] = []
    for span in spans:
        match span:
            case Styled(role, text):
                written.append(["write", role, text])
            case Painted():
                written += [["write", run.role, run.text] for run in span.runs()]
            case Provisional(role, text):
                written.append(["provisional", role, text])
            case Erase():
                written.append(["erase"])
            case FreshLine():
                written.append(["line"])
    return written

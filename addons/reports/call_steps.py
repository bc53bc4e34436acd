"""The rows of the reports about tool calls, made of the calls' lives (SPEC S3.21, S3.25, S3.26).

In: the rows of `call_moments`, the question. Out: rows as the modes in `modes/tool_calls.py` have their columns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from addons.reports.call_cycle import Call, State
from addons.reports.call_rows import calls_of, of, returned_of
from addons.reports.mode import Row
from addons.reports.modes.tool_calls import VIOLATIONS
from addons.reports.question import Question, QuestionError


def calls(rows: Iterable[Row], question: Question) -> Iterator[Row]:
    if question.arguments and question.arguments[0] != VIOLATIONS:
        raise QuestionError(f"calls {question.arguments[0]}: write calls, or calls {VIOLATIONS}")
    for call in calls_of(rows):
        if call.violations or not question.arguments:
            result = call.result
            yield (
                *_where(call),
                call.tool,
                call.kind,
                call.state.value,
                call.argument_chars,
                result.chars if result else None,
                _outcome(call),
                _took_ms(call),
                ", ".join(violation.value for violation in call.violations),
                call.call_id,
                call.announced_in.flow_id if call.announced_in else None,
                call.returned_in.flow_id if call.returned_in else None,
            )


def call_times(rows: Iterable[Row], question: Question) -> Iterator[Row]:
    found = list(deque((call for call in calls_of(rows) if call.announced_in), question.last))
    from addons.reports.call_streams import streams_of  # only here: it loads every dialect's decoder

    streams = streams_of(found, question)
    for call, stream in zip(found, streams, strict=True):
        yield (
            of(call).number,
            stream.announced,
            of(call).session_number,
            call.tool,
            call.kind,
            (call.state if call.state is State.RETURNED else stream.state or call.state).value,
            _ms(stream.announced, stream.streaming),
            _ms(stream.streaming, stream.complete),
            stream.deltas,
            _took_ms(call) if call.returned_at else _ms(stream.complete, stream.returned),
            call.call_id,
            of(call).flow_id,
        )


def call_linkage(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    for call in calls_of(rows):
        yield (
            *_where(call),
            call.call_id,
            call.tool,
            call.response_id,
            call.returned_in.number if call.returned_in else None,
            _link(call),
            call.goes_on_from,
            call.chain,
            call.announced_in.flow_id if call.announced_in else None,
            call.returned_in.flow_id if call.returned_in else None,
        )


def tool_results(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    for returned in returned_of(rows):
        result, call = returned.result, returned.call
        yield (
            returned.exchange.number,
            returned.at,
            returned.exchange.session_number,
            returned.tool or None,
            result.chars,
            result.is_error,
            result.exit_code,
            result.head or None,
            call.announced_in.number if call and call.announced_in else None,
            result.call_id,
            returned.exchange.flow_id,
        )


def function_call_errors(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    for call in calls_of(rows):
        if has_failed(call) or call.violations:
            said = " ".join(call.result.head.split()) if call.result else ""
            problems = [violation.value for violation in call.violations]
            yield (
                *_where(call),
                call.tool,
                ", ".join([_outcome(call) or "", *problems]).strip(", "),
                said,
                call.call_id,
            )


@dataclass(slots=True)
class _Tool:
    calls: int = 0
    results: int = 0
    errors: int = 0
    violations: int = 0
    last_error: str | None = None


def tool_errors(rows: Iterable[Row], _: Question) -> Iterator[Row]:
    tools: dict[str, _Tool] = {}
    for call in calls_of(rows):
        if call.announced_in:
            tool = tools.setdefault(call.tool, _Tool())
            tool.calls += 1
            tool.results += call.result is not None
            tool.violations += bool(call.violations)
            if call.result and has_failed(call):
                tool.errors += 1
                tool.last_error = " ".join(call.result.head.split())
    for name, tool in sorted(tools.items()):
        share = tool.errors / tool.results if tool.results else None
        yield name, tool.calls, tool.results, tool.errors, share, tool.violations, tool.last_error


def has_failed(call: Call) -> bool:
    return call.result is not None and (call.result.is_error or bool(call.result.exit_code))


def _where(call: Call) -> Row:
    return of(call).number, call.complete_at or call.returned_at, of(call).session_number


def _outcome(call: Call) -> str | None:
    if call.result is None:
        return None
    if call.result.exit_code:
        return f"exit {call.result.exit_code}"
    return "error" if call.result.is_error else "ok"


def _link(call: Call) -> str | None:
    """By what the result's request tells which answer it goes on from."""
    if call.returned_in is None:
        return None
    if call.goes_on_from is None:
        return "conversation"
    return "response" if call.goes_on_from == call.response_id else "another response"


def _took_ms(call: Call) -> float | None:
    return _ms(call.complete_at, call.returned_at)


def _ms(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else (end - begin).total_seconds() * 1000

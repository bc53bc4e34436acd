"""Tool calls: the life of each, how calls and results are linked, what failed (SPEC S3.21, S3.25, S3.26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from addons.reports.call_facts import MOMENT_COLUMNS, MOMENT_ORDER
from addons.reports.columns import Column, Kind, counts, major, minor, names, text
from addons.reports.mode import Mode, Row, Step
from addons.reports.question import Question

VIOLATIONS = "violations"

_CALL = (Column("call", Kind.INTEGER), Column("at", Kind.TIME), Column("session_number", Kind.SESSION))


def _step(name: str) -> Step:
    def step(rows: Iterable[Row], question: Question) -> Iterator[Row]:
        from addons.reports import call_steps  # only here: other modes have no use for it

        found: Step = getattr(call_steps, name)
        return found(rows, question)

    return step


_READS = ("call_moments",)
_QUERY = f"SELECT {MOMENT_COLUMNS} FROM call_moments"

MODES = (
    Mode(
        "calls",
        "Tool calls: the life of each, announced → streaming → complete → returned, and what it violated.",
        (
            *_CALL,
            *names("tool"),
            *minor(*names("kind")),
            *names("state"),
            *counts("argument_chars", "result_chars"),
            *names("result"),
            Column("took_ms", Kind.MILLISECONDS),
            *major(*text("violations")),
            *minor(*text("call_id", "flow_id", "result_flow_id")),
        ),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        argument=f"[{VIOLATIONS}]",
        step=_step("calls"),
        help="call is the number of the exchange that announced it, took_ms runs from its end to the request with the"
        " result. `calls violations` lists only those that broke a rule: result without call, duplicate result, result"
        " of an unfinished call, never answered though its session went on, arguments that are no JSON, id reused.",
    ),
    Mode(
        "call_times",
        "Tool calls, as they streamed: when announced, how long arguments took, how long the tool.",
        (
            Column("call", Kind.INTEGER),
            Column("announced", Kind.TIME),
            Column("session_number", Kind.SESSION),
            *names("tool"),
            *minor(*names("kind")),
            *names("state"),
            Column("first_argument_ms", Kind.MILLISECONDS),
            Column("streaming_ms", Kind.MILLISECONDS),
            *counts("deltas"),
            Column("took_ms", Kind.MILLISECONDS),
            *minor(*text("call_id", "flow_id")),
        ),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        step=_step("call_times"),
        help="took_ms is that of `calls`; of tools that the provider ran, from the call's last frame to the result's."
        " Reads the frames of the exchanges that it lists: with a large log, say which (--last 50, --session 3).",
    ),
    Mode(
        "call_linkage",
        "Which exchange announced each tool call, which brought its result, and by what they are linked.",
        (
            *_CALL,
            *names("call_id", "tool"),
            *minor(*names("response_id")),
            Column("result_call", Kind.INTEGER),
            *names("linked_by"),
            *minor(*names("previous_response_id")),
            Column("chain", Kind.INTEGER),
            *minor(*text("flow_id", "result_flow_id")),
        ),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        step=_step("call_linkage"),
        help="linked_by: the conversation that the request repeats, or the response that it names. chain: how many"
        " responses the request goes on from, one after the other.",
    ),
    Mode(
        "tool_results",
        "Results that clients sent back, with the calls that they answer: size, error, exit code.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            Column("session_number", Kind.SESSION),
            *names("tool"),
            Column("result_chars", Kind.INTEGER, totalled=True),
            *major(*names("is_error")),
            Column("exit_code", Kind.INTEGER),
            *major(*text("error")),
            Column("announced_in", Kind.INTEGER),
            *minor(*text("call_id", "flow_id")),
        ),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        step=_step("tool_results"),
        help="Each once, where it was new in its session; `announced_in` is the call that asked for it.",
    ),
    Mode(
        "function_call_errors",
        "Tool calls that failed, and those that broke a rule, with how their results begin.",
        (*_CALL, *names("tool"), *major(*names("problem"), *text("result")), *minor(*text("call_id"))),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        step=_step("function_call_errors"),
        help="Failed: the client says that it is an error, or a command's exit code is not 0.",
    ),
    Mode(
        "tool-errors",
        "How often each tool failed, and what the last failure said.",
        (
            *names("tool"),
            *counts("calls", "results", "errors"),
            Column("error_share", Kind.SHARE),
            *counts("violations"),
            *major(*text("last_error")),
        ),
        _READS,
        _QUERY,
        MOMENT_ORDER,
        step=_step("tool_errors"),
    ),
)

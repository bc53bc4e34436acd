"""Turns: what the person asked, what came of it, when the agent rested (SPEC S3.20, S3.22).

A prompt is what a person typed, without what the client puts around it. An agent is idle when an answer has ended that
asks for no tool of the client's.
"""

from __future__ import annotations

from addons.reports.columns import Column, Kind, counts, major, minor, names, text
from addons.reports.mode import LATEST, Mode

_ASKED = (
    Column("call", Kind.INTEGER),
    Column("started", Kind.TIME),
    Column("session_number", Kind.SESSION),
    *names("client"),
)
_ASKED_SQL = "idx, started, session_number, client"
_IDLE_AT = "idle_at"
_PERSON = ("main",)
"""Sub-agents are asked by other agents."""

_PROMPT = (*_ASKED, *major(*text("prompt")), *minor(*text("flow_id")))
_PROMPT_SQL = f"SELECT {_ASKED_SQL}, prompt, flow_id FROM prompts"
_FLOW = "[FLOW]"

MODES = (
    Mode(
        "user_prompts",
        "What the person typed, without what clients put around it.",
        _PROMPT,
        ("prompts",),
        _PROMPT_SQL,
        ("idx",),
        purposes=_PERSON,
        help="A request that only repeats the one before it is a retry, and not told again.",
    ),
    Mode(
        "prompts",
        "The latest prompts of the person: 10, or so many as you say.",
        _PROMPT,
        ("prompts",),
        _PROMPT_SQL,
        ("idx",),
        argument=LATEST,
        purposes=_PERSON,
    ),
    Mode(
        "idle",
        "When agents last came to rest and waited: the latest 10, or so many as you say.",
        (
            *_ASKED,
            Column("idle_at", Kind.TIME),
            *names("stop_reason"),
            Column("duration_ms", Kind.MILLISECONDS),
            *minor(*text("flow_id")),
        ),
        ("idles",),
        f"SELECT {_ASKED_SQL}, ended AS idle_at, stop_reason, duration_ms, flow_id FROM idles",
        ("idle_at", "idx"),
        argument=LATEST,
        purposes=_PERSON,
    ),
    Mode(
        "turns",
        "Each prompt with the moment at which the agent came to rest after it.",
        (
            *_ASKED,
            *text("prompt"),
            *major(Column("idle_at", Kind.TIME)),
            Column("took_ms", Kind.MILLISECONDS),
            *counts("calls"),
            *names("stop_reason"),
            *minor(*text("flow_id")),
        ),
        ("turns", "calls"),
        f"""SELECT turns.idx, turns.started, turns.session_number, turns.client, prompt, {_IDLE_AT},
            CASE WHEN idle_at IS NOT NULL THEN epoch_ms(idle_at) - epoch_ms(turns.started) END,
            count(calls.flow_id), CASE WHEN idle_at IS NOT NULL THEN idle_reason END, turns.flow_id
            FROM turns LEFT JOIN calls ON calls.session_id = turns.session_id AND calls.started >= turns.started
                AND calls.started < coalesce(idle_at, next_started, 'infinity')
            GROUP BY turns.idx, turns.started, turns.session_number, turns.client, prompt, idle_at, idle_reason,
                turns.flow_id""",
        ("turns.idx",),
        purposes=_PERSON,
        help="Without a time of rest the turn goes on, was broken off, or another prompt came before its end.",
    ),
    Mode(
        "pairs",
        "Each prompt with the agent's last words in answer to it.",
        (*_ASKED, *major(*text("prompt", "reply")), *minor(*text("flow_id"))),
        ("turns",),
        f"SELECT {_ASKED_SQL}, prompt, CASE WHEN idle_at IS NOT NULL THEN reply END, flow_id FROM turns",
        ("idx",),
        purposes=_PERSON,
    ),
    Mode(
        "assistant_messages",
        "What models said: the text of each answer.",
        (*_ASKED, *names("model"), *counts("text_chars"), *major(*text("text")), *minor(*text("flow_id"))),
        ("calls", "replies"),
        f"""SELECT {_ASKED_SQL}, model, length(text), text, flow_id FROM calls JOIN replies USING (flow_id)
            WHERE text != ''""",
        ("idx",),
    ),
    Mode(
        "deltas",
        "The text and thinking that streamed in each exchange, put together; of those whose flow id ends so.",
        (
            *_ASKED,
            *counts("frames", "text_chars", "thinking_chars"),
            *text("text", "thinking", "flow_id"),
        ),
        ("calls", "replies"),
        f"""SELECT {_ASKED_SQL}, events, length(text), length(thinking), text, thinking, flow_id
            FROM calls JOIN replies USING (flow_id)
            WHERE ends_with(flow_id, coalesce({{argument}}, ''))
                AND length(coalesce(text, '')) + length(coalesce(thinking, '')) > 0""",
        ("idx",),
        argument=_FLOW,
        purposes=(),
    ),
)

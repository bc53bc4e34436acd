"""Who worked: sessions, agents, clients, models (SPEC S3.26)."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, counts, minor, names, text
from addons.reports.mode import Mode
from addons.reports.modes.usage import MAIN_FIELDS, MONEY, MONEY_SQL, PRICED

_SESSION = Column("session_number", Kind.SESSION)
_BEGAN = Column("started", Kind.TIME)
_LAST = Column("last_call", Kind.TIME, is_minor=True)
_CALLS = (*minor(*counts("failed")), *MONEY)
_CALLS_SQL = f"""count(*) FILTER ("end" != 'complete') AS failed, {MONEY_SQL}"""
_MODELS_SQL = "string_agg(DISTINCT model, ', ' ORDER BY model)"
_HOSTS_SQL = "string_agg(DISTINCT host, ', ' ORDER BY host)"
_SPAN = "max(coalesce(ended, started))"

_SPEED = "output_tokens * 1000 / nullif(duration_ms - ttft_ms, 0)"
"""Tokens a second, from the first one on."""

MODES = (
    Mode(
        "sessions",
        "Sessions: when, whose, how many calls, tokens and dollars.",
        (
            _SESSION,
            _BEGAN,
            _LAST,
            *names("client"),
            *minor(*names("host"), *counts("agents")),
            *_CALLS,
            *text("models"),
            *minor(*text("session_id")),
        ),
        ("priced_calls",),
        f"SELECT any_value(session_number), min(started) AS began, {_SPAN}, min(client),"
        f" {_HOSTS_SQL}, count(DISTINCT coalesce(agent_id, '')), {_CALLS_SQL}, {_MODELS_SQL}, session_id"
        " FROM priced_calls GROUP BY session_id",
        ("began", "session_id"),
        purposes=(),
        help=PRICED,
    ),
    Mode(
        "session",
        "The calls of one session, one by one: tokens, dollars, tools, time.",
        (
            Column("call", Kind.INTEGER),
            _BEGAN,
            *minor(*names("agent", "purpose")),
            *names("model"),
            *counts(*MAIN_FIELDS[:2]),
            *minor(*counts(MAIN_FIELDS[2])),
            *counts("output_tokens"),
            *minor(*counts("reasoning_output_tokens")),
            Column("cost", Kind.MONEY, totalled=True),
            Column("ttft_ms", Kind.MILLISECONDS, is_minor=True),
            Column("duration_ms", Kind.MILLISECONDS, totalled=True),
            *names("end"),
            *minor(*names("stop_reason")),
            *text("tools"),
            *minor(*text("flow_id")),
        ),
        ("priced_calls", "tool_calls"),
        f"""SELECT idx, started, coalesce(agent_id, 'main'), purpose, model, {", ".join(MAIN_FIELDS)}, cost::DOUBLE,
            ttft_ms, duration_ms, "end", stop_reason, used, flow_id
            FROM priced_calls LEFT JOIN (SELECT flow_id, string_agg(name, ', ' ORDER BY place) AS used FROM tool_calls
                GROUP BY flow_id) USING (flow_id)
            WHERE {{argument}} IS NOT NULL
                OR session_id = (SELECT arg_max(session_id, (started, session_id)) FROM priced_calls)""",
        ("idx",),
        argument="[SESSION]",
        purposes=(),
        help=f"SESSION: its number (3 or #3), its id, or how that begins; else the one with the last call. {PRICED}",
    ),
    Mode(
        "agents",
        "Agents and sub-agents of each session, with their calls, tokens and dollars.",
        (_SESSION, *names("agent_id"), *minor(*names("parent_id")), _BEGAN, _LAST, *_CALLS, *text("models")),
        ("priced_calls",),
        f"SELECT any_value(session_number), agent_id, min(parent_id), min(started) AS began, {_SPAN},"
        f" {_CALLS_SQL}, {_MODELS_SQL} FROM priced_calls GROUP BY session_id, agent_id",
        ("began", "agent_id"),
        help=PRICED,
        tells_left_out=True,
    ),
    Mode(
        "models",
        "Models: who serves them, when they were used, tokens, dollars, speed.",
        (
            *names("model", "provider"),
            _BEGAN,
            _LAST,
            *minor(*counts("sessions")),
            *_CALLS,
            Column("ttft_ms_p50", Kind.MILLISECONDS),
            Column("tokens_per_second_p50", Kind.FLOAT),
        ),
        ("priced_calls",),
        f"SELECT model, provider, min(started) AS began, max(started), count(DISTINCT session_id), {_CALLS_SQL},"
        f" median(ttft_ms), median({_SPEED}) FROM priced_calls GROUP BY model, provider",
        ("began", "model", "provider"),
        purposes=(),
        help=PRICED,
    ),
    Mode(
        "clients",
        "Clients and their versions, with their calls, tokens and dollars.",
        (*names("client", "user_agent"), _BEGAN, _LAST, *minor(*counts("sessions")), *_CALLS, *text("models")),
        ("priced_calls", "headers"),
        f"SELECT client, request_headers['user-agent'] AS user_agent, min(started) AS began, {_SPAN},"
        f" count(DISTINCT session_id), {_CALLS_SQL}, {_MODELS_SQL}"
        " FROM priced_calls LEFT JOIN headers USING (flow_id) GROUP BY client, user_agent",
        ("began", "client", "user_agent"),
        purposes=(),
        help=PRICED,
    ),
)

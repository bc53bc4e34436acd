"""Every call, one by one."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, names, text
from addons.reports.mode import Mode

MODES = (
    Mode(
        "call_index",
        "Every call: number, time, session, purpose, model, how it ended.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            Column("session_number", Kind.SESSION),
            *names("client", "purpose", "model"),
            Column("status", Kind.INTEGER),
            *names("end", "stop_reason"),
            Column("duration_ms", Kind.MILLISECONDS),
            *text("flow_id"),
        ),
        ("calls",),
        'SELECT idx, started, session_number, client, purpose, model, status, "end", stop_reason, duration_ms, flow_id'
        " FROM calls",
        ("idx",),
    ),
)

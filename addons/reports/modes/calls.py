"""Every call, one by one."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, names, text
from addons.reports.mode import Mode

MODES = (
    Mode(
        "contents",
        "What each call's request had that was new in its session, in order: kind, size, hash.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            Column("session_number", Kind.SESSION),
            Column("position", Kind.INTEGER),
            *names("kind"),
            Column("content_bytes", Kind.BYTES, totalled=True),
            *text("hash", "flow_id"),
        ),
        ("new_contents",),
        "SELECT idx, started, session_number, position, kind, strlen(content) AS content_bytes, hash, flow_id"
        " FROM new_contents",
        ("idx", "position"),
    ),
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

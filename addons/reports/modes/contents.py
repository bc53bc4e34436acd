"""What is in requests."""

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
)

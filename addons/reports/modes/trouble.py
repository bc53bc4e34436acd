"""What went wrong: failed calls, limits, and gaps of the capture itself (SPEC S3.26)."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, major, minor, names, text
from addons.reports.mode import Mode

_RETRY_S = 180
"""What comes later than this after a failure is no retry."""

_IS_LIMIT = "regexp_matches(entry.key, 'rate-?limit|quota|retry-after|used-percent|reset-(at|after)|overage|credits')"

_ATTEMPTS = f"""(
    SELECT flow_id, lead(idx) OVER line AS next_call, lead("end") OVER line AS next_end,
        date_diff('millisecond', coalesce(ended, started), lead(started) OVER line)::DOUBLE AS after_ms
    FROM exchanges WINDOW line AS (PARTITION BY session_id, agent_id, purpose ORDER BY idx)
    QUALIFY after_ms < {_RETRY_S * 1000})"""

MODES = (
    Mode(
        "errors",
        "Calls that failed or were cut off: status, cause, whether and how soon they were tried again.",
        (
            Column("call", Kind.INTEGER),
            Column("started", Kind.TIME),
            Column("session_number", Kind.SESSION),
            *names("client", "model"),
            *major(Column("status", Kind.INTEGER), *names("end"), *text("error")),
            *minor(*names("retry_after")),
            Column("next_call", Kind.INTEGER),
            Column("next_after_ms", Kind.MILLISECONDS, is_minor=True),
            *minor(*names("next_end")),
            *minor(*text("flow_id")),
        ),
        ("answered_calls", "exchanges", "headers"),
        f"""SELECT idx, started, session_number, client, model, status, "end", error,
            response_headers['retry-after'], next_call, after_ms, CASE WHEN next_call IS NOT NULL
                THEN coalesce(next_end, 'open') END, flow_id
            FROM answered_calls LEFT JOIN headers USING (flow_id) LEFT JOIN {_ATTEMPTS} USING (flow_id)
            WHERE "end" != 'complete' OR status >= 400""",
        ("idx",),
        purposes=(),
        help="429 and 529 are limits and overload; client_closed is the client's own doing, such as Esc. next_call is"
        f" the session's next one, when it came within {_RETRY_S // 60} minutes: usually the retry.",
    ),
    Mode(
        "limits",
        "Rate limits and quotas, as the providers' headers told them last.",
        (
            *names("provider", "client"),
            Column("header", Kind.KEY),
            *major(*text("value")),
            Column("told", Kind.TIME),
            Column("call", Kind.INTEGER),
        ),
        ("calls", "headers"),
        f"""SELECT provider, client, entry.key AS header, arg_max(entry.value, idx), arg_max(started, idx), max(idx)
            FROM (SELECT calls.*, unnest(map_entries(response_headers)) AS entry
                FROM calls JOIN headers USING (flow_id))
            WHERE {_IS_LIMIT} GROUP BY provider, client, header""",
        ("provider", "client", "header"),
        purposes=(),
    ),
    Mode(
        "health",
        "How well the capture works: exchanges, gaps, faults of mitmagent's own, files.",
        (
            *names("what"),
            *major(*text("detail")),
            Column("count", Kind.INTEGER),
            Column("bytes", Kind.BYTES),
            Column("last", Kind.TIME),
        ),
        ("calls", "faults", "log_files"),
        """WITH told AS (
            SELECT 1 AS place, 'exchanges' AS what, CASE WHEN has_ended THEN "end" ELSE 'open' END AS detail,
                count(*) AS count, NULL::BIGINT AS bytes, max(started) AS last FROM calls GROUP BY detail
            UNION ALL SELECT 2, 'frames that could not be kept', client, sum(dropped)::BIGINT, NULL, max(ended)
                FROM calls WHERE dropped > 0 GROUP BY client
            UNION ALL SELECT 3, 'streams of unknown kind', coalesce(client, 'unknown'), count(*), NULL, max(started)
                FROM calls WHERE api IS NULL GROUP BY client
            UNION ALL SELECT 4, 'usage not told', coalesce(model, 'unknown model'), count(*), NULL, max(started)
                FROM calls WHERE "end" = 'complete' AND input_tokens IS NULL AND output_tokens IS NULL GROUP BY model
            UNION ALL SELECT 5, concat(coalesce(level, 'fault'), ': ', "where"), error, sum("count")::BIGINT, NULL,
                max(moment) FROM faults GROUP BY ALL
            UNION ALL SELECT 6, 'files', kind || CASE WHEN is_rotated THEN ', rotated' ELSE '' END, count(*),
                sum(bytes)::BIGINT, NULL FROM log_files GROUP BY kind, is_rotated)
            SELECT what, detail, count, bytes, last FROM told""",
        ("place", "what", "detail"),
        purposes=(),
    ),
)

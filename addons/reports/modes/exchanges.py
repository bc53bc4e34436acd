"""Exchanges, one by one: what was asked for, how it was sent, how it went (SPEC S3.20, S3.21)."""

from __future__ import annotations

from addons.reports.columns import Column, Kind, counts, minor, names, text
from addons.reports.mode import Mode

_CALL = (
    Column("call", Kind.INTEGER),
    Column("started", Kind.TIME),
    Column("session_number", Kind.SESSION),
)
_CALL_SQL = "idx, started, session_number"


def _setting(*paths: str) -> str:
    """What an envelope says, at the first place where it says it."""
    found = (
        f"json_extract(envelope['{field}'], '$.{rest}')" if rest else f"envelope['{field}']"
        for field, _, rest in (path.partition(".") for path in paths)
    )
    values = ", ".join(f"CASE WHEN json_type({value}) != 'NULL' THEN {value} END" for value in found)
    return f"coalesce({values})"


_MAX_TOKENS = _setting(
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "generationConfig.maxOutputTokens",
    "request.generationConfig.maxOutputTokens",
    "inferenceConfig.maxTokens",
    "options.num_predict",
)
_TEMPERATURE = _setting(
    "temperature",
    "generationConfig.temperature",
    "request.generationConfig.temperature",
    "inferenceConfig.temperature",
    "options.temperature",
)
_THINKING = _setting(
    "thinking",
    "reasoning",
    "reasoning_effort",
    "generationConfig.thinkingConfig",
    "request.generationConfig.thinkingConfig",
    "additionalModelRequestFields.thinking",
    "think",
    "enable_thinking",
)
_EFFORT = _setting("output_config.effort", "reasoning.effort", "reasoning_effort")
_BETAS = "coalesce(request_headers['anthropic-beta'], request_headers['openai-beta'])"

_MOST_VALUES = 20

MODES = (
    Mode(
        "call_index",
        "Every call: number, time, session, purpose, model, size of the request, how it ended.",
        (
            *_CALL,
            *names("client"),
            *minor(*names("purpose")),
            *names("model"),
            Column("messages", Kind.INTEGER),
            Column("tools", Kind.INTEGER, is_minor=True),
            Column("status", Kind.INTEGER),
            *names("end"),
            *minor(*names("stop_reason")),
            Column("duration_ms", Kind.MILLISECONDS),
            *minor(*text("flow_id")),
        ),
        ("calls", "requests"),
        f"SELECT {_CALL_SQL}, client, purpose, model, messages, tools, status, coalesce(\"end\", 'open'), stop_reason,"
        " duration_ms, flow_id FROM calls LEFT JOIN requests USING (flow_id)",
        ("idx",),
        tells_left_out=True,
    ),
    Mode(
        "config",
        "What each call asked for: model, limit, temperature, thinking, effort, streaming, betas.",
        (
            *_CALL,
            *names("client", "model"),
            Column("max_tokens", Kind.INTEGER),
            Column("temperature", Kind.FLOAT),
            Column("thinking", Kind.JSON),
            *names("effort", "stream"),
            *text("betas", "flow_id"),
        ),
        ("calls", "requests", "headers"),
        f"SELECT {_CALL_SQL}, client, coalesce(model_requested, model), try_cast({_MAX_TOKENS} AS BIGINT),"
        f" try_cast({_TEMPERATURE} AS DOUBLE), {_THINKING}::VARCHAR, {_EFFORT}->>'$', {_setting('stream')}->>'$',"
        f" {_BETAS}, flow_id FROM calls JOIN requests USING (flow_id) JOIN headers USING (flow_id)",
        ("idx",),
    ),
    Mode(
        "envelope",
        "Fields of requests other than the conversation: each value, how often, when first and last.",
        (
            *names("client", "field"),
            Column("value", Kind.JSON),
            *counts("calls"),
            Column("first_call", Kind.INTEGER),
            Column("first", Kind.TIME),
            Column("last", Kind.TIME),
        ),
        ("calls", "requests"),
        "SELECT client, field.key AS name, field.value::VARCHAR AS content, count(*), min(idx) AS first_call,"
        " min(started), max(started) FROM (SELECT calls.*, unnest(map_entries(envelope)) AS field"
        " FROM calls JOIN requests USING (flow_id)) GROUP BY ALL",
        ("client", "name", "first_call", "content"),
        help='A large value stands as {"$ref": HASH}, by which sse_blobs.jsonl has it.',
    ),
    Mode(
        "headers",
        "Headers, as logged (credentials are hashes): each value, how often, when first and last.",
        (
            *names("client", "side"),
            Column("header", Kind.KEY),
            *text("value"),
            *minor(
                *counts("calls"),
                Column("values", Kind.INTEGER),
                Column("first", Kind.TIME),
                Column("last", Kind.TIME),
            ),
        ),
        ("calls", "headers"),
        f"""WITH told AS (
                SELECT client, started, unnest([
                    {{side: 'request', entries: map_entries(request_headers)}},
                    {{side: 'response', entries: map_entries(response_headers)}}], recursive := true)
                FROM calls JOIN headers USING (flow_id)),
            counted AS (
                SELECT client, side, entry.key AS name, entry.value AS value, count(*) AS calls,
                    min(started) AS first, max(started) AS last
                FROM (SELECT client, started, side, unnest(entries) AS entry FROM told) GROUP BY ALL),
            sized AS (SELECT *, count(*) OVER (PARTITION BY client, side, name) AS values FROM counted)
            SELECT client, side, name, value, calls, 1 AS values, first, last FROM sized WHERE values <= {_MOST_VALUES}
            UNION ALL
            SELECT client, side, name, arg_max(value, (last, value)), sum(calls)::BIGINT, any_value(values),
                min(first), max(last) FROM sized WHERE values > {_MOST_VALUES} GROUP BY client, side, name""",
        ("client", "side", "name", "first", "value"),
        purposes=(),
        help=f"Of a header with more than {_MOST_VALUES} values the last one stands for all.",
    ),
    Mode(
        "telemetry",
        "What the wire tells about each call: retries, request ids, versions of client, SDK and runtime.",
        (
            *_CALL,
            *names("client"),
            Column("retry_count", Kind.INTEGER),
            *names("request_id", "client_request_id"),
            *text("user_agent"),
            *names("sdk", "sdk_version", "runtime", "runtime_version"),
            *minor(*text("flow_id")),
        ),
        ("calls", "headers"),
        f"""SELECT {_CALL_SQL}, client, try_cast(request_headers['x-stainless-retry-count'] AS BIGINT),
            coalesce(response_headers['request-id'], response_headers['x-request-id'],
                response_headers['x-amzn-requestid'], response_headers['x-goog-request-id']),
            request_headers['x-client-request-id'], request_headers['user-agent'],
            request_headers['x-stainless-lang'], request_headers['x-stainless-package-version'],
            request_headers['x-stainless-runtime'], request_headers['x-stainless-runtime-version'], flow_id
            FROM calls JOIN headers USING (flow_id)""",
        ("idx",),
        purposes=(),
    ),
    Mode(
        "conversation_growth",
        "How each conversation grows: items and bytes of every request, and what the last one added.",
        (
            *_CALL,
            *names("agent"),
            Column("messages", Kind.INTEGER),
            Column("added_messages", Kind.INTEGER, totalled=True),
            Column("request_bytes", Kind.BYTES),
            Column("added_bytes", Kind.BYTES, totalled=True),
            Column("input_tokens", Kind.INTEGER),
            Column("added_tokens", Kind.INTEGER, totalled=True),
            *minor(*text("flow_id")),
        ),
        ("calls", "exchanges", "requests"),
        f"""SELECT {_CALL_SQL}, agent, messages, added_messages, request_bytes, added_bytes, input_tokens,
            added_tokens, flow_id FROM calls JOIN (
                SELECT flow_id, messages, coalesce(agent_id, 'main') AS agent,
                    messages - lag(messages, 1, 0) OVER line AS added_messages,
                    request_bytes - lag(request_bytes, 1, 0) OVER line AS added_bytes,
                    input_tokens - lag(input_tokens, 1, 0) OVER line AS added_tokens
                FROM exchanges JOIN requests USING (flow_id)
                WINDOW line AS (PARTITION BY session_id, agent_id, purpose ORDER BY idx)) USING (flow_id)""",
        ("idx",),
        help="A negative number: the client has cut or compacted the conversation. On a WebSocket a request holds only"
        " what is new.",
    ),
    Mode(
        "reasoning_presence",
        "Reasoning of each call: characters of text or summary, encrypted characters, tokens.",
        (
            *_CALL,
            *names("client", "model"),
            *counts("thinking_chars", "encrypted_chars", "reasoning_output_tokens"),
            *minor(*text("flow_id")),
        ),
        ("answered_calls", "texts", "encrypted"),
        f"""SELECT {_CALL_SQL}, client, model, thinking_chars, encrypted_chars, reasoning_output_tokens, flow_id
            FROM answered_calls LEFT JOIN texts USING (flow_id) LEFT JOIN (
                SELECT flow_id, sum(encrypted_chars)::BIGINT AS encrypted_chars FROM encrypted GROUP BY flow_id
            ) USING (flow_id)""",
        ("idx",),
        help="Encrypted is what only the provider can read: encrypted_content, redacted thinking, signatures.",
    ),
)

"""Facts about tool calls, as SQL: what stands in conversations, and which of it each request has.

In: fields of the log's records (LOGFORMAT.md). Out: `SELECT`s for facts.py. Of a conversation's element they find, in
every dialect, the calls that a client answers and the results, as `protocols/request_text.py` does in Python. As SQL
they run on all processors, and in an index only over what is new.
"""

from __future__ import annotations

HEAD_CHARS = 400
"""How much of an error is kept for a report to show."""

CONVERSATION_FIELDS = {"flow_id": "VARCHAR", "request": "JSON"}

_PLACES = ("messages", "input", "contents", "request.contents", "response.input", "additional_messages")
"""Where a request, or what wraps one, has the conversation whose elements may be calls and results."""


RECENT = 200
"""So many of a conversation's last elements are looked at. What is new in it, and what answers it, is among them."""

_PREVIOUS = ("previous_response_id", "response.previous_response_id")

_PATHS = ", ".join(f"'$.{path}'" for path in (*_PREVIOUS, *_PLACES))

# All paths at once, since each extraction parses the request. References are found by what they look like: to take
# each out of the JSON takes ten times as long and as much memory.
CONVERSATIONS = f"""
    SELECT flow_id, coalesce(found[1]->>'$', found[2]->>'$') AS previous_response_id,
        [('0x' || half)::UBIGINT FOR half IN regexp_extract_all(
            array_to_string(found[{len(_PREVIOUS) + 1}:]::VARCHAR[], ','),
            '"\\$ref": *"([0-9a-f]{{16}})', 1)[-{RECENT}:]] AS items
    FROM (SELECT flow_id, json_extract(request, [{_PATHS}]) AS found FROM records)"""
"""An item is half of a content's hash: in a log of millions of contents two are the same once in a million logs."""

_SIGNS = (
    'tool_calls"|tool_use"|toolUse"|unction_?[Cc]all"|_call"|tool_result"|toolResult"|unction_?[Rr]esponse"|_output"'
    '|"role": *"(tool|function)"'
)
"""An element without any of them has neither call nor result: most have not."""

ARGUMENT_CHARS = "length(coalesce(arguments_raw, arguments::VARCHAR))"
"""Of a call: as the model wrote them, blanks and all; where a dialect has them as JSON only, as compact text."""

ITEM_FIELDS = {"hash": "VARCHAR", "content": "JSON"}

_CALLS = """list_concat(
    CASE WHEN suffix(type, '_call') AND content->>'$.call_id' != ''
        THEN [{call_id: content->>'$.call_id', tool: coalesce(content->>'$.name', type)}] ELSE [] END,
    [{call_id: call->>'$.id', tool: coalesce(call->>'$.function.name', call->>'$.name')}
        FOR call IN json_extract(content, '$.tool_calls[*]')],
    [{call_id: NULL, tool: call->>'$.name'} FOR call IN [json_extract(content, '$.function_call')]
        IF json_type(call) = 'OBJECT'],
    [{call_id: block->>'$.id', tool: block->>'$.name'} FOR block IN blocks IF block->>'$.type' = 'tool_use'],
    [{call_id: block->>'$.toolUse.toolUseId', tool: block->>'$.toolUse.name'}
        FOR block IN blocks IF json_type(block, '$.toolUse') = 'OBJECT'],
    [{call_id: block->>'$.functionCall.id', tool: block->>'$.functionCall.name'}
        FOR block IN blocks IF json_type(block, '$.functionCall') = 'OBJECT'],
    [{call_id: block->>'$.function_call.id', tool: block->>'$.function_call.name'}
        FOR block IN blocks IF json_type(block, '$.function_call') = 'OBJECT'])"""


def _string(value: str, path: str) -> str:
    """What is there if it is a string, else null."""
    return f"CASE json_type({value}, '{path}') WHEN 'VARCHAR' THEN {value}->>'{path}' END"


_PART = f"""CASE json_type(part)
    WHEN 'VARCHAR' THEN part->>'$'
    WHEN 'OBJECT' THEN coalesce(
        {_string("part", "$.text")}, part->>'$.json',
        '[' || coalesce({_string("part", "$.type")}, json_keys(part)[1]) || ']')
    WHEN 'NULL' THEN '' ELSE part::VARCHAR END"""


def _text(value: str) -> str:
    """A result as text: a string as it is, the texts of a list of blocks, else its JSON."""
    return f"""CASE json_type({value})
        WHEN 'VARCHAR' THEN {value}->>'$'
        WHEN 'ARRAY' THEN array_to_string(
            [text FOR text IN [{_PART} FOR part IN json_extract({value}, '$[*]')] IF text != ''], chr(10))
        WHEN 'OBJECT' THEN coalesce({_string(value, "$.content")}, {_string(value, "$.text")}, {value}::VARCHAR)
        WHEN 'NULL' THEN '' ELSE coalesce({value}::VARCHAR, '') END"""


def _result(call_id: str, value: str, failed: str, tool: str = "NULL::VARCHAR") -> str:
    """`tool`: its name, in dialects that link by it."""
    return f"{{call_id: {call_id}, tool: {tool}, text: {_text(value)}, is_error: coalesce({failed}, false)}}"


_RESPONSES = _result(
    "coalesce(nullif(content->>'$.call_id', ''), content->>'$.id')",
    "json_extract(content, '$.output')",
    "content->>'$.status' IN ('failed', 'incomplete') OR json_extract(content, '$.output.success') = 'false'",
)
_CHAT = _result(
    "content->>'$.tool_call_id'",
    "json_extract(content, '$.content')",
    "json_extract(content, '$.is_error') = 'true'",
    "coalesce(content->>'$.tool_name', content->>'$.name')",
)
_ANTHROPIC = _result(
    "block->>'$.tool_use_id'", "json_extract(block, '$.content')", "json_extract(block, '$.is_error') = 'true'"
)
_BEDROCK = _result(
    "block->>'$.toolResult.toolUseId'",
    "json_extract(block, '$.toolResult.content')",
    "block->>'$.toolResult.status' = 'error'",
)


def _gemini(name: str) -> str:
    """`name`: protobuf's JSON takes both spellings."""
    said = ", ".join(f"block->'$.{name}.response{path}'" for path in (".error", ".output", ".result", ""))
    is_error = f"json_type(block, '$.{name}.response.error') != 'NULL'"
    found = _result(f"block->>'$.{name}.id'", f"coalesce({said})", is_error, f"block->>'$.{name}.name'")
    return f"[{found} FOR block IN blocks IF json_type(block, '$.{name}') = 'OBJECT']"


_RESULTS = f"""CASE
    WHEN suffix(type, '_output') THEN [{_RESPONSES}]
    WHEN role IN ('tool', 'function') THEN [{_CHAT}]
    ELSE list_concat(
        [{_ANTHROPIC} FOR block IN blocks IF block->>'$.type' = 'tool_result'],
        [{_BEDROCK} FOR block IN blocks IF json_type(block, '$.toolResult') = 'OBJECT'],
        {_gemini("functionResponse")}, {_gemini("function_response")})
    END"""

_EXIT_CODE = r"""try_cast(nullif(coalesce(
    nullif(regexp_extract(left(result.text, 300), '(?:^|\n)(?:Process exited with code|Exit code:?) (-?\d+)', 1), ''),
    regexp_extract(right(result.text, 300), '"metadata":\s*\{[^{}]*"exit_code":\s*(-?\d+)', 1)), '') AS INTEGER)"""
"""Of a command, where the client writes it into the result: Claude Code's first line, Codex's head or metadata."""

ITEMS = f"""
    SELECT hash, ('0x' || left(hash, 16))::UBIGINT AS item, calls,
        [{{call_id: told.call_id, tool: told.tool, digest: told.digest, chars: told.chars, is_error: told.is_error,
           exit_code: told.exit_code, head: CASE WHEN told.is_error OR told.exit_code != 0 THEN told.head END}}
         FOR told IN [
            {{call_id: result.call_id, tool: result.tool, digest: md5_number_lower(result.text),
              chars: length(result.text)::INTEGER, is_error: result.is_error, exit_code: {_EXIT_CODE},
              head: left(result.text, {HEAD_CHARS})}}
            FOR result IN results]] AS results
    FROM (
        SELECT hash, {_CALLS} AS calls, {_RESULTS} AS results
        FROM (
            SELECT hash, content, content->>'$.type' AS type, content->>'$.role' AS role,
                CASE WHEN json_type(content, '$.content') = 'ARRAY' THEN json_extract(content, '$.content[*]')
                    ELSE json_extract(content, '$.parts[*]') END AS blocks
            FROM records WHERE hash IS NULL OR regexp_matches(content::VARCHAR, '{_SIGNS}')))
    WHERE hash IS NULL OR len(calls) + len(results) > 0"""

MOMENT_COLUMNS = (
    "moment, what, flow_id, idx, session_id, session_number, agent_id, purpose, api, previous_response_id, elements,"
    " doubled, is_whole, response_id, announced, is_wanted"
)
MOMENT_ORDER = ("moment", "what", "idx")


def moments_of(wanted: str) -> str:
    """A row where an exchange begins (`what` 0), and one where it ends: all that its calls and results are told by.
    They are those of all sessions that the relation `wanted` has, with its own exchanges marked."""
    return f"""
    WITH concerned AS (
        SELECT * FROM exchanges WHERE session_id IN (SELECT session_id FROM {wanted}) OR session_id IS NULL),
    recent AS (
        SELECT flow_id, session_id, started, unnest(items) AS item, generate_subscripts(items, 1) AS place
        FROM conversations JOIN concerned USING (flow_id)),
    marked AS (
        SELECT recent.*, len(calls) > 0 AS has_calls, len(results) > 0 AS has_results
        FROM recent JOIN call_items USING (item)),
    -- What no earlier request of the session had; and what follows the last call, which may be word for word the same.
    told AS (
        SELECT flow_id, item, place, bool_or(is_latest) AS is_latest, bool_or(NOT is_latest) AS is_new FROM (
            SELECT arg_min(flow_id, started) AS flow_id, item, arg_min(place, started) AS place, false AS is_latest
            FROM marked GROUP BY session_id, item
            UNION ALL
            SELECT flow_id, item, place, true FROM (
                SELECT *, max(place) FILTER (has_calls) OVER (PARTITION BY flow_id) AS last_call FROM marked)
            WHERE has_results AND place > coalesce(last_call, 0))
        GROUP BY flow_id, item, place),
    elements AS (
        SELECT flow_id, list({{is_latest: is_latest, is_new: is_new, calls: calls, results: results}} ORDER BY place)
            AS elements
        FROM told JOIN call_items USING (item) GROUP BY flow_id),
    -- An id has two results in one conversation only where two elements have one, or an element is there twice.
    ids AS (
        SELECT item, unnest([result.call_id FOR result IN results]) AS call_id, true AS is_result FROM call_items
        UNION ALL SELECT item, unnest([call.call_id FOR call IN calls]), false FROM call_items),
    suspects AS (SELECT call_id FROM ids WHERE is_result AND call_id IS NOT NULL GROUP BY call_id HAVING count(*) > 1),
    repetitive AS (SELECT flow_id FROM conversations WHERE len(items) > len(list_distinct(items))),
    doubled AS (
        SELECT flow_id, list(call_id ORDER BY call_id) AS doubled FROM (
            SELECT arg_min(flow_id, started) AS flow_id, call_id FROM (
                SELECT session_id, flow_id, any_value(started) AS started, call_id
                FROM marked JOIN ids USING (item)
                WHERE call_id IS NOT NULL
                    AND (call_id IN (FROM suspects) OR flow_id IN (FROM repetitive))
                GROUP BY session_id, flow_id, call_id
                HAVING count(*) FILTER (is_result) > greatest(1, count(*) FILTER (NOT is_result)))
            GROUP BY session_id, call_id)
        GROUP BY flow_id),
    announced_by AS (
        SELECT flow_id, list({{call_id: id, tool: coalesce(name, ''), kind: kind,
            argument_chars: {ARGUMENT_CHARS},
            is_json: coalesce(json_type(arguments) != 'NULL', false)}} ORDER BY place) AS announced
        FROM tool_calls GROUP BY flow_id)
    SELECT started AS moment, 0 AS what, concerned.flow_id, idx, session_id, session_number, agent_id,
        coalesce(purpose, 'main') AS purpose, api, conversations.previous_response_id, elements, doubled,
        false AS is_whole, NULL AS response_id, NULL AS announced,
        concerned.flow_id IN (SELECT flow_id FROM {wanted}) AS is_wanted
    FROM concerned LEFT JOIN conversations USING (flow_id) LEFT JOIN elements USING (flow_id)
        LEFT JOIN doubled USING (flow_id)
    UNION ALL
    SELECT ended, 1, flow_id, idx, session_id, session_number, agent_id, purpose, api, NULL, NULL, NULL,
        "end" = 'complete', response_id, announced, NULL
    FROM concerned LEFT JOIN announced_by USING (flow_id) WHERE ended IS NOT NULL"""

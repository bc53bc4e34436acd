"""Facts about tool calls, as SQL: what an answer announces, what stands in a conversation, which of it each request has.

In: fields of the log's records (LOGFORMAT.md). Out: `SELECT`s for facts.py. They say of a conversation's element what
`protocols/request_calls.py` and `request_text.py` say in Python, for all dialects, and are tested against those; as SQL
they run on all processors, and in an index only over what is new.
"""

from __future__ import annotations

HEAD_CHARS = 400
"""How much of a result is kept for a report to show."""

ANNOUNCED_FIELDS = {"flow_id": "VARCHAR", "tool_calls": "JSON"}

# A line that is no record has to keep its row of nulls: unnesting nothing would drop it.
ANNOUNCED = """
    SELECT flow_id, place, call->>'$.id' AS call_id, call->>'$.name' AS tool, call->>'$.kind' AS kind,
        length(coalesce(call->>'$.arguments_raw', call->>'$.arguments'))::INTEGER AS argument_chars,
        coalesce(json_type(call, '$.arguments') != 'NULL', false) AS is_json
    FROM (
        SELECT flow_id, unnest(calls) AS call, generate_subscripts(calls, 1)::INTEGER AS place
        FROM (
            SELECT flow_id, CASE WHEN flow_id IS NULL THEN [NULL] ELSE json_extract(tool_calls, '$[*]') END AS calls
            FROM records))"""

CONVERSATION_FIELDS = {"flow_id": "VARCHAR", "request": "JSON"}

_PLACES = ("messages", "input", "contents", "request.contents", "response.input", "additional_messages")
"""Where the conversation is whose elements may be calls and results, in a request and in what wraps one."""


def _item_number(digest: str) -> str:
    """Half a content's hash as a number: two in a log that are the same half are less likely than a broken disk."""
    return f"('0x' || left({digest}, 16))::UBIGINT"


_REFERENCES = ", ".join(f"""json_extract_string(request, '$.{place}[*]."$ref"')""" for place in _PLACES)

CONVERSATIONS = f"""
    SELECT flow_id, coalesce(request->>'$.previous_response_id', request->>'$.response.previous_response_id')
            AS previous_response_id,
        [{_item_number("digest")} FOR digest IN list_concat({_REFERENCES})] AS items
    FROM records"""

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
        FOR block IN blocks IF json_type(block, '$.functionCall') = 'OBJECT'])"""


def _string(value: str, path: str) -> str:
    """What is there if it is a string, else null."""
    return f"CASE json_type({value}, '{path}') WHEN 'VARCHAR' THEN {value}->>'{path}' END"


def _result_text(value: str) -> str:
    """A result as text: a string as it is, the texts of a list of blocks, else its JSON."""
    part = f"""CASE json_type(part) WHEN 'VARCHAR' THEN part->>'$' WHEN 'OBJECT' THEN coalesce(
            {_string("part", "$.text")}, part->>'$.json', '[' || coalesce({_string("part", "$.type")}, json_keys(part)[1]) || ']')
        WHEN 'NULL' THEN '' ELSE part::VARCHAR END"""
    return f"""CASE json_type({value})
        WHEN 'VARCHAR' THEN {value}->>'$'
        WHEN 'ARRAY' THEN array_to_string([text FOR text IN [{part} FOR part IN json_extract({value}, '$[*]')]
            IF text != ''], chr(10))
        WHEN 'OBJECT' THEN coalesce({_string(value, "$.content")}, {_string(value, "$.text")}, {value}::VARCHAR)
        WHEN 'NULL' THEN '' ELSE coalesce({value}::VARCHAR, '') END"""


def _result(call_id: str, value: str, failed: str) -> str:
    return f"{{call_id: {call_id}, text: {_result_text(value)}, is_error: coalesce({failed}, false)}}"


_ANSWER = "coalesce(json_extract(block, '$.functionResponse'), json_extract(block, '$.function_response'))"
_RESPONSE = "json_extract(answer, '$.response')"
_SAID = f"""coalesce(
    {", ".join(f"nullif(nullif(nullif(json_extract(answer, '$.response.{name}'), 'null'), '\"\"'), 'false')" for name in ("error", "output", "result"))},
    {_RESPONSE})"""

_OUTPUT = _result(
    "coalesce(nullif(content->>'$.call_id', ''), content->>'$.id')",
    "json_extract(content, '$.output')",
    "content->>'$.status' IN ('failed', 'incomplete') OR json_extract(content, '$.output.success') = 'false'",
)
_TOOL_MESSAGE = _result(
    "content->>'$.tool_call_id'", "json_extract(content, '$.content')", "json_extract(content, '$.is_error') = 'true'"
)
_TOOL_RESULT = _result(
    "block->>'$.tool_use_id'", "json_extract(block, '$.content')", "json_extract(block, '$.is_error') = 'true'"
)
_BEDROCK = _result(
    "block->>'$.toolResult.toolUseId'",
    "json_extract(block, '$.toolResult.content')",
    "block->>'$.toolResult.status' = 'error'",
)
_GEMINI = _result(
    "answer->>'$.id'",
    _SAID,
    "json_type(answer, '$.response.error') IS NOT NULL AND json_type(answer, '$.response.error') != 'NULL'",
)

_RESULTS = f"""CASE
    WHEN suffix(type, '_output') THEN [{_OUTPUT}]
    WHEN role IN ('tool', 'function') THEN [{_TOOL_MESSAGE}]
    ELSE list_concat(
        [{_TOOL_RESULT} FOR block IN blocks IF block->>'$.type' = 'tool_result'],
        [{_BEDROCK} FOR block IN blocks IF json_type(block, '$.toolResult') = 'OBJECT'],
        [{_GEMINI} FOR answer IN [{_ANSWER} FOR block IN blocks] IF json_type(answer) = 'OBJECT'])
    END"""

ITEMS = f"""
    SELECT hash, {_item_number("hash")} AS item, calls,
        [{{call_id: result.call_id, digest: md5(result.text), chars: length(result.text)::INTEGER,
           head: left(result.text, {HEAD_CHARS}), is_error: result.is_error}} FOR result IN results] AS results
    FROM (
        SELECT hash, {_CALLS} AS calls, {_RESULTS} AS results
        FROM (
            SELECT hash, content, content->>'$.type' AS type, content->>'$.role' AS role,
                CASE WHEN json_type(content, '$.content') = 'ARRAY' THEN json_extract(content, '$.content[*]')
                    ELSE json_extract(content, '$.parts[*]') END AS blocks
            FROM records))
    WHERE hash IS NULL OR len(calls) + len(results) > 0"""

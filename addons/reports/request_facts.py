"""Facts about requests, as SQL: how much conversation there is, and all else that they say (LOGFORMAT.md).

In: the `request` of an exchange's flow record, as a map of its fields. Out: `SELECT`s for facts.py.
"""

from __future__ import annotations

from addons.protocols.request_fields import KINDS

FIELDS = {"flow_id": "VARCHAR", "request": "MAP(VARCHAR, JSON)"}

_WRAPPERS = ("request", "toolConfig")
"""Fields that hold such fields themselves: Code Assist, Bedrock."""

_CONVERSATION = ", ".join(f"'{name}'" for name in KINDS)
_REMOVED = "{" + ", ".join(f'"{name}": null' for name in KINDS) + "}"


def _count(*paths: str) -> str:
    """How many elements are there together; what is no list is one."""
    return " + ".join(
        f"coalesce(CASE json_type({value}) WHEN 'ARRAY' THEN json_array_length({value}) WHEN 'OBJECT' THEN 1 END, 0)"
        for value in (_value(path) for path in paths)
    )


def _value(path: str) -> str:
    field, _, rest = path.partition(".")
    return f"json_extract(request['{field}'], '$.{rest}')" if rest else f"request['{field}']"


_MESSAGES = _count("messages", "additional_messages", "chat_history", "input", "contents", "prompt", "request.contents")
_TOOLS = _count("tools", "functions", "toolConfig.tools", "request.tools")

REQUESTS = f"""
    SELECT flow_id, ({_MESSAGES})::INTEGER AS messages, ({_TOOLS})::INTEGER AS tools,
        map_from_entries([
            {{key: field.key, value: CASE WHEN field.key IN {_WRAPPERS} THEN json_merge_patch(field.value, '{_REMOVED}')
                ELSE field.value END}}
            FOR field IN map_entries(request) IF field.key NOT IN ({_CONVERSATION})]) AS envelope
    FROM records"""
"""`envelope`: the fields that are no conversation, as JSON."""

"""Which fields of a request hold the conversation, in any dialect: two tables, for whoever needs no more than those.

In: nothing. Out: the fields, and what their contents are called in the log (`kind` in LOGFORMAT.md, sse_blobs.jsonl).
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "messages": "message",
    "additional_messages": "message",
    "chat_history": "message",
    "message": "message",
    "system": "system",
    "instructions": "instructions",
    "additional_instructions": "instructions",
    "systemInstruction": "instructions",
    "system_instruction": "instructions",
    "preamble": "instructions",
    "input": "item",
    "contents": "content",
    "prompt": "prompt",
    "inputText": "prompt",
    "suffix": "prompt",
    "tools": "tool",
    "functions": "tool",
}
"""Fields that hold the conversation, in any dialect. Of a list each element is replaced (but a completion's prompt
as a list of token numbers is one value), else the value."""

NESTED = ("request", "response", "toolConfig")
"""Objects with such fields of their own: Code Assist, a WebSocket's `response.create`, Bedrock."""

"""transcript.md: a session as a person would read it.

In: an exchange's request and its end. Out: a piece of Markdown, appended when the exchange ends. Only conversation is
in it; side calls (titles, routers, token counts) are in the log alone.
"""

from __future__ import annotations

import re
from typing import Any

from addons.capture.intake import CONVERSATION, Request
from addons.sinks.records import EndFields
from addons.wire.json_text import dump_json
from renderers.sanitise import sanitise

_FENCES = re.compile(r"`{3,}")


def transcript_piece(request: Request, fields: EndFields, ts: str) -> str | None:
    """None where the exchange is no conversation."""
    if request.purpose not in CONVERSATION:
        return None
    who = f" · sub-agent {request.agent_id}" if request.agent_id else ""
    parts = [f"## {ts} · {fields.model or 'unknown model'}{who}"]
    parts += [_quoted("Result" + (" (error)" if back.is_error else ""), back.text) for back in request.tool_returns]
    if request.prompt:
        parts.append(_quoted("Prompt", request.prompt))
    if fields.thinking:
        parts.append(_quoted("Thinking", fields.thinking))
    if fields.text:
        parts.append(fields.text)
    parts += [_call(call) for call in fields.tool_calls]
    parts.append(f"*{_last_line(fields)}*")
    return sanitise("\n\n".join(parts)) + "\n\n"


def _quoted(title: str, text: str) -> str:
    lines = text.split("\n")
    return "\n".join([f"**{title}**", "", *(f"> {line}" for line in lines)])


def _call(call: dict[str, Any]) -> str:
    arguments = call["arguments"]
    raw = call["arguments_raw"]
    text = dump_json(arguments).decode() if arguments is not None else raw or ""
    # A fence must be longer than any in what it encloses.
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"**{call['name']}**\n\n{fence}json\n{text}\n{fence}"


def _last_line(fields: EndFields) -> str:
    usage = fields.usage or {}
    told = [fields.end.replace("_", " "), str(fields.stop_reason or ""), fields.error]
    counts = [f"{usage[name]:,} {label}" for name, label in _COUNTS if usage.get(name) is not None]
    return " · ".join([*(word for word in told if word), *counts])


_COUNTS = (("input_tokens", "in"), ("cache_read_input_tokens", "cached"), ("output_tokens", "out"))

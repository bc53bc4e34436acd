"""What an end record says: the exchange's facts and the stream's own words.

In: `EndFacts` and the `Summary` of what came. Out: `EndFields`, for `sinks/records.py`. Two need them: an exchange that
has ended, and `recovery.py` for one whose process died.
"""

from __future__ import annotations

from dataclasses import dataclass

from addons.protocols.summary import Summary
from addons.protocols.usage import normalise_usage
from addons.sinks.records import EndFields


@dataclass(frozen=True, slots=True)
class EndFacts:
    """What an end record tells beyond what the stream said. Times in milliseconds since the request."""

    status: int | None
    purpose: str
    api: str | None
    model: str | None
    frames_in: int
    wire_bytes: int
    duration_ms: float
    ttft_ms: float | None
    dropped: int


def end_fields(end: str, error: str | None, facts: EndFacts, summary: Summary) -> EndFields:
    """The fields of an end record, from the exchange's facts and the stream's own words."""
    return EndFields(
        end=end,
        error=error,
        status=facts.status,
        purpose=facts.purpose,
        api=facts.api,
        model=summary.model or facts.model,
        response_id=summary.response_id,
        events=facts.frames_in,
        bytes=facts.wire_bytes,
        duration_ms=facts.duration_ms,
        ttft_ms=facts.ttft_ms,
        stop_reason=summary.stop_reason,
        text=summary.text,
        thinking=summary.thinking,
        tool_calls=summary.tool_calls,
        usage=normalise_usage(facts.api, summary.usage_raw),
        usage_raw=summary.usage_raw,
        dropped=facts.dropped,
    )

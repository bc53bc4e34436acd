"""Recorded streams of every provider: what decoders and summary make of them equals what is known to be true."""

from __future__ import annotations

from typing import Any

import pytest

from addons.protocols.events import Unrecognised
from addons.protocols.usage import FIELDS, normalise_usage
from tests.protocols.recorded import Recording, recordings, summed, told

MESSAGE_NOT_IN_TRUTH = {"mistral/001-chat-error-handling-with-mistral-mistral-small-latest-raises-app"}
"""A FastAPI `detail`, whose message the truth leaves out; its code there is the HTTP status."""


def facts(recording: Recording, api: str | None) -> dict[str, Any]:
    summary = summed(told(api, *recording.frames))
    error = summary.error
    return {
        "text": summary.text,
        "thinking": summary.thinking,
        "refusal": summary.refusal,
        "tool_calls": summary.tool_calls,
        "stop_reason": summary.stop_reason,
        "usage_raw": summary.usage_raw,
        "error": None if error is None else {"type": error.type, "code": error.code, "message": error.message},
        "complete": summary.finished,
        "model": summary.model,
        "response_id": summary.response_id,
    }


def expected(recording: Recording) -> dict[str, Any]:
    truth = {key: recording.truth[key] for key in facts_of_truth}
    if recording.name in MESSAGE_NOT_IN_TRUTH:
        truth["error"] = {"type": None, "code": None, "message": "Invalid API Key"}
    return truth


facts_of_truth = (
    "text",
    "thinking",
    "refusal",
    "tool_calls",
    "stop_reason",
    "usage_raw",
    "error",
    "complete",
    "model",
    "response_id",
)


@pytest.mark.parametrize("recording", recordings())
def test_a_recorded_stream_tells_the_truth(recording):
    assert facts(recording, recording.api) == expected(recording)


@pytest.mark.parametrize("api", [None, "openai.chat", "anthropic.messages"])
@pytest.mark.parametrize("recording", recordings())
def test_the_frames_show_their_dialect_whatever_the_path_promised(recording, api):
    """Errors too: their shape is read the same way everywhere."""
    assert facts(recording, api) == expected(recording)


@pytest.mark.parametrize("recording", recordings())
def test_no_recorded_frame_is_unrecognised(recording):
    assert [event for event in told(recording.api, *recording.frames) if isinstance(event, Unrecognised)] == []


INPUT_WITHOUT_CACHE = ("anthropic.messages", "bedrock.converse-stream", "bedrock.invoke-stream")
OUTPUT_WITHOUT_REASONING = ("google.generateContent",)


@pytest.mark.parametrize("recording", recordings())
def test_usage_in_the_terms_of_the_log_format(recording):
    """The truth has the numbers as reported; which of them have to be added up depends on the dialect."""
    reported = recording.truth["usage"]
    total_input, output = reported["input"], reported["output"]
    if recording.api in INPUT_WITHOUT_CACHE and total_input is not None:
        total_input += (reported["cache_read"] or 0) + (reported["cache_write"] or 0)
    if recording.api in OUTPUT_WITHOUT_REASONING and output is not None:
        output += reported["reasoning"] or 0
    usage = normalise_usage(recording.api, recording.truth["usage_raw"])
    assert tuple(usage) == FIELDS
    assert usage["input_tokens"] == total_input
    assert usage["output_tokens"] == output
    assert usage["cache_read_input_tokens"] == reported["cache_read"]
    assert usage["cache_creation_input_tokens"] == reported["cache_write"]
    assert usage["reasoning_output_tokens"] == reported["reasoning"]


ENDS_WITHOUT_STOP_REASON = ("mcp.streamable-http", "openai.transcriptions")
CUTS = 40


@pytest.mark.parametrize("recording", recordings())
def test_a_stream_that_is_cut_off_is_not_finished(recording):
    """At many frames, and at each of the last: what has come is a beginning of the whole, and it says so."""
    frames = recording.frames
    step = max(1, len(frames) // CUTS)
    for end in {*range(0, len(frames), step), *range(max(0, len(frames) - 12), len(frames))}:
        summary = summed(told(recording.api, *frames[:end]))
        assert recording.truth["text"].startswith(summary.text)
        assert recording.truth["thinking"].startswith(summary.thinking)
        assert [one["name"] for one in summary.tool_calls] == [
            one["name"] for one in recording.truth["tool_calls"][: len(summary.tool_calls)]
        ]
        if summary.finished and recording.api not in ENDS_WITHOUT_STOP_REASON:
            assert summary.stop_reason == recording.truth["stop_reason"]

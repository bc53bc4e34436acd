"""addons/bodies/answer.py: an answer's body as a conversation."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.bodies import answer as bounds
from addons.bodies.answer import About, answer_text
from addons.wire.content_encoding import decode_body
from tests.e2e import dialects
from tests.e2e.dialects import Call, Reply
from tests.protocols.recorded import STREAMS

REPLY = Reply("r1", "The build is red.", "Look at it.", Call("c1", "Bash", {"command": "make check"}))
SSE = "text/event-stream; charset=utf-8"
ANTHROPIC = About("anthropic.messages", SSE, 200, 1500.0)


def body(reply: Reply = REPLY) -> bytes:
    return b"".join(dialects.anthropic(reply, "claude-x"))


def delta(text: str, kind: str = "text") -> bytes:
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": f"{kind}_delta", kind: text}}
    return b"event: content_block_delta\ndata: " + json.dumps(event).encode() + b"\n\n"


USAGE = """usage
  input_tokens: 2,112
  cache_read_input_tokens: 2,000
  cache_creation_input_tokens: 100
  cache_creation_5m_input_tokens: 60
  cache_creation_1h_input_tokens: 40
  output_tokens: 57
usage as reported
{
  "input_tokens": 12,
  "cache_creation_input_tokens": 100,
  "cache_read_input_tokens": 2000,
  "cache_creation": {
    "ephemeral_5m_input_tokens": 60,
    "ephemeral_1h_input_tokens": 40
  },
  "output_tokens": 57
}"""


def test_a_whole_answer():
    assert answer_text(body(), ANTHROPIC).split("\n\n") == [
        "■ claude-x · tool_use · 2,112 in (95% cached) · 57 out · 1.5 s",
        "✻ Look at it.",
        "The build is red.",
        "▶ Bash\n$ make check",
        USAGE,
    ]


@pytest.mark.parametrize(
    ("data", "about", "expected"),
    [
        pytest.param(delta("half"), ANTHROPIC, "■ cut off · 1.5 s\n\nhalf", id="cut off"),
        pytest.param(
            delta("half"),
            About("anthropic.messages", SSE, 200, 0.0, "Client disconnected."),
            "■ cut off · Client disconnected.\n\nhalf",
            id="who cut it",
        ),
        pytest.param(
            b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}',
            About("anthropic.messages", "application/json", 529),
            "■ overloaded (529)\n\n✗ overloaded_error: Busy",
            id="an error",
        ),
        pytest.param(b'{"total":7}', About(None, "application/json", 200), '{\n  "total": 7\n}', id="JSON"),
        pytest.param(b"<html>", About("openai.chat", "text/html", 502), "<html>", id="no answer at all"),
        pytest.param(b"", ANTHROPIC, "", id="nothing"),
        pytest.param(
            delta("missing type"), About("anthropic.messages", None, 200), "■ cut off\n\nmissing type", id="no type"
        ),
        pytest.param(delta("x\x1b[2J"), ANTHROPIC, "■ cut off · 1.5 s\n\nx␛[2J", id="hostile"),
    ],
)
def test_what_else_comes(data, about, expected):
    assert answer_text(data, about) == expected


def test_a_text_of_any_length_is_bounded():
    text = answer_text(delta("x" * 5_000_000), ANTHROPIC)
    assert "4,960,000 characters are not shown here" in text
    assert len(text) < bounds.BLOCK_CHARS + 1_000
    assert max(map(len, text.split("\n"))) <= 1_000


def test_arguments_of_any_length_are_bounded():
    reply = Reply("r1", "", "", Call("c1", "Write", {"file_path": "/x", "content": "y" * 200_000}))
    assert "characters are not shown here" in answer_text(body(reply), ANTHROPIC)


def test_of_many_frames_the_first_and_the_last_are_read(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_FRAMES", 10)
    monkeypatch.setattr(bounds, "LAST_BYTES", 1_000)
    monkeypatch.setattr(bounds, "_PIECE_BYTES", 1_000)
    pieces = list(dialects.anthropic(Reply("r1", "word " * 2_000), "claude-x"))
    text = answer_text(b"".join(pieces), ANTHROPIC)
    assert "bytes in the middle of the body were not decoded" in text
    # What it is, and how it ended.
    assert "■ claude-x · end_turn" in text
    assert "output_tokens: 57" in text


@given(st.binary(max_size=300), st.sampled_from(("anthropic.messages", "openai.responses", "ollama.chat", None)))
def test_no_body_makes_it_fail(data, api):
    for content_type in (SSE, "application/json", "application/vnd.amazon.eventstream", None):
        assert isinstance(answer_text(data, About(api, content_type, 200)), str)


@given(st.integers(0, 4_000))
def test_no_cut_makes_it_fail(place):
    assert isinstance(answer_text(body()[:place], ANTHROPIC), str)


def recorded():
    folders = [path.parent for path in sorted(STREAMS.glob("*/*/meta.json"))]
    found = [pytest.param(folder, id=f"{folder.parent.name}/{folder.name}") for folder in folders]
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded streams at {STREAMS}"), id="none")]


CONTENT_TYPES = {
    "text/event-stream": "text/event-stream",
    "newline-delimited JSON": "application/x-ndjson",
    "application/vnd.amazon.eventstream": "application/vnd.amazon.eventstream",
    "JSON array (streamed)": "application/json",
    "single JSON object": "application/json",
}


def is_in(word: str, shown: str) -> bool:
    """In one piece, or in two where a block ends in the middle of what the sum joins."""
    return word in shown or any(word[:cut] in shown and word[cut:] in shown for cut in range(1, len(word)))


@pytest.mark.parametrize("folder", recorded())
def test_every_recorded_stream_shows_all_of_its_text_and_calls(folder):
    meta, truth = (json.loads((folder / name).read_bytes()) for name in ("meta.json", "truth.json"))
    data = decode_body(next(folder.glob("response.*")).read_bytes(), None)
    shown = answer_text(data, About(meta["api"], CONTENT_TYPES[meta["format"]], 200))
    words = (truth.get("text") or "").split() + (truth.get("thinking") or "").split()
    assert [word for word in words[:500] if word.isascii() and word.isprintable() and not is_in(word, shown)] == []
    assert [
        call["name"] for call in truth.get("tool_calls") or [] if call["name"].rpartition("__")[2] not in shown
    ] == []

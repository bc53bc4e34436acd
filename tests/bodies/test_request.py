"""addons/bodies/request.py: a request as a person reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.bodies.changes import RequestHistory
from addons.bodies.request import request_text
from addons.request_parts import parts_of

ASK = {
    "model": "claude-x",
    "stream": True,
    "system": [{"type": "text", "text": "You help."}],
    "messages": [{"role": "user", "content": "Why?"}],
    "tools": [{"name": "Bash", "description": "Runs a command.", "input_schema": {}}],
}
NEXT = {
    **ASK,
    "messages": [
        *ASK["messages"],
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "Bash", "input": {"command": "ls"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "a\nb"}]},
    ],
}


def shown(body, before=None):
    history = RequestHistory()
    for number, each in enumerate(filter(None, (before, body))):
        history.note(f"f-{number}", ("s",), parts_of(each), number * 2_000_000_000)
    return request_text(json.dumps(body, separators=(",", ":")).encode(), None, history.changes_of("f-1"))


def test_a_first_request():
    assert shown(ASK) == (
        "claude-x · 202 B\n"
        "\n"
        "settings\n"
        "  model: claude-x\n"
        "  stream: true\n"
        "\n"
        "messages · 1 · 32 B\n"
        "  [1] user · 32 B\n"
        "    Why?\n"
        "\n"
        "system prompt · 1 · 34 B\n"
        "  [1] text · 34 B\n"
        "    You help.\n"
        "\n"
        "tools · 1 · 65 B\n"
        "  [1] Bash · 65 B · Runs a command."
    )


def test_the_next_request_shows_what_is_new():
    text = shown(NEXT, ASK)
    assert text.split("\n\n")[1] == (
        "since the request before it, 2.0 s earlier\n"
        "  system prompt: 1 as before\n"
        "  messages: 1 → 3 · new: 2 to 3\n"
        "  tools: 1 as before"
    )
    assert text.split("\n\n")[3] == (
        "messages · 3 · 217 B\n"
        "= [1] user · 32 B · Why?\n"
        "+ [2] assistant · 100 B\n"
        '    ▶ Bash {"command":"ls"}\n'
        "+ [3] user · 85 B\n"
        "    ◀ c \n"
        "    a\n"
        "    b"
    )


def test_what_changed_is_named():
    changed = {**ASK, "system": [{"type": "text", "text": "You help more."}], "tools": []}
    text = shown(changed, ASK)
    assert "  system prompt: 1 · changed: 1\n" in text
    assert "  tools: 1 → 0 · 1 gone\n" in text
    assert "~ [1] text · 39 B\n    You help more." in text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"no json", "no json", id="no JSON"),
        pytest.param(b'{"a":1}', '{\n  "a": 1\n}', id="no conversation"),
        pytest.param(b"[1,2]", "[\n  1,\n  2\n]", id="a list"),
    ],
)
def test_what_is_no_request_is_shown_as_it_is(body, expected):
    assert request_text(body) == expected


def test_the_path_may_name_the_model():
    body = b'{"contents":[{"parts":[{"text":"Why?"}]}]}'
    assert request_text(body, "gemini-x").startswith("gemini-x · 42 B\n")


def test_what_wraps_a_request_is_looked_through():
    body = {"project": "p", "request": {"contents": [{"role": "user", "parts": [{"text": "Why?"}]}], "sessionId": "s"}}
    text = request_text(json.dumps(body).encode())
    assert "  project: p\n  request.sessionId: s" in text
    assert "[1] user" in text


def test_numbers_are_those_of_the_log_s_parts():
    """Bedrock's cache mark is an element of its own, and no part."""
    body = {"system": [{"text": "one"}, {"cachePoint": {"type": "default"}}, {"text": "two"}], "messages": []}
    text = request_text(json.dumps(body).encode())
    assert "system prompt · 2" in text
    assert len(parts_of(body)) == 2


def test_a_request_of_any_size_is_bounded():
    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 5_000_000}]}
    text = request_text(json.dumps(body).encode())
    assert "4,980,000 characters are not shown here" in text
    assert len(text) < 30_000


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("messages", "system", "tools", "input", "request", "$ref", "role")), inner
            )
        ),
        max_leaves=10,
    )
)
def test_no_request_makes_it_fail(value):
    assert isinstance(request_text(json.dumps(value).encode()), str)

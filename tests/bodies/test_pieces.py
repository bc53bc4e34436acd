"""addons/bodies/pieces.py: what a message says, in any dialect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.bodies.pieces import Piece, pieces_of, role_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("type", "role", "content", "parts", "text", "toolUse", "functionCall", "tool_calls", "output")
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param("typed", [Piece("text", "typed")], id="a bare text"),
        pytest.param({"role": "user", "content": "typed"}, [Piece("text", "typed")], id="content as text"),
        pytest.param(
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "x"},
                    {"type": "text", "text": "ok"},
                    {"type": "tool_use", "id": "c", "name": "Bash", "input": {"command": "ls"}},
                ],
            },
            [Piece("thinking", "hm"), Piece("text", "ok"), Piece("call", '{"command":"ls"}', "Bash")],
            id="Anthropic's blocks",
        ),
        pytest.param(
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "out"}]}],
            },
            [Piece("result", "out", "c")],
            id="Anthropic's result",
        ),
        pytest.param(
            {"type": "tool_result", "tool_use_id": "c", "content": "out", "is_error": True},
            [Piece("result", "(failed) out", "c")],
            id="a failed result",
        ),
        pytest.param(
            {"type": "redacted_thinking", "data": "abcd"},
            [Piece("thinking", "(encrypted, 4 characters)")],
            id="hidden thinking",
        ),
        pytest.param(
            {
                "role": "assistant",
                "content": None,
                "reasoning_content": "hm",
                "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
            },
            [Piece("thinking", "hm"), Piece("call", "{}", "f")],
            id="chat completions",
        ),
        pytest.param(
            {"role": "tool", "tool_call_id": "c", "content": "out"}, [Piece("result", "out", "c")], id="a chat's result"
        ),
        pytest.param(
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "xx"},
            [Piece("thinking", "hm")],
            id="Responses' reasoning",
        ),
        pytest.param(
            {"type": "function_call", "name": "f", "arguments": "{}"}, [Piece("call", "{}", "f")], id="Responses' call"
        ),
        pytest.param(
            {"type": "local_shell_call", "action": {"command": ["ls"]}},
            [Piece("call", '{"command":["ls"]}', "local_shell_call")],
            id="a shell call",
        ),
        pytest.param(
            {"type": "function_call_output", "call_id": "c", "output": "out"},
            [Piece("result", "out", "c")],
            id="Responses' result",
        ),
        pytest.param(
            {
                "role": "model",
                "parts": [{"text": "hm", "thought": True}, {"functionCall": {"name": "f", "args": {"a": 1}}}],
            },
            [Piece("thinking", "hm"), Piece("call", '{"a":1}', "f")],
            id="Gemini's parts",
        ),
        pytest.param(
            {"functionResponse": {"name": "f", "response": {"output": "out"}}},
            [Piece("result", "out", "f")],
            id="Gemini's result",
        ),
        pytest.param(
            {
                "role": "assistant",
                "content": [{"text": "ok"}, {"toolUse": {"toolUseId": "c", "name": "f", "input": {}}}],
            },
            [Piece("text", "ok"), Piece("call", "{}", "f")],
            id="Bedrock's blocks",
        ),
        pytest.param(
            {"toolResult": {"toolUseId": "c", "content": [{"text": "out"}], "status": "error"}},
            [Piece("result", "(failed) out", "c")],
            id="Bedrock's result",
        ),
        pytest.param(
            {"type": "image", "source": {"data": "x" * 300}}, [Piece("other", "(image, 337 characters)")], id="an image"
        ),
        pytest.param({"type": "new", "a": 1}, [Piece("other", '{"type":"new","a":1}')], id="what nobody knows"),
        pytest.param(7, [Piece("other", "7")], id="a number"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_pieces(item, expected):
    assert list(pieces_of(item)) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [({"role": "user"}, "user"), ({"type": "function_call"}, "function_call"), ("typed", ""), ({"role": 7}, "")],
)
def test_role(item, expected):
    assert role_of(item) == expected


@given(JSON)
def test_nothing_makes_it_fail(item):
    assert all(isinstance(piece.text, str) for piece in pieces_of(item))

"""addons/protocols/request_calls.py: calls that stand in a conversation, by dialect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.protocols.request_calls import CallMade, calls_of


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}},
                    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
                    {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {}},
                ],
            },
            (CallMade("toolu_1", "Read"), CallMade("toolu_2", "Bash")),
            id="Anthropic",
        ),
        pytest.param(
            {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "ls"}}]},
            (CallMade("c1", "ls"),),
            id="chat",
        ),
        pytest.param(
            {"role": "assistant", "tool_calls": [{"function": {"name": "ls", "arguments": {}}}]},
            (CallMade(None, "ls"),),
            id="Ollama",
        ),
        pytest.param({"role": "assistant", "function_call": {"name": "ls"}}, (CallMade(None, "ls"),), id="chat of old"),
        pytest.param(
            {"type": "function_call", "call_id": "c1", "id": "fc_1", "name": "shell"},
            (CallMade("c1", "shell"),),
            id="Responses",
        ),
        pytest.param(
            {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin Patch"},
            (CallMade("c1", "apply_patch"),),
            id="Responses, free-form",
        ),
        pytest.param(
            {"type": "local_shell_call", "call_id": "c1"}, (CallMade("c1", "local_shell_call"),), id="Responses, shell"
        ),
        pytest.param({"type": "web_search_call", "id": "ws_1"}, (), id="Responses: the provider's own"),
        pytest.param(
            {
                "role": "model",
                "parts": [{"functionCall": {"name": "ls"}}, {"functionCall": {"id": "g", "name": "cat"}}],
            },
            (CallMade(None, "ls"), CallMade("g", "cat")),
            id="Gemini",
        ),
        pytest.param(
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t1", "name": "ls"}}]},
            (CallMade("t1", "ls"),),
            id="Bedrock",
        ),
        pytest.param({"role": "user", "content": "go"}, (), id="none"),
        pytest.param("go", (), id="text"),
    ],
)
def test_calls_in_a_conversations_element(item, expected):
    assert calls_of(item) == expected


FIELDS = ("type", "content", "parts", "tool_calls", "function", "functionCall", "toolUse", "id", "name")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
)


@given(JSON)
def test_anything_may_stand_there(item):
    assert isinstance(calls_of(item), tuple)

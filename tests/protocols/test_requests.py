"""What a request's JSON holds: split for the log and rebuilt, and what in it is new."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.protocols.events import ToolReturn
from addons.protocols.requests import (
    conversation_items,
    prompt_of,
    rebuild,
    requested_model,
    split,
    wants_stream,
    without_cache_markers,
)
from addons.wire.json_text import dump_json

STREAMS = Path(__file__).parents[3] / "shared" / "streams"
RECORDED = sorted(STREAMS.glob("*/*/request.json"))
HASH = "0123456789abcdef0123456789abcdef"
LONG = "x" * 600


class Blobs:
    """Contents by hash, as the log keeps them, and in which order they were put."""

    def __init__(self):
        self.contents = {}
        self.kinds = []

    def put(self, kind, content):
        data = dump_json(content)
        found = hashlib.sha256(data).hexdigest()[:32]
        self.contents[found] = json.loads(data)
        self.kinds.append(kind)
        return found


def split_and_rebuild(body):
    blobs = Blobs()
    request = split(body, blobs.put)
    return request, rebuild(request, blobs.contents.__getitem__), blobs


def shape(value):
    """The request with `kind`s in place of hashes: what was replaced, at one glance."""
    names = {}

    def put(kind, _):
        found = f"{len(names):032x}"
        names[found] = f"<{kind}>"
        return found

    return rebuild(split(value, put), names.__getitem__)


MESSAGE = {"role": "user", "content": "hello"}
TOOL = {"name": "Bash", "input_schema": {"type": "object"}}

SHAPES = [
    pytest.param(
        {"model": "m", "messages": [MESSAGE, MESSAGE], "system": [{"type": "text", "text": "s"}], "tools": [TOOL]},
        {"model": "m", "messages": ["<message>"] * 2, "system": ["<system>"], "tools": ["<tool>"]},
        id="anthropic",
    ),
    pytest.param({"system": "s"}, {"system": "<system>"}, id="system as a string"),
    pytest.param(
        {"input": [MESSAGE], "instructions": "i", "tools": [TOOL], "stream": True},
        {"input": ["<item>"], "instructions": "<instructions>", "tools": ["<tool>"], "stream": True},
        id="responses",
    ),
    pytest.param({"input": "hello"}, {"input": "<item>"}, id="input as a string"),
    pytest.param(
        {"contents": [{}], "systemInstruction": {"parts": []}, "tools": [{"functionDeclarations": [TOOL]}]},
        {"contents": ["<content>"], "systemInstruction": "<instructions>", "tools": ["<tool>"]},
        id="gemini",
    ),
    pytest.param(
        {"model": "m", "request": {"contents": [{}], "session_id": "s", "toolConfig": {"functionCallingConfig": {}}}},
        {
            "model": "m",
            "request": {"contents": ["<content>"], "session_id": "s", "toolConfig": {"functionCallingConfig": {}}},
        },
        id="code assist",
    ),
    pytest.param(
        {"messages": [], "toolConfig": {"tools": [{"toolSpec": TOOL}], "toolChoice": {"auto": {}}}},
        {"messages": [], "toolConfig": {"tools": ["<tool>"], "toolChoice": {"auto": {}}}},
        id="bedrock converse",
    ),
    pytest.param(
        {"type": "response.create", "response": {"input": [MESSAGE], "instructions": "i"}},
        {"type": "response.create", "response": {"input": ["<item>"], "instructions": "<instructions>"}},
        id="response.create, nested",
    ),
    pytest.param({"prompt": "once", "suffix": "end"}, {"prompt": "<prompt>", "suffix": "<prompt>"}, id="completions"),
    pytest.param({"prompt": ["a", "b"]}, {"prompt": ["<prompt>"] * 2}, id="several prompts"),
    pytest.param({"prompt": [1, 2, 3]}, {"prompt": [1, 2, 3]}, id="a prompt of few tokens"),
    pytest.param({"prompt": [1] * 600}, {"prompt": "<value>"}, id="a prompt of many tokens"),
    pytest.param({"messages": None, "tools": 3}, {"messages": None, "tools": 3}, id="nulls and numbers"),
    pytest.param({"metadata": {"a": "b"}}, {"metadata": {"a": "b"}}, id="small value"),
    pytest.param({"extra": LONG}, {"extra": "<value>"}, id="large string"),
    pytest.param(
        {"generationConfig": {"temperature": 1, "responseJsonSchema": {"description": LONG}}},
        {"generationConfig": {"temperature": 1, "responseJsonSchema": "<value>"}},
        id="large member",
    ),
    pytest.param({"metadata": {str(n): "x" * 30 for n in range(40)}}, {"metadata": "<value>"}, id="many small members"),
    pytest.param({"x": {"$ref": HASH}}, {"x": "<value>"}, id="what looks like a reference"),
    pytest.param({"x": {"y": [{"$ref": HASH}]}}, {"x": "<value>"}, id="what looks like one, deep inside"),
    pytest.param({"request": {"$ref": HASH}}, {"request": "<value>"}, id="in place of a nested request"),
    pytest.param({"$ref": HASH}, "<value>", id="in place of it all"),
    pytest.param({"x": {"$ref": "#/defs/a"}}, {"x": {"$ref": "#/defs/a"}}, id="another reference"),
    pytest.param({"$ref": HASH, "model": "m"}, {"$ref": HASH, "model": "m"}, id="with something beside it"),
    pytest.param([1, 2], [1, 2], id="no object"),
    pytest.param("text", "text", id="a string"),
    pytest.param(None, None, id="nothing"),
]


@pytest.mark.parametrize(("body", "expected"), SHAPES)
def test_what_is_replaced(body, expected):
    before = json.dumps(body)
    assert shape(body) == expected
    assert json.dumps(body) == before


@pytest.mark.parametrize("body", [case.values[0] for case in SHAPES], ids=[case.id for case in SHAPES])
def test_rebuilding_undoes_it(body):
    assert split_and_rebuild(body)[1] == body


def test_a_turn_adds_only_what_is_new():
    """The cost on disk of n turns is O(n): equal messages have equal hashes."""
    blobs = Blobs()
    messages = [{"role": "user", "content": f"{n} {LONG}"} for n in range(20)]
    requests = [split({"messages": messages[: n + 1], "tools": [TOOL]}, blobs.put) for n in range(20)]
    assert len(blobs.contents) == 21
    assert len(dump_json(requests[-1])) < 20 * 50 + 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)
NAMES = """
messages input contents system tools prompt request response toolConfig instructions systemInstruction metadata $ref
role type content parts text output call_id functionResponse tool_result toolResult message chat_history x
"""
TRICKY = (
    JSON | st.just({"$ref": HASH}) | st.just(LONG) | st.sampled_from(("user", "assistant", "tool", "x_output", HASH))
)
BODIES = st.recursive(
    TRICKY,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES.split()), inner, min_size=1, max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=300)
@given(BODIES)
def test_any_json_comes_back_equal(body):
    assert split_and_rebuild(body)[1] == body


@settings(max_examples=200)
@given(BODIES)
def test_nothing_raises_on_any_json(body):
    said = prompt_of(body)
    assert said.prompt is None or said.prompt
    assert isinstance(conversation_items(body), list)
    assert requested_model(body, "p")
    assert wants_stream(body) in (True, False)
    without_cache_markers(body)


@pytest.mark.skipif(not RECORDED, reason="the recorded streams are not beside this checkout")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_recorded_requests(path):
    body = json.loads(path.read_text())
    request, again, blobs = split_and_rebuild(body)
    assert again == body
    assert len(dump_json(request)) < 2000
    if path.parts[-3] != "mcp":
        items = conversation_items(body)
        assert items
        assert len([kind for kind in blobs.kinds if kind in ("message", "item", "content", "prompt")]) >= len(items)
        assert prompt_of(body).prompt or prompt_of(body).tool_returns


# -- what is new ----------------------------------------------------------------------------------------------------


def user(*texts):
    return {"role": "user", "content": [{"type": "text", "text": text} for text in texts]}


ASSISTANT = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}]}
CODEX_CONTEXT = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "<environment_context>\n  <cwd>/x</cwd>\n</environment_context>"}],
}
CODEX_HELLO = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}


def returned(*results):
    return tuple(ToolReturn(*result) for result in results)


NEW = [
    pytest.param({"messages": [MESSAGE]}, "hello", (), id="a prompt"),
    pytest.param(
        {"messages": [user("<system-reminder>\nA\n</system-reminder>\n", "hello"), {"role": "system", "content": "s"}]},
        "hello",
        (),
        id="reminders are left out",
    ),
    pytest.param(
        {"messages": [MESSAGE, ASSISTANT, user("next")]}, "next", (), id="only what follows the model's last words"
    ),
    pytest.param({"messages": [MESSAGE, {"role": "assistant", "content": "{"}]}, "hello", (), id="a prefilled answer"),
    pytest.param({"messages": [MESSAGE, ASSISTANT]}, None, (), id="a turn that goes on"),
    pytest.param(
        {"messages": [{"role": "user", "content": [{"guardContent": {"text": {"text": "hi"}}}]}]},
        "hi",
        (),
        id="guarded",
    ),
    pytest.param(
        {
            "messages": [
                MESSAGE,
                ASSISTANT,
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "tool_use_id": "t1", "content": "done"},
                        {
                            "type": "tool_result",
                            "tool_use_id": "t2",
                            "is_error": True,
                            "content": [{"type": "text", "text": "a"}, {"type": "image", "source": {}}],
                        },
                        {"type": "text", "text": "<system-reminder>todo</system-reminder>"},
                    ],
                },
            ]
        },
        None,
        returned(("t1", "done", False), ("t2", "a\n[image]", True)),
        id="anthropic results",
    ),
    pytest.param(
        {
            "messages": [
                MESSAGE,
                {"role": "assistant", "tool_calls": []},
                {"role": "tool", "tool_call_id": "c1", "content": "one"},
                {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "two"}]},
            ]
        },
        None,
        returned(("c1", "one", False), ("c2", "two", False)),
        id="chat results",
    ),
    pytest.param(
        {"input": [{"role": "developer", "content": "rules"}, CODEX_CONTEXT, CODEX_HELLO]}, "hello", (), id="codex"
    ),
    pytest.param(
        {
            "input": [
                CODEX_HELLO,
                {"type": "reasoning", "summary": []},
                {"type": "function_call", "call_id": "c1", "name": "exec_command", "arguments": "{}"},
                {"type": "custom_tool_call", "call_id": "c2", "name": "exec", "input": "x"},
                {"type": "function_call_output", "call_id": "c1", "output": "one"},
                {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "two"}]},
                {"type": "local_shell_call_output", "id": "c3", "output": "three", "status": "failed"},
            ]
        },
        None,
        returned(("c1", "one", False), ("c2", "two", False), ("c3", "three", True)),
        id="responses results",
    ),
    pytest.param(
        {"type": "response.create", "previous_response_id": "r", "input": [CODEX_HELLO]}, "hello", (), id="websocket"
    ),
    pytest.param(
        {
            "input": [
                {
                    **CODEX_HELLO,
                    "content": [{"type": "input_text", "text": "AGENTS"}, {"type": "input_text", "text": "hi"}],
                    "internal_chat_message_metadata_passthrough": {"content_item_kinds": ["agents_md", "user.text"]},
                }
            ]
        },
        "hi",
        (),
        id="codex says which part was typed",
    ),
    pytest.param({"input": "hello"}, "hello", (), id="input as a string"),
    pytest.param({"input": [CODEX_HELLO, {"type": "configuration_update"}]}, "hello", (), id="codex's other items"),
    pytest.param(
        {"contents": [{"role": "user", "parts": [{"text": "<session_context>x</session_context>"}, {"text": "hi"}]}]},
        "hi",
        (),
        id="gemini",
    ),
    pytest.param(
        {
            "request": {
                "contents": [
                    {"role": "model", "parts": [{"functionCall": {"name": "read"}}]},
                    {
                        "role": "user",
                        "parts": [
                            {"functionResponse": {"id": "f1", "name": "read", "response": {"output": "text"}}},
                            {"functionResponse": {"name": "read", "response": {"error": "gone"}}},
                            {"functionResponse": {"name": "read", "response": {"size": 3}}},
                        ],
                    },
                ]
            }
        },
        None,
        returned(("f1", "text", False), (None, "gone", True), (None, '{"size":3}', False)),
        id="gemini results through code assist",
    ),
    pytest.param(
        {
            "messages": [
                {"role": "assistant", "content": [{"toolUse": {}}]},
                {
                    "role": "user",
                    "content": [
                        {"toolResult": {"toolUseId": "b1", "content": [{"text": "a"}, {"json": {"b": 1}}]}},
                        {"toolResult": {"toolUseId": "b2", "content": [{"text": "no"}], "status": "error"}},
                    ],
                },
            ]
        },
        None,
        returned(("b1", 'a\n{"b":1}', False), ("b2", "no", True)),
        id="bedrock results",
    ),
    pytest.param(
        {"messages": [{"role": "assistant"}, {"role": "tool", "tool_name": "f", "content": "11 degrees"}]},
        None,
        returned((None, "11 degrees", False)),
        id="ollama results",
    ),
    pytest.param({"prompt": "Once upon", "model": "m"}, "Once upon", (), id="completions"),
    pytest.param({"message": "hi", "chat_history": [{"role": "CHATBOT", "message": "x"}]}, "hi", (), id="cohere"),
    pytest.param({"messages": []}, None, (), id="no messages"),
    pytest.param(None, None, (), id="nothing"),
]


@pytest.mark.parametrize(("body", "prompt", "returns"), NEW)
def test_what_is_new(body, prompt, returns):
    said = prompt_of(body)
    assert (said.prompt, said.tool_returns) == (prompt, returns)


TYPED = [
    ("plain", " hello ", "hello"),
    ("comparison", "is a<b and b>c?", "is a<b and b>c?"),
    ("reminder before", "<system-reminder>x\n</system-reminder>\nhello", "hello"),
    ("reminder within", "one <system-reminder>x</system-reminder>two", "one two"),
    ("reminder that is never closed", "what does <system-reminder> mean?", "what does <system-reminder> mean?"),
    ("only reminders", "<system-reminder>x</system-reminder>", None),
    ("slash command", "<command-name>/review</command-name>\n<command-args>42</command-args>", "/review 42"),
    ("slash command with a message", "<command-message>x</command-message><command-name>/init</command-name>", "/init"),
    ("slash command without arguments", "<command-name>/clear</command-name><command-args></command-args>", "/clear"),
    ("shell command", "<bash-input>ls -l</bash-input>", "! ls -l"),
    ("output of a command", "<local-command-stdout>done</local-command-stdout>", None),
    ("caveat", "Caveat: The messages below were generated by the user while running local commands. DO NOT …", None),
    ("interruption", "[Request interrupted by user for tool use]", None),
    ("agents file", "# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>\nbe good\n</INSTRUCTIONS>", None),
    ("task of cline", "<task>\nfix it\n</task>\n<environment_details>x</environment_details>", "fix it"),
    ("query of cursor", "<user_info>x</user_info>\n<user_query>\nfix it\n</user_query>", "fix it"),
    ("old gemini", "This is the Gemini CLI. We are setting up the context for our chat.\nToday's date is …", None),
    ("tag with attributes", '<teammate-message from="x">hi</teammate-message>go on', "go on"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), [pytest.param(*row[1:], id=row[0]) for row in TYPED])
def test_what_the_person_typed(text, typed):
    assert prompt_of({"messages": [{"role": "user", "content": text}]}).prompt == typed


def test_a_wall_of_unclosed_tags_is_kept():
    """Hostile input must not cost quadratic time; that it ends at all shows here."""
    text = "<system-reminder>" * 50_000
    assert prompt_of({"messages": [{"role": "user", "content": text}]}).prompt == text


# -- small ones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "path_model", "model"),
    [
        pytest.param({"model": "m"}, "p", "m", id="body"),
        pytest.param({"model": "models/gemini-2.5"}, "p", "gemini-2.5", id="gemini's prefix"),
        pytest.param({"response": {"model": "m"}}, None, "m", id="nested"),
        pytest.param({"model": "m", "request": {"contents": []}}, None, "m", id="code assist"),
        pytest.param({"contents": []}, "p", "p", id="path"),
        pytest.param({"model": 3}, "p", "p", id="no string"),
        pytest.param(None, None, None, id="nothing"),
    ],
)
def test_requested_model(body, path_model, model):
    assert requested_model(body, path_model) == model


@pytest.mark.parametrize(
    ("body", "streams"),
    [
        pytest.param({"stream": True}, True, id="asked"),
        pytest.param({"stream": False}, False, id="not asked"),
        pytest.param({"stream": "yes"}, False, id="no boolean"),
        pytest.param({"type": "response.create"}, True, id="websocket"),
        pytest.param({}, False, id="not told"),
    ],
)
def test_wants_stream(body, streams):
    assert wants_stream(body) is streams


def test_cache_marks_are_taken_out_at_any_depth_and_nothing_else():
    marked = {
        "role": "user",
        "content": [
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
            {"cachePoint": {"type": "default"}},
            {"type": "tool_result", "content": [{"type": "text", "text": "b", "cache_control": None}]},
        ],
    }
    plain = {
        "role": "user",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "tool_result", "content": [{"type": "text", "text": "b"}]},
        ],
    }
    assert without_cache_markers(marked) == plain
    assert without_cache_markers(plain) is plain

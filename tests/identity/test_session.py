"""Where a client names its session, and which agent of it asks (WIRE.md section 2)."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from addons.identity.request_view import RequestView
from addons.identity.session import LONGEST_ID, identify, usable_id

ROOT = "01a2065e-addf-7fd2-999b-9d7adf0d4c93"
CHILD = "01a20660-1111-7fd2-999b-000000000001"
UUID = "777b8d44-529c-48a8-bf78-9aea79095c1b"
DEVICE = "0c" * 32
HELLO = [{"role": "user", "content": "hello"}]


def view(headers=None, body=None, path="/v1/responses", is_websocket=False, api="any"):
    return RequestView("POST", "localhost", path, headers or {}, body, api, is_websocket)


def metadata(session=ROOT, thread=ROOT, **more):
    return json.dumps({"session_id": session, "thread_id": thread, "request_kind": "turn", **more})


SESSIONS = [
    pytest.param(
        {"x-claude-code-session-id": UUID},
        {"metadata": {"user_id": "x"}},
        UUID,
        "header:x-claude-code-session-id",
        id="claude code 2.1",
    ),
    pytest.param(
        {},
        {"metadata": {"user_id": json.dumps({"device_id": DEVICE, "account_uuid": "", "session_id": UUID})}},
        UUID,
        "body:metadata.user_id",
        id="claude code 2.1, JSON in a string",
    ),
    pytest.param(
        {},
        {"metadata": {"user_id": f"user_{DEVICE}_account__session_{UUID}"}},
        UUID,
        "body:metadata.user_id",
        id="claude code 1.0 with an API key",
    ),
    pytest.param(
        {},
        {"metadata": {"user_id": f"user_{DEVICE}_account_{CHILD}_session_{UUID}"}},
        UUID,
        "body:metadata.user_id",
        id="claude code 2.0 with an account",
    ),
    pytest.param(
        {"session-id": ROOT, "thread-id": ROOT, "x-codex-turn-metadata": metadata()},
        {"prompt_cache_key": ROOT},
        ROOT,
        "header:session-id",
        id="codex 0.169",
    ),
    pytest.param({"session_id": ROOT}, {"prompt_cache_key": ROOT}, ROOT, "header:session_id", id="codex 0.98"),
    pytest.param(
        {"conversation_id": ROOT, "session_id": ROOT},
        {"prompt_cache_key": ROOT},
        ROOT,
        "header:session_id",
        id="codex 0.47",
    ),
    pytest.param({"conversation_id": ROOT}, None, ROOT, "header:conversation_id", id="conversation id alone"),
    pytest.param(
        {"x-codex-turn-metadata": metadata(), "thread-id": CHILD},
        None,
        ROOT,
        "header:x-codex-turn-metadata",
        id="turn metadata before thread",
    ),
    pytest.param({"thread-id": ROOT}, None, ROOT, "header:thread-id", id="thread alone"),
    pytest.param(
        {"x-session-id": "ses_1", "x-session-affinity": "ses_1"}, None, "ses_1", "header:x-session-id", id="opencode"
    ),
    pytest.param({"x-session-affinity": "ses_1"}, None, "ses_1", "header:x-session-affinity", id="affinity alone"),
    pytest.param({"x-opencode-session": "ses_1"}, None, "ses_1", "header:x-opencode-session", id="opencode zen"),
    pytest.param(
        {}, {"prompt_cache_key": f"qwen-code:{UUID}"}, f"qwen-code:{UUID}", "body:prompt_cache_key", id="qwen code"
    ),
    pytest.param({}, {"metadata": {"sessionId": UUID}}, UUID, "body:metadata.sessionId", id="qwen code, dashscope"),
    pytest.param(
        {},
        {"model": "g", "request": {"contents": [], "session_id": UUID}},
        UUID,
        "body:request.session_id",
        id="gemini, code assist",
    ),
    pytest.param({}, {"session_id": "s"}, "s", "body:session_id", id="session id in the body"),
    pytest.param({}, {"conversation": {"id": "conv_1"}}, "conv_1", "body:conversation", id="responses conversation"),
    pytest.param(
        {}, {"conversation": "conv_1"}, "conv_1", "body:conversation", id="responses conversation as a string"
    ),
    pytest.param({"x-gemini-api-privileged-user-id": UUID}, {"contents": []}, None, None, id="gemini names none"),
    pytest.param({}, {"metadata": {"user_id": "somebody"}}, None, None, id="a user is no session"),
    pytest.param({"x-session-id": "undefined"}, None, None, None, id="placeholder"),
    pytest.param({"x-session-id": " "}, {"session_id": "s"}, "s", "body:session_id", id="blank header, good body"),
    pytest.param({}, {"metadata": {"user_id": "{broken"}}, None, None, id="broken JSON"),
    pytest.param({"x-codex-turn-metadata": "{broken"}, None, None, None, id="broken turn metadata"),
    pytest.param({}, None, None, None, id="nothing"),
]


@pytest.mark.parametrize(("headers", "body", "session", "source"), SESSIONS)
def test_session_and_its_source(headers, body, session, source):
    found = identify(view(headers, body))
    assert (found.session_id, found.session_source) == (session, source)
    assert (found.agent_id, found.parent_id) == ((CHILD, None) if headers.get("thread-id") == CHILD else (None, None))


def test_on_a_websocket_the_message_overrides_the_handshake():
    """A sub-agent's ids stand in its message; the handshake may be another's."""
    handshake = {
        "session-id": "old",
        "thread-id": "old",
        "x-codex-turn-metadata": metadata("old", "old", request_kind="prewarm", turn_id=""),
    }
    told = {
        "session_id": ROOT,
        "thread_id": CHILD,
        "x-codex-turn-metadata": metadata(ROOT, CHILD, parent_thread_id=ROOT),
        "x-openai-subagent": "collab_spawn",
    }
    body = {"type": "response.create", "input": HELLO, "client_metadata": told}
    found = identify(view(handshake, body, is_websocket=True))
    assert (found.session_id, found.session_source) == (ROOT, "body:client_metadata.session_id")
    assert (found.agent_id, found.parent_id, found.purpose) == (CHILD, ROOT, "subagent")


def test_a_websockets_message_that_says_nothing_has_the_handshakes_session():
    body = {"type": "response.create", "input": HELLO}
    found = identify(view({"session-id": ROOT, "thread-id": ROOT}, body, is_websocket=True))
    assert (found.session_id, found.session_source) == (ROOT, "header:session-id")


AGENTS = [
    pytest.param(
        {"x-claude-code-session-id": UUID, "x-claude-code-agent-id": "a1", "x-claude-code-request-class": "subagent"},
        (UUID, "a1", None, "subagent"),
        id="claude code sub-agent",
    ),
    pytest.param(
        {
            "x-claude-code-session-id": UUID,
            "x-claude-code-agent-id": "a2",
            "x-claude-code-parent-agent-id": "a1",
        },
        (UUID, "a2", "a1", "subagent"),
        id="claude code sub-agent's sub-agent, own base URL",
    ),
    pytest.param(
        {
            "session-id": ROOT,
            "thread-id": CHILD,
            "x-codex-parent-thread-id": ROOT,
            "x-openai-subagent": "collab_spawn",
            "x-codex-turn-metadata": metadata(ROOT, CHILD),
        },
        (ROOT, CHILD, ROOT, "subagent"),
        id="codex sub-agent",
    ),
    pytest.param(
        {"session-id": ROOT, "thread-id": ROOT, "x-codex-turn-metadata": metadata()},
        (ROOT, None, None, "main"),
        id="codex root",
    ),
    pytest.param(
        {"x-session-id": "ses_child", "x-session-affinity": "ses_child", "x-parent-session-id": "ses_root"},
        ("ses_root", "ses_child", "ses_root", "subagent"),
        id="opencode sub-agent",
    ),
    pytest.param({"x-session-id": "ses_root"}, ("ses_root", None, None, "main"), id="opencode root"),
]


@pytest.mark.parametrize(("headers", "expected"), AGENTS)
def test_agents(headers, expected):
    found = identify(view(headers, {"messages": HELLO, "tools": [{"name": "Bash"}]}))
    assert (found.session_id, found.agent_id, found.parent_id, found.purpose) == expected


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        pytest.param("x" * LONGEST_ID, True, id="longest"),
        pytest.param("x" * (LONGEST_ID + 1), False, id="too long"),
        pytest.param("a\x1b[2Jb", False, id="escape sequence"),
        pytest.param("a\ud800b", False, id="lone surrogate"),
    ],
)
def test_unfit_ids_are_hashed(value, usable):
    found = usable_id(value)
    assert found == value if usable else found is not None and len(found) == 39 and found.startswith("hashed-")
    assert usable_id(value) == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FIELD_NAMES = """
messages input contents system tools metadata user_id client_metadata request response conversation prompt_cache_key
x-codex-turn-metadata generationConfig responseJsonSchema properties generate role content type thread_id model
max_tokens
"""
FIELDS = st.sampled_from(FIELD_NAMES.split())
BODIES = st.recursive(
    JSON, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5), max_leaves=25
)
HEADER_NAMES = """
session-id thread-id x-codex-turn-metadata x-claude-code-request-class x-parent-session-id x-session-id
x-openai-subagent user-agent
"""
HEADERS = st.dictionaries(
    st.sampled_from(HEADER_NAMES.split()),
    st.text(max_size=20) | st.sampled_from(('{"thread_id": 1}', "[]", "{")),
    max_size=4,
)


@settings(max_examples=200)
@example({}, {"messages": [{"role": []}]}, False)
@given(HEADERS, BODIES, st.booleans())
def test_never_raises(headers, body, is_websocket):
    found = identify(view(headers, body, is_websocket=is_websocket, api=None))
    assert (found.session_id is None) == (found.session_source is None)
    for one in (found.session_id, found.agent_id, found.parent_id):
        assert one is None or (one.isprintable() and 0 < len(one) <= LONGEST_ID)

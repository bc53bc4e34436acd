"""What a request is for: the conversation itself, or one of the calls beside it (WIRE.md sections 1, 2, 3 and 7)."""

from __future__ import annotations

import pytest

from addons.identity.request_view import RequestView
from addons.identity.session import identify

TOOLS = [{"name": "Bash", "input_schema": {}}]
HELLO = [{"role": "user", "content": "hello"}]
CLAUDE = {"user-agent": "claude-cli/2.0.76 (external, cli)"}
GEMINI = {"user-agent": "GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux; x64; terminal)"}
QWEN = {"user-agent": "QwenCode/0.24.4 (linux; x64)"}
OPENCODE = {"user-agent": "opencode/1.18.33", "x-session-id": "ses_1"}
CLAUDE_TITLE = {
    "system": [{"type": "text", "text": "You are naming a coding session so the user can pick it out of a long list"}],
    "messages": HELLO,
    "output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {}}}}},
}
GEMINI_CONTENTS = [{"role": "user", "parts": [{"text": "hello"}]}]


def gemini(properties, system=""):
    schema = {"type": "OBJECT", "properties": {name: {} for name in properties}}
    return {
        "contents": GEMINI_CONTENTS,
        "systemInstruction": {"role": "user", "parts": [{"text": system}]},
        "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema},
    }


def claude_class(name):
    return {**CLAUDE, "x-claude-code-request-class": name}


def codex(kind, **more):
    return {"session-id": "s", "thread-id": "s", "x-codex-turn-metadata": f'{{"request_kind": "{kind}"}}', **more}


MESSAGES, CHAT, RESPONSES = "/v1/messages", "/v1/chat/completions", "/v1/responses"
GENERATE = "/v1beta/models/gemini-3.5-flash-lite:generateContent"

ROWS = [
    # by path
    ("count of tokens", {}, {"messages": HELLO}, "/v1/messages/count_tokens", "count_tokens"),
    ("gemini's count of tokens", {}, {"contents": []}, "/v1beta/models/gemini:countTokens", "count_tokens"),
    ("embeddings", {}, {"input": ["x"]}, "/v1/embeddings", "other"),
    ("moderation", {}, {"input": "x"}, "/v1/moderations", "other"),
    ("model list", {}, None, "/v1/models", "other"),
    ("compaction by the service", {}, {"input": HELLO}, "/v1/responses/compact", "other"),
    ("mcp", {}, {"jsonrpc": "2.0", "method": "tools/list"}, "/mcp", "other"),
    # Claude Code's own word
    ("class main", claude_class("main"), {"messages": HELLO}, MESSAGES, "main"),
    ("class subagent", claude_class("subagent"), {"messages": HELLO}, MESSAGES, "subagent"),
    ("class workflow", claude_class("workflow"), {"messages": HELLO}, MESSAGES, "subagent"),
    ("class compaction", claude_class("compaction"), {"messages": HELLO, "tools": TOOLS}, MESSAGES, "other"),
    ("class auxiliary, title", claude_class("auxiliary"), CLAUDE_TITLE, MESSAGES, "title"),
    ("class auxiliary, else", claude_class("auxiliary"), {"messages": HELLO}, MESSAGES, "other"),
    ("class of the future", claude_class("sideways"), {"messages": HELLO, "tools": TOOLS}, MESSAGES, "other"),
    # Claude Code without it
    ("turn with tools", CLAUDE, {"messages": HELLO, "tools": TOOLS, "model": "claude-haiku"}, MESSAGES, "main"),
    ("turn without tools", CLAUDE, {"messages": HELLO, "tools": [], "model": "claude-opus-4-1"}, MESSAGES, "main"),
    ("small model without tools", CLAUDE, {"messages": HELLO, "model": "claude-3-5-haiku-20241022"}, MESSAGES, "other"),
    ("title by its prompt and schema", CLAUDE, CLAUDE_TITLE, MESSAGES, "title"),
    (
        "new topic",
        CLAUDE,
        {
            "system": [
                {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude."},
                {"type": "text", "text": "Analyze if this message indicates a new conversation topic. If it does, …"},
            ],
            "messages": HELLO,
            "tools": [],
        },
        MESSAGES,
        "title",
    ),
    (
        "title of a finished conversation",
        CLAUDE,
        {"messages": [{"role": "user", "content": "Please write a 5-10 word title the following conversation:\n"}]},
        MESSAGES,
        "title",
    ),
    ("quota probe", CLAUDE, {"max_tokens": 1, "messages": [{"role": "user", "content": "quota"}]}, MESSAGES, "other"),
    (
        "warm-up of a sub-agent",
        CLAUDE,
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Warmup"}]}], "tools": TOOLS},
        MESSAGES,
        "warmup",
    ),
    (
        "suggestion",
        CLAUDE,
        {"messages": [*HELLO, {"role": "user", "content": "[SUGGESTION MODE: Suggest what …"}], "tools": TOOLS},
        MESSAGES,
        "other",
    ),
    # Codex
    ("codex turn", codex("turn"), {"input": HELLO}, RESPONSES, "main"),
    ("generate is false", {}, {"type": "response.create", "generate": False, "input": []}, RESPONSES, "warmup"),
    ("codex prewarm", codex("prewarm"), {"input": []}, RESPONSES, "warmup"),
    ("codex compaction", codex("compaction"), {"input": HELLO}, RESPONSES, "other"),
    ("codex spawned", codex("turn", **{"x-openai-subagent": "collab_spawn"}), {"input": HELLO}, RESPONSES, "subagent"),
    ("codex review", codex("turn", **{"x-openai-subagent": "review"}), {"input": HELLO}, RESPONSES, "subagent"),
    ("codex compact", codex("turn", **{"x-openai-subagent": "compact"}), {"input": HELLO}, RESPONSES, "other"),
    ("codex memory", {"x-openai-memgen-request": "true"}, {"input": HELLO}, RESPONSES, "other"),
    # Gemini CLI
    ("router by schema", GEMINI, gemini(["complexity_reasoning", "complexity_score"]), GENERATE, "router"),
    ("older router", GEMINI, gemini(["reasoning", "model_choice"]), GENERATE, "router"),
    ("router by prompt", {}, gemini([], "\nYou are a specialized Task Routing AI. Your sole"), GENERATE, "router"),
    ("next speaker", GEMINI, gemini(["reasoning", "next_speaker"]), GENERATE, "other"),
    ("gemini without tools", GEMINI, {"contents": GEMINI_CONTENTS}, GENERATE, "other"),
    (
        "gemini sub-agent",
        GEMINI,
        {"contents": GEMINI_CONTENTS, "tools": [{"functionDeclarations": [{"name": "complete_task"}]}]},
        GENERATE,
        "subagent",
    ),
    (
        "gemini turn",
        GEMINI,
        {"contents": GEMINI_CONTENTS, "tools": [{"functionDeclarations": [{"name": "read_file"}]}]},
        GENERATE,
        "main",
    ),
    (
        "code assist router",
        GEMINI,
        {"model": "g", "request": gemini(["complexity_score"])},
        "/v1internal:generateContent",
        "router",
    ),
    # opencode, Qwen Code, others
    (
        "opencode title",
        OPENCODE,
        {
            "messages": [
                {"role": "system", "content": "You are a title generator. You output ONLY a thread title."},
                {"role": "user", "content": "Generate a title for this conversation:\n"},
                *HELLO,
            ]
        },
        CHAT,
        "title",
    ),
    ("opencode without tools", OPENCODE, {"messages": HELLO}, CHAT, "main"),
    (
        "qwen memories",
        QWEN,
        {
            "messages": [
                {"role": "system", "content": "You are now acting as the managed memory extraction subagent for an AI"},
                *HELLO,
            ],
            "tools": TOOLS,
        },
        CHAT,
        "other",
    ),
    (
        "qwen title",
        QWEN,
        {
            "messages": [
                {"role": "system", "content": "Generate a concise, sentence-case title (3-7 words) that captures"},
                *HELLO,
            ]
        },
        CHAT,
        "title",
    ),
    ("copilot sub-agent", {"x-interaction-type": "conversation-subagent"}, {"messages": HELLO}, CHAT, "subagent"),
    ("somebody's chat", {"user-agent": "curl/8"}, {"messages": HELLO}, CHAT, "main"),
    (
        "a prompt that speaks of titles is no title call when there are tools",
        {},
        {"system": "You are a title generator for books.", "messages": HELLO, "tools": TOOLS},
        MESSAGES,
        "main",
    ),
]


@pytest.mark.parametrize(("headers", "body", "path", "purpose"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_purpose(headers, body, path, purpose):
    assert identify(RequestView("POST", "localhost", path, headers, body, "any")).purpose == purpose


def test_a_stream_of_something_else_is_other():
    assert identify(RequestView("GET", "news.example", "/feed", {}, None, None)).purpose == "other"


def test_the_handshakes_kind_is_not_that_of_a_turn():
    """On a WebSocket the headers say `prewarm` for as long as it lives."""
    body = {"type": "response.create", "input": HELLO, "client_metadata": {"thread_id": "s", "session_id": "s"}}
    assert identify(RequestView("GET", "h", RESPONSES, codex("prewarm"), body, "any", True)).purpose == "main"

"""What a request is for: the conversation itself, or one of the calls that clients make beside it.

In: `RequestView`, and what Codex says of the turn. Out: a purpose as LOGFORMAT names it. First the path, then what the
client says outright (WIRE.md section 2), then the request's shape: calls beside the conversation offer no tools, and
their system prompts begin in known ways, or the answer has to be JSON of a known form.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from addons.identity.codex import CodexTurn
from addons.identity.request_view import RequestView
from addons.protocols.detect import is_count_tokens
from addons.protocols.request_shape import (
    conversation_items,
    declares_tool,
    has_tools,
    head_of,
    payload,
    requested_model,
    schema_properties,
    system_head,
)

type Purpose = Literal["main", "subagent", "title", "router", "warmup", "count_tokens", "other"]

NO_CONVERSATION = re.compile(
    r"(?:/|:)(?:embeddings?|embed|embedContent|batchEmbedContents|moderations|models|rerank|batches|files"
    r"|images/\w+|audio/\w+|responses/compact|mcp)/?$"
)

CLAUDE_CLASSES: dict[str, Purpose] = {
    "main": "main",
    "subagent": "subagent",
    "workflow": "subagent",
    "compaction": "other",
    "side_reply": "other",
}
"""`x-claude-code-request-class`; `auxiliary` is decided by the request's shape."""

CODEX_KINDS: dict[str, Purpose] = {"prewarm": "warmup", "compaction": "other", "memory": "other"}
CODEX_SUBAGENTS: dict[str, Purpose] = {"compact": "other", "memory_consolidation": "other", "guardian": "other"}
"""Those that do no work of their own on the user's task; every other one is a sub-agent."""

COPILOT_TYPES: dict[str, Purpose] = {"conversation-subagent": "subagent", "conversation-background": "other"}

SHAPES: tuple[tuple[frozenset[str], Purpose], ...] = (
    (frozenset(("complexity_score",)), "router"),
    (frozenset(("model_choice",)), "router"),
    (frozenset(("isNewTopic", "title")), "title"),
    (frozenset(("next_speaker",)), "other"),
    (frozenset(("unproductive_state_analysis",)), "other"),
)
"""Names in the schema of the answer: Gemini CLI's router, next-speaker check, loop detection; Claude Code's topics."""

_TITLE_SCHEMAS = (frozenset(("title",)), frozenset(("title", "branch")))


PROMPTS_WITH_TOOLS: tuple[tuple[str, Purpose], ...] = (
    ("managed memory extraction", "other"),
    ("managed memory dream", "other"),
    ("memory extraction agent", "other"),
    ("helpful ai assistant tasked with summarizing conversations", "other"),
    ("an assistant for performing a web search tool use", "other"),
)
PROMPTS: tuple[tuple[str, Purpose], ...] = (
    *PROMPTS_WITH_TOOLS,
    ("title generator", "title"),
    ("indicates a new conversation topic", "title"),
    ("you are naming a coding session", "title"),
    ("summarize this coding conversation in under", "title"),
    ("task routing ai", "router"),
    ("<policy_spec>", "other"),
    ("your task is to process bash commands", "other"),
    ("extract any file paths that this command reads or modifies", "other"),
    ("context summarization agent", "other"),
    ("you are an expert context compressor", "other"),
    ("distilling chat history into a structured xml <state_snapshot>", "other"),
)
"""What the system prompts of calls beside the conversation say at their beginning, in lower case."""

_TITLE_PROMPT = re.compile(r"\b(?:generate|write|create|extract) (?:[\w,()-]+ ){0,4}title\b")
"""As in "generate a concise, sentence-case title"."""

_TITLE_REQUEST = re.compile(r"please write a \d+-\d+ word title\b|generate a title for this conversation\b")
"""How the last message of a title call begins."""

_SMALL_MODEL = re.compile(r"haiku|\bmini\b|\bnano\b|flash-lite")
_ALWAYS_WITH_TOOLS = re.compile(r"^(GeminiCLI|QwenCode)\b")
_PROMPT_CHARACTERS = 1200


def purpose_of(view: RequestView, turn: CodexTurn | None, *, is_agent: bool) -> Purpose:
    if is_count_tokens(view.path):
        return "count_tokens"
    if (view.api or "").startswith("mcp.") or NO_CONVERSATION.search(view.path) or "jsonrpc" in payload(view.body):
        return "other"
    if view.api is None and not conversation_items(view.body):  # a stream of anything, from anywhere
        return "other"
    return _told(view, turn) or _by_shape(view) or ("subagent" if is_agent else "main")


def _told(view: RequestView, turn: CodexTurn | None) -> Purpose | None:
    """What the client says itself."""
    headers = view.headers
    if payload(view.body).get("generate") is False:
        return "warmup"
    if headers.get("x-openai-memgen-request") == "true":
        return "other"
    if turn is not None:
        if turn.kind in CODEX_KINDS:
            return CODEX_KINDS[turn.kind]
        if turn.subagent is not None:
            return CODEX_SUBAGENTS.get(turn.subagent, "subagent")
    said = headers.get("x-claude-code-request-class")
    if said in CLAUDE_CLASSES:
        return CLAUDE_CLASSES[said]
    if said is not None:
        return _by_shape(view) or "other"
    if "x-claude-code-agent-id" in headers:
        return "subagent"
    return COPILOT_TYPES.get(headers.get("x-interaction-type", ""))


def _by_shape(view: RequestView) -> Purpose | None:
    """What the request looks like. Calls with tools are the agents' own, but for a few."""
    body = view.body
    items = conversation_items(body)
    if not items:
        return None
    if len(items) == 1 and head_of(items[0], 20).strip() == "Warmup":  # Claude Code 2.0, for each of its sub-agents
        return "warmup"
    last = head_of(items[-1], 200).strip().lower()
    if last.startswith("[suggestion mode:"):  # Claude Code asks this with all its tools, for the sake of the cache
        return "other"
    system = system_head(body, _PROMPT_CHARACTERS).lower()
    if has_tools(body):
        named = _by_prompt(PROMPTS_WITH_TOOLS, system)
        # Gemini CLI gives this tool to its sub-agents only.
        return "subagent" if named is None and declares_tool(body, "complete_task") else named
    return (
        _by_schema(schema_properties(body))
        or _by_prompt(PROMPTS, system)
        or ("title" if "title" in system and _TITLE_PROMPT.search(system) else None)
        or _by_last_message(body, last)
        or _by_client(view)
    )


def _by_prompt(rows: tuple[tuple[str, Purpose], ...], system: str) -> Purpose | None:
    return next((purpose for words, purpose in rows if words in system), None) if system else None


def _by_last_message(body: Any, said: str) -> Purpose | None:
    if _TITLE_REQUEST.match(said):
        return "title"
    return "other" if said == "quota" and payload(body).get("max_tokens") == 1 else None


def _by_schema(properties: frozenset[str]) -> Purpose | None:
    if properties in _TITLE_SCHEMAS:
        return "title"
    return next((purpose for names, purpose in SHAPES if names <= properties), None)


def _by_client(view: RequestView) -> Purpose | None:
    """Coding agents that offer no tools are not at their work. Claude Code can be told to have none: its small model
    tells."""
    agent = view.headers.get("user-agent", "")
    if _ALWAYS_WITH_TOOLS.search(agent):
        return "other"
    model = requested_model(view.body, None) or ""
    return "other" if agent.startswith("claude-cli/") and _SMALL_MODEL.search(model) else None

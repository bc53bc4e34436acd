"""Which program sends a request.

In: a request's headers, and its system prompt where they tell nothing better. Out: the client's name as LOGFORMAT has
it, or `unknown`. One row per way to recognise one; the first row that fits counts. The strings were seen on the wire
(Claude Code, Codex, Gemini CLI, opencode, Qwen Code) or stand in the clients' sources.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from addons.identity.request_view import RequestView
from addons.protocols.request_shape import system_head

UNKNOWN = "unknown"


class Row(NamedTuple):
    """A header that is there and matches. `sure` is False for what several programs share, such as a library."""

    header: str
    value: re.Pattern[str]
    client: str
    sure: bool = True


def _row(header: str, value: str, client: str, sure: bool = True) -> Row:
    return Row(header, re.compile(value, re.IGNORECASE), client, sure)


_ANY = r""

TITLES: tuple[tuple[str, str], ...] = (
    (r"^cline", "cline"),
    (r"^roo code", "roo-code"),
    (r"^kilo ?code", "kilo-code"),
    (r"^aider", "aider"),
    (r"^goose", "goose"),
    (r"^continue", "continue"),
    (r"^open ?code$", "opencode"),
    (r"^qwen code", "qwen-code"),
    (r"^pi$", "pi"),
    (r"^zed", "zed"),
    (r"^crush", "crush"),
    (r"^openhands", "openhands"),
)
"""What a client calls itself towards routers such as OpenRouter."""

USER_AGENTS: tuple[tuple[str, str], ...] = (
    (r"^codex([ _/-]|$)", "codex"),
    (r"^(GeminiCLI\b|gemini-cli|CloudCodeVSCode/.*proxy_client=geminicli)", "gemini-cli"),
    (r"^QwenCode/", "qwen-code"),
    (r"^opencode2?/", "opencode"),
    (r"^(Kilo-?Code|kilo)/", "kilo-code"),
    (r"^Roo-?Code/", "roo-code"),
    (r"^Cline/", "cline"),
    (r"^Charm-Crush/", "crush"),
    (r"^factory-cli/", "droid"),
    (r"^goose(/|-|$)", "goose"),
    (r"^(kimi-?code|KimiCLI|kimi-code-\w+|kimi-cli)/", "kimi-cli"),
    (r"^aider(-chat)?/", "aider"),
    (r"^Zed/", "zed"),
    (r"^(Mozilla/.* )?Cursor/", "cursor"),
    (r"^GitHubCopilotChat/", "copilot-vscode"),
    (r"^(GitHubCopilotCLI|copilot)/", "copilot-cli"),
    (r"^GithubCopilot/", "copilot"),
    (r"^pi(-coding-agent)?([ /]|$)", "pi"),
    (r"^(Amp|ampcode)/", "amp"),
    (r"^augment\b", "augment"),
    (r"^(Windsurf|Codeium)/", "windsurf"),
    (r"^Mistral-Vibe/", "mistral-vibe"),
    (r"^grok-(shell|cli)/", "grok-cli"),
    (r"^antigravity/", "antigravity"),
    (r"^OpenClaw/", "openclaw"),
    (r"^OpenHands/", "openhands"),
    (r"^(aws-toolkit|AmazonQ|KiroIDE|kiro-)", "kiro"),
    (r"^Continue/", "continue"),
)

LIBRARIES: tuple[tuple[str, str], ...] = (
    (r"^litellm/", "litellm"),
    (r"^langchain", "langchain"),
    (r"^llm/|^llm-", "llm"),
    (r"^pydantic-ai/", "pydantic-ai"),
    (r"^(Async)?(Azure)?OpenAI/Python|^openai-python/", "openai-python"),
    (r"^(Azure)?OpenAI/(JS|NodeJS)", "openai-node"),
    (r"^(Async)?Anthropic(Bedrock|Vertex)?/Python|^anthropic-sdk-python", "anthropic-python"),
    (r"^Anthropic(Bedrock|Vertex)?/JS|^anthropic-sdk-typescript", "anthropic-node"),
    (r"^google-genai-sdk/.*gl-python", "google-genai-python"),
    (r"^google-genai-sdk/.*gl-node", "google-genai-node"),
    (r"^google-(genai|generativeai|api)", "google-genai"),
    (r"^(ai-sdk|ai)/|\bai-sdk/", "ai-sdk"),
    (r"^(Boto3|aws-sdk-js|aws-cli)/", "aws-sdk"),
    (r"^ollama/|^ollama-python/", "ollama"),
    (r"^curl/", "curl"),
    (r"^python-requests/", "python-requests"),
    (r"^python-httpx/", "python-httpx"),
    (r"^(Python/[\d.]+ )?aiohttp/", "aiohttp"),
    (r"^(node|undici|node-fetch|axios)\b", "node"),
    (r"^Go-http-client/", "go"),
)

ROWS: tuple[Row, ...] = (
    *(_row(header, value, client) for header in ("x-title", "x-openrouter-title") for value, client in TITLES),
    _row("http-referer", r"^https?://aider\.chat", "aider"),
    _row("x-kilocode-version", _ANY, "kilo-code"),
    _row("x-claude-code-session-id", _ANY, "claude-code"),
    _row("user-agent", r"^claude-(cli|code|vscode)/", "claude-code", sure=False),
    *(_row("user-agent", value, client) for value, client in USER_AGENTS),
    _row("originator", r"^codex", "codex"),
    _row("originator", r"^opencode", "opencode"),
    _row("originator", r"^roo-code", "roo-code"),
    _row("originator", r"^pi$", "pi"),
    _row("x-codex-turn-metadata", _ANY, "codex"),
    _row("x-codex-window-id", _ANY, "codex"),
    _row("x-opencode-session", _ANY, "opencode"),
    _row("x-amp-thread-id", _ANY, "amp"),
    _row("x-msh-platform", r"^kimi", "kimi-cli"),
    _row("copilot-integration-id", r"^copilot-developer-cli", "copilot-cli"),
    _row("copilot-integration-id", r"^vscode-chat", "copilot-vscode"),
    _row("copilot-integration-id", _ANY, "copilot"),
    _row("x-interaction-type", r"^conversation-", "copilot"),
    _row("x-cursor-client-version", _ANY, "cursor"),
    _row("x-app", r"^cli(-bg)?$", "claude-code", sure=False),
    *(_row("user-agent", value, client, sure=False) for value, client in LIBRARIES),
    _row("x-goog-api-client", r"^google-genai-sdk/", "google-genai", sure=False),
)

PROMPTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), client)
    for pattern, client in (
        (r"^You are (now acting as )?Qwen Code\b", "qwen-code"),
        (
            r"^You are Claude Code, Anthropic's official CLI|^You are a Claude agent, built on Anthropic's",
            "claude-code",
        ),
        (r"^You are (opencode|OpenCode)\b", "opencode"),
        (r"^You are Gemini CLI\b", "gemini-cli"),
        (r"^You are Codex\b|running in the Codex CLI", "codex"),
        (r"^You are Cline\b", "cline"),
        (r"^You are Roo\b", "roo-code"),
        (r"^You are Kilo Code\b", "kilo-code"),
        (r"^You are Crush\b", "crush"),
        (r"^You are Amp\b", "amp"),
        (r"AI agent called goose", "goose"),
        (r"^You are Droid\b", "droid"),
        (r"^You are Kimi\b.*CLI", "kimi-cli"),
        (r"^Act as an expert software developer", "aider"),
    )
)
"""The last resort: how a client's system prompt begins. Only where the headers name a library, or nothing."""


_PROMPT_CHARACTERS = 800


def client_of(view: RequestView) -> str:
    """The client's name. Where it only shows which library was used, that library's; else `unknown`."""
    found = next((row for row in ROWS if _fits(row, view)), None)
    if found is not None and found.sure:
        return found.client
    head = system_head(view.body, _PROMPT_CHARACTERS)
    named = next((client for pattern, client in PROMPTS if pattern.search(head)), None) if head else None
    return named or (found.client if found is not None else UNKNOWN)


def _fits(row: Row, view: RequestView) -> bool:
    value = view.headers.get(row.header)
    return value is not None and row.value.search(value) is not None

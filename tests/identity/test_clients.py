"""Which program sends a request, by its own words."""

from __future__ import annotations

import pytest

from addons.identity.clients import client_of
from addons.identity.request_view import RequestView


def view(headers, body=None):
    return RequestView("POST", "localhost", "/v1/messages", headers, body)


SEEN = [
    ("claude-cli/2.1.330 (external, sdk-cli)", "claude-code"),
    ("claude-cli/1.0.128 (external, cli)", "claude-code"),
    ("claude-code/2.1.330", "claude-code"),
    ("codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.169.0)", "codex"),
    ("codex_cli_rs/0.47.0 (Ubuntu 24.4.0; x86_64) dumb", "codex"),
    ("codex_vscode/0.98.0", "codex"),
    ("codex-tui/0.120.0", "codex"),
    ("GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux; x64; terminal)", "gemini-cli"),
    ("GeminiCLI/0.34.0/gemini-pro (linux; x64)", "gemini-cli"),
    ("GeminiCLI-acp-zed/0.62.0/gemini-pro (darwin; arm64; acp)", "gemini-cli"),
    (
        "CloudCodeVSCode/1.0 (aidev_client; os_type=linux; host_path=VSCode/1; proxy_client=geminicli)",
        "gemini-cli",
    ),
    ("opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14", "opencode"),
    ("QwenCode/0.24.4 (linux; x64)", "qwen-code"),
    ("Kilo-Code/7.8.3 ai-sdk/provider-utils/3.0.0", "kilo-code"),
    ("RooCode/3.54.0", "roo-code"),
    ("Charm-Crush/v0.97.1 (https://charm.land/crush)", "crush"),
    ("factory-cli/0.232.0", "droid"),
    ("KimiCLI/1.52.0", "kimi-cli"),
    ("kimi-code-cli/2.1.1", "kimi-cli"),
    ("Zed/0.210.0 (macos; aarch64)", "zed"),
    ("GitHubCopilotChat/0.35.0", "copilot-vscode"),
    ("copilot/0.0.363 (linux v22.15.0)", "copilot-cli"),
    ("Mozilla/5.0 Cursor/1.0.0", "cursor"),
    ("pi (darwin 25.0.0; arm64)", "pi"),
    ("goose/1.9.0", "goose"),
    ("OpenAI/Python 1.109.1", "openai-python"),
    ("AsyncOpenAI/Python 1.109.1", "openai-python"),
    ("OpenAI/JS 5.20.1", "openai-node"),
    ("Anthropic/Python 0.68.0", "anthropic-python"),
    ("AsyncAnthropic/Python 0.68.0", "anthropic-python"),
    ("Anthropic/JS 0.94.0", "anthropic-node"),
    ("google-genai-sdk/1.30.0 gl-python/3.12.3", "google-genai-python"),
    ("google-genai-sdk/1.30.0 gl-node/v20.20.2", "google-genai-node"),
    ("ai-sdk/openai/2.0.0 ai-sdk/provider-utils/3.0.0", "ai-sdk"),
    ("litellm/1.77.0", "litellm"),
    ("curl/8.5.0", "curl"),
    ("python-requests/2.32.3", "python-requests"),
    ("python-httpx/0.28.1", "python-httpx"),
    ("node", "node"),
    ("Go-http-client/2.0", "go"),
    ("raspberrypi/1.0", "unknown"),
    ("not-codex_cli_rs/1.0", "unknown"),
    ("geminiclient/1.0", "unknown"),
    ("", "unknown"),
]


@pytest.mark.parametrize(("agent", "client"), SEEN, ids=lambda value: value or "empty")
def test_by_user_agent(agent, client):
    assert client_of(view({"user-agent": agent})) == client


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        pytest.param({}, "unknown", id="nothing"),
        pytest.param({"originator": "codex_sdk_ts"}, "codex", id="originator"),
        pytest.param({"x-codex-turn-metadata": "{}"}, "codex", id="codex turn metadata"),
        pytest.param({"x-claude-code-session-id": "x", "user-agent": "Anthropic/JS 1"}, "claude-code", id="session id"),
        pytest.param({"x-app": "cli", "user-agent": "Bun/1.3"}, "claude-code", id="x-app"),
        pytest.param({"x-title": "Cline", "user-agent": "OpenAI/JS 5.0.0"}, "cline", id="title beats library"),
        pytest.param({"x-title": "Kilo Code", "user-agent": "opencode/7.8.3"}, "kilo-code", id="title beats a fork"),
        pytest.param({"http-referer": "http://aider.chat"}, "aider", id="referer"),
        pytest.param({"copilot-integration-id": "copilot-developer-cli"}, "copilot-cli", id="copilot cli"),
        pytest.param({"x-amp-thread-id": "T-1", "user-agent": "node"}, "amp", id="amp"),
        pytest.param(
            {"x-goog-api-client": "google-genai-sdk/1.30.0 gl-node/v20", "user-agent": "Other/1"},
            "google-genai",
            id="google client header",
        ),
    ],
)
def test_by_other_headers(headers, client):
    assert client_of(view(headers)) == client


IDENTITY = "You are Claude Code, Anthropic's official CLI for Claude."


@pytest.mark.parametrize(
    ("headers", "body", "client"),
    [
        pytest.param({}, {"system": [{"type": "text", "text": IDENTITY}]}, "claude-code", id="claude code's prompt"),
        pytest.param(
            {"user-agent": "claude-cli/0.24.4 (external, cli)", "x-app": "cli"},
            {"system": "You are Qwen Code, a non-interactive CLI agent"},
            "qwen-code",
            id="qwen code under claude code's name",
        ),
        pytest.param(
            {"user-agent": "OpenAI/JS 5"},
            {"messages": [{"role": "system", "content": "You are Cline, a highly skilled engineer"}]},
            "cline",
            id="the prompt beats a library",
        ),
        pytest.param(
            {"user-agent": "codex_exec/0.169.0"}, {"instructions": IDENTITY}, "codex", id="a name beats the prompt"
        ),
        pytest.param(
            {"user-agent": "curl/8"},
            {"messages": [{"role": "user", "content": IDENTITY}]},
            "curl",
            id="what a user says counts nothing",
        ),
    ],
)
def test_by_system_prompt_as_the_last_resort(headers, body, client):
    assert client_of(view(headers, body)) == client

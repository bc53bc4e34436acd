"""What is no model call, and what must never be logged."""

from __future__ import annotations

import pytest

from addons.identity.side_traffic import is_token_exchange, side_traffic

TOKENS = [
    ("console.anthropic.com", "/v1/oauth/token"),
    ("platform.claude.com", "/v1/oauth/token"),
    ("api.anthropic.com", "/api/oauth/claude_cli/create_api_key"),
    ("auth.openai.com", "/oauth/token"),
    ("auth.openai.com", "/oauth/revoke"),
    ("auth.openai.com", "/api/accounts/deviceauth/token"),
    ("oauth2.googleapis.com", "/token"),
    ("sts.googleapis.com", "/v1/token"),
    ("iamcredentials.googleapis.com", "/v1/projects/-/serviceAccounts/x:generateAccessToken"),
    ("github.com", "/login/oauth/access_token"),
    ("github.com", "/login/device/code"),
    ("api.github.com", "/copilot_internal/v2/token"),
    ("login.microsoftonline.com", "/common/oauth2/v2.0/token"),
    ("chat.qwen.ai", "/api/v1/oauth2/token"),
    ("chat.qwen.ai", "/api/v1/oauth2/device/code"),
    ("auth.x.ai", "/oauth2/token"),
    ("iam.cloud.ibm.com", "/identity/token"),
    ("oidc.us-east-1.amazonaws.com", "/token"),
    ("idp.corp.example", "/realms/dev/protocol/openid-connect/token"),
    ("gw.corp.example", "/oauth/token/"),
    ("gw.corp.example", "//OAuth//Token?x=1"),
]

NO_TOKENS = [
    ("api.anthropic.com", "/v1/messages"),
    ("api.anthropic.com", "/v1/messages/count_tokens"),
    ("api.openai.com", "/v1/responses"),
    ("api.openai.com", "/v1/responses/input_tokens"),
    ("generativelanguage.googleapis.com", "/v1beta/models/gemini:countTokens"),
    ("claude.ai", "/oauth/authorize"),
    ("example.org", "/token"),
]

KINDS = [
    ("api.anthropic.com", "/api/event_logging/v2/batch", "telemetry"),
    ("api.anthropic.com", "/api/event_logging/batch", "telemetry"),
    ("api.anthropic.com", "/api/claude_code/settings", "settings"),
    ("api.anthropic.com", "/api/claude_code_penguin_mode", "settings"),
    ("api.anthropic.com", "/api/claude_cli/bootstrap", "settings"),
    ("api.anthropic.com", "/api/eval/sdk-abc", "settings"),
    ("api.anthropic.com", "/api/hello", "settings"),
    ("statsig.anthropic.com", "/v1/rgstr", "telemetry"),
    ("downloads.claude.ai", "/x", "catalogue"),
    ("ab.chatgpt.com", "/otlp/v1/metrics", "telemetry"),
    ("chatgpt.com", "/backend-api/codex/analytics-events/events", "telemetry"),
    ("chatgpt.com", "/backend-api/codex/models", "catalogue"),
    ("chatgpt.com", "/backend-api/plugins/export/curated", "catalogue"),
    ("chatgpt.com", "/backend-api/wham/accounts/check", "settings"),
    ("chatgpt.com", "/backend-api/ps/mcp", "mcp"),
    ("play.googleapis.com", "/log", "telemetry"),
    ("cloudcode-pa.googleapis.com", "/v1internal:loadCodeAssist", "settings"),
    ("cloudcode-pa.googleapis.com", "/v1internal:recordCodeAssistMetrics", "telemetry"),
    ("models.opencode.ai", "/api.json", "catalogue"),
    ("registry.npmjs.org", "/x", "catalogue"),
    ("abc-default-sea.rum.aliyuncs.com", "/", "telemetry"),
    ("api.openai.com", "/v1/models", "catalogue"),
    ("auth.openai.com", "/oauth/token", "oauth"),
    ("api.anthropic.com", "/v1/messages", None),
    ("chatgpt.com", "/backend-api/codex/responses", None),
    ("cloudcode-pa.googleapis.com", "/v1internal:streamGenerateContent", None),
    ("generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", None),
    ("dashscope.aliyuncs.com", "/compatible-mode/v1/chat/completions", None),
    ("notplay.googleapis.com", "/log", None),
]


@pytest.mark.parametrize(("host", "path"), TOKENS, ids=lambda value: value)
def test_token_exchanges_are_recognised(host, path):
    assert is_token_exchange(host, path)
    assert side_traffic(host, path) == "oauth"


@pytest.mark.parametrize(("host", "path"), NO_TOKENS, ids=lambda value: value)
def test_other_paths_are_none(host, path):
    assert not is_token_exchange(host, path)


@pytest.mark.parametrize(("host", "path", "kind"), KINDS, ids=lambda value: str(value))
def test_side_traffic_by_kind(host, path, kind):
    assert side_traffic(host, path) == kind

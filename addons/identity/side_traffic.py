"""What clients send besides model calls, and which requests must never be logged with their bodies.

In: host and path (without query). Out: the kind of side traffic, or None where it is not known to be any (WIRE.md
section 7, and the clients' sources). Token exchanges are found by the path, whatever the host (SPEC S4.20).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from addons.identity.hosts import host_name

type SideKind = Literal["telemetry", "oauth", "settings", "catalogue", "mcp"]


class Row(NamedTuple):
    host: re.Pattern[str]
    path: re.Pattern[str]
    kind: SideKind


def _row(host: str, path: str, kind: SideKind) -> Row:
    return Row(re.compile(rf"(?:^|\.)(?:{host})$"), re.compile(path), kind)


ROWS: tuple[Row, ...] = (
    # Claude Code
    _row(r"api\.anthropic\.com", r"^/api/event_logging/", "telemetry"),
    _row(
        r"api\.anthropic\.com", r"^/api/(claude_code|eval|claude_cli|directory|hello|oauth|organizations)\b", "settings"
    ),
    _row(r"api\.anthropic\.com", r"^/api/claude_code_", "settings"),
    _row(r"api\.anthropic\.com", r"^/v1/mcp_servers|^/mcp-registry/", "mcp"),
    _row(r"statsig\.anthropic\.com|statsigapi\.net", r"", "telemetry"),
    _row(r"mcp-proxy\.anthropic\.com", r"", "mcp"),
    _row(r"downloads\.claude\.ai", r"", "catalogue"),
    # Codex
    _row(r"ab\.chatgpt\.com", r"", "telemetry"),
    _row(r"chatgpt\.com", r"^/backend-api/codex/analytics-events/", "telemetry"),
    _row(r"chatgpt\.com", r"^/backend-api/(codex/models|plugins/|ps/plugins)", "catalogue"),
    _row(r"chatgpt\.com", r"^/backend-api/ps/mcp", "mcp"),
    _row(r"chatgpt\.com", r"^/backend-api/(wham|codex/config|accounts|me)\b", "settings"),
    # Gemini CLI
    _row(r"play\.googleapis\.com", r"", "telemetry"),
    _row(r"cloudcode-pa\.(sandbox\.)?googleapis\.com", r":record\w+$", "telemetry"),
    _row(
        r"[\w-]*cloudcode-pa\.(sandbox\.)?googleapis\.com",
        r":(load|onboard|list|fetch|retrieve|get|set)[A-Z]\w*$|/operations/",
        "settings",
    ),
    # opencode, Qwen Code, Copilot
    _row(r"models\.opencode\.ai|models\.dev|registry\.npmjs\.org", r"", "catalogue"),
    _row(r"raw\.githubusercontent\.com", r"", "catalogue"),
    _row(r"rum\.aliyuncs\.com|log\.aliyuncs\.com", r"", "telemetry"),
    _row(r"telemetry\.[\w.-]*githubcopilot\.com|copilot-telemetry\.githubusercontent\.com", r"", "telemetry"),
    # Any
    _row(r"datadoghq\.(com|eu)|sentry\.io|segment\.io|posthog\.com|applicationinsights\.azure\.com", r"", "telemetry"),
    _row(r".*", r"/otlp/v1/(metrics|traces|logs)$|^/v1/(metrics|traces|logs)$", "telemetry"),
    _row(r".*", r"(^|/)v\d\w*/models(/[^/:]+)?$", "catalogue"),
)
"""In this order: the first that fits counts."""

_TOKEN_PATH = re.compile(
    r"""
      (^|/)oauth2?(/[\w.-]+)*/(access_)?tokens?$          # /oauth/token, /oauth2/v2.0/token, /login/oauth/access_token
    | (^|/)oauth2?(/[\w.-]+)*/(revoke|introspect|refresh|exchange|create_api_key)$
    | (^|/)oauth2?(/[\w.-]+)*/(device|device_authorization|device/code)$
    | (^|/)login/device/code$
    | (^|/)openid-connect/token(/introspect)?$
    | (^|/)connect/token$
    | (^|/)deviceauth/(token|usercode)$
    | (^|/)copilot_internal/(v\d/)?(token|nltoken)$
    | (^|/)auth/(token|refresh|exchange)$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TOKEN_HOST = re.compile(r"^((oauth2?|sts|oidc|iam|iamcredentials|auth|login|accounts)\.|console\.anthropic\.com$)")
_TOKEN_AT_HOST = re.compile(
    r"(^|/)(token|identity/token|client/register|device_authorization)$|:generateAccessToken$|:generateIdToken$",
    re.IGNORECASE,
)


def side_traffic(host: str, path: str) -> SideKind | None:
    """The kind of a request that is no model call, None where it is not known to be one."""
    if is_token_exchange(host, path):
        return "oauth"
    name, path = host_name(host), path.partition("?")[0]
    return next((row.kind for row in ROWS if row.host.search(name) and row.path.search(path)), None)


def is_token_exchange(host: str, path: str) -> bool:
    """Whether request or reply hold credentials by their nature: they are never logged with their bodies."""
    path = re.sub(r"/{2,}", "/", path.partition("?")[0]).rstrip("/")
    if _TOKEN_PATH.search(path):
        return True
    return _TOKEN_HOST.match(host_name(host)) is not None and _TOKEN_AT_HOST.search(path) is not None

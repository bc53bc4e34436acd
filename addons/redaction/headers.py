"""Header values that are credentials, by the header's name (S4.20).

In: a header's name (lower case) and value. Out: whether the value is a secret as a whole, or the value without its
secret parts. Counters and metadata that have such words in their names (`x-ratelimit-remaining-tokens`) are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from addons.redaction.finder import hashed
from addons.redaction.plausible import looks_random_with_digits

_SECRET: Final = frozenset(
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "cookie2",
        "set-cookie",
        "set-cookie2",
        "x-api-key",
        "api-key",
        "apikey",
        "x-goog-api-key",
        "x-amz-security-token",
        "x-auth-token",
        "chatgpt-account-id",
        "dpop",
        "x-auth-key",
        "x-auth",
        "cf-access-client-secret",
    ]
)
_KIN: Final = re.compile(
    r"authorization|cookie|credential|password|passwd|secret(?!ary)|jwt|(?:^|[-_])(?:signature|auth)$|bearer|token$"
    r"|(?:api|access|subscription|functions|auth|admin|master|private|service|rapidapi|license|encryption|virtual|client"
    r"|user|customer|team|project|app|account|signing|server|litellm|gateway)[-_]?key$"
)
_HARMLESS: Final = re.compile(
    r"(?:^|[-_])(?:ratelimit|rate-limit|max|remaining|limit|count|used|usage)(?:[-_]|$)|^access-control-|cookie-policy"
)
LOCATIONS: Final = frozenset(("location", "content-location", "referer", "origin", "x-original-url", "x-forwarded-url"))
_PROTOCOL_KEY: Final = re.compile(
    r"((?:base64url\.bearer\.authorization\.k8s\.io|.*?(?:api[-_]?key|token|secret|bearer|ephemeral[^.]*))\.)(.+)",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    return name in _SECRET or (_KIN.search(name) is not None and _HARMLESS.search(name) is None)


def redact_protocols(value: str, text: Callable[[str], str]) -> str:
    """`sec-websocket-protocol`: browsers have no other place for a key than a sub-protocol's name (RFC 6455, 1.9)."""
    return ",".join(_protocol(protocol, text) for protocol in value.split(","))


def _protocol(protocol: str, text: Callable[[str], str]) -> str:
    padding = protocol[: len(protocol) - len(protocol.lstrip())]
    name = protocol.strip()
    found = _PROTOCOL_KEY.fullmatch(name)
    if found and not found[2].startswith("hash:"):
        return f"{padding}{found[1]}{hashed(found[2])}"
    clean = text(name)
    if clean == name and len(name) >= 20 and looks_random_with_digits(name.rpartition(".")[2]):
        head, dot, key = name.rpartition(".")
        clean = f"{head}{dot}{hashed(key)}"
    return padding + clean

"""A URL in its normal form, without its secrets (S4.5).

In: a URL or a relative reference, as on the wire. Out: the same with its query parameters sorted by name (repeated ones
keep their order), and with `hash:…` for user information, for the values of secret parameters in query and fragment,
and for what the table of rules finds anywhere in it (a bot's token in the path). All else keeps its encoding (RFC 3986,
appendix B, which splits any text whatever: a malformed URL is no error).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote, unquote_plus

from addons.redaction.finder import hashed

_PARTS: Final = re.compile(r"(?s)([^:/?#]+:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?")
_SECRET_PARAMETERS: Final = re.compile(
    r"key|.*api[-_]?key|.*(?:access|refresh|id|auth|session|security|csrf|private|bot|bearer|sas|oauth)[-_]?token|token"
    r"|.*secret|.*passw(?:or)?d|pwd|pass|passphrase|auth|authorization|.*signature|sig|.*credentials?|jwt|bearer|code"
    r"|code_verifier|assertion|client_assertion|subscription-key|access[-_]?key|.*[-_]security-token|session|sid|ticket"
)

_HASHED_USER: Final = re.compile(r"hash:[0-9a-f]{16}(?::hash:[0-9a-f]{16})?")


def redact_url(url: str, text: Callable[[str], str]) -> str:
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return text(url)
    scheme, authority, path, query, fragment = (part or "" for part in parts.groups())
    user_information, at, host = authority[2:].rpartition("@")
    head = text(scheme + authority[:2] + host + path)
    if at:
        head = head.replace("//", f"//{_hashed_user(user_information)}@", 1)
    query = query and "?" + _parameters(query[1:], text, True)
    return head + query + (fragment and "#" + _fragment(fragment[1:], text))


def _hashed_user(user_information: str) -> str:
    """User and password, each hashed: some services take their key for a user name."""
    if _HASHED_USER.fullmatch(user_information):
        return user_information
    return ":".join(part and hashed(unquote(part)) for part in user_information.split(":", 1))


def _fragment(fragment: str, text: Callable[[str], str]) -> str:
    return _parameters(fragment, text, False) if "=" in fragment else text(fragment)


def _parameters(query: str, text: Callable[[str], str], sort: bool) -> str:
    parameters = [_parameter(parameter, text) for parameter in query.split("&")]
    if sort:
        parameters.sort(key=lambda parameter: unquote_plus(parameter.partition("=")[0]))
    return "&".join(parameters)


def _parameter(parameter: str, text: Callable[[str], str]) -> str:
    name, _, value = parameter.partition("=")
    plain_name = unquote_plus(name).lower().lstrip("?/")
    if value and not value.startswith("hash:") and _SECRET_PARAMETERS.fullmatch(plain_name):
        return f"{text(name)}={hashed(unquote(value))}"
    return text(parameter)

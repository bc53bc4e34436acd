"""Credentials that are told by the name in front of them: of a variable, a member, an option, a header.

In: nothing. Out: `NAMED`, rows of the table of rules (rules.py), and `tells_secret`, for names whose value stands apart
from them (a member of a JSON object).
"""

from __future__ import annotations

import re
from typing import Any, Final

from addons.redaction import plausible
from addons.redaction.gaps import (
    AFTER_FLAG,
    ASSIGNED,
    BEGINS,
    ENCODED,
    GAP,
    QUOTE,
    QUOTED,
    TO_LITERAL,
    TO_VALUE,
    VALUE,
    WRITTEN,
)
from addons.redaction.passwords import PASSWORD_FLAGS, PASSWORD_NAMES, SHORT_PASSWORD_NAMES, setting
from addons.redaction.shapes import (
    AFTER_NO_WORD,
    BASE64,
    HIDE,
    LETTERS,
    OneOf,
    Pattern,
    Rule,
    Run,
    rule,
)

_AWS_SECRET_NAMES: Final = (
    *("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "awsSecretAccessKey", "aws_secret_key", "AWS_SECRET_KEY"),
    *("SecretAccessKey", "secretAccessKey", "secret_access_key", "SECRET_ACCESS_KEY"),
    *("Secret Access Key", "Secret access key", "secret access key", "Secret Access Key [None]"),
)
_IDENTITY_NAMES: Final = ("id_token", "idToken")
"""Of these, a run of hex digits is a digest."""
_NAMES: Final = (
    *("api_key", "apiKey", "API_KEY", "apikey", "ApiKey", "APIKEY", "api-key", "Api-Key", "api-Key", "API-Key"),
    *("Api-key", "API-KEY", "Apikey", "subscription-key", "Subscription-Key", "subscription_key", "subscriptionKey"),
    *("api_token", "apiToken", "ApiToken", "api-token", "Api-Token", "API-Token"),
    *("access_token", "accessToken", "access-token", "Access-Token", "refresh_token", "refreshToken", "refresh-token"),
    *("auth_token", "authToken", "_authToken", "auth-token", "Auth-Token", "session_token", "sessionToken"),
    *("SessionToken", "session-token", "security-token", "Security-Token", "vault-token", "Vault-Token"),
    *("private_token", "Private-Token", "PRIVATE-TOKEN", "private-token", "bot_token", "botToken"),
    *("oauth_token", "oauthToken", "identitytoken", "registrytoken", "circle-token", "Circle-Token"),
    *("client_secret", "clientSecret", "client-secret", "Client-Secret", "secret_key", "secretKey", "secret-key"),
    *("secret_key_base", "secretKeyBase", "SECRET_KEY_BASE", "access_key", "accessKey", "access-key", "master_key"),
    *("masterKey", "master-key", "auth_key", "authKey", "auth-key", "account_key", "accountKey"),
    *("app_secret", "appSecret", "signing_secret", "signingSecret", "webhook_secret", "webhookSecret"),
    *("jwt_secret", "jwtSecret", "session_secret", "sessionSecret", "shared_secret", "sharedSecret"),
    *("access_key_secret", "accessKeySecret", "private_key", "privateKey", "encryption_key", "encryptionKey"),
    *("consumer_key", "consumerKey", "app_key", "appKey", "license_key", "licenseKey", "service_key", "serviceKey"),
    *("signing_key", "signingKey", "authtoken", "SecretString", "api.key", "access.key", "secret.key", "private.key"),
    *_AWS_SECRET_NAMES,
)
_VARIABLES: Final = ("TOKEN", "SECRET", "CREDENTIALS", "ACCESSTOKEN")
"""How the names of variables that hold a secret end."""
_KEY_VARIABLE: Final = "KEY"
_TOKEN_VARIABLE: Final = "PAT"
_NO_SECRET_KEY: Final = (
    *("CACHE", "PUBLIC", "PUB", "PUBLISHABLE", "SITE", "PRIMARY", "FOREIGN", "SORT", "PARTITION", "ROUTING", "HOST"),
    *("GPG", "PGP", "APT", "ANON", "DEDUPLICATION", "IDEMPOTENCY", "OBJECT", "REGISTRY"),
)
"""What a variable's name says before `_KEY` when that is a key to look something up, or a public one."""
_WHOLE_NAMES: Final = ("token", "Token", "secret", "Secret")
"""By themselves; of headers' names the last part will do."""
_SECRET_KEYS: Final = ("Api", "API", "Secret", "Access", "Master", "Signing", "Encryption", "Auth")
"""What a name says before `Key` when that is a secret: `acmeApiKey`."""
_NO_SECRET_TOKEN: Final = (
    *("next", "page", "continuation", "cursor", "sync", "resume", "pagination", "scroll", "cancel", "cancellation"),
    *("id", "idempotency", "public", "publishable", "previous", "prev", "last", "start", "end", "list", "watch"),
)
"""What stands before a token that is a place in a list, or that everybody may know; one of an identity has its row."""
_FRAMEWORK_KEYS: Final = ("SECRET_KEY", "secret_key", "SECRET_KEY_BASE", "secret_key_base")
_SPOKEN_NAMES: Final = tuple(
    f"{what} {kind}"
    for what in ("API", "api", "Api", "access", "Access", "auth", "Auth", "secret", "Secret")
    for kind in ("key", "Key", "token", "Token")
)
"""As people write them: `my API key is …`."""
_SPOKEN: Final = Pattern(
    r"""(?:(?: is| was)?:?|=)[ \t\n\r]{1,4}\\{0,8}["'`]{0,3}""",
    r"""(?: (?:i(?:s:?)?|w(?:a(?:s:?)?)?)?|:|=)?[ \t\n\r]{0,4}\\{0,8}["'`]{0,3}""",
)
_AUTHORIZATION: Final = ("Authorization", "authorization", "AUTHORIZATION")
_COOKIE: Final = ("Cookie", "cookie", "Set-Cookie", "set-cookie", "COOKIE", "SET-COOKIE")
_HEADER_ENDS: Final = (
    *("-token", "-secret", "-credential", "-auth", "-authorization", "api-key", "apikey", "access-key", "auth-key"),
    *("subscription-key", "functions-key", "admin-key", "master-key", "service-key", "rapidapi-key", "client-key"),
    *("virtual-key", "account-key", "signing-key", "app-key", "user-key", "project-key"),
)
_HEADER_HARMLESS: Final = ("page-token", "next-token", "continuation-token")
_HEADER: Final = (
    "(?i:[a-z0-9-]{0,64}(?:"
    + "|".join(f"(?<={end})" for end in _HEADER_ENDS)
    + ")"
    + "".join(f"(?<!{end})" for end in _HEADER_HARMLESS)
    + ")"
)
"""How the name of a header of one's own goes on behind `X-` and a letter."""
_FLAGS: Final = (
    *("--api-key", "--api-token", "--token", "--auth-token", "--access-token", "--private-token", "--secret"),
    *("--secret-key", "--client-secret", "--session-token", "--apikey", "--api_key", "--auth", "--bearer-token"),
)

_TELLING: Final = re.compile(
    rf"(?:^|.*[^A-Za-z0-9])(?:"
    rf"{'|'.join(map(re.escape, (*_NAMES, *_IDENTITY_NAMES, *_VARIABLES, _KEY_VARIABLE, *PASSWORD_NAMES)))})"
    rf"|.*[A-Za-z0-9](?:[_.-](?:token|secret|{'|'.join(SHORT_PASSWORD_NAMES)})|"
    rf"(?<=[a-z0-9])(?:Token|Secret|(?:{'|'.join(_SECRET_KEYS)})Key|Password))"
    rf"|(?:Proxy-|proxy-)?(?:{'|'.join((*_WHOLE_NAMES, *_AUTHORIZATION, *_COOKIE))})|_?auth|[Xx]-[A-Za-z]{_HEADER}",
    re.DOTALL,
)
_FLAG: Final = re.compile("|".join((*_FLAGS, *PASSWORD_FLAGS)))


def tells_secret(name: str) -> bool:
    """Whether a member's name makes a secret of a value that is none by itself."""
    return _TELLING.fullmatch(name) is not None


def name_of_value(member: dict[str, Any]) -> str | None:
    """The name in `{"name": "X-Api-Key", "value": "…"}`, if it tells a secret."""
    name = member.get("name")
    return name if isinstance(name, str) and tells_secret(name) else None


def is_flag(text: str) -> bool:
    """Whether the argument after this one is a secret if it looks like one."""
    return text.startswith("--") and _FLAG.fullmatch(text) is not None


_SCHEME: Final = Pattern(
    r"""(?:(?![Bb]asic |BASIC |AWS4)(?:[A-Za-z][A-Za-z0-9_-]{1,18} {1,4}|(?:[Bb]earer|[Tt]oken)\+)"""
    r"""(?:[a-z_]{1,12}=)?(?:\\{0,8}["'])?|(?!(?:[Bb]earer|[Tt]oken)\+))""",
    r"""(?![Bb]asic |BASIC |AWS4)[A-Za-z][A-Za-z0-9_-]{1,18} {1,4}(?:(?:[a-z_]{1,12}=)?(?:\\{0,8}["']?))""",
)
"""`token `, `ApiKey `, `Token token="`. Its word may as well be the beginning of a key, so that it is no context before
the blank has come. Basic authentication has a row of its own, and AWS signs."""


def cookies(name: str, value: str) -> Pattern:
    """The characters of a cookie's name and value."""
    pair = f"{name}{{1,128}}={value}{{0,4096}}"
    return Pattern(
        f"{pair}(?:; ?(?:{pair}|{name}{{1,128}}))*",
        f"(?:{pair}(?:; ?(?:{pair}|{name}{{1,128}}))*)?(?:; ?)?{name}{{0,128}}",
    )


COOKIES: Final = cookies(r"""[^\s"'=;,\\]""", r"""[^\s"';,\\]""")
_NAME_GOES_ON: Final = r"(?:(?<=[A-Za-z0-9][_.-])(?=[a-z])|(?<=[a-z0-9])(?=[A-Z]))" + "".join(
    f"(?<![{word[0]}{word[0].upper()}]{word[1:]})(?<![{word[0]}{word[0].upper()}]{word[1:]}[_.-])"
    for word in _NO_SECRET_TOKEN
)
"""Within a name."""
_SECRET_KEY: Final = "(?<=[A-Z0-9]_)" + "".join(f"(?<!{word}_)" for word in _NO_SECRET_KEY)
_BY_ITSELF: Final = rf"(?:{AFTER_NO_WORD}(?<![.$])(?<![0-9]:)|(?<=[A-Za-z0-9]-)(?=[TS]))"
NAMED: Final[tuple[Rule, ...]] = (
    rule(
        *("cookies", OneOf(_COOKIE), WRITTEN, HIDE, COOKIES),
        valid=plausible.looks_random_with_digits,
    ),
    rule(
        *("cookies, encoded", OneOf(_COOKIE), ENCODED, HIDE, cookies(r"""[^\s"'=;,\\&]""", r"""[^\s"';,\\&]""")),
        valid=plausible.looks_random_with_digits,
    ),
    rule("aws secret key", OneOf(_AWS_SECRET_NAMES), GAP, HIDE, Run(BASE64, 40, 40), valid=plausible.aws_secret),
    rule(
        *("value of an identity's name", OneOf(_IDENTITY_NAMES), ASSIGNED, HIDE, VALUE),
        valid=plausible.named_identity,
        trim=".",
    ),
    rule(
        *("value of a secret's name", OneOf((*_NAMES, *_VARIABLES)), ASSIGNED, HIDE, VALUE),
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value of a name that says no more", OneOf(_WHOLE_NAMES), ASSIGNED, HIDE, VALUE),
        before=_BY_ITSELF,
        then=BEGINS,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value of a name's last word", OneOf(_WHOLE_NAMES), ASSIGNED, HIDE, VALUE),
        before=_NAME_GOES_ON,
        in_word=("Token", "Secret"),
        then=BEGINS,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value of a key's name, in camel case", "Key", ASSIGNED, HIDE, VALUE),
        before=f"(?:{'|'.join(f'(?<={word})' for word in _SECRET_KEYS)})",
        in_word=("Key",),
        then=BEGINS,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value of a token's variable", _TOKEN_VARIABLE, ASSIGNED, HIDE, VALUE),
        before="(?<=[A-Z0-9]_)",
        then=BEGINS,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *(
            "value of a header",
            OneOf(("X-", "x-")),
            OneOf(tuple(LETTERS)),
            Pattern(_HEADER, "[A-Za-z0-9-]{0,64}"),
            ASSIGNED,
        ),
        *(HIDE, VALUE),
        valid=plausible.header_secret,
        trim=".",
    ),
    rule(
        *("authorization", OneOf(_AUTHORIZATION), ASSIGNED, _SCHEME, HIDE, VALUE),
        valid=plausible.header_secret,
        trim=".",
    ),
    rule(
        *("value beside a secret's name", OneOf((*_NAMES, *_VARIABLES, *_AUTHORIZATION)), TO_VALUE, "value", ASSIGNED),
        *(_SCHEME, HIDE, VALUE),
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value beside a key's name", _KEY_VARIABLE, TO_VALUE, "value", ASSIGNED, HIDE, VALUE),
        before=_SECRET_KEY,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("value of a key's name", _KEY_VARIABLE, ASSIGNED, HIDE, VALUE),
        before=_SECRET_KEY,
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        *("key of a framework", OneOf(_FRAMEWORK_KEYS), QUOTED, HIDE),
        Pattern(r"""[^\s"'`\\]{24,128}(?=\\{0,8}["']|\Z)""", r"""[^\s"'`\\]{0,128}\\{0,8}"""),
        valid=plausible.generated,
    ),
    rule(
        *("value with marks", OneOf(tuple(f"{name}=" for name in (*_VARIABLES, "API_KEY", "SECRET_KEY"))), QUOTE, HIDE),
        setting(12),
        valid=plausible.marked_password,
    ),
    rule(
        *("value behind more than its name", OneOf((*_NAMES, *_VARIABLES)), TO_LITERAL, HIDE, VALUE),
        valid=plausible.named_secret,
        trim=".",
    ),
    rule(
        "value of a name in prose", OneOf(_SPOKEN_NAMES), _SPOKEN, HIDE, VALUE, valid=plausible.named_secret, trim="."
    ),
    rule(*("value of a secret's flag", OneOf(_FLAGS), AFTER_FLAG, HIDE, VALUE), valid=plausible.named_secret, trim="."),
)

"""Credentials that are told by their form or by the name in front of them, whoever has issued them.

In: nothing. Out: `FORMS`, rows of the table of rules (rules.py), and `SECRET_NAMES`.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from addons.redaction import plausible
from addons.redaction.shapes import AFTER_NO_WORD, BASE64, HIDE, SHORTEST_TORN, WORD, OneOf, Pattern, Rule, Run, rule

_USER: Final = r"""[^\s:/?#@"'<>\\`{}|^]{0,128}"""
_PASSWORD: Final = r"""(?:[^\s/?"'<>\\`|^]|(?<!\[)\^)"""
_ENCODED_USER: Final = r"""[^\s:/?#@"'<>\\`{}|^&;\ue02f\ue03a\ue040]{0,128}"""
_ENCODED_PASSWORD: Final = r"""[^\s/?#"'<>\\`|^&;\ue02f\ue03a]"""
_BREAK: Final = (
    r"""(?:\d{1,6}(?:→|\\{1,8}u2192|[\t:|-]|\\{1,8}t)|[\s"'+,>|]|\\{1,8}[nrt]?|(?!hash:)[\w./~]{1,128}+[:-](?![ -]))"""
)
"""What comes between the lines of a key block: line ends, quotes, and the line numbers of a tool that shows files; the
file's name, of one that searches many, piece by piece (`id_` is none: `id_rsa-2-`)."""
_FILE: Final = r"(?:[\w./~]{1,128}+[:-])?"
"""The last piece of it, in front of dashes."""
_CUT_BREAK: Final = r"\d{1,6}\\{1,8}(?:u(?:2(?:19?)?)?)?|[\w./~]{1,128}-?"
"""What an end has left of it, as far as it is neither a break nor the beginning of a line."""
_LINE: Final = r"[A-Za-z0-9/+=\ue02f]"
_KEY_HEAD: Final = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_FIELD: Final = r"[A-Za-z][A-Za-z-]{1,30}[:\ue03a] [^\n\r\\\"]{1,200}"
_KEY_FULL_LINES: Final = rf"{_LINE}{{16,4096}}+(?:{_BREAK}++{_LINE}{{16,4096}}+)*"
"""A plus sign may be of a line or between two; a line gives back none that it has, or each would double the ways."""
KEY_DASHES: Final = "-----"
KEY_BEGIN: Final = KEY_DASHES + "BEGIN "
_KEY_BLOCK: Final = Pattern(
    rf"{_KEY_HEAD}{_BREAK}*+(?:{_KEY_FIELD}{_BREAK}++){{0,8}}{_KEY_FULL_LINES}"
    rf"(?:(?:{_BREAK}++{_LINE}{{1,15}}){{0,2}}{_BREAK}*+{_FILE}-----END [A-Z0-9 ]{{0,60}}-----"
    rf"|{_BREAK}++{_LINE}{{1,15}}(?=[\"'`\\]|\Z))?",
    rf"[A-Z0-9 ]{{0,60}}-{{0,4}}|{_KEY_HEAD}{_BREAK}*+(?:{_KEY_FIELD}{_BREAK}++){{0,8}}"
    rf"(?:[A-Za-z][A-Za-z-]{{0,30}}(?:[:\ue03a](?: [^\n\r\\\"]{{0,200}})?)?|{_LINE}{{0,15}}|{_CUT_BREAK}"
    rf"|{_KEY_FULL_LINES}(?:{_BREAK}++{_LINE}{{1,15}}){{0,2}}{_BREAK}*+"
    rf"(?:{_CUT_BREAK}|{_FILE}(?:-{{1,5}}|-----E[A-Z0-9 ]{{0,64}}-{{0,4}}))?)",
)
"""RFC 7468, RFC 4880 section 6.2 and OpenSSH's own; without its END line too, because tools cut what they show."""

KEY_END: Final = re.compile(r"-----END (?=[A-Z0-9 ]{0,40}PRIVATE KEY)")
KEY_REMAINDER: Final = re.compile(
    rf"(?:(?<!{_LINE})(?<!\\)|(?<=\\[nrt]))(?:{_LINE}{{40,80}}+{_BREAK}{{1,12}}+)+(?:{_LINE}{{1,80}}{_BREAK}{{1,12}}+)?"
    rf"{_FILE}-----END [A-Z0-9 ]{{0,60}}-----"
)
"""A block without its beginning: its later lines tell all of an RSA key."""
LONGEST_REMAINDER: Final = 8192
LONGEST_END: Final = 96

_LONGEST_CLAIMS: Final = 12_288
_CLAIMS: Final = Pattern(
    rf"[{WORD}]{{6,4096}}(?:\.{{1,2}}[{WORD}]{{1,{_LONGEST_CLAIMS}}}){{1,4}}",
    rf"[{WORD}]{{0,4096}}(?:\.{{1,2}}[{WORD}]{{1,{_LONGEST_CLAIMS}}}){{0,4}}\.{{0,2}}",
)

_OPTION: Final = r"""[^\s;&"'`<>()\[\]{},\\]"""
_TO_LOGIN: Final = Pattern(r"""(?:["'\\]{0,8})?[ \t]{0,8}[=:]?[ \t]{0,8}(?:\\{0,8}["'])?""", r"""[\\"'=: \t]{0,32}""")
_BLANKS: Final = r"(?:[ \t\n\r]|\\{1,8}[nrt]){1,24}"
_LOGIN: Final = rf"[^\s\\]{{1,128}}{_BLANKS}password{_BLANKS}"
_TO_PASSWORD: Final = Pattern(
    _LOGIN, rf"(?!{_LOGIN}[^\s\\])[^\s\\]{{0,128}}(?:{_BLANKS}[a-z]{{0,8}}(?:{_BLANKS})?)?\\{{0,8}}"
)
"""Of .netrc, on one line or on several."""
KEY_NUMBER: Final = r"A[KS]IA[A-Z0-9]{16}"
BEHIND_KEY_NUMBER: Final = (",", ";", "|", ":", " ", "\t", "\n", "\r", '"', "'", "\\")
_TO_SECRET_KEY: Final = Pattern(*(r"""(?:[,;|: \t\n\r"'\\]|(?<=\\)[nrt]){0,16}""",) * 2)
"""In a table of them, as AWS gives them out (`accessKeys.csv`), or on the next line."""
_AUTH_ITSELF: Final = rf"(?:{AFTER_NO_WORD}|(?<=[:\s\"']_)|(?<=\\[nrt]_))"

FORMS: Final[tuple[Rule, ...]] = (
    rule(
        "json web token",
        "eyJ",
        _CLAIMS,
        valid=plausible.jwt,
        before=AFTER_NO_WORD,
        swallow=rf"[{WORD}.]*",
        longest=_LONGEST_CLAIMS,
    ),
    rule(
        *("private key", KEY_BEGIN, _KEY_BLOCK),
        before="",
        swallow=rf"(?:{_LINE}|{_BREAK})*",
        value=plausible.decoded_lines,
        longest=sys.maxsize,
    ),
    rule(
        *("putty key", "Private-Lines: ", Run("0-9", 1, 3), Pattern(rf"{_BREAK}{{1,4}}+", rf"{_BREAK}{{0,4}}+"), HIDE),
        Pattern(_KEY_FULL_LINES, rf"{_LINE}{{0,15}}|{_KEY_FULL_LINES}{_BREAK}*+{_LINE}{{0,15}}"),
    ),
    rule(
        *("basic authentication", OneOf(("Basic ", "basic ", "BASIC ")), HIDE, Run(BASE64, 6)),
        valid=plausible.basic,
        value=plausible.basic_password,
    ),
    rule(
        *("bearer token", OneOf(("Bearer ", "bearer ", "BEARER ")), HIDE, Run(rf"{BASE64}._~-", 20)),
        valid=plausible.bearer,
        trim=".",
    ),
    rule(
        *("password in a url", "//", Pattern(rf"(?P<user>(?!hash:[0-9a-f]{{16}}[:@]){_USER})", _USER), ":", HIDE),
        Pattern(rf"(?!(?P=user)@|\d{{1,5}}#){_PASSWORD}{{1,256}}(?=@[A-Za-z0-9\[_-])", rf"{_PASSWORD}{{0,256}}"),
        before=r"(?<=[A-Za-z0-9+.-]:)",
        after_colon=True,
        valid=plausible.url_password,
        torn=SHORTEST_TORN,
    ),
    rule(
        *("token in a url", "//", HIDE),
        Pattern(
            rf"[{WORD}]{{20,256}}(?=(?::(?:x-oauth-basic|x)?)?@[A-Za-z0-9\[_-])",
            rf"[{WORD}]{{0,256}}(?::[a-z-]{{0,13}})?@?",
        ),
        before=r"(?<=[A-Za-z0-9+.-]:)",
        after_colon=True,
        valid=plausible.named_secret,
    ),
    rule(
        *("password in an encoded url", "\ue02f\ue02f", Pattern(f"(?P<user>{_ENCODED_USER})", _ENCODED_USER), "\ue03a"),
        HIDE,
        Pattern(
            rf"(?!(?P=user)\ue040){_ENCODED_PASSWORD}{{1,256}}(?=\ue040[A-Za-z0-9\[_-])",
            rf"{_ENCODED_PASSWORD}{{0,256}}",
        ),
        before=r"(?<=[A-Za-z0-9+.-]\ue03a)",
        after_colon=True,
        valid=plausible.url_password,
    ),
    rule(
        *("password in a connection string", OneOf(("Password=", "password=", "PASSWORD=", "Pwd=", "pwd=", "PWD="))),
        *(HIDE, Pattern(rf"{_OPTION}{{4,128}}", rf"{_OPTION}{{0,128}}")),
        before=r"(?:(?<=[;?&\ue03f])|(?<=; ))",
        valid=plausible.url_password,
    ),
    rule(
        *("signature in a url", OneOf(("sig=", "Signature=", "X-Amz-Signature=", "X-Goog-Signature="))),
        *(HIDE, Run(rf"{BASE64}_-", 40)),
        before=r"(?<=[?&\ue03f])",
        valid=plausible.looks_random,
    ),
    rule(
        *("npm registry token", "_authToken", Pattern("[= ]{1,3}", "[= ]{0,3}"), HIDE, Run(rf"{BASE64}._~-", 16)),
        valid=plausible.looks_random_with_digits,
        before="",
    ),
    rule(
        *("login of a registry", OneOf(('auth"', "auth'", "auth\\", "auth=", "auth =", "auth:")), _TO_LOGIN, HIDE),
        Run(BASE64, 8),
        before=_AUTH_ITSELF,
        valid=plausible.basic,
        value=plausible.basic_password,
    ),
    rule(
        *("secret key beside its number", OneOf(BEHIND_KEY_NUMBER), _TO_SECRET_KEY, HIDE, Run(BASE64, 40, 40)),
        before=f"(?<={KEY_NUMBER})",
        after_key_number=True,
        valid=plausible.aws_secret,
    ),
    rule(
        *("password of a login", "login ", _TO_PASSWORD, HIDE),
        Pattern(r"""[^\s"'\\]{4,128}""", r"""[^\s"'\\]{0,128}"""),
        valid=plausible.literal_password,
    ),
    rule(
        *("wireguard", OneOf(("PrivateKey = ", "PresharedKey = ", "PrivateKey=", "PresharedKey="))),
        *(HIDE, Run(BASE64, 44, 44)),
        valid=plausible.aws_secret,
    ),
)

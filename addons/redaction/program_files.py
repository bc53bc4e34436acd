"""Credentials in a line of a program's own file: where they stand in it tells them.

In: nothing. Out: `PROGRAM_FILES`, rows of the table of rules (rules.py).
"""

from __future__ import annotations

from typing import Final

from addons.redaction import plausible
from addons.redaction.gaps import QUOTE
from addons.redaction.shapes import HIDE, OneOf, Pattern, Rule, rule

_TAB: Final = r"(?:\t|\\{1,8}t)"
_CHARACTER: Final = r"""[^\s"'`\\]"""
_LINE_END: Final = r"""(?=[ \t]{0,8}(?:[\n\r"']|\\{1,8}[nr"']|\Z))"""
_TO_LINE_END: Final = r"[ \t]{0,8}\\{0,8}"
_LINE_START: Final = r"(?:(?<![^\n\r\t\"':])|(?<=\\n)|(?<=\\t)|(?<=[sS][eE][tT] ))"
_TO_COOKIE: Final = (
    rf"{_TAB}/{_CHARACTER}{{0,256}}{_TAB}(?:TRUE|FALSE){_TAB}[0-9]{{1,20}}{_TAB}{_CHARACTER}{{1,256}}{_TAB}"
)
_TO_COOKIE_PART: Final = rf"""(?!{_TO_COOKIE}{_CHARACTER})[^\n\r"']{{0,640}}"""
"""Behind the host and whether its subdomains get it too: path, security, expiry and name."""
_KINDS_OF_HASHES: Final = ("1", "5", "6", "y", "2a", "2b", "2y", "apr1", "argon2i", "argon2d", "argon2id", "scrypt")
"""As crypt(5) and the PHC string format begin them. A dollar may be doubled, for a template's sake."""


def _to_end(characters: str, least: int) -> Pattern:
    """A word that nothing follows on its line."""
    return Pattern(f"{characters}{{{least},128}}{_LINE_END}", f"{characters}{{0,128}}{_TO_LINE_END}")


def _no_placeholder(value: str) -> bool:
    return plausible.url_password(value) and value != "foobared"


def _cookie(value: str) -> bool:
    return plausible.url_password(value) and plausible.looks_random_with_digits(value)


PROGRAM_FILES: Final[tuple[Rule, ...]] = (
    rule(
        *("line of pgpass", OneOf(("5432:", "5433:", "6432:", "*:*:"))),
        *(Pattern(r"[^\s:\"'\\]{1,64}:[^\s:\"'\\]{1,64}:", r"[^\s:\"'\\]{0,64}(?::[^\s:\"'\\]{0,64})?"), HIDE),
        Pattern(r"[^\s:\"'\\]{4,128}+(?!:)", r"[^\s:\"'\\]{0,128}"),
        before=r"(?:(?<=[A-Za-z0-9*\]._-]:)|(?<![A-Za-z0-9*:])(?=\*))",
        valid=plausible.url_password,
    ),
    rule(
        *("line of redis", OneOf(("requirepass ", "masterauth ")), QUOTE, HIDE, _to_end(_CHARACTER, 4)),
        before=_LINE_START,
        valid=_no_placeholder,
    ),
    rule(
        *("key of a wireless network", "psk=", QUOTE, HIDE),
        Pattern(
            rf"(?:(?<=[\"'])[^\"'`\\\n\r]{{8,63}}(?=\\{{0,8}}[\"'])"
            rf"|(?<=psk=)(?={_CHARACTER}{{0,63}}[0-9]){_CHARACTER}{{8,64}}{_LINE_END})",
            rf"(?:(?<=[\"'])[^\"'`\\\n\r]{{0,63}}\\{{0,8}}|{_CHARACTER}{{0,64}}{_TO_LINE_END})",
        ),
        valid=plausible.url_password,
    ),
    rule(
        *("user of oracle", OneOf(("jdbc:oracle:thin:", "jdbc:oracle:oci:"))),
        *(Pattern(r"[A-Za-z][A-Za-z0-9_$#]{0,63}/", r"(?:[A-Za-z][A-Za-z0-9_$#]{0,63})?"), HIDE),
        Pattern(r"""[^\s"'`\\/@]{4,128}(?=@)""", r"""[^\s"'`\\/@]{0,128}"""),
        valid=plausible.url_password,
    ),
    rule(
        *("line of a cookie jar", OneOf(("TRUE", "FALSE")), Pattern(_TO_COOKIE, _TO_COOKIE_PART), HIDE),
        Pattern(f"{_CHARACTER}{{8,4096}}", f"{_CHARACTER}{{0,4096}}"),
        before=r"(?:(?<=\t)|(?<=\\t))",
        then=("\t", "\\"),
        valid=_cookie,
    ),
    rule(
        *("hash of a password", OneOf(tuple(f"${kind}$" for kind in _KINDS_OF_HASHES)), Pattern(r"\$?", r"\$?"), HIDE),
        Pattern(r"(?:[./A-Za-z0-9+=,-]{1,64}\${1,2}){1,3}[./A-Za-z0-9+]{22,128}+(?!\$)", r"[./A-Za-z0-9+=,$-]{0,400}"),
        valid=plausible.looks_random,
    ),
)

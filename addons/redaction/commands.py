"""Credentials that a program is given on its command line or in a file of its own format.

In: nothing. Out: `COMMANDS`, rows of the table of rules (rules.py).
"""

from __future__ import annotations

from typing import Final

from addons.redaction import plausible
from addons.redaction.names import COOKIES
from addons.redaction.shapes import HIDE, OneOf, Pattern, Rule, rule

_SHELL_WORD: Final = r"""[^\s"'`\\;|&<>]"""
_OPENING: Final = r"""(?:\\{0,8}["'])?"""


def _to(option: str) -> Pattern:
    """As far as the option's value; on the same line."""
    whole = rf"(?:[^\n\r]{{0,400}}?[ \t])??{option}{_OPENING}"
    return Pattern(whole, rf"(?!{whole}[^\s\"'\\])[^\n\r]{{0,560}}")


def _command(name: str, programs: str, option: str) -> Rule:
    """`programs`: separated by blanks; `option`: with what stands between it and its value."""
    value = Pattern(f"{_SHELL_WORD}{{4,128}}", f"{_SHELL_WORD}{{0,128}}")
    commands = OneOf(tuple(f"{program} " for program in programs.split()))
    return rule(name, commands, _to(option), HIDE, value, valid=plausible.option_password)


COMMANDS: Final[tuple[Rule, ...]] = (
    _command(
        "password of curl's user", "curl", rf"(?:-[a-zA-Z]{{0,4}}u|--user)[ =]{{0,2}}{_OPENING}[^\s\"'`\\:$]{{1,128}}:"
    ),
    _command(
        *("password of mysql", "mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb mariadb-dump mariadb-admin"),
        r"-p(?!assword|ort|rotocol)",
    ),
    _command("password of sshpass", "sshpass", r"-p ?"),
    _command("password of redis", "redis-cli valkey-cli redis-benchmark", r"(?:-a|--pass) "),
    rule(
        *("cookies of curl", "curl ", _to("(?:-b|--cookie) "), HIDE, COOKIES), valid=plausible.looks_random_with_digits
    ),
    rule(
        *("line of pgpass", OneOf(("5432:", "5433:", "6432:", "*:*:"))),
        *(Pattern(r"[^\s:\"'\\]{1,64}:[^\s:\"'\\]{1,64}:", r"[^\s:\"'\\]{0,64}(?::[^\s:\"'\\]{0,64})?"), HIDE),
        Pattern(r"[^\s:\"'\\]{4,128}+(?!:)", r"[^\s:\"'\\]{0,128}"),
        before=r"(?:(?<=[A-Za-z0-9*\]._-]:)|(?<![A-Za-z0-9*:])(?=\*))",
        valid=plausible.url_password,
    ),
)

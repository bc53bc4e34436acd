"""A password that a shell's text writes to a program's input: `echo … | docker login --password-stdin`.

In: nothing. Out: `PIPED`, rows of the table of rules (rules.py). What tells such a password comes after it, so that the
word behind `echo` waits until it is clear that no pipe to one of these programs follows.
"""

from __future__ import annotations

from typing import Final

from addons.redaction import plausible
from addons.redaction.shapes import HIDE, OneOf, Pattern, Rule, beginnings, either, rule

_FLAGS: Final = r"(?:-[neE]{1,3} {1,2}){0,2}"
_FORMAT: Final = r"""(?:\\{0,8}["']%s(?:\\{1,8}n)?\\{0,8}["'] {1,2})?"""
_OPENING: Final = r"""(?:\\{0,8}["'])?"""
_FIRST: Final = r"""[^\s"'`\\;|&<>%$()\[\]{}?:,-]"""
_BEGINS: Final = tuple(chr(code) for code in range(33, 127) if chr(code) not in "$%;|&<>`()[]{}?:,")
"""How what is behind `echo ` does; most often it is a variable."""
_VALUE: Final = rf"""(?:(?<=["']){_FIRST}[^\s"'`\\]{{0,127}}|{_FIRST}[^\s"'`\\;|&<>]{{0,127}})"""
_REST: Final = r"(?:[^\n\r|;\\]|\\(?![nr])){0,200}?"
_TO_VALUE: Final = rf"{_FLAGS}{_FORMAT}{_OPENING}"
_TO_VALUE_PART: Final = (
    r"""(?:-[neE]{0,3} {0,2}){0,2}(?:\\{0,8}["']?(?:%(?:s(?:\\{1,8}n?)?)?\\{0,8}["']? {0,2}\\{0,8}["']?)?)?"""
)
_TO_PIPE: Final = r"""(?:\\{1,8}n)?(?:\\{0,8}["'])?[ \t]{0,4}\|[ \t]{0,4}"""
_TO_PIPE_PART: Final = r"""\\{0,8}n?\\{0,8}["']?[ \t]{0,4}"""
_LOGINS: Final = (
    *("docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "helm", "crane", "gh", "glab", "gpg", "passwd"),
)
_READS: Final = r"(?:--password-stdin|--with-token|--passphrase-fd|--stdin|secret (?:create|set))"
_INTO_LOGIN: Final = rf"(?={_TO_PIPE}(?:sudo )?{either(_LOGINS)} {_REST}{_READS})"
_INTO_SUDO: Final = rf"(?={_TO_PIPE}sudo(?: -[a-zA-Z]{{1,4}}){{0,3}}? -[a-zA-Z]{{0,3}}S)"
_NO_WORD: Final = r"""(?=[^\s"'`\\]{0,127}[0-9@#%^*+=])"""
"""What a command asks of the one behind it is a word: `echo done | sudo -S …`."""
_USER: Final = r"[a-z_][a-z0-9_.-]{0,31}:"
_USER_PART: Final = r"(?:[a-z_][a-z0-9_.-]{0,31}:?)?"


def _piped(name: str, whole: str, to_program: str, user: str = "", user_part: str = "") -> Rule:
    """`whole`: the value, and in a lookahead what is behind it; `to_program`: any beginning of that behind the pipe;
    `user`: what stands before the value, and any beginning of it."""
    return rule(
        *(name, OneOf(("echo ", "printf ")), Pattern(_TO_VALUE + user, _TO_VALUE_PART + user_part), HIDE),
        Pattern(whole, rf"(?!{whole})(?:{_VALUE}{_TO_PIPE_PART}(?:\|[ \t]{{0,4}}(?:sudo )?{to_program})?)?"),
        then=_BEGINS,
        valid=plausible.option_password,
    )


PIPED: Final[tuple[Rule, ...]] = (
    _piped(
        "password for a program's input",
        f"(?:{_VALUE}{_INTO_LOGIN}|{_NO_WORD}{_VALUE}{_INTO_SUDO})",
        rf"(?:{either(beginnings((*_LOGINS, 'sudo ')))}|{either(_LOGINS)}(?: {_REST})?|(?<=sudo )[ a-zA-Z-]{{0,24}})",
    ),
    _piped(
        *("password for chpasswd", rf"{_VALUE}(?={_TO_PIPE}(?:sudo )?chpasswd)"),
        *(either(beginnings(("chpasswd", "sudo "))), _USER, _USER_PART),
    ),
)

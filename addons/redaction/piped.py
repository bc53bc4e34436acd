"""A password that a shell's text writes to a program's input: `echo … | docker login --password-stdin`.

In: nothing. Out: `PIPED`, rows of the table of rules (rules.py). What tells such a password comes after it, so that the
word behind `echo` waits until it is clear that no pipe to one of these programs follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from addons.redaction import plausible
from addons.redaction.shapes import HIDE, OneOf, Pattern, Rule, beginnings, either, rule

_FLAGS: Final = r"(?:-[neE]{1,3} {1,2}){0,2}"
_FORMAT: Final = r"""(?:\\{0,8}["']%s(?:\\{1,8}n)?\\{0,8}["'] {1,2})?"""
_OPENING: Final = r"""(?:\\{0,8}["'])?"""
_FIRST: Final = r"""[^\s"'`\\;|&<>%$-]"""
_VALUE: Final = rf"""(?:(?<=["']){_FIRST}[^\s"'`\\]{{0,127}}|{_FIRST}[^\s"'`\\;|&<>]{{0,127}})"""
_REST: Final = r"(?:[^\n\r|;\\]|\\(?![nr])){0,200}?"
_TO_VALUE: Final = rf"{_FLAGS}{_FORMAT}{_OPENING}"
_TO_VALUE_PART: Final = (
    r"""(?:-[neE]{0,3} {0,2}){0,2}(?:\\{0,8}["']?(?:%(?:s(?:\\{1,8}n?)?)?\\{0,8}["']? {0,2}\\{0,8}["']?)?)?"""
)
_TO_PIPE: Final = r"""(?:\\{1,8}n)?(?:\\{0,8}["'])?[ \t]{0,4}\|[ \t]{0,4}"""
_TO_PIPE_PART: Final = r"""\\{0,8}n?\\{0,8}["']?[ \t]{0,4}"""


def _piped(
    name: str, programs: str, option: str, part: str, valid: Callable[[str], bool], user: tuple[str, str] = ("", "")
) -> Rule:
    """`programs`: separated by blanks; `option`: which of theirs reads a password, with what is before it, and `part`
    any beginning of that; `user`: what the input begins with, and any beginning of it."""
    called = tuple(programs.split())
    whole = rf"{_VALUE}(?={_TO_PIPE}(?:sudo )?{either(called)}{option})"
    begun = rf"(?:sudo )?(?:{either(beginnings((*called, 'sudo ')))}|{either(called)}{part})"
    return rule(
        *(name, OneOf(("echo ", "printf ")), Pattern(_TO_VALUE + user[0], _TO_VALUE_PART + user[1]), HIDE),
        Pattern(whole, rf"(?!{whole})(?:{_VALUE}{_TO_PIPE_PART}(?:\|[ \t]{{0,4}}{begun})?)?"),
        valid=valid,
    )


PIPED: Final[tuple[Rule, ...]] = (
    _piped(
        *("password for a program's input", "docker podman nerdctl buildah skopeo oras helm crane gh glab gpg passwd"),
        rf" {_REST}(?:--password-stdin|--with-token|--passphrase-fd|--stdin|secret (?:create|set))",
        rf"(?: {_REST})?",
        plausible.option_password,
    ),
    _piped(
        *("password for sudo", "sudo", r"(?: -[a-zA-Z]{1,4}){0,3}? -[a-zA-Z]{0,3}S", "[ a-zA-Z-]{0,24}"),
        plausible.literal_password,
    ),
    _piped(
        *("password for chpasswd", "chpasswd", "", "", plausible.url_password),
        (r"[a-z_][a-z0-9_.-]{0,31}:", r"(?:[a-z_][a-z0-9_.-]{0,31}:?)?"),
    ),
)

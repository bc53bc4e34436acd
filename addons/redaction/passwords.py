"""Passwords that are told by the name in front of them: in settings, variables, code, markup and SQL.

In: nothing. Out: `PASSWORDS`, rows of the table of rules (rules.py), and what names.py needs of them.
"""

from __future__ import annotations

from typing import Final

from addons.redaction import plausible
from addons.redaction.gaps import (
    AFTER_FLAG,
    ASSIGNED,
    BEGINS,
    NEXT_STRING,
    PASSWORD_GAP,
    QUOTE,
    QUOTED,
    TO_LITERAL,
    TO_VALUE,
)
from addons.redaction.shapes import AFTER_NO_ALNUM, AFTER_NO_WORD, HIDE, OneOf, Pattern, Rule, rule

_PASSWORD_VARIABLES: Final = ("PASSWORD", "PASSWD", "PASSPHRASE", "PGPASSWORD", "MYSQL_PWD")
PASSWORD_NAMES: Final = ("password", "Password", "passwd", "passphrase", *_PASSWORD_VARIABLES)
SHORT_PASSWORD_NAMES: Final = ("pass", "Pass", "pwd", "Pwd", "PASS", "PWD")
_PROGRAMS_PASSWORDS: Final = ("PGPASSWORD=", "MYSQL_PWD=", "REDISCLI_AUTH=", "SSHPASS=")
"""Which programs read their password from, whatever it looks like."""
_PASSWORD_ELEMENTS: Final = ("<password>", "<Password>", "<passwd>", "<passphrase>", "<pass>")
_VALUE: Final = r"""\\{0,8}"[ \t\n\r]{1,24}value=\\{0,8}\""""
_VALUE_BEGUN: Final = r"""\\{0,8}(?:"(?:[ \t\n\r]{1,24}(?:v(?:a(?:l(?:u(?:e(?:=(?:\\{0,8}"?)?)?)?)?)?)?)?)?)?"""
"""Of NuGet: `<add key="ClearTextPassword" value="…" />`."""
_SETTING_ENDS: Final = r"""[ \t]{0,8}(?:[\n\r]|\\{1,8}[nr])|[ ][a-z_]{2,24}=|\\{0,8}["']"""
"""A line, one of several settings, or the string of them."""
PASSWORD_FLAGS: Final = ("--password", "--passwd", "--pass", "--passphrase")
_PASSWORD_CHARACTER: Final = r"""[A-Za-z0-9+/._~!@#%^*-]"""
_MARKED_CHARACTER: Final = r"""[A-Za-z0-9+/._~!@#%^*&$?=-]"""
_LAST_ON_LINE: Final = Pattern(
    rf"{_MARKED_CHARACTER}{{8,128}}+(?=[ \t]{{0,8}}(?:[\n\r]|\\{{1,8}}[nr]|\Z))",
    rf"{_MARKED_CHARACTER}{{0,128}}[ \t]{{0,8}}\\{{0,8}}",
)
_NEXT_STRING_PART: Final = r"""(?:[\\"', \t\n\r]|(?<=\\)[nrt]|(?<=[, \t\n\r])[bru](?=["']|\Z)){0,48}"""
_QUOTED_PASSWORD: Final = Pattern(
    rf"""{_PASSWORD_CHARACTER}{{8,128}}(?=\\{{0,8}}["'`]|\Z)""", rf"{_PASSWORD_CHARACTER}{{0,128}}\\{{0,8}}"
)
_PASSWORD_OF: Final = rf"(?:{AFTER_NO_ALNUM}|(?<=[a-z0-9])(?=Pass))"


def setting(least: int) -> Pattern:
    """A value that nothing but another setting follows."""
    return Pattern(
        rf"{_PASSWORD_CHARACTER}{{{least},128}}+(?={_SETTING_ENDS}|\Z)",
        rf"{_PASSWORD_CHARACTER}{{0,128}}[ \t]{{0,8}}(?:\\{{0,8}}|[a-z_]{{0,24}})",
    )


PASSWORDS: Final[tuple[Rule, ...]] = (
    rule(
        *("value beside a password's name", OneOf(_PASSWORD_VARIABLES), TO_VALUE, "value", ASSIGNED, HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        valid=plausible.literal_password,
    ),
    rule(
        *("value of a password's name", OneOf(PASSWORD_NAMES), PASSWORD_GAP, HIDE),
        # What is called is a function.
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}+(?!\()", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        before=_PASSWORD_OF,
        in_word=("Password",),
        valid=plausible.named_password,
        trim=".",
    ),
    rule(
        *("password in quotes", OneOf(PASSWORD_NAMES), QUOTED, HIDE),
        _QUOTED_PASSWORD,
        before=_PASSWORD_OF,
        in_word=("Password",),
        valid=plausible.literal_password,
    ),
    rule(
        *("password in quotes, of a short name", OneOf(SHORT_PASSWORD_NAMES), QUOTED, HIDE),
        _QUOTED_PASSWORD,
        before=rf"(?:{AFTER_NO_WORD}|(?<=[A-Za-z0-9][_.-]))",
        then=BEGINS,
        valid=plausible.literal_password,
    ),
    rule(
        *("password in a variable", OneOf(tuple(f"{name}=" for name in _PASSWORD_VARIABLES)), HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}+(?![(\[{{:,)>])", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        valid=plausible.literal_password,
    ),
    rule(
        *("password in an element", OneOf(_PASSWORD_ELEMENTS), HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{4,128}}(?=</)", rf"{_PASSWORD_CHARACTER}{{0,128}}<?"),
        valid=plausible.literal_password,
    ),
    rule(
        *("password in an attribute", "ClearTextPassword", Pattern(_VALUE, _VALUE_BEGUN), HIDE),
        Pattern(rf"""{_PASSWORD_CHARACTER}{{4,128}}(?=\\{{0,8}}")""", rf"{_PASSWORD_CHARACTER}{{0,128}}\\{{0,8}}"),
        valid=plausible.literal_password,
    ),
    rule(
        *("password of a setting", OneOf(("password=", "passwd=", "passphrase=", "Password=")), HIDE),
        setting(8),
        valid=plausible.setting_password,
    ),
    rule(
        *("password in a variable, short", OneOf(("PASS=", "PWD=", "AUTH=")), HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}+(?![(\[{{:,)>])", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        before="(?<=[A-Z0-9]_)",
        valid=plausible.literal_password,
    ),
    rule(
        *("password on a line", OneOf(tuple(f"{name}: " for name in PASSWORD_NAMES)), HIDE, _LAST_ON_LINE),
        valid=plausible.setting_password,
    ),
    rule(
        *("password on a line, with blanks", OneOf(tuple(f"{name} = " for name in PASSWORD_NAMES)), HIDE),
        _LAST_ON_LINE,
        valid=plausible.marked_password,
    ),
    rule(
        *("password behind more than its name", OneOf(PASSWORD_NAMES), TO_LITERAL, HIDE, _QUOTED_PASSWORD),
        valid=plausible.literal_password,
    ),
    rule(
        *("password as a default", OneOf(_PASSWORD_VARIABLES), Pattern(NEXT_STRING, _NEXT_STRING_PART), HIDE),
        _QUOTED_PASSWORD,
        valid=plausible.literal_password,
    ),
    rule(
        *("password in sql", OneOf(("PASSWORD '", "password '", "PASSWORD('", "IDENTIFIED BY '", "identified by '"))),
        *(HIDE, _QUOTED_PASSWORD),
        valid=plausible.literal_password,
    ),
    rule(
        *("password of a program", OneOf(_PROGRAMS_PASSWORDS), Pattern(r"""["']?""", r"""["']?"""), HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{4,128}}+(?![(\[{{:,)>$])", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        valid=plausible.url_password,
    ),
    rule(
        *("password's flag", OneOf(PASSWORD_FLAGS), AFTER_FLAG, HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        valid=plausible.flag_password,
        trim=".",
    ),
    rule(
        *("password's flag, with =", OneOf(tuple(f"{flag}=" for flag in PASSWORD_FLAGS)), QUOTE, HIDE),
        Pattern(rf"{_PASSWORD_CHARACTER}{{8,128}}", rf"{_PASSWORD_CHARACTER}{{0,128}}"),
        valid=plausible.literal_password,
    ),
)

"""Credentials that a program is given on its command line, in a shell's text or as a list of strings.

In: nothing. Out: `COMMANDS`, rows of the table of rules (rules.py), and `is_command_line`, which tells a list of
arguments from other strings in a row. A list is read as its JSON text stands: `["docker", "login", "-p", "…"]`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from addons.redaction import plausible
from addons.redaction.gaps import NEXT_STRING
from addons.redaction.names import COOKIES, is_flag
from addons.redaction.shapes import HIDE, OneOf, Pattern, Rule, rule

OPENING: Final = r"""(?:\\{0,8}["'])?"""
_FIRST: Final = r"""(?:[^\s"'`\\,;|&<>]|(?<=["'])[;|&<>])"""
PASSWORD: Final = Pattern(
    r"""(?:(?<=["'])[^\s"'`\\,][^\s"'`\\]{0,127}(?=\\{0,8}["'])|(?<=["'])[;|&<>]"""
    r"""|[^\s"'`\\,;|&<>][^\s"'`\\;|&<>]{0,127})""",
    rf"""(?:{_FIRST}[^\s"'`\\]{{0,127}}\\{{0,8}})?""",
)
"""A word of a shell; between quotation marks with what would end it elsewhere. Whatever begins like one is one, so that
nobody looks for another behind it: whether it is long enough is for `valid` to say."""
_BLANK: Final = rf"(?:[ \t]{{1,8}}|{NEXT_STRING})"
_IS: Final = rf"(?:=|{_BLANK})"
_WORD: Final = rf"""(?:{OPENING}(?!-)[^\s"'`\\;|&<>]{{1,128}}(?:\\{{0,8}}["'](?!,))?{_BLANK})"""
_ON_THE_LINE: Final = (
    r"""(?:[^\n\r\\;|&\]]|(?<!["'])\]|[;|&](?![\s;|&\\])|\\++(?![nr])"""
    r"""|(?:(?<=["'],)\\{1,4}|(?<!\\)\\{3}(?:\\{3})?)[nr]|(?:(?<=["'],)|(?<=\\))(?:\r\n?|\n))"""
)
"""A character of the same command. That ends with `;`, `|` or `&` before a blank, with its list and its line, escaped
or not, if that is neither in a list nor behind a backslash. Escapes make three or six of this one and the line's."""
_AFTER_PROGRAM: Final = r"""(?=[ \t]|\\{0,8}(?:["'](?:[, \t]|\Z)|\Z))"""


def _before_value(whole: str) -> Pattern:
    """Context up to a value, of which it has no character."""
    return Pattern(whole, rf"(?!{whole}{_FIRST}){_ON_THE_LINE}{{0,560}}+")


def _option(option: str) -> str:
    """Somewhere on the line."""
    return rf"""(?:{_ON_THE_LINE}{{0,400}}?[ \t"'])??{option}"""


class _Command(NamedTuple):
    """`programs`: separated by blanks; `between`: what stands between a program's name and the value."""

    name: str
    programs: str
    between: str
    valid: Callable[[str], bool] = plausible.option_password
    value: Pattern = PASSWORD

    def rule(self) -> Rule:
        return rule(
            *(self.name, OneOf(tuple(self.programs.split()))),
            *(_before_value(f"{_AFTER_PROGRAM}{self.between}{OPENING}"), HIDE, self.value),
            valid=self.valid,
            then=(" ", "\t", '"', "'", "\\"),
            trim="),",
        )


_USER: Final = rf"""{OPENING}[^\s"'`\\:$]{{1,128}}:"""
_HTPASSWD_FLAG: Final = rf"(?:-[a-zA-Z]{{1,8}}{_BLANK}(?:\d{{1,2}}{_BLANK})?)"
_WITHOUT_FILE: Final = f"{_HTPASSWD_FLAG}{{0,4}}-[a-zA-Z]{{0,7}}n"
_COMMANDS: Final = (
    _Command(
        *("password of curl's user", "curl"),
        _option(rf"(?:-[a-zA-Z]{{0,4}}[uU]|--user)(?:[ =]{{0,2}}|{NEXT_STRING}){_USER}"),
    ),
    _Command(
        *("cookies of curl", "curl", _option(rf"(?:-b|--cookie){_IS}")),
        *(plausible.looks_random_with_digits, COOKIES),
    ),
    _Command(
        *("password of mysql", "mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb mariadb-dump mariadb-admin"),
        _option("(?:-p(?!assword|ort|rotocol)|--password=)"),
    ),
    _Command(
        *("new password of mysql", "mysqladmin mariadb-admin", _option(f"password{_BLANK}")),
        plausible.literal_password,
    ),
    _Command("password of sshpass", "sshpass", _option(f"-p{_BLANK}?")),
    _Command("password of redis", "redis-cli valkey-cli redis-benchmark", _option(f"(?:-a|--pass){_IS}")),
    _Command(
        *("password of a login", "docker podman nerdctl buildah skopeo oras helm az oc cf"),
        rf"""(?:{_BLANK}[a-z-]{{1,16}}){{0,2}}?{_BLANK}login(?=[ \t"'\\])"""
        + _option(rf"(?:(?:-p|--password){_IS}|--password-stdin[ \t]{{0,2}}<<<[ \t]{{0,2}})"),
    ),
    _Command(
        "password of mongo",
        "mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh ncftp ncftpput ncftpget",
        _option(f"(?:-p|--password){_IS}"),
    ),
    _Command("password of wget", "wget svn clickhouse-client", _option(f"--password{_IS}")),
    _Command("passphrase of gpg", "gpg gpg2", _option(f"--passphrase{_IS}")),
    _Command(
        *("password of sqlcmd", "sqlcmd bcp osql zip unzip mosquitto_pub mosquitto_sub ipmitool"),
        _option(f"-P{_BLANK}?"),
    ),
    _Command(
        *("password of ldap", "ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldappasswd ldapcompare"),
        _option(f"-w{_BLANK}?"),
    ),
    _Command("password of an archive", "7z 7za 7zz rar unrar", _option("-(?:hp|p)")),
    _Command("password of putty", "plink pscp psftp", _option(f"-pw{_BLANK}")),
    _Command(
        *("password of smbclient", "smbclient rpcclient smbget"),
        _option(rf"""(?:-U{_BLANK}?|--user{_IS}){OPENING}[^\s"'`\\%$]{{1,128}}%"""),
    ),
    _Command("password of lftp", "lftp", _option(rf"""-u{_BLANK}{OPENING}[^\s"'`\\,$]{{1,128}},""")),
    _Command("key of openssl", "openssl", _option(f"-[kK]{_BLANK}")),
    _Command(
        *("password of rabbitmq", "rabbitmqctl"),
        _option(f"(?:add_user|change_password|authenticate_user){_BLANK}{_WORD}"),
    ),
    _Command(
        *("password of htpasswd", "htpasswd"),
        f"{_BLANK}(?={_HTPASSWD_FLAG}{{0,4}}-[a-zA-Z]{{0,7}}b)"
        f"(?:(?={_WITHOUT_FILE}){_HTPASSWD_FLAG}{{1,5}}{_WORD}|(?!{_WITHOUT_FILE}){_HTPASSWD_FLAG}{{1,5}}{_WORD}{{2}})",
    ),
    _Command("password of psql", "psql pg_dump pg_dumpall pg_restore pg_basebackup", _option("password=")),
    _Command("password of a wireless network", "nmcli", _option(f"password{_BLANK}"), plausible.literal_password),
    _Command(
        *("variable of Windows", "setx"),
        rf"{_BLANK}[A-Za-z0-9_]{{0,64}}(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|CREDENTIALS){_BLANK}",
    ),
    _Command("secure string", "ConvertTo-SecureString", rf"{_BLANK}(?:-[A-Za-z]{{1,16}}{_BLANK}){{0,3}}(?!-)"),
    _Command("token of vault", "vault", f"{_BLANK}login{_BLANK}(?!-)", plausible.named_password),
    _Command(
        *("password of sqlplus", "sqlplus sqlldr"),
        rf"{_BLANK}(?:-[A-Za-z]{{1,2}}{_BLANK}){{0,4}}{OPENING}(?:userid=)?[A-Za-z][A-Za-z0-9_$#]{{0,63}}/",
        value=Pattern(r"""[^\s"'`\\;|&<>@/]{1,128}(?=@)""", r"""[^\s"'`\\;|&<>@/]{0,128}"""),
    ),
)
_FLAGS: Final = (
    *("-storepass", "-keypass", "-srcstorepass", "-deststorepass", "-srckeypass", "-destkeypass", "--http-password"),
    *("--ftp-password", "--proxy-password", "--docker-password", "--master-user-password", "--admin-password"),
    *("--requirepass", "--masterauth"),
)
_PROGRAMS: Final = frozenset(program for row in _COMMANDS for program in row.programs.split())
_LONGEST_NAME: Final = 128
"""Of a program, with its path."""


def _flag(name: str, flags: tuple[str, ...], between: str) -> Rule:
    """A flag that tells by itself."""
    context = _before_value(between + OPENING)
    return rule(name, OneOf(flags), context, HIDE, PASSWORD, valid=plausible.option_password, trim="),")


COMMANDS: Final[tuple[Rule, ...]] = (
    *(row.rule() for row in _COMMANDS),
    _flag("password's flag of a program", _FLAGS, _IS),
    _flag("user of a proxy", ("--proxy-user",), _IS + _USER),
    _flag("passphrase of openssl", ("-passin", "-passout", "-pass"), rf"{_BLANK}{OPENING}pass:"),
)


def is_command_line(strings: Sequence[Any]) -> bool:
    """Whether a list's strings are a command's arguments, a program or a flag among them that a secret may follow. The
    pieces of a text begin with the blank behind its first word."""
    return all(isinstance(text, str) and not text[:1].isspace() for text in strings) and any(
        _tells(text) and (following[:1] == "-" or len(following.split(None, 1)) == 1)
        for text, following in pairwise(strings)
    )


def _tells(argument: str) -> bool:
    return len(argument) <= _LONGEST_NAME and (
        argument.rpartition("/")[2] in _PROGRAMS or argument in _FLAGS or is_flag(argument)
    )

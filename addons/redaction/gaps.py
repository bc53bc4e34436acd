"""What may stand between a name and its value, for the rows of the table that are told by a name.

In: nothing. Out: patterns (shapes.py). What a `part` matches is context and shown at once, so none may match anything
that could be the first character of a value.
"""

from __future__ import annotations

from typing import Final

from addons.redaction.shapes import BASE64, Pattern, Run

_MORE: Final = r"""(?:[\\"'`=:>| \t\n\r,\]\ue03a]|(?<=\\)[nrt]|(?<=\ue03a)\+|(?<=[, \t\n\r])[bruf](?=["']|\Z)){0,48}"""
_OPENING: Final = r"""(?:\\{0,8}["'`])?"""
_PREFIX: Final = r"""(?:(?<=[ \t])f(?=["']))?"""
NEXT_STRING: Final = r"""\\{0,8}["'],(?:[ \t\n\r]|\\{1,8}[nrt]){0,24}[bru]?\\{0,8}["']"""
"""In a list, or between the arguments of a call: `"--token", "…"`, `("Authorization", "…")`."""

QUOTE: Final = Pattern(_OPENING, r"""\\{0,8}["'`]?""")
GAP: Final = Pattern(
    rf"""(?:\\{{0,8}}["'])?[ \t]{{0,8}}(?:=>|:=|[=:>\ue03a]|[ \t])[ \t]{{0,8}}{_OPENING}""",
    r"""[\\"'`=:> \t\ue03a]{0,40}""",
)
"""`=`, `: `, `" : "`, `=>`, and the same with escaped quotes; or a blank."""
ASSIGNED: Final = Pattern(
    rf"""(?:(?:\\{{0,8}}["'])?\]?[ \t]{{0,8}}(?:=>|:=|[=:>]|[ \t]{{0,16}}\|[ \t]{{0,16}}|\ue03a\+?+)[ \t]{{0,8}}"""
    rf"""{_PREFIX}{_OPENING}|{NEXT_STRING})""",
    _MORE,
)
"""The same without the blank alone; `os.environ["NAME"] = `; `NAME | ` in a table; and the name as a string of its own
before the value's."""
BEGINS: Final = ('"', "'", "\\", ":", "=", "\ue03a", " =", " :", "  ", "\t", ">")
"""How it does."""
WRITTEN: Final = Pattern(
    rf"""(?:(?:\\{{0,8}}["'])?\]?[ \t]{{0,8}}[=:][ \t]{{0,8}}{_OPENING}|{NEXT_STRING})""",
    r"""(?:[\\"'`=: \t\n\r,\]]|(?<=\\)[nrt]){0,48}""",
)
ENCODED: Final = Pattern(r"\ue03a[ +]{0,8}", r"\ue03a[ +]{0,8}")
"""`ASSIGNED`, of a text that stands as it is, and of one that is percent-encoded."""
TO_VALUE: Final = Pattern(
    r"""\\{0,8}["']?,?(?:[ \t\n\r]|\\{1,8}[nrt]){0,48}\\{0,8}["']?""", r"""(?:[\\"', \t\n\r]|(?<=\\)[nrt]){0,72}"""
)
"""Up to the member that has the value: `{"name": "X_API_KEY", "value": "…"}`, and the same in YAML."""
QUOTED: Final = Pattern(
    r"""(?:\\{0,8}["'])?\]?[ \t]{0,8}(?:=>|:=|[=:(])[ \t]{0,8}[bruf]?\\{0,8}["'`]""",
    r"""[\\"'`=:(> \t\]]{0,40}(?:(?<=[=:( \t])[bruf])?""",
)
"""Only before a string."""
PASSWORD_GAP: Final = Pattern(
    rf"""(?:\\{{0,8}}["'])?[ \t]{{0,8}}(?:=>|:=|[=:>\ue03a]|(?<=[a-z]) )[ \t]{{0,8}}{_OPENING}""",
    r"""[\\"'`=:> \t\ue03a]{0,40}""",
)
"""As `GAP`; behind a word in small letters a blank will do (`machine h login bob password …`)."""
_TYPE: Final = r"[A-Za-z][A-Za-z0-9_.<>|?\[\]]{0,40}"
TO_LITERAL: Final = Pattern(
    rf"""[ \t]{{0,8}}(?::[ \t]{{0,4}}&?{_TYPE}[ \t]{{0,4}}=|\|\||\?\?|or)[ \t]{{0,8}}\\{{0,8}}["'`]""",
    rf"""[ \t]{{0,8}}(?:(?::[ \t]{{0,4}}(?:&?(?:{_TYPE}[ \t]{{0,4}}=?)?)?|\|{{0,2}}|\?{{0,2}}|or?)"""
    r"""[ \t]{0,8}\\{0,8}["'`]?)?""",
)
"""`apiKey: string = "`, `process.env.API_KEY || "`: to a string behind more than a name."""
AFTER_FLAG: Final = Pattern(rf"(?:[ =]{_OPENING}|{NEXT_STRING})", _MORE)

VALUE: Final = Run(rf"{BASE64}._~-", 12, never="(")

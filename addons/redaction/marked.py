"""Credentials that begin like any other text, and are told by a marker in their middle.

In: nothing. Out: `MARKED`, the second part of the table of rules (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from addons.redaction import plausible
from addons.redaction.shapes import AFTER_NO_ALNUM, AFTER_NO_WORD, ALNUM, HEX, WORD, anything


class Marked(NamedTuple):
    """A secret without a telling beginning. `marker` stands `backs` characters after its start (one number of them), if
    `after_first` matches behind the marker's first character. `part` finds, at the end of the text, what may still
    become one, if it is `likely` by then (no word any more). Its group `public`, where it has one: what of a key is no
    secret (its number). `ends`: what it ends with then, where those are few characters."""

    name: str
    marker: str
    backs: tuple[int, ...]
    after_first: str
    whole: re.Pattern[str]
    part: re.Pattern[str]
    likely: Callable[[str], bool] = anything
    valid: Callable[[str], bool] = anything
    ends: str = ""


SHOWN_OF_MARKED: Final = 7
"""So many characters of what may become a secret are shown before anybody can tell: words are as long."""
_MIXED_CASE: Final = rf"(?=[{ALNUM}]*[a-z])(?=[{ALNUM}]*[A-Z])(?=[{ALNUM}]*(?:[0-9]|[A-Z][{ALNUM}]?[A-Z]))"
"""A file's name is no key, nor is `Md5.ClassNameOfSorts`."""

_AFTER_NO_AD: Final = AFTER_NO_ALNUM.replace(f"[{ALNUM}]", rf"[{WORD}~.]", 1)

MARKED: Final[tuple[Marked, ...]] = (
    Marked(
        "azure, common annotated key",
        "JQQJ9",
        (52,),
        "QQJ9",
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{52}}JQQJ9[{ALNUM}]{{27}}(?:[{ALNUM}]{{2}}==)?(?![{ALNUM}])"),
        re.compile(
            rf"{AFTER_NO_ALNUM}"
            rf"(?:[{ALNUM}]{{{SHOWN_OF_MARKED + 1},56}}|[{ALNUM}]{{52}}JQQJ9[{ALNUM}]{{0,29}}={{0,2}})\Z"
        ),
        plausible.starts_as_no_word,
    ),
    Marked(
        "azure ad client secret",
        "Q~",
        (4,),
        "~",
        re.compile(rf"{_AFTER_NO_AD}[{WORD}~.]{{3}}[0-9]Q~[{WORD}~.]{{31,34}}(?![{WORD}~])"),
        re.compile(rf"{_AFTER_NO_AD}[{WORD}~.]{{3}}[0-9]Q(?:~[{WORD}~.]{{0,34}})?\Z"),
    ),
    Marked(
        "terraform cloud",
        ".atlasv1.",
        (14,),
        r"atlasv1\.",
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{14}}\.atlasv1\.[{WORD}=]{{60,70}}(?![{WORD}=])"),
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{14}}\.atlasv1\.[{WORD}=]{{0,70}}\Z"),
    ),
    Marked(
        "z.ai",
        ".",
        (32,),
        rf"(?<=[{HEX}]{{32}}\.)(?=[{ALNUM}]{{16}}(?![{WORD}]))",
        re.compile(rf"{AFTER_NO_WORD}[{HEX}]{{32}}\.{_MIXED_CASE}[{ALNUM}]{{16}}(?![{WORD}]|\.[{ALNUM}])"),
        re.compile(rf"{AFTER_NO_WORD}(?:(?P<public>[{HEX}]{{16,32}})|[{HEX}]{{32}}\.[{ALNUM}]{{0,16}})\Z"),
    ),
    Marked(
        "mailchimp, mailgun",
        "-",
        (32,),
        rf"(?<=[{HEX}]{{32}}-)(?:us[0-9]|[{HEX}]{{8}}-[{HEX}]{{8}}(?![{WORD}]))",
        re.compile(rf"{AFTER_NO_WORD}[{HEX}]{{32}}-(?:us[0-9]{{1,2}}|[{HEX}]{{8}}-[{HEX}]{{8}})(?![{WORD}])"),
        re.compile(
            rf"{AFTER_NO_WORD}(?:[{HEX}]{{{SHOWN_OF_MARKED + 1},32}}"
            rf"|[{HEX}]{{32}}-(?:u|us[0-9]{{0,2}}|[{HEX}]{{0,8}}(?:-[{HEX}]{{0,8}})?))\Z"
        ),
        plausible.has_letter_and_digit,
        ends="0123456789abcdefus-",
    ),
    Marked(
        "airtable",
        ".",
        (17,),
        rf"(?<=pat[{ALNUM}]{{14}}\.)(?=[{HEX}]{{64}})",
        re.compile(rf"{AFTER_NO_WORD}pat[{ALNUM}]{{14}}\.[{HEX}]{{64}}(?![{WORD}])"),
        re.compile(rf"{AFTER_NO_WORD}pat[{ALNUM}]{{14}}\.[{HEX}]{{0,64}}\Z"),
    ),
    Marked(
        "discord bot",
        ".",
        (24, 26),
        rf"(?=[{WORD}]{{6}}\.[{WORD}]{{27}})",
        re.compile(
            rf"{AFTER_NO_WORD}[MNO](?:[{WORD}]{{23}}|[{WORD}]{{25}})\.[{WORD}]{{6}}\.[{WORD}]{{27,45}}(?![{WORD}])"
        ),
        re.compile(rf"{AFTER_NO_WORD}[MNO](?:[{WORD}]{{23}}|[{WORD}]{{25}})\.[{WORD}]{{0,6}}(?:\.[{WORD}]{{0,45}})?\Z"),
        plausible.begins_with_number,
        plausible.begins_with_number,
    ),
)

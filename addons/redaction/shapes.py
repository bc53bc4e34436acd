"""How a row of the table of rules says what its secret looks like, and the two regexes that follow from it.

In: a shape, that is a sequence of items: a literal (`"sk-ant-"`), `OneOf` several literals, a `Run` of characters of
one class, or a `Pattern` for what these can't say. `HIDE` stands before the secret's first item; what is before it is
public context (`Bearer `) and stays. Without it everything is the secret.

Out: `Rule`, with `whole` (matches a complete secret) and `part` (matches from the same place to the end of the text
when more text may still make a secret of it). Both have the group `secret`; in `part` it is empty and marks where the
secret starts, unset while the text is still inside the context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_RUN: Final = 512
"""An open run is told after so many characters; what goes on after that belongs to it and is swallowed."""

SHORTEST_TORN: Final = 8
"""Less of a secret is nothing."""

STANDIN_BASE: Final = 0xE000
STANDINS: Final = {ord(character): STANDIN_BASE + ord(character) for character in "/@:?#"}
"""What a percent-encoded delimiter becomes in the decoded view: not a delimiter any more (RFC 3986, section 2.2), so
that a password with `%40` in it is one password. Classes that want the character itself name the stand-in too."""

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ALNUM: Final = "A-Za-z0-9"
WORD: Final = r"A-Za-z0-9_\-"
HEX: Final = "0-9a-f"
BASE64: Final = "A-Za-z0-9+/=\ue02f"

_ENCODED = r"(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[89A-Fa-f][0-9A-Fa-f])"
AFTER_NO_ALNUM: Final = rf"(?:(?<![{ALNUM}])|{_ENCODED})"
"""Where a secret may start: not inside a word, but right after an escape sequence, whose last letter is none of it."""
AFTER_NO_WORD: Final = rf"(?:(?<![{WORD}])|{_ENCODED})"
"""The same for prefixes so short that they turn up inside base64url by chance."""


@dataclass(frozen=True, slots=True)
class OneOf:
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """`least` to `most` characters of one class; `most` None is an open run. A secret never ends inside a run. `never`:
    a character that doesn't follow an open one (a bracket, when it is the name of a function)."""

    chars: str
    least: int
    most: int | None = None
    never: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`whole` matches the item, `part` anything that may still become it (without the anchor at the end)."""

    whole: str
    part: str


class _Hide:
    pass


HIDE: Final = _Hide()
type Item = str | OneOf | Run | Pattern | _Hide


def anything(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """`anchors`: the literals one of which starts every match; `after_colon`: which only count after one; `in_word`:
    which also count as a further word of a name (`acmeToken`); `after_key_number`: which only count right behind the
    number of an AWS key.
    `public`: how the secret itself starts, as far as that is the same for everybody.
    `valid` judges the secret's decoded value, `value` says what of it is hashed (None: all), `trim` what never ends it.
    `swallow`: what a secret drags along that has `longest` characters, or that was cut short as it would not end."""

    name: str
    whole: re.Pattern[str]
    part: re.Pattern[str]
    anchors: tuple[str, ...]
    public: tuple[str, ...]
    valid: Callable[[str], bool]
    swallow: re.Pattern[str] | None
    value: Callable[[str], str] | None
    trim: str
    longest: int
    after_colon: bool
    in_word: tuple[str, ...]
    after_key_number: bool
    torn: int


def rule(
    name: str,
    *shape: Item,
    valid: Callable[[str], bool] = anything,
    before: str = AFTER_NO_ALNUM,
    swallow: str | None = None,
    value: Callable[[str], str] | None = None,
    trim: str = "",
    longest: int = LONGEST_RUN,
    after_colon: bool = False,
    in_word: tuple[str, ...] = (),
    after_key_number: bool = False,
    then: tuple[str, ...] = ("",),
    torn: int | None = None,
) -> Rule:
    """`then`: what follows the anchors, where words begin with them; the shape says it again. `torn`: so many
    characters behind a secret's public beginning tell one that the text's end has cut off; by default a fourth of it,
    where nothing but characters of one class can follow. 0: nothing does."""
    items: tuple[Item, ...] = shape if HIDE in shape else (HIDE, *shape)
    last = items[-1]
    if isinstance(last, Run) and last.most is None:
        swallow = f"[{last.chars}]*"
    if torn is None:
        torn = max(SHORTEST_TORN, last.least // 4) if isinstance(last, Run) and _is_one_run(items) else 0
    return Rule(
        name,
        re.compile(before + _whole(items) + ")", re.ASCII),
        re.compile(before + _part(items), re.ASCII),
        tuple(anchor + more for anchor in _anchors(items) for more in then),
        _anchors(items[items.index(HIDE) :]),
        valid,
        re.compile(swallow, re.ASCII) if swallow is not None else None,
        value,
        trim,
        longest,
        after_colon,
        in_word,
        after_key_number,
        torn,
    )


def _is_one_run(items: tuple[Item, ...]) -> bool:
    """Whether there is nothing between a secret's public beginning and its last item."""
    return all(isinstance(item, str | OneOf) for item in items[items.index(HIDE) + 1 : -1])


def _anchors(items: tuple[Item, ...]) -> tuple[str, ...]:
    found = [""]
    for item in items:
        if isinstance(item, str):
            found = [head + item for head in found]
        elif isinstance(item, OneOf):
            found = [head + option for head in found for option in item.options]
        elif isinstance(item, Pattern | Run):
            break
    return tuple(found)


def _whole(items: tuple[Item, ...]) -> str:
    match items:
        case ():
            return ""
        case (str() as literal, *rest):
            return re.escape(literal) + _whole(tuple(rest))
        case (OneOf(options), *rest):
            return either(options) + _whole(tuple(rest))
        case (Pattern(whole, _), *rest):
            return f"(?:{whole})" + _whole(tuple(rest))
        case (Run(chars, least, None, never),):
            return f"[{chars}]{{{least},{LONGEST_RUN}}}" + (f"+(?![{never}])" if never else "")
        case (Run(chars, least, most),):
            return f"[{chars}]{{{least},{most}}}+(?![{chars}])"
        case (Run(chars, least, most), *rest):
            return f"[{chars}]{{{least},{most or LONGEST_RUN}}}" + _whole(tuple(rest))
        case (_, *rest):
            return "(?P<secret>" + _whole(tuple(rest))
    raise ValueError(items)


def _part(items: tuple[Item, ...]) -> str:
    """Matches every beginning of the shape that reaches the end of the text, a complete one only if it may go on."""
    match items:
        case ():
            return "(?!)"
        case (str() as literal, *rest):
            pattern = _part(tuple(rest))
            for character in reversed(literal):
                pattern = rf"(?:\Z|{re.escape(character)}{pattern})"
            return pattern
        case (OneOf(options), *rest):
            return rf"(?:{either(beginnings(options))}\Z|{either(options)}{_part(tuple(rest))})"
        case (Pattern(whole, part), *rest):
            return rf"(?:(?:{part})\Z|(?:{whole}){_part(tuple(rest))})"
        case (Run(chars, _, None),):
            return rf"[{chars}]{{0,{LONGEST_RUN - 1}}}\Z"
        case (Run(chars, least, most), *rest):
            most = most or LONGEST_RUN
            return rf"(?:[{chars}]{{0,{most}}}\Z|[{chars}]{{{least},{most}}}{_part(tuple(rest))})"
        case (_, *rest):
            return "(?P<secret>)" + _part(tuple(rest))
    raise ValueError(items)


def either(options: Iterable[str]) -> str:
    longest_first = sorted(set(options), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(option) for option in longest_first) + ")"


def beginnings(options: Iterable[str]) -> set[str]:
    """Whatever one of the options may have been before its last character came."""
    return {option[:length] for option in options for length in range(len(option))}

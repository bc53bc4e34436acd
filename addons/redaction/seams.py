"""A secret that is cut by a line break, in a text whose lines were sent one by one: an SSE event's data and comments.

In: the text. Out: the same with such a secret's `hash:` where it begins and nothing of it behind the line breaks, which
all stay. A secret that ends with its line is none of these, whatever the next line begins with: `A_TOKEN=…`, `B=…`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from addons.redaction.finder import secrets
from addons.redaction.plausible import is_word, looks_random_with_digits, mixed

_SHORTEST_REST: Final = 12
"""Less of a key is nothing."""


def without_cut_secrets(text: str) -> str:
    lines = text.split("\n")
    if len(lines) == 1:
        return text
    joined = "".join(lines)
    seams = _seams(lines)
    cut = [one for one in secrets(joined) if bisect_right(seams, one.start) < bisect_right(seams, one.end - 1)]
    if not cut:
        return text
    known = [(one.start, one.end) for one in secrets(text)]
    pieces: list[str] = []
    done = 0
    for one in cut:
        first, last = bisect_right(seams, one.start), bisect_right(seams, one.end - 1)
        # In the text, each line break before a place moves it on by one.
        start, end = one.start + first, one.end + last
        rest = joined[seams[first] : one.end]
        so_far = next((stop for begin, stop in known if begin <= start < stop), start)
        if any(so_far < begin < end for begin, _ in known) or so_far >= end or start < done:
            continue
        if _goes_on(joined[one.start : seams[first]], rest, so_far > start):
            pieces += (text[done:start], one.text, "\n" * (last - first))
            done = end
    return "".join([*pieces, text[done:]])


def _goes_on(part: str, rest: str, is_secret: bool) -> bool:
    """Whether the rest is of one key with the part before the first line break; which may be a secret by itself."""
    if "=" in rest.rstrip("="):
        return False
    if is_secret:
        return len(rest) >= _SHORTEST_REST and (looks_random_with_digits(rest) or mixed(rest))
    return not is_word(rest) or len(part) >= _SHORTEST_REST


def _seams(lines: list[str]) -> list[int]:
    """Where in the joined lines each but the first begins."""
    places: list[int] = []
    length = 0
    for line in lines[:-1]:
        length += len(line)
        places.append(length)
    return places

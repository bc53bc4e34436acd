"""Where in a text a secret may start, found in one pass over it.

In: a decoded view (view.py), and where the text begins that has not been looked at. Out: `places`, in ascending order:
some secret's literal beginning stands there (or its first characters, at the very end), a marker tells of it, or what
follows is base64 of text. Only there are the rules tried (finder.py). A long text is searched in slices: a regex keeps
the interpreter for itself while it runs, and other threads must get their turn.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final

from addons.redaction.encoded import is_payload
from addons.redaction.forms import BEHIND_KEY_NUMBER, KEY_BEGIN, KEY_NUMBER
from addons.redaction.gaps import BEGINS
from addons.redaction.marked import MARKED, SHOWN_OF_MARKED
from addons.redaction.rules import RULES
from addons.redaction.shapes import ALNUM, WORD, beginnings, either
from addons.redaction.view import SLICE

LOOK_BEHIND: Final = 96
"""How much decided text must stay in front of the undecided, for rules that look back."""
_OVERLAP: Final = 96
"""So far beyond a slice's end a search may look: further than any literal beginning is long."""
_LONGEST_LEAD: Final = 8
_KEY_NUMBER_LEAD: Final = 20
_ENCODED_LEAD: Final = 32
"""Base64 is only told by its first 24 characters, which may be out by then."""


def _trie(words: Iterable[str]) -> str:
    """A regex for any of the words, or for the beginning of one at the end of the text."""
    heads: dict[str, list[str]] = {}
    for word in words:
        heads.setdefault(word[0], []).append(word[1:])
    branches = [
        re.escape(head) + ("" if "" in rests else rf"(?:\Z|{_trie(rests)})") for head, rests in sorted(heads.items())
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _first_three(words: set[str]) -> str:
    """A quick test in front of the trie: no word can start here. Two thirds of all places fail it."""
    classes = [re.escape("".join(sorted({word[place] for word in words}))) for place in range(3)]
    return rf"[{classes[0]}](?:\Z|[{classes[1]}](?:\Z|[{classes[2]}]))"


_ANCHORS: Final = {anchor for row in RULES if not (row.after_colon or row.after_key_number) for anchor in row.anchors}
_AFTER_COLON: Final = _trie({anchor for row in RULES if row.after_colon for anchor in row.anchors})
_KEY_NUMBER: Final = re.compile(rf"{KEY_NUMBER}(?=[{re.escape(''.join(BEHIND_KEY_NUMBER))}])")
_KEY_NUMBERS: Final = ("AKIA", "ASIA")
_WORDS: Final = sorted({word for row in RULES for word in row.in_word})
_CUT_WORD: Final = re.compile(rf"(?<=[a-z0-9I]){either(beginnings(_WORDS) - {''})}\Z")
_BEGINNING: Final = rf"(?={_first_three(_ANCHORS)}){_trie(_ANCHORS)}"
_BEGINNING_AT: Final = re.compile(_BEGINNING)
_BEGINNING_IN: Final = re.compile(rf"[^{ALNUM}](?={_BEGINNING})")
_AFTER_COLON_IN: Final = re.compile(rf":(?={_AFTER_COLON})")
_AFTER_STANDIN_IN: Final = re.compile(rf"\ue03a(?={_AFTER_COLON})")
_ENCODED: Final = r"[A-Za-f]...[A-Za-f]...[A-Za-f]...[A-Za-f][A-Za-z0-9+/]{11}"
_ENCODED_AT: Final = re.compile(r"(?:[A-Za-f][A-Za-z0-9+/]{3}){6}")
"""The beginning of ASCII text in base64: six bits of each first byte, the highest of them zero."""
_ENCODED_IN: Final = re.compile(rf"[^{ALNUM}](?={_ENCODED})")
_KEY_BLOCK_AT_WORD: Final = re.compile(rf"-(?<=[{ALNUM}]-)(?={_trie([KEY_BEGIN[1:]])})")
"""Its dashes begin a word wherever they are."""
_BEGINNING_AFTER_ESCAPE: Final = re.compile(rf"\\(?:[bfnrt]|u[0-9A-Fa-f]{{4}})(?=(?:{_BEGINNING}|{_ENCODED}))")
_BEGINNING_AFTER_PERCENT: Final = re.compile(rf"%[89A-Fa-f][0-9A-Fa-f](?={_BEGINNING})")
_DIGITS_AND_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_MARK_HEADS: Final = re.escape("".join(sorted({row.marker[0] for row in MARKED})))
_MARKS: Final = re.compile(
    rf"[{_MARK_HEADS}](?:{'|'.join(rf'((?<={re.escape(row.marker[0])}){row.after_first})' for row in MARKED)})"
)
_DOTTED_TOKEN: Final = re.compile(rf"[{ALNUM}]{{14}}\.[{WORD}.=]{{0,77}}\Z")
"""How the longest of them end, whatever of them is there: all that follows their first dot."""
_DASHED_TOKEN: Final = re.compile(r"[0-9a-f]{32}-[us0-9a-f-]{0,17}\Z")
_TEXT: Final = bytes(range(32, 127)) + b"\t\n\r"


_BEHIND: Final = re.escape("".join({"(", *(begin[0] for begin in BEGINS)}))
_SEARCHES: Final = (
    ("", _BEGINNING_IN, 0, _LONGEST_LEAD),
    ("", _ENCODED_IN, 0, _ENCODED_LEAD),
    (":", _AFTER_COLON_IN, 0, _LONGEST_LEAD),
    ("\ue03a", _AFTER_STANDIN_IN, 0, _LONGEST_LEAD),
    ("\\", _BEGINNING_AFTER_ESCAPE, 0, _LONGEST_LEAD),
    ("%", _BEGINNING_AFTER_PERCENT, 0, _LONGEST_LEAD),
    ("-", _KEY_BLOCK_AT_WORD, 1, _LONGEST_LEAD),
    *((word, re.compile(rf"{word}(?<=[a-z0-9I]{word})(?=[{_BEHIND}]|\Z)"), len(word), len(word)) for word in _WORDS),
)
"""What there is no match without; the pattern; how far before a match's end the place is; how far before
the text's undecided part a match may begin."""


def places(view: str, start: int) -> Iterable[int]:
    """Where a secret may start, in ascending order. Of a long text, a slice is searched when its turn comes."""
    if len(view) - start > SLICE:
        return _slice_by_slice(view, start)
    found = _at_the_beginning(view, start) + _at_the_end(view)
    for needed, pattern, back, lead in _SEARCHES:
        if needed in view:
            found += [one.end() - back for one in pattern.finditer(view, max(0, start - lead))]
    if "IA" in view:
        found += _behind_key_numbers(view, start, found)
    found += _marked_places(view, max(0, start - LOOK_BEHIND), len(view))
    return sorted({at for at in found if at >= start - LOOK_BEHIND}) if found else found


def any_place(view: str, start: int) -> bool:
    return next(iter(places(view, start)), None) is not None


def _slice_by_slice(view: str, start: int) -> Iterator[int]:
    found = {*_at_the_beginning(view, start), *_at_the_end(view)}
    for begin in range(start, len(view), SLICE):
        end = begin + SLICE
        for needed, pattern, back, lead in _SEARCHES:
            first = begin if begin > start else max(0, start - lead)
            if view.find(needed, first, end + _OVERLAP) >= 0:
                # They take no text from one another, so that each slice is searched by itself.
                matches = pattern.finditer(view, first, end + _OVERLAP)
                found.update(one.end() - back for one in matches if one.start() < end)
        found.update(_behind_key_numbers(view, begin, found))
        found.update(_marked_places(view, begin if begin > start else max(0, start - LOOK_BEHIND), end))
        # The next slice's markers tell of places in this one.
        sure = end - LOOK_BEHIND if end < len(view) else len(view) + 1
        yield from sorted(at for at in found if start - LOOK_BEHIND <= at < sure)
        found = {at for at in found if at >= sure}


def _at_the_end(view: str) -> list[int]:
    tail = view[-_LONGEST_LEAD:]
    if tail == tail.lower():
        return []
    cut = _CUT_WORD.search(view, max(0, len(view) - _LONGEST_LEAD))
    return [cut.start()] if cut is not None else []


def _behind_key_numbers(view: str, start: int, found: Iterable[int]) -> list[int]:
    """Numbers are keys by themselves, and found; those that end behind `start` may begin before it."""
    starts = {at for at in found if view.startswith(_KEY_NUMBERS, at)}
    before = max(0, start - _KEY_NUMBER_LEAD)
    if view.find("IA", before, start + 2) >= 0:
        starts.update(number.start() for number in _KEY_NUMBER.finditer(view, before, start + _OVERLAP))
    return [number.end() for at in starts if (number := _KEY_NUMBER.match(view, at))]


def _at_the_beginning(view: str, start: int) -> list[int]:
    is_one = (start == 0 and _BEGINNING_AT.match(view)) or (start <= _ENCODED_LEAD and _ENCODED_AT.match(view))
    return [0] if is_one else []


def starts_at_once(view: str) -> bool:
    """Whether a secret, or what may have one in it, begins where the text does."""
    return _BEGINNING_AT.match(view) is not None or _ENCODED_AT.match(view) is not None or is_payload(view)


def marked_tail(view: str) -> tuple[int, bool] | None:
    """Where at the text's end something starts that may become a secret without a telling beginning, and whether what
    is there of it is public."""
    tail = view[-LOOK_BEHIND:]
    word = tail[tail.rfind(" ") + 1 :]
    if not (
        tail[-SHOWN_OF_MARKED - 1 :].isalnum()
        or "Q" in word
        or ("." in word and _DOTTED_TOKEN.search(word) is not None)
        or ("-" in word and _DASHED_TOKEN.search(word) is not None)
    ):
        return None
    offset = max(0, len(view) - LOOK_BEHIND)
    begun = [
        found
        for row in MARKED
        if (not row.ends or tail[-1] in row.ends) and (found := row.part.search(view, offset)) and row.likely(found[0])
    ]
    return min(((found.start(), found.lastgroup == "public") for found in begun), default=None)


def is_text(view: str, at: int) -> bool:
    """Whether base64 starts here that decodes to plain text (an image, a hash or an identifier does not)."""
    head = _ENCODED_AT.match(view, at)
    if head is None or (at and view[at - 1] in _DIGITS_AND_LETTERS and view[at - 2 : at - 1] != "\\"):
        return False
    return not binascii.a2b_base64(head[0]).translate(None, _TEXT)


def _marked_places(view: str, start: int, end: int) -> Iterator[int]:
    for found in _MARKS.finditer(view, start, end + _OVERLAP):
        if found.start() < end:
            row = MARKED[(found.lastindex or 1) - 1]
            yield from (at for back in row.backs if (at := found.start() - back) >= 0)

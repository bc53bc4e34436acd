"""Model text made safe for a terminal: what a model writes is hostile (SPEC S3.7).

In: any text. Out: the same text in which every control that a terminal could act upon is a visible character: C0 and
DEL as their Unicode control pictures, C1, bidirectional and other invisible format controls as their code point. Line
feed and tab pass. One character maps to one piece, so pieces may be cut anywhere.
"""

from __future__ import annotations

import re

from renderers.cells import cells_in, clipped
from renderers.scanner import ranges_of
from renderers.stretches import STRETCH_CHARS, stretches

_PASS = "\n\t"

_BIDI_AND_INVISIBLE = (
    "\u00ad\u034f\u180b\u180c\u180d\u180e\u180f"  # soft hyphen, grapheme joiner, Mongolian selectors and separator
    "\u061c\u200b\u200e\u200f"  # Arabic letter mark, zero width space, left-to-right and right-to-left marks
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # Hangul fillers and Khmer vowels that nobody sees
    "\u2028\u2029"  # line and paragraph separator
    "\u202a\u202b\u202c\u202d\u202e"  # embeddings and overrides
    "\u2060\u2061\u2062\u2063\u2064"  # word joiner, invisible operators
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"  # isolates, deprecated controls
    "\ufeff\ufff9\ufffa\ufffb"  # byte order mark, interlinear annotation
)
"""Zero width joiner and non-joiner are not among them: emoji and several scripts need them."""

VISIBLE: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in _PASS},
    0x7F: "\u2421",
    **{code: f"<U+{code:04X}>" for code in range(0x80, 0xA0)},
    **{ord(char): f"<U+{ord(char):04X}>" for char in _BIDI_AND_INVISIBLE},
    **{
        code: f"<U+{code:04X}>" for code in (*range(0xE0001, 0xE0080), *range(0xE0100, 0xE01F0), *range(0xD800, 0xE000))
    },
}
"""Code point to what is shown in its place. Tag characters, which can hide a text, selectors that can, and lone
surrogates are in it too."""

# As ranges: a class with single characters beyond the BMP makes `re` some 25 times slower.
_HOSTILE = re.compile(f"[{ranges_of(VISIBLE)}]")


def sanitise(text: str) -> str:
    """`text` with its controls visible; the same object when it has none, which is nearly always."""
    if len(text) > STRETCH_CHARS:
        return "".join([sanitise(part) for part in stretches(text)])
    return text.translate(VISIBLE) if _HOSTILE.search(text) else text


def one_line(text: str, limit: int) -> str:
    """The beginning of `text` on one line of at most `limit` cells, safe for a terminal."""
    flat = sanitise(" ".join(text.split()))
    return flat if cells_in(flat) <= limit else clipped(flat, limit - 1) + "…"

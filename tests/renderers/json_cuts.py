"""How the tests of JSON streaming cut texts, and what they are fed: values, and what is nearly JSON."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import strategies as st

texts = st.text(st.characters() | st.sampled_from('"\\/\b\n\t\x1b\x7f\u202e👩é'))
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """A value as somebody may write it: with or without blanks and ASCII."""
    return json.dumps(
        draw(values),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from((None, 1))),
        separators=draw(st.sampled_from((None, (",", ":"), (" , ", " : ")))),
    )


@st.composite
def records(draw: st.DrawFn) -> str:
    """Lists of small objects, which have a way of their own, with something else between them here and there."""
    record = st.dictionaries(texts, st.none() | st.booleans() | numbers | texts, min_size=1, max_size=3)
    rows = draw(st.lists(record | record | record | values, min_size=1, max_size=6))
    return json.dumps(rows, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from((None, (" , ", ":")))))


near_json = st.lists(
    st.sampled_from(
        [*'{}[],:"\\ \n', "\\u", "\\ud83d", "\\ude00", '"a":', '"b"', "1", "-", "tru", "true", "x", "é", "\x1b"]
    ),
    max_size=25,
).map("".join)


def cut(text: str, places: list[int]) -> list[str]:
    """The text cut at any places, empty pieces included."""
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


places = st.lists(st.integers(0, 400), max_size=6)

"""renderers/stacks.py: marks that pile up on one letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.stacks import MOST_MARKS, Stacks
from tests.renderers.json_cuts import cut, places

ACUTE, BEYOND = "\u0301", "\U0001e8d0"


def limited(*pieces: str) -> str:
    stacks = Stacks()
    return "".join(map(stacks.limited, pieces))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("e\u0301 o\u0302\u0309", id="decomposed letters"),
        pytest.param("\u0e1b\u0e35\u0e48\u0e19\u0e35\u0e49 \u05d1\u05bc\u05b0\u0591", id="Thai and Hebrew"),
        pytest.param("\U0001f469\u200d\U0001f469\u200d\U0001f467 \u26a0\ufe0f", id="joined emoji"),
        pytest.param("\U0001d5ef\U0001d5fc\U0001d5f9\U0001d5f1" * 5, id="letters beyond the basic plane"),
        pytest.param("plain", id="ASCII"),
    ],
)
def test_writing_stays_as_it_is(text):
    assert limited(text) == limited(*text) == text


@pytest.mark.parametrize("mark", [ACUTE, "\u20dd", "\u200d", "\ufe0f", BEYOND])
def test_of_a_flood_the_rest_is_visible(mark):
    shown = f"<U+{ord(mark):04X}>"
    assert limited("e" + mark * (MOST_MARKS + 2) + "e" + mark) == "e" + mark * MOST_MARKS + shown * 2 + "e" + mark


@given(st.text(st.sampled_from([ACUTE, "\u200d", BEYOND, "a", "é", "\U0001d400", "\n"]), max_size=60), places)
def test_pieces_may_be_cut_anywhere(text, at):
    assert limited(*cut(text, at)) == limited(text) == limited(*text)

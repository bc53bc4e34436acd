"""renderers/scanner.py: the driver, with a toy table; and the JSON tables that it runs."""

from __future__ import annotations

import re
from enum import Enum

import pytest
from hypothesis import given

from renderers.json_grammar import JSON, JSON_IN_RUNS, State
from renderers.scanner import Grammar, Rule, Scanner, ranges_of
from tests.renderers.json_cuts import cut, json_texts, near_json, places


class Place(Enum):
    OUTSIDE = "outside"
    INSIDE = "inside"
    NUMBER = "number"
    LOST = "lost"


class Mark(Enum):
    OPEN = "open"
    CLOSE = "close"
    WORD = "word"
    DIGITS = "digits"
    END = "end"
    REST = "rest"


TOY = Grammar(
    {
        Place.OUTSIDE: [Rule(r"\(", Mark.OPEN, Place.INSIDE, Place.OUTSIDE)],
        Place.INSIDE: [
            Rule(r"\(", Mark.OPEN, Place.INSIDE, Place.INSIDE),
            Rule(r"\)", Mark.CLOSE, pop=True),
            Rule(r"[a-z]+", Mark.WORD),
            Rule(r"[0-9]", Mark.DIGITS, Place.NUMBER, Place.INSIDE),
        ],
        Place.NUMBER: [Rule(r"[0-9]+", Mark.DIGITS), Rule(r"(?=.)", Mark.END, pop=True)],
        Place.LOST: [],
    },
    Rule(r".+", Mark.REST, Place.LOST),
)


def toy(*pieces: str) -> list[tuple[Mark, str]]:
    scanner = Scanner(TOY, Place.OUTSIDE, Place.OUTSIDE)
    return [token for piece in pieces for token in scanner.feed(piece)]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param(["(ab)"], [(Mark.OPEN, "("), (Mark.WORD, "ab"), (Mark.CLOSE, ")")], id="go, stay, pop"),
        pytest.param(["(a", "b"], [(Mark.OPEN, "("), (Mark.WORD, "a"), (Mark.WORD, "b")], id="a run goes on"),
        pytest.param(
            ["(", "1", "2", ")("],
            [
                (Mark.OPEN, "("),
                (Mark.DIGITS, "1"),
                (Mark.DIGITS, "2"),
                (Mark.END, ""),
                (Mark.CLOSE, ")"),
                (Mark.OPEN, "("),
            ],
            id="an empty match ends a state before the next character",
        ),
        pytest.param(
            ["((a)b)(", ")"],
            [
                (Mark.OPEN, "("),
                (Mark.OPEN, "("),
                (Mark.WORD, "a"),
                (Mark.CLOSE, ")"),
                (Mark.WORD, "b"),
                (Mark.CLOSE, ")"),
                (Mark.OPEN, "("),
                (Mark.CLOSE, ")"),
            ],
            id="nesting",
        ),
        pytest.param(
            ["(a!\n(", "b"],
            [(Mark.OPEN, "("), (Mark.WORD, "a"), (Mark.REST, "!\n("), (Mark.REST, "b")],
            id="what no row matches",
        ),
        pytest.param(["", ""], [], id="nothing"),
    ],
)
def test_the_table_is_followed(pieces, expected):
    assert toy(*pieces) == expected


def test_a_capturing_group_would_shift_the_rows_and_is_refused():
    with pytest.raises(ValueError, match="capturing group"):
        Grammar({Place.LOST: [Rule("(a)", Mark.WORD)]}, Rule(".", Mark.REST))


@pytest.mark.parametrize("grammar", [JSON, JSON_IN_RUNS], ids=["JSON", "in runs"])
@given(text=near_json, at=places)
def test_the_tokens_are_the_text(grammar, text, at):
    scanner = Scanner(grammar, State.VALUE, State.DONE)
    assert "".join(token[1] for piece in cut(text, at) for token in scanner.feed(piece)) == text


@given(json_texts())
def test_json_never_breaks_the_grammar(text):
    for grammar in (JSON, JSON_IN_RUNS):
        assert "BROKEN" not in [token.name for token, _ in Scanner(grammar, State.VALUE, State.DONE).feed(text)]


def test_ranges_of_code_points():
    inside = ranges_of([0x61, 0x62, 0x63, 0x65, 0xE0001, ord("]"), ord("-")])
    assert re.findall(f"[{inside}]", "abcdef]-\U000e0001\U000e0002") == [*"abce", "]", "-", "\U000e0001"]

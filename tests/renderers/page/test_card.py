"""renderers/page/card.py: a block as lines and rows."""

from __future__ import annotations

import pytest

from renderers.board.facts import BlockFacts
from renderers.cells import cells_of
from renderers.page import card as bounds
from renderers.page.card import PageCard, block_card, matches
from renderers.view_options import ViewOptions


def block(text, kind="text", *, begin=0, name="", done=False, error=False, number=0):
    return BlockFacts("f-1", number, kind, name, "c-1", "client" if kind == "call" else "", error, done, begin, text)


def card_of(*blocks):
    card = block_card(blocks[0], ViewOptions())
    for each in blocks:
        card.feed(each)
    return card


def texts(card, width=40, folded=False):
    return ["".join(text for _, text in row) for row in card.rows(width, folded, cells_of)]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param([block("so")], ["so"], id="text"),
        pytest.param([block("so"), block(" it is", begin=2)], ["so it is"], id="text that grows"),
        pytest.param([block("hm", "thinking")], ["✻ hm"], id="a thought"),
        pytest.param([block("do it", "prompt", done=True)], ["> do it"], id="a prompt"),
        pytest.param([block("no", "refusal")], ["⊘ no"], id="a refusal"),
        pytest.param(
            [block('{"command":"ls -la"}', "call", name="Bash", done=True)], ["▶ Bash", "$ ls -la"], id="a call"
        ),
        pytest.param([block("a\nb", "result", name="Bash", done=True)], ["◀ Bash:", "┊ a", "┊ b"], id="a result"),
        pytest.param([block("a", "result", error=True, done=True)], ["✗ a"], id="one that failed"),
        pytest.param([block("x\x1b[2J")], ["x␛[2J"], id="hostile"),
        pytest.param([block("a"), block("b", begin=5)], ["a", "[… 4 characters are not shown …]", "b"], id="a gap"),
    ],
)
def test_rows(blocks, expected):
    assert [text.rstrip() for text in texts(card_of(*blocks))] == expected


def test_a_call_is_told_before_its_arguments_are_whole():
    card = card_of(block("", "call", name="Bash"))
    assert texts(card) == ["▶ Bash"]


def test_how_arguments_are_cut_makes_no_difference():
    whole = '{"file_path":"/a","old_string":"one","new_string":"two"}'
    pieces = [block(whole[:9], "call", name="Edit"), block(whole[9:30], "call", name="Edit", begin=9)]
    cut = card_of(*pieces, block(whole[30:], "call", name="Edit", begin=30, done=True))
    assert texts(cut) == texts(card_of(block(whole, "call", name="Edit", done=True)))


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param([block("one")], ["one"], id="one line"),
        pytest.param([block("one\ntwo")], ["one … 1 more line"], id="two lines"),
        pytest.param(
            [block("a\nb\nc", "result", name="Bash")], ["◀ Bash: a … 2 more lines"], id="a result shows its first line"
        ),
        pytest.param(
            [block("a\nb", "result", name="Bash")], ["◀ Bash: a … 1 more line"], id="what is shown is not counted"
        ),
        pytest.param([block("So:\none")], ["So: one"], id="nothing more"),
    ],
)
def test_folded(blocks, expected):
    assert texts(card_of(*blocks), folded=True) == expected


def test_unfolded_again():
    card = card_of(block("one\ntwo"))
    assert [texts(card), texts(card, folded=True), texts(card)] == [
        ["one", "two"],
        ["one … 1 more line"],
        ["one", "two"],
    ]


def test_only_what_has_changed_is_wrapped_anew():
    card = card_of(block("one\ntwo"))
    before = card.rows(40, False, cells_of)
    first = before[0]
    card.feed(block("\nthree", begin=7))
    assert card.rows(40, False, cells_of)[0] is first


def test_another_width():
    card = card_of(block("one two three"))
    assert [text.rstrip() for text in texts(card, 8)] == ["one two", "three"]
    assert texts(card, 40) == ["one two three"]


@pytest.mark.parametrize("kind", ["text", "result", "call"])
def test_too_much_at_once_is_shown_without_its_middle(kind, monkeypatch):
    monkeypatch.setattr(bounds, "PIECE_CHARS", 30)
    card = card_of(block('{"a":"' + "x" * 100, kind, name="f"))
    assert any("characters are not shown" in text for text in texts(card))
    assert sum(map(len, texts(card))) < 100


@pytest.mark.parametrize(
    ("term", "start", "step", "expected"),
    [("b", 0, 1, 1), ("B", 0, 1, None), ("c", 0, 1, 2), ("a", 2, -1, 0), ("z", 0, 1, None), ("a", 1, 1, None)],
)
def test_find(term, start, step, expected):
    assert card_of(block("a\nb\nC")).find(term, start, step) == expected


def test_a_term_in_small_letters_finds_both():
    assert matches([("text", "Make")], "make")
    assert not matches([("text", "make")], "Make")


def test_lines_and_rows():
    card = card_of(block("one two three\nfour"))
    card.rows(8, False, cells_of)
    assert (card.row_of(1), card.line_of(0), card.line_of(1), card.line_of(2)) == (2, 0, 0, 1)


def test_what_is_set_replaces_what_was_said():
    card = PageCard("f-1", -1, "end")
    card.set([[("note", "…")]])
    assert texts(card) == ["…"]
    card.set([[("end", "■")]])
    assert texts(card) == ["■"]

"""Lines end at CR, LF and CR LF, and nowhere else, however the bytes are cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.wire.lines import LineSplitter, Utf8Text
from tests.wire.cuts import pieces_of


def lines_per_piece(*pieces: bytes) -> list[list[str]]:
    splitter = LineSplitter()
    return [splitter.feed(piece) for piece in pieces] + [splitter.close()]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([b"a\nb\n"], [["a", "b"], []], id="lf"),
        pytest.param([b"a\r\nb\r\n"], [["a", "b"], []], id="crlf"),
        pytest.param([b"a\rb\r"], [["a", "b"], []], id="cr"),
        pytest.param([b"a\n\r\rb\r\n\nc"], [["a", "", "", "b", ""], ["c"]], id="all three mixed"),
        pytest.param([b"a\r", b"\nb\n"], [["a"], ["b"], []], id="crlf split between pieces"),
        pytest.param([b"a\r", b"", b"\nb\n"], [["a"], [], ["b"], []], id="crlf split around an empty piece"),
        pytest.param([b"a\r", b"\n", b"\n"], [["a"], [], [""], []], id="only one lf belongs to the cr"),
        pytest.param([b"a\r", b"b\n\n"], [["a"], ["b", ""], []], id="cr without lf at a piece's end"),
        pytest.param([b"a\r", b"b", b"\n"], [["a"], [], ["b"], []], id="lf that follows text after a cr"),
        pytest.param([b"a\r", b"\r", b"\n"], [["a"], [""], [], []], id="cr, cr, lf in three pieces"),
        pytest.param([b"a\r"], [["a"], []], id="cr at the very end"),
        pytest.param([b"ab", b"cd", b"ef\ngh"], [[], [], ["abcdef"], ["gh"]], id="line over several pieces"),
        pytest.param([b""], [[], []], id="nothing"),
        pytest.param([b"\n"], [[""], []], id="an empty line"),
        pytest.param([b"last"], [[], ["last"]], id="unterminated last line"),
        pytest.param(
            ["a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n".encode()],
            [["a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg"], []],
            id="what str.splitlines takes for line ends",
        ),
        pytest.param([b"\xef\xbb\xbfa\n"], [["a"], []], id="byte order mark"),
        pytest.param([b"\xef", b"\xbb", b"\xbfa\n"], [[], [], ["a"], []], id="byte order mark in pieces"),
        pytest.param([b"\xef\xbb\xbf\xef\xbb\xbfa\n"], [["\ufeffa"], []], id="only the first mark goes"),
        pytest.param([b"a\n\xef\xbb\xbfb\n"], [["a", "\ufeffb"], []], id="a mark further on is text"),
        pytest.param([b"\xf0\x9f", b"\x98\x80\n"], [[], ["😀"], []], id="utf-8 sequence split"),
        pytest.param([b"\xf0\x9f", b"\n"], [[], ["\ufffd"], []], id="broken sequence"),
        pytest.param([b"a\r", b"\xc3", b"\xa9\n"], [["a"], [], ["é"], []], id="sequence begun after a cr"),
        pytest.param([b"a\xf0\x9f"], [[], ["a\ufffd"]], id="sequence cut by the end"),
    ],
)
def test_lines(pieces: list[bytes], expected: list[list[str]]) -> None:
    assert lines_per_piece(*pieces) == expected


@given(st.data())
def test_lines_do_not_depend_on_the_cuts(data: st.DataObject) -> None:
    body = b"".join(data.draw(st.lists(st.sampled_from([b"\r", b"\n", b"a", "é😀\u2028".encode(), b"\xff", b"\xf0"]))))
    in_pieces = [line for lines in lines_per_piece(*data.draw(pieces_of(body))) for line in lines]
    expected = re.split(r"\r\n|\r|\n", body.decode("utf-8", "replace"))
    assert in_pieces == (expected if expected[-1] else expected[:-1])


@given(st.data())
def test_text_does_not_depend_on_the_cuts(data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=40))
    text = Utf8Text()
    decoded = "".join(text.feed(piece) for piece in data.draw(pieces_of(body))) + text.close()
    assert decoded == body.decode("utf-8", "replace").removeprefix("\ufeff")

"""Syntax colour: comments, strings, numbers and keywords, and nothing held that is certain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderers.spans import Styled
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.syntax import LANGUAGES, PLAIN_CHARS, Syntax, language_of
from tests.renderers.json_cuts import cut


def coloured(path: str, pieces: list[str]) -> list[tuple[str, str]]:
    sheet = Sheet()
    language = language_of(path)
    assert language is not None
    syntax = Syntax(sheet, language)
    spans = []
    for piece in pieces:
        syntax.feed(piece)
        spans += sheet.take()
    syntax.close()
    merged: list[tuple[str, str]] = []
    for span in [*spans, *sheet.take()]:
        assert isinstance(span, Styled)
        if merged and merged[-1][0] == span.role:
            merged[-1] = (span.role, merged[-1][1] + span.text)
        else:
            merged.append((span.role, span.text))
    return merged


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param("a.py", "if x1:", [("keyword", "if"), ("code", " x1:")], id="keyword"),
        pytest.param("a.py", "iffy", [("code", "iffy")], id="a word that begins as a keyword"),
        pytest.param(
            "a.py",
            "x = 12 # if\ny",
            [("code", "x = "), ("number", "12"), ("code", " "), ("comment", "# if\n"), ("code", "y")],
            id="comment",
        ),
        pytest.param("a.py", "'a\\'b'c", [("string", "'a\\'b'"), ("code", "c")], id="escaped quote"),
        pytest.param(
            "a.py",
            '""+"""a\n"b"""c',
            [("string", '""'), ("code", "+"), ("string", '"""a\n"b"""'), ("code", "c")],
            id="long quotes",
        ),
        pytest.param("a.py", "'a\nb", [("string", "'a\n"), ("code", "b")], id="a string ends with its line"),
        pytest.param("a.ts", "a / b // c", [("code", "a / b "), ("comment", "// c")], id="a slash is no comment"),
        pytest.param("a.ts", "/* a\n*/b", [("comment", "/* a\n*/"), ("code", "b")], id="block comment"),
        pytest.param("a.ts", "`a\nb`c", [("string", "`a\nb`"), ("code", "c")], id="template"),
        pytest.param("x/y.rs", "fn f<'a>()", [("keyword", "fn"), ("code", " f<'a>()")], id="a lifetime is no string"),
        pytest.param(
            "a.sql",
            "SELECT 1 -- x",
            [("keyword", "SELECT"), ("code", " "), ("number", "1"), ("code", " "), ("comment", "-- x")],
            id="sql",
        ),
    ],
)
def test_a_file_has_its_colours(path, text, expected):
    assert coloured(path, [text]) == expected
    assert coloured(path, list(text)) == expected


@pytest.mark.parametrize("path", ["README.md", "Makefile", "", "a.", "dir.py/x"])
def test_other_files_have_no_language(path):
    assert language_of(path) is None


def test_a_suffix_names_one_language():
    suffixes = [suffix for language in LANGUAGES for suffix in language.suffixes.split()]
    assert len(suffixes) == len(set(suffixes))


@settings(max_examples=100, deadline=None)
@given(
    path=st.sampled_from(["a.py", "a.js", "a.rs", "a.sql", "a.css", "a.json"]),
    parts=st.lists(st.sampled_from([*"\"'`/*#-\\\n 1aé_", "if", "for", '"""', "//", "/*", "*/", "--"]), max_size=25),
    places=st.lists(st.integers(0, 1000), max_size=8),
)
def test_cut_anywhere_it_is_the_same_and_all_of_it(path, parts, places):
    text = "".join(parts)
    assert coloured(path, cut(text, places)) == coloured(path, [text])
    assert "".join(piece for _, piece in coloured(path, [text])) == text


@pytest.mark.parametrize(
    ("before", "coloured_before"),
    [
        pytest.param("", [], id="from the beginning"),
        pytest.param("if 'a", [("keyword", "if"), ("code", " "), ("string", "'a")], id="inside a string"),
        pytest.param("x # a\nif", [("code", "x "), ("comment", "# a\n")], id="after a word that was held"),
        pytest.param('x ""', [], id="after a mark that was held"),
    ],
)
def test_a_very_long_piece_is_plain_and_so_is_the_rest(before, coloured_before):
    long = "for x in 'abc': # y\n" * (PLAIN_CHARS // 20 + 1)
    pieces = [before, long, "if ", '"', "z"]
    found = coloured("a.py", pieces)
    assert "".join(text for _, text in found) == "".join(pieces)
    assert found[:-1] == coloured_before
    assert found[-1][0] == "code"


def test_a_long_file_in_pieces_has_its_colours():
    text = "if x: # y\n" * (PLAIN_CHARS // 5)
    assert coloured("a.py", [text[at : at + 4096] for at in range(0, len(text), 4096)]) == [
        ("keyword", "if"),
        ("code", " x: "),
        ("comment", "# y\n"),
    ] * (PLAIN_CHARS // 5)

"""Texts inside arguments: a line's colour follows from its first character."""

from __future__ import annotations

import pytest

from renderers.spans import Styled
from renderers.tool_views.sheet import Sheet
from renderers.tool_views.texts import Lines, Patch


def lines(pieces: list[str], prefix: str) -> str:
    sheet = Sheet()
    text = Lines(sheet, "added", prefix)
    for piece in pieces:
        text.feed(piece)
    text.close()
    return "".join(span.text for span in sheet.take() if isinstance(span, Styled))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param(["a"], "+ a", id="one line"),
        pytest.param(["a\n"], "+ a\n", id="a final line feed begins no line"),
        pytest.param(["a\n", "b"], "+ a\n+ b", id="cut after the line feed"),
        pytest.param(["a", "\nb"], "+ a\n+ b", id="cut before it"),
        pytest.param(["a\n\nb"], "+ a\n+ \n+ b", id="an empty line"),
        pytest.param(["\n"], "+ \n", id="only an empty line"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_each_line_has_the_prefix(pieces, expected):
    assert lines(pieces, "+ ") == expected


def patch(pieces: list[str], outside: str | None = None) -> list[tuple[str, str]]:
    sheet = Sheet()
    text = Patch(sheet, outside)
    for piece in pieces:
        text.feed(piece)
    text.close()
    return [(span.role, span.text) for span in sheet.take() if isinstance(span, Styled)]


def test_a_patch_has_its_colours():
    assert patch(["*** Update File: a\n@@ def f\n ctx\n-old\n+new\n"]) == [
        ("path", "*** Update File: a\n"),
        ("hunk", "@@ def f\n"),
        ("context", " ctx\n"),
        ("removed", "-old\n"),
        ("added", "+new\n"),
    ]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("last", ["*** End Patch", "*** End Patch'", '*** End Patch"'])
def test_a_patch_inside_a_command_ends_where_it_ends(size, last):
    text = f"apply_patch '*** Begin Patch\n-a\n{last}\n-b"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert patch(pieces, "command") == [
        ("command", "apply_patch '*** Begin Patch\n"),
        ("removed", "-a\n"),
        ("path", f"{last}\n"),
        ("command", "-b"),
    ]

"""What is left of a cell that is too long."""

from __future__ import annotations

import pytest

from addons.reports.cutting import telling_apart, width_of, without_end, without_middle


@pytest.mark.parametrize(
    ("cell", "size", "expected"),
    [
        ("claude-sonnet-4-5-20250929", 26, "claude-sonnet-4-5-20250929"),
        ("claude-sonnet-4-5-20250929", 17, "claude-s…20250929"),
        ("claude-sonnet-4-5-20250929", 8, "clau…929"),
        ("字字字字字", 6, "字…字"),
        ("abc", 1, "…"),
    ],
)
def test_a_name_loses_its_middle(cell, size, expected):
    assert without_middle(cell, size) == expected


@pytest.mark.parametrize(
    ("cell", "size", "expected"),
    [("what was said", 13, "what was said"), ("what was said", 8, "what wa…"), ("字字字", 4, "字…"), ("abc", 1, "…")],
)
def test_text_loses_its_end(cell, size, expected):
    assert without_end(cell, size) == expected


def test_wide_characters_count_twice():
    assert width_of("a字") == 3


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["claude-sonnet-4-5-20250929", "gpt-5"], 8),
        (["claude-sonnet-4-5-20250929", "claude-opus-4-5-20250929"], 16),
        (["claude-opus-4-1-20250929", "claude-opus-4-5-20250929"], 20),
        (["same", "same"], 8),
        ([], 8),
    ],
)
def test_names_have_to_differ_once_they_are_cut(names, expected):
    assert telling_apart(names, 8, 20) == expected

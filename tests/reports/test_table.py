"""Tables that fit: what is shortened, what is left out, in which order."""

from __future__ import annotations

import pytest

from addons.reports.catalogue import modes
from addons.reports.columns import Column, Kind, counts, major, minor, names, text
from addons.reports.table import Table
from renderers.cells import cells_of

COLUMNS = (
    Column("call", Kind.INTEGER),
    *names("model"),
    *text("arguments"),
    *counts("input_tokens"),
    *minor(*counts("reasoning_output_tokens")),
    Column("cost", Kind.MONEY),
    *minor(*text("flow_id")),
)
ROWS = [
    ["1", "claude-sonnet-4-5-20250929", "x" * 60, "123,456", "0", "$1.25", "f" * 36],
    ["12", "gpt-5", "short", "7", "5", "$0.01", "g" * 36],
]


def drawn(width: int | None, rows: list[list[str]] = ROWS) -> list[str]:
    return [line.rstrip("\n") for line in Table(COLUMNS, rows, None, width).lines()]


def test_without_a_width_nothing_is_shortened():
    assert (
        drawn(None)[2] == "   1  claude-sonnet-4-5-20250929  " + "x" * 60 + "  123,456          0  $1.25  " + "f" * 36
    )


@pytest.mark.parametrize("width", range(30, 200))
def test_it_fits(width):
    assert max(sum(map(cells_of, line)) for line in drawn(width)) <= width


def test_minor_columns_give_way_first_and_then_text_and_then_names():
    assert drawn(90)[2:] == [
        "   1  claude-sonnet-4-5-20250929  xxxxxxxxxxxxxxxxxxxxxxxxxxxx…  123,456          0  $1.25",
        "  12  gpt-5                       short                                7          5  $0.01",
    ]
    assert drawn(60)[2:] == [
        "   1  claude-son…-20250929  xxxxxxxxxxxxxxx…  123,456  $1.25",
        "  12  gpt-5                 short                   7  $0.01",
    ]


def test_money_stays_when_others_have_to_go():
    assert drawn(30)[2] == "   1  claude-s…20250929  $1.25"


@pytest.mark.parametrize(
    ("width", "headings"),
    [(None, []), (60, ["reasoning", "flow id"]), (30, ["arguments", "input", "reasoning", "flow id"])],
)
def test_what_found_no_room_is_told_by_its_heading(width, headings):
    assert Table(COLUMNS, ROWS, None, width).left_out == headings


def test_what_had_nothing_to_tell_needs_no_room():
    rows = [[*row[:4], "0", row[5], ""] for row in ROWS]
    assert Table(COLUMNS, rows, None, 60).left_out == []


def headings(columns: tuple[Column, ...], row: list[str], width: int) -> list[str]:
    """Of the columns that are drawn, none of which has a heading of several words."""
    return next(Table(columns, [row], None, width).lines()).split()


EIGHT = "x" * 8
THIRTY = "x" * 30


@pytest.mark.parametrize(
    ("what", "row", "width", "expected"),
    [
        ("there is room for all", [EIGHT, "", EIGHT, EIGHT, THIRTY], 80, ["who", "agent", "state", "kind", "error"]),
        ("an empty one goes first", [EIGHT, "", EIGHT, EIGHT, THIRTY], 60, ["who", "state", "kind", "error"]),
        ("even a major one", [EIGHT, EIGHT, EIGHT, EIGHT, ""], 40, ["who", "agent", "state", "kind"]),
        ("then minor ones", [EIGHT, EIGHT, EIGHT, EIGHT, THIRTY], 58, ["who", "agent", "state", "error"]),
        ("then others from the right", [EIGHT, EIGHT, EIGHT, EIGHT, THIRTY], 50, ["who", "agent", "error"]),
        ("never what it is about", [EIGHT, EIGHT, EIGHT, EIGHT, THIRTY], 20, ["who", "error"]),
    ],
)
def test_what_a_report_is_about_stays_and_what_is_empty_goes(what, row, width, expected):
    columns = (*names("who", "agent", "state"), *minor(*names("kind")), *major(*text("error")))
    assert headings(columns, row, width) == expected, what


@pytest.mark.parametrize(
    ("mode", "column"),
    [
        ("errors", "status"),
        ("errors", "end"),
        ("errors", "error"),
        ("calls", "violations"),
        ("context", "part"),
        ("pairs", "reply"),
        ("tool_results", "error"),
        ("function_call_errors", "result"),
        ("tool-errors", "last_error"),
        ("cache-breaks", "why"),
        ("turns", "idle_at"),
    ],
)
def test_at_80_columns_a_report_has_what_it_is_about(mode, column):
    columns = modes()[mode].columns
    sizes = {Kind.TEXT: 60, Kind.NAME: 14, Kind.TIME: 19}
    table = Table(columns, [["x" * sizes.get(told.kind, 5) for told in columns]], None, 80)
    found = next(told for told in columns if told.name == column)
    assert found.heading not in table.left_out
    assert max(map(len, table.lines())) <= 80 + len("\n")


MODELS = ["claude-sonnet-4-5-20250929", "claude-opus-4-5-20250929", "gpt-5"]


@pytest.mark.parametrize("width", range(40, 100))
def test_names_that_differ_look_different(width):
    columns = (*names("model"), *counts("a", "b", "c"), *names("more"), Column("cost", Kind.MONEY))
    rows = [[model, *["123,456"] * 3, "y" * 20, "$1.25"] for model in MODELS]
    shown = [line.split("  ")[0] for line in list(Table(columns, rows, None, width).lines())[2:]]
    assert len(set(shown)) == len(MODELS)


def test_others_are_left_out_before_the_first_column_is_cut_short():
    columns = (*names("model"), *counts("calls", "input", "output"), Column("cost", Kind.MONEY))
    rows = [[model, *["123,456"] * 3, "$1.25"] for model in MODELS]
    assert list(Table(columns, rows, None, 40).lines())[2] == "claude-sonne…-5-20250929  123,456  $1.25\n"


def test_what_found_no_room_is_still_known_when_the_rows_are_gone():
    table = Table(COLUMNS, ROWS, None, 60)
    assert list(table.lines())
    assert table.left_out == ["reasoning", "flow id"]


def test_a_key_is_whole_while_anything_else_can_give_way():
    columns = (*names("client"), Column("header", Kind.KEY), *text("value"), *minor(Column("last", Kind.TIME)))
    row = ["claude-code", "anthropic-ratelimit-unified-5h-utilization", "0.31" * 20, "2026-11-26 20:57:31"]
    assert list(Table(columns, [row], None, 70).lines())[2] == (
        "claude-code  anthropic-ratelimit-unified-5h-utilization  0.310.310.31…\n"
    )


def test_a_minor_column_without_anything_to_tell_is_left_out():
    rows = [[*row[:4], "0", row[5], ""] for row in ROWS]
    assert "reasoning" not in "".join(drawn(None, rows))


def test_totals_that_found_no_room_leave_no_line():
    columns = (*names("header"), *text("value"), *minor(*counts("calls")))
    lines = list(Table(columns, [["a" * 20, "b" * 20, "3"]], ["total", "", "3"], 42).lines())
    assert lines[-1].startswith("a" * 20)


def test_headings_wrap_to_the_width_of_what_is_under_them():
    columns = (*counts("cache_read_input_tokens", "calls"),)
    assert list(Table(columns, [["1", "2"]], None, None).lines()) == [
        "cache\n",
        " read  calls\n",
        "\u2500\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\u2500\n",
        "    1      2\n",
    ]


def test_wide_characters_take_two_cells():
    columns = (*text("said"), *counts("n"))
    rows = [["\u5b57\u5b57\u5b57", "1"], ["abc", "2"]]
    assert list(Table(columns, rows, None, None).lines())[2:] == ["\u5b57\u5b57\u5b57  1\n", "abc     2\n"]


def test_text_of_several_lines_is_one_line():
    assert [*Table(text("said"), [["a\n  b\tc"]], None, None).lines()][-1] == "a b c\n"

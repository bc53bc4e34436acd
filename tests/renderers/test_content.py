"""renderers/content.py: the looks of text, results and calls, at each level of detail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from renderers.cells import cells_of
from renderers.content import LINE_CHARS, OneLineTool, RawTool, result_spans, subject_of, text_view
from renderers.pen import Pen
from renderers.spans import Span


def written(spans: list[Span]) -> str:
    return Pen(False, lambda: 80, False).write(spans)


def shown(kind: str, detail: str, *pieces: str) -> str:
    view = text_view(kind, detail)
    return written([span for piece in pieces for span in view.feed(piece)] + view.close())


@pytest.mark.parametrize(
    ("kind", "detail", "pieces", "expected"),
    [
        pytest.param("text", "full", ["a\n", " b"], "a\n b", id="text"),
        pytest.param("thinking", "full", ["a", "b"], "✻ ab", id="thinking has a mark"),
        pytest.param("thinking", "full", ["a\n", "\nb", "\n"], "✻ a\n┊ \n┊ b\n", id="so has each further line of it"),
        pytest.param("thinking", "full", ["\n", "\na\nb"], "✻ a\n┊ b", id="a thought begins with a word"),
        pytest.param("prompt", "full", ["do\nit"], "> do\n> it", id="prompt"),
        pytest.param("refusal", "full", ["no"], "⊘ no", id="refusal"),
        pytest.param("text", "hide", ["a"], "", id="hidden"),
        pytest.param("text", "one_line", ["a\n", "\n  b "], "a b", id="one line"),
        pytest.param("thinking", "one_line", [" \n"], "", id="nothing to say"),
        pytest.param("text", "one_line", ["x" * 200], "x" * (LINE_CHARS - 21) + "… (200 characters)", id="cut"),
        pytest.param(
            "text", "one_line", [138 * "x" + "宽", "x"], 138 * "x" + "… (140 characters)", id="a wide one cut"
        ),
        pytest.param("text", "full", ["\x1b[2J"], "␛[2J", id="hostile"),
        pytest.param("text", "one_line", ["\x1b[2J"], "␛[2J", id="hostile on one line"),
    ],
)
def test_text(kind, detail, pieces, expected):
    assert shown(kind, detail, *pieces) == expected


@pytest.mark.parametrize("kind", ["text", "thinking"])
@pytest.mark.parametrize("detail", ["full", "one_line", "hide"])
@given(text=st.text(alphabet="ab \n\t\x1b宽\u202e", max_size=400), cut=st.integers(1, 9))
def test_text_is_the_same_however_it_is_cut(kind, detail, text, cut):
    pieces = [text[start : start + cut] for start in range(0, len(text), cut)]
    assert shown(kind, detail, *pieces) == (shown(kind, detail, text) if text else "")


EXEC = "Chunk ID: 8f21c0\nProcess exited with code "


@pytest.mark.parametrize(
    ("about", "text", "is_error", "detail", "expected"),
    [
        pytest.param("Bash", "ok", False, "one_line", "◀ Bash: ok\n", id="one line"),
        pytest.param("Bash", "a\nb\n", False, "one_line", "◀ Bash: a b (2 lines, 4 characters)\n", id="more lines"),
        pytest.param("", "no", True, "one_line", "✗ no\n", id="error, its call unknown"),
        pytest.param(
            "sh",
            '{"output":"a\\nb","metadata":{}}',
            False,
            "one_line",
            "◀ sh: a b (2 lines, 3 characters)\n",
            id="Codex",
        ),
        pytest.param("sh", f"{EXEC}0\nOutput:\na\n", False, "one_line", "◀ sh: a\n", id="Codex, a command"),
        pytest.param("sh", f"{EXEC}1\nOutput:\na\n", False, "one_line", "◀ sh: exit 1: a\n", id="that failed"),
        pytest.param("sh", f"{EXEC}0\nOutput:\na\n", False, "full", "◀ sh: a\n· exit 0\n", id="in full"),
        pytest.param("sh", f"{EXEC}0\nOutput:\n", False, "full", "◀ sh: (nothing)\n· exit 0\n", id="in full, nothing"),
        pytest.param("sh", '{"output":1}', False, "one_line", '◀ sh: {"output":1}\n', id="not quite"),
        pytest.param("Bash", "", False, "one_line", "◀ Bash: (nothing)\n", id="empty"),
        pytest.param("Bash", "a\nb\n", False, "full", "◀ Bash:\n┊ a\n┊ b\n", id="full"),
        pytest.param("Bash", "a", False, "full", "◀ Bash: a\n", id="full, one line"),
        pytest.param("Bash", "a", False, "hide", "", id="hidden"),
        pytest.param("Bash", "\x1b]0;t\x07", False, "full", "◀ Bash: ␛]0;t␇\n", id="hostile"),
    ],
)
def test_results(about, text, is_error, detail, expected):
    assert written(result_spans(about, text, is_error, detail)) == expected


@pytest.mark.parametrize("limit", [60, 80, 200])
def test_one_line_fits_into_the_line(limit):
    long = "word " * 200
    view = OneLineTool("Bash", limit)
    call = written(view.feed(ToolCallStarted("0", "t", "Bash", "client")))
    call += written(view.feed(ToolCallFinished("0", "t", "Bash", "client", {"command": long}, None)))
    text = text_view("thinking", "one_line", limit)
    for line in (
        call,
        written(result_spans("Bash", long + "\n" + long, False, "one_line", limit)).rstrip("\n"),
        written(text.feed(long) + text.close()),
    ):
        assert limit - 25 < len(line) <= limit


@pytest.mark.parametrize(
    ("arguments", "raw", "expected"),
    [
        pytest.param({"description": "d", "command": "ls\n-l"}, None, "ls -l", id="the command first"),
        pytest.param({"cmd": ["bash", "-lc", "ls"]}, None, '["bash", "-lc", "ls"]', id="a list"),
        pytest.param({"n": 1}, '{"n":1}', '{"n":1}', id="nothing known"),
        pytest.param({"n": 1}, None, '{"n": 1}', id="nothing known, an object on the wire"),
        pytest.param({}, "{}", "", id="no arguments"),
        pytest.param(None, "*** Begin Patch", "*** Begin Patch", id="free form"),
        pytest.param(None, None, "", id="not told"),
        pytest.param({"command": "x" * 100}, None, "x" * 39 + "…", id="long"),
    ],
)
def test_what_a_call_is_about(arguments, raw, expected):
    assert subject_of(arguments, raw) == expected


def test_a_call_on_one_line():
    view = OneLineTool("")
    spans = view.feed(ToolCallStarted("0", "t", "", "client"))
    spans += view.feed(ToolCallFinished("0", "t", "Read", "client", {"file_path": "/a/b"}, None))
    assert written(spans) == "▶ (no name yet) = Read /a/b"


RAW = '{"command":["bash","-lc","ls\\n"]}'


@pytest.mark.parametrize(
    ("deltas", "finished", "expected"),
    [
        pytest.param([RAW[:9], RAW[9:]], (None, RAW), RAW, id="in deltas"),
        pytest.param([RAW[:9]], (None, RAW), RAW, id="the rest at the end"),
        pytest.param([], ({"a": "é"}, None), '{"a": "é"}', id="an object"),
        pytest.param(["\x1b[2J"], (None, None), "␛[2J", id="hostile"),
    ],
)
def test_arguments_as_they_come(deltas, finished, expected):
    tool = RawTool("run")
    spans = tool.feed(ToolCallStarted("b", "t", "run", "client"))
    for delta in deltas:
        spans += tool.feed(ToolArgumentsDelta("b", delta))
    spans += tool.feed(ToolCallFinished("b", "t", "run", "client", *finished))
    assert written(spans) == f"▶ run\n{expected}\n"


@pytest.mark.parametrize("limit", [60, 80, 120])
@pytest.mark.parametrize("text", ["one line of many words " * 20, "全角文字は二つの桁を取る。\n" * 30, "x"])
@pytest.mark.parametrize("about", ["Bash", "Bash " + "a command of many words " * 5, "読む " + "全角文字" * 20])
def test_a_result_on_one_line_fits_into_it(limit, text, about):
    row = written(result_spans(about, text, False, "one_line", limit)).rstrip("\n")
    assert "\n" not in row
    assert sum(map(cells_of, row)) <= limit

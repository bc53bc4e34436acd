"""Of a shell's argument list only the script is shown; of any other all words."""

from __future__ import annotations

import pytest

from renderers.tool_views.argument_list import ArgumentList


def text_of(words: list[str], size: int) -> str:
    shown = ArgumentList()
    out = ""
    for index, word in enumerate(words):
        for start in range(0, len(word), size):
            out += shown.piece(index, word[start : start + size])
        out += shown.end()
    return out + shown.close()


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["bash", "-lc", "ls -a"], "ls -a", id="bash -lc"),
        pytest.param(["/usr/bin/zsh", "-c", "ls"], "ls", id="a path"),
        pytest.param(["powershell.exe", "-NoProfile", "-Command", "dir"], "dir", id="several options"),
        pytest.param(["C:\\Windows\\cmd.exe", "/c", "dir"], "dir", id="Windows"),
        pytest.param(["ls", "-a", "~"], "ls -a ~", id="no shell"),
        pytest.param(["bash", "run.sh", "-c"], "bash run.sh -c", id="a shell with a file"),
        pytest.param(["bash", "-x"], "bash -x", id="a shell with options only"),
        pytest.param(["bash"], "bash", id="a shell alone"),
        pytest.param(["bash", "-lc", "ls", "arg"], "ls arg", id="words after the script"),
        pytest.param(["x" * 200, "-lc"], "x" * 200 + " -lc", id="a long word"),
        pytest.param(["", "a"], "a", id="an empty word"),
        pytest.param([], "", id="no words"),
    ],
)
def test_a_list_is_shown_as_a_command(words, expected, size):
    assert text_of(words, size) == expected


def test_no_more_waits_than_may_be_a_shell():
    shown = ArgumentList()
    assert [shown.piece(0, "git"), shown.end(), shown.piece(1, "sta"), shown.piece(1, "tus")] == [
        *("", "git", " sta", "tus"),
    ]

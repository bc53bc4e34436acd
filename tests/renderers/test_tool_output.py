"""What a tool has put out, without what its client wrote around it."""

from __future__ import annotations

import pytest

from renderers.tool_output import ToolOutput, output_of

EXEC = "Chunk ID: 8f21c0\nWall time: 0.0093 seconds\nProcess exited with code 0\nOriginal token count: 2\nOutput:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\nb", ToolOutput("a\nb"), id="any other"),
        pytest.param(f"{EXEC}a\nb", ToolOutput("a\nb", "exit 0 · 9 ms"), id="exec"),
        pytest.param(EXEC.removesuffix("\n"), ToolOutput("", "exit 0 · 9 ms"), id="nothing put out"),
        pytest.param(
            "Wall time: 10.5 seconds\nProcess running with session ID 4\nOutput:\n…",
            ToolOutput("…", "goes on as session 4 · 10.5 s"),
            id="still running",
        ),
        pytest.param(
            "Exit code: 2\nWall time: 0 seconds\nTotal output lines: 1\nOutput:\nno such file",
            ToolOutput("no such file", "exit 2", has_failed=True),
            id="shell, failed",
        ),
        pytest.param("Exit code: 2\nno such file", ToolOutput("Exit code: 2\nno such file"), id="no output announced"),
        pytest.param(f"x\n{EXEC}a", ToolOutput(f"x\n{EXEC}a"), id="only at the beginning"),
        pytest.param(
            '{"output":"a\\n","metadata":{"exit_code":1,"duration_seconds":1.25}}',
            ToolOutput("a\n", "exit 1 · 1.2 s", has_failed=True),
            id="JSON",
        ),
        pytest.param('{"output":"a","metadata":7}', ToolOutput("a"), id="JSON, nothing told"),
        pytest.param(
            f'{{"output":"a","metadata":{{"exit_code":{"9" * 400},"duration_seconds":{"9" * 400}}}}}',
            ToolOutput("a"),
            id="JSON, absurd numbers",
        ),
        pytest.param(
            '{"output":"a","metadata":{"exit_code":true,"duration_seconds":Infinity}}', ToolOutput("a"), id="no numbers"
        ),
        pytest.param('{"output":' + "[" * 100_000, ToolOutput('{"output":' + "[" * 100_000), id="JSON, deep"),
        pytest.param('{"output":1}', ToolOutput('{"output":1}'), id="JSON of another kind"),
        pytest.param('{"output":"a', ToolOutput('{"output":"a'), id="JSON, torn"),
        pytest.param('{"output":"a"}]', ToolOutput('{"output":"a"}]'), id="no JSON"),
    ],
)
def test_the_output_comes_apart_from_what_is_told_about_it(text, expected):
    assert output_of(text) == expected

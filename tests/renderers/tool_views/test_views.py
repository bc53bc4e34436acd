"""What each kind of call looks like, with the arguments that agents send."""

from __future__ import annotations

import pytest

from renderers.spans import Erase, Provisional, Styled
from tests.renderers.tool_screen import screen, shown

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch"

VIEWS = [
    # shell
    pytest.param(
        "Bash",
        {"command": "ls &&\n  pwd", "description": "Look"},
        "Bash\n$ ls &&\n  pwd\n· Look",
        id="Claude Code Bash",
    ),
    pytest.param(
        "shell",
        {"command": ["bash", "-lc", 'echo "a"'], "workdir": "/x"},
        'shell\n$ echo "a"\n· workdir: /x',
        id="Codex shell",
    ),
    pytest.param(
        "write_stdin",
        {"session_id": 7, "chars": "y\n", "yield_time_ms": 250},
        "write_stdin session_id: 7\n› y\n· yield_time_ms: 250",
        id="Codex, to a running program",
    ),
    pytest.param("shell_command", {"command": "ls"}, "shell_command\n$ ls", id="Codex shell_command"),
    pytest.param(
        "exec_command",
        {"cmd": "ls", "yield_time_ms": 1000},
        "exec_command\n$ ls\n· yield_time_ms: 1000",
        id="Codex exec_command",
    ),
    pytest.param(
        "local_shell_call",
        {"type": "exec", "command": ["ls", "-a"], "env": {}},
        "local_shell_call\n$ ls -a",
        id="local shell",
    ),
    pytest.param(
        "shell_call", {"commands": ["ls", "pwd"], "timeout_ms": None}, "shell_call\n$ ls\n$ pwd", id="shell call"
    ),
    pytest.param(
        "run_shell_command", {"command": "ls", "is_background": False}, "run_shell_command\n$ ls", id="Gemini"
    ),
    pytest.param("bash", {"command": "ls", "description": ""}, "bash\n$ ls", id="opencode"),
    pytest.param(
        "Bash",
        {"run_in_background": True, "command": "ls"},
        "Bash run_in_background: true\n$ ls",
        id="a flag before the command",
    ),
    # edits
    pytest.param(
        "Edit",
        {"replace_all": False, "file_path": "a.py", "old_string": "x\ny", "new_string": "z"},
        "Edit ✎ a.py\n- x\n- y\n+ z",
        id="Claude Code Edit",
    ),
    pytest.param(
        "MultiEdit",
        {"file_path": "a", "edits": [{"old_string": "b", "new_string": "c"}, {"old_string": "d", "new_string": "e"}]},
        "MultiEdit ✎ a\n- b\n+ c\n⋯\n- d\n+ e",
        id="MultiEdit",
    ),
    pytest.param(
        "replace",
        {"file_path": "a", "new_string": "c", "old_string": "b", "instruction": "i"},
        "replace ✎ a\n+ c\n- b\n· instruction: i",
        id="Gemini replace",
    ),
    pytest.param(
        "edit", {"filePath": "a", "oldString": "b", "newString": "c"}, "edit ✎ a\n- b\n+ c", id="opencode edit"
    ),
    pytest.param(
        "str_replace_based_edit_tool",
        {"command": "view", "path": "a", "view_range": [1, 5]},
        "str_replace_based_edit_tool view ✎ a 1 5",
        id="text editor views",
    ),
    pytest.param(
        "NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "x"}, "NotebookEdit ✎ a.ipynb\n+ x", id="notebook"
    ),
    # patches
    pytest.param("apply_patch", {"input": PATCH}, f"apply_patch\n{PATCH}", id="patch in JSON"),
    pytest.param(
        "exec_command",
        {"cmd": f"apply_patch <<'EOF'\n{PATCH}\nEOF"},
        f"exec_command\n$ apply_patch <<'EOF'\n{PATCH}\nEOF",
        id="patch in a command",
    ),
    pytest.param(
        "apply_patch_call",
        {"type": "create_file", "path": "a", "diff": "+x\n"},
        "apply_patch_call create_file ✎ a\n+x",
        id="apply_patch_call",
    ),
    # writes
    pytest.param(
        "Write", {"file_path": "a.py", "content": "import x\n"}, "Write ✎ a.py\nimport x", id="Claude Code Write"
    ),
    pytest.param(
        "write_file", {"content": "x\ny", "file_path": "a.py"}, "write_file\nx\ny\n· ✎ a.py", id="content first"
    ),
    pytest.param("code_interpreter_call", {"code": "print(1)"}, "code_interpreter_call\nprint(1)", id="program"),
    # one line
    pytest.param("Read", {"file_path": "a.py", "offset": 10, "limit": 40}, "Read a.py offset: 10 limit: 40", id="Read"),
    pytest.param("read_many_files", {"paths": ["a", "b"]}, "read_many_files a b", id="many files"),
    pytest.param("LS", {"path": "/x"}, "LS /x", id="LS"),
    pytest.param(
        "Grep", {"pattern": "a\nb", "path": "src", "glob": "*.py", "-n": True}, "Grep a b in src glob: *.py", id="Grep"
    ),
    pytest.param("Glob", {"pattern": "**/*.py"}, "Glob **/*.py", id="Glob"),
    pytest.param("WebSearch", {"query": "q"}, "WebSearch ⌕ q", id="WebSearch"),
    pytest.param(
        "WebFetch", {"url": "https://a.b", "prompt": "Sum up"}, "WebFetch ↗ https://a.b Sum up", id="WebFetch"
    ),
    pytest.param(
        "web_search_call",
        {"type": "open_page", "url": "https://a.b"},
        "web_search_call open_page ↗ https://a.b",
        id="server web search",
    ),
    pytest.param(
        "web_search_call",
        {"type": "search", "queries": ["a", "b"], "query": "a"},
        "web_search_call search ⌕ a ⌕ b",
        id="a repeated query",
    ),
    # lists, agents, MCP
    pytest.param(
        "update_plan",
        {"explanation": "why", "plan": [{"step": "a", "status": "in_progress"}, {"status": "pending", "step": "b"}]},
        "update_plan why\n◐ a\n☐ b",
        id="Codex plan",
    ),
    pytest.param(
        "write_todos",
        {"todos": [{"description": "a", "status": "completed"}, {"description": "b"}]},
        "write_todos\n☑ a\n☐ b",
        id="Gemini to-dos",
    ),
    pytest.param(
        "TodoWrite",
        {"todos": [{"content": "a\nb", "status": "cancelled", "activeForm": "x"}, {"content": "c", "status": "odd"}]},
        "TodoWrite\n☒ a b\n☐ c (odd)",
        id="states",
    ),
    pytest.param("TodoWrite", {"todos": []}, "TodoWrite", id="an empty list"),
    pytest.param(
        "Task",
        {"subagent_type": "Explore", "description": "Find", "prompt": "do\nit"},
        "Task ⤷ Explore Find\ndo\nit",
        id="sub-agent",
    ),
    pytest.param(
        "spawn_agent", {"agent_type": "worker", "message": "go"}, "spawn_agent ⤷ worker\ngo", id="Codex sub-agent"
    ),
    pytest.param(
        "invoke_agent",
        {"agent_name": "reviewer", "prompt": "look"},
        "invoke_agent ⤷ reviewer\nlook",
        id="Gemini sub-agent",
    ),
    pytest.param(
        "followup_task", {"target": "/lead/a", "message": "and b"}, "followup_task ⤷ /lead/a\nand b", id="Codex, again"
    ),
    pytest.param(
        "AskUserQuestion",
        {
            "questions": [
                {
                    "question": "Which one?",
                    "header": "One",
                    "options": [{"label": "A", "description": "the first"}, {"label": "B"}],
                    "multiSelect": False,
                }
            ]
        },
        "AskUserQuestion\n? Which one?\n  ○ A\n· the first\n  ○ B",
        id="a question",
    ),
    pytest.param("Skill", {"skill": "pdf", "args": "x.pdf"}, "Skill pdf x.pdf", id="skill"),
    pytest.param(
        "TaskCreate",
        {"subject": "Fix it", "description": "all of it", "activeForm": "Fixing"},
        "TaskCreate Fix it all of it",
        id="Claude Code task",
    ),
    pytest.param(
        "TaskUpdate", {"taskId": "3", "status": "completed"}, "TaskUpdate 3 status: completed", id="its state"
    ),
    pytest.param("wait", {"cell_id": "7", "terminate": False}, "wait cell_id: 7 terminate: false", id="Codex wait"),
    pytest.param("mcp__gh__issue", {"a": 1}, 'gh · issue\n{\n  "a": 1\n}', id="MCP"),
    # what doesn't fit
    pytest.param(
        "Read", {"file_path": "a", "x": {"y": ["z", 1]}}, "Read a x.y.0: z x.y.1: 1", id="unknown fields are notes"
    ),
    pytest.param("Bash", "ls -la", "Bash\nls -la", id="no JSON"),
    pytest.param("Bash", '{"command":"ls"} and more', "Bash\n$ ls\nand more", id="more than JSON"),
    pytest.param("Bash", ["ls"], "Bash 0: ls", id="a list"),
    pytest.param("Bash", {}, "Bash", id="nothing"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), VIEWS)
def test_a_call_looks_like_this(name, arguments, expected):
    assert screen(name, arguments) == f"▶ {expected}\n"


def test_a_diff_grows_in_red_and_green():
    result = shown("Edit", ['{"file_path":"a","old_string":"x\\n', 'y","new_string":"z', '"}'])
    assert result.coloured == [
        ("tool", "▶ Edit"),
        ("path", " ✎ a"),
        ("", "\n"),
        ("removed", "- x\n- y"),
        ("", "\n"),
        ("added", "+ z"),
        ("", "\n"),
    ]


def test_a_written_file_has_its_colours():
    assert shown("Write", ['{"file_path":"a.py","content":"if x:\\n    y = 1 # z"}']).coloured[3:] == [
        *[("keyword", "if"), ("code", " x:\n    y = "), ("number", "1"), ("code", " "), ("comment", "# z"), ("", "\n")],
    ]


SCRIPTS = [
    pytest.param(
        'const r = await tools.exec_command({"cmd":"echo \\"hi\\"\\nls", "workdir": "/x"}); text(r.output);',
        '$ echo "hi"\nls\n· workdir: /x',
        id="of a command and its report the command",
    ),
    pytest.param(
        'const [a, b] = await Promise.all([\n  tools.exec_command({"cmd":"ls"}),\n  tools.exec_command({cmd:"pwd"}),\n'
        ']);\ntext(a.output + "\\n" + b.output)',
        "$ ls\n$ pwd",
        id="several at once",
    ),
    pytest.param("text((await tools.exec_command({cmd:'ls'})).output)", "$ ls", id="reported at once"),
    pytest.param("tools.exec_command({cmd: `ls ${x}`})", "$ ls ${x}", id="a template"),
    pytest.param("tools.exec_command({cmd: String.raw`a\\n`})", "$ a\\n", id="raw"),
    pytest.param('await tools.apply_patch("*** Begin Patch\\n+a\\n")', "*** Begin Patch\n+a", id="a patch"),
    pytest.param(
        'const p = "*** Begin Patch\\n+a";\nawait tools.apply_patch(p);\ntext("fine")',
        '*** Begin Patch\n+a\ntext("fine")',
        id="a patch elsewhere, and words",
    ),
    pytest.param(
        "await tools.update_plan({plan: [{step: 'a', status: 'in_progress'}]});", "update_plan\n◐ a", id="a plan"
    ),
    pytest.param(
        "const r = await tools.mcp__gh__issue({number: 3});\ntext(JSON.stringify(r));",
        'gh · issue\n{\n  "number": 3\n}',
        id="an MCP tool",
    ),
    pytest.param(
        "for (const f of files) {\n  const r = await tools.exec_command({cmd: 'wc ' + f});\n  text(`${f}: ${r}`);\n}",
        "for (const f of files) {\n  const r = await tools.exec_command(\n$ wc ${f}\n);\n  text(`${f}: ${r}`);\n}",
        id="a program with more to it",
    ),
    pytest.param('f("*** Begin", "*.py")', 'f("*** Begin", "*.py")', id="other strings stay as they are"),
    pytest.param(
        'f({"cmd": "a\\n"}) // it\'s\n/* "x */ g(1/2)',
        'f({"cmd": "a\\n"}) // it\'s\n/* "x */ g(1/2)',
        id="other calls, comments",
    ),
    pytest.param("x = /'/;\ntools.exec_command({cmd:'a'})", "x = /'/;\n$ a", id="a regex with a quote"),
    pytest.param("const r = await tools.exec_comm", "const r = await tools.exec_comm", id="cut before the call"),
    pytest.param('const r = await tools.exec_command({"cmd":"make al', "$ make al", id="cut in a command"),
]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_todays_codex(script, expected, size):
    pieces = [script[start : start + size] for start in range(0, len(script), size)]
    assert shown("exec", pieces, "custom").text == f"▶ exec\n{expected}\n"


def test_what_leads_to_a_call_is_seen_while_it_is_written_and_taken_back():
    spans = shown("exec", ["const r = await ", 'tools.exec_command({"cmd":', '"ls"})'], "custom").spans
    kinds = [type(span) for span in spans]
    assert Provisional("script", "const") in spans
    assert kinds.index(Erase) < spans.index(Styled("header", "$ "))
    assert not any(isinstance(span, Styled) and span.role == "script" for span in spans)


def test_of_a_script_function_only_leaves_the_commands():
    script = 'const r = await tools.exec_command({"cmd":"ls"}); await tools.exec_command({"cmd":"pwd"})'
    assert shown("exec", [script], "custom", function_only=True).text == "ls\npwd\n"


def test_a_patch_as_text_is_shown_as_it_comes():
    assert shown("apply_patch", [PATCH[:20], PATCH[20:]], "custom").coloured[2:] == [
        ("path", "*** Begin Patch\n*** Update File: a.py\n"),
        ("hunk", "@@\n"),
        ("removed", "-a\n"),
        ("added", "+b\n"),
        ("path", "*** End Patch"),
        ("", "\n"),
    ]

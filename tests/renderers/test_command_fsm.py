"""The command machine tells what a call is by its name, or by its first deltas (SPEC S2.1, S2.2)."""

from __future__ import annotations

import pytest

from renderers.command_fsm import KNOWN_PATTERNS, TRANSITIONS, CommandFsm, Sign, State, candidates
from tests.renderers.tool_screen import in_pieces

BASH_LC = ['{"', "command", '":["', "bash", '","-', "lc", '","', "echo", " hi", '"]}']


def run(name: str, deltas: list[str], kind: str = "client", limit: int = 8) -> CommandFsm:
    fsm = CommandFsm(name, kind, limit)  # type: ignore[arg-type]
    for delta in deltas:
        fsm.feed(delta)
    return fsm


def test_the_base_machine_leaves_only_the_provisional_state():
    assert {before for before, _ in TRANSITIONS} == {State.PROVISIONAL}
    assert set(TRANSITIONS.values()) == {State.RECOGNISED, State.FALLBACK}
    assert {sign for _, sign in TRANSITIONS} == set(Sign)


@pytest.mark.parametrize(
    ("name", "kind", "dialect"),
    [
        ("Bash", "client", "shell"),
        ("shell", "client", "shell"),
        ("local_shell_call", "server", "shell"),
        ("exec_command", "client", "shell"),
        ("run_shell_command", "client", "shell"),
        ("bash", "client", "shell"),
        ("Edit", "client", "edit"),
        ("replace", "client", "edit"),
        ("str_replace_based_edit_tool", "client", "text editor"),
        ("write_file", "client", "write"),
        ("Read", "client", "read"),
        ("search_file_content", "client", "search"),
        ("TodoWrite", "client", "to-do list"),
        ("update_plan", "client", "to-do list"),
        ("Task", "client", "sub-agent"),
        ("spawn_agent", "client", "sub-agent"),
        ("web_search", "server", "web"),
        ("web_search_call", "server", "web"),
        ("code_interpreter_call", "server", "program"),
        ("mcp__github__create_issue", "client", "mcp"),
        ("ask_question", "mcp", "mcp"),
    ],
)
def test_a_name_that_says_all_is_recognised_before_the_first_delta(name, kind, dialect):
    fsm = CommandFsm(name, kind)
    assert (fsm.state, fsm.pattern.dialect) == (State.RECOGNISED, dialect)
    assert fsm.transitions == [(State.PROVISIONAL, State.RECOGNISED, f"{dialect}: the tool is {name}", 0)]


@pytest.mark.parametrize(
    ("name", "kind", "arguments", "dialect"),
    [
        pytest.param("run", "client", '{"command":["bash","-lc","ls"]}', "bash -lc", id="argument list"),
        pytest.param("run", "client", '{\n\t"command": [\n\t\t"ls"', "bash -lc", id="with blanks"),
        pytest.param("", "client", '{"cmd":["zsh","-c","ls"]}', "bash -lc", id="no name"),
        pytest.param(
            "run", "client", '{"why":"x, y","command":["/bin/sh","-c","ls"]}', "bash -lc", id="a shell later on"
        ),
        pytest.param("run", "client", '{"command":"ls -la"}', "command", id="command"),
        pytest.param("run", "client", '{"cmd": "ls -la"}', "command", id="cmd"),
        pytest.param("run", "client", '{"command":"viewer a.png"}', "command", id="begins as an editor's command"),
        pytest.param("doc", "client", '{"command":"view","path":"a.py"}', "text editor", id="an editor's command"),
        pytest.param("change", "client", '{"path":"a","old_string":"b"', "edit", id="old string"),
        pytest.param("notes", "client", '{"todos":[{"content":"a"}]}', "to-do list", id="to-do list"),
        pytest.param("x", "client", '{"input":"*** Begin Patch\\n', "apply_patch", id="patch in JSON"),
        pytest.param("x", "custom", "*** Begin Patch\n", "apply_patch text", id="patch as text"),
        pytest.param("apply_patch", "custom", "*** Begin Patch\n", "apply_patch text", id="apply_patch as text"),
        pytest.param("apply_patch", "client", '{"input":"', "apply_patch", id="apply_patch as JSON"),
        pytest.param("exec", "custom", "const r = 1", "codex javascript", id="today's Codex"),
        pytest.param("run", "custom", 'await tools.exec_command({"cmd"', "codex javascript", id="its tools elsewhere"),
        pytest.param("search", "client", '{"query": "x"}', "search", id="a common name and the right key"),
    ],
)
def test_a_shape_is_recognised_whatever_the_tool_is_called(name, kind, arguments, dialect):
    fsm = run(name, [arguments], kind)
    assert (fsm.state, fsm.pattern.dialect, fsm.transitions[0].delta_index) == (State.RECOGNISED, dialect, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('{"city":"Berlin"}', id="other keys"),
        pytest.param('{"command":{"a":1}}', id="a command that is an object"),
        pytest.param('{"query":"x"}', id="a query"),
        pytest.param("[1, 2]", id="a list"),
        pytest.param("bash -lc ls", id="text"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_no_row_knows_falls_back_at_the_end(arguments):
    fsm = run("get_it", [arguments] if arguments else [])
    assert fsm.state is State.PROVISIONAL
    assert fsm.end() is State.FALLBACK


def test_bash_lc_is_recognised_as_soon_as_it_is_evident():
    fsm = CommandFsm("run", "client")
    states = [fsm.feed(delta) for delta in BASH_LC[:4]]
    assert states == [State.PROVISIONAL] * 3 + [State.RECOGNISED]


@pytest.mark.parametrize("size", range(2, 40))
def test_bash_lc_is_recognised_by_the_ninth_delta(size):
    fsm = run("run", in_pieces('{"command":["bash","-lc","echo hi"]}', size))
    assert fsm.state is State.RECOGNISED
    assert fsm.transitions[0].delta_index <= 9


def test_the_ninth_delta_is_the_last_that_is_tried():
    evident_at = {9: State.RECOGNISED, 10: State.FALLBACK}
    for number, state in evident_at.items():
        blanks = [" "] * (number - 1)
        assert run("run", [*blanks, '{"command":["bash"']).state is state


@pytest.mark.parametrize("limit", [8, 12])
def test_after_the_set_number_of_deltas_it_falls_back(limit):
    fsm = run("get", ["x"] * limit, limit=limit)
    assert fsm.state is State.PROVISIONAL
    fsm.feed("x")
    assert fsm.state is State.FALLBACK
    assert fsm.transitions == [
        (State.PROVISIONAL, State.FALLBACK, f"no known pattern in {limit} deltas", limit + 1),
    ]


@pytest.mark.parametrize("limit", [7, 0, -1])
def test_fewer_than_eight_deltas_are_refused(limit):
    with pytest.raises(ValueError, match=f"args_sub_deltas={limit}"):
        CommandFsm("Bash", "client", limit)


def test_the_sub_state_has_no_quotes_line_feeds_and_tabs():
    assert run("get", ['{"a":\n', "\t'b'"]).sub_state == "{a:b"


def test_a_verdict_stands():
    fsm = run("run", ['{"command":["bash"', "]}", '{"todos":[{'])
    fsm.named("Edit")
    fsm.end()
    assert (fsm.state, len(fsm.transitions)) == (State.RECOGNISED, 1)


def test_a_name_that_comes_late_counts_as_soon_as_it_comes():
    fsm = run("", ['{"'])
    assert fsm.state is State.PROVISIONAL
    assert fsm.named("Edit") is State.RECOGNISED


@pytest.mark.parametrize("name", ["exec", "apply_patch"])
def test_blanks_and_quotes_alone_decide_nothing(name):
    assert run(name, [" ", '"', "\n"], "custom").state is State.PROVISIONAL


def test_every_row_can_be_reached_by_some_call():
    for pattern in KNOWN_PATTERNS:
        kind = pattern.kinds[0] if pattern.kinds else "client"
        names = ["", *pattern.tool.split("|"), "mcp__a__b", "x"]
        assert any(pattern in candidates(name.replace("\\", ""), kind) for name in names), pattern


def test_a_long_single_delta_costs_no_more_than_its_beginning():
    assert len(run("get", ['{"a":"' + "x" * 100_000]).sub_state) < 5000

"""A call on the screen: provisional, then told; the same in the end however it was cut (SPEC S2.3 to S2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted
from renderers.sanitise import sanitise
from renderers.spans import Erase, FreshLine, Provisional, Styled
from renderers.tool_call import ToolCallView
from renderers.tool_views.names import label
from renderers.tool_views.sheet import flat
from renderers.view_options import ViewOptions
from tests.protocols.recorded import Recording, recordings, told
from tests.renderers.json_cuts import cut
from tests.renderers.tool_screen import on_screen, screen, shown, written

BASH_LC = ['{"', "command", '":["', "bash", '","-', "lc", '","', "echo", " hi", '\\nls"]}']


def test_the_provisional_line_is_erased_and_the_command_shown_from_its_beginning():
    assert shown("run", BASH_LC).spans == [
        FreshLine(),
        Provisional("tool", "▶ run "),
        Provisional("arguments", '{"'),
        Provisional("arguments", "command"),
        Provisional("arguments", '":["'),
        Erase(),
        Styled("tool", "▶ run"),
        FreshLine(),
        Styled("header", "$ "),
        Styled("command", "echo"),
        Styled("command", " hi"),
        Styled("command", "\nls"),
        FreshLine(),
    ]


def test_a_name_that_says_all_makes_no_provisional_line():
    spans = shown("Bash", ['{"comm', 'and":"l', 's"}']).spans
    assert [type(span) for span in spans].count(Provisional) == 0
    assert on_screen(spans) == "▶ Bash\n$ ls\n"


def test_the_provisional_line_is_flat():
    view = ToolCallView("get", "client", ViewOptions())
    assert view.feed(ToolArgumentsDelta("b", '{\n\t"a":\x1b 1'))[2:] == [Provisional("arguments", '{  "a":␛ 1')]


def test_what_nobody_knows_is_json_from_its_beginning():
    deltas = [*'{"city":', '"Berlin", "days": [1, 2]}']
    result = shown("get_weather", deltas)
    assert result.view.state == "fallback"
    assert result.text == '▶ get_weather\n{\n  "city": "Berlin",\n  "days": [\n    1,\n    2\n  ]\n}\n'


def test_arguments_that_come_as_an_object_are_one_delta():
    view = ToolCallView("run_shell_command", "client", ViewOptions())
    spans = view.feed(ToolCallStarted("b", None, "run_shell_command", "client"))
    finished = ToolCallFinished("b", None, "run_shell_command", "client", {"command": "ls é"}, None)
    assert on_screen(spans + view.feed(finished)) == "▶ run_shell_command\n$ ls é\n"
    assert view.raw_arguments == '{"command": "ls é"}'


def test_what_the_finished_call_has_beyond_its_deltas_is_shown_too():
    view = ToolCallView("Bash", "client", ViewOptions())
    spans = view.feed(ToolArgumentsDelta("b", '{"command":"l'))
    spans += view.feed(ToolCallFinished("b", None, "Bash", "client", {"command": "ls"}, '{"command":"ls"}'))
    assert on_screen(spans) == "▶ Bash\n$ ls\n"


def test_a_finished_call_alone_is_shown():
    view = ToolCallView("", "client", ViewOptions())
    spans = view.feed(ToolCallFinished("b", None, "Bash", "client", {"command": "ls"}, '{"command":"ls"}'))
    assert on_screen(spans) == "▶ Bash\n$ ls\n"


def test_a_name_that_only_the_end_tells_is_said_then():
    view = ToolCallView("", "client", ViewOptions())
    spans = view.feed(ToolCallStarted("b", None, "", "client"))
    spans += view.feed(ToolArgumentsDelta("b", '{"command":["sh","-c","ls"]}'))
    spans += view.feed(ToolCallFinished("b", None, "runner", "client", None, None))
    assert on_screen(spans) == "▶ (no name yet)\n$ ls\n▶ runner\n"


@pytest.mark.parametrize(
    ("name", "deltas", "text"),
    [
        pytest.param("Bash", ['{"command":"make te'], "▶ Bash\n$ make te\n", id="in a command"),
        pytest.param("run", ['{"comm'], '▶ run\n{\n  "comm\n', id="before it is told"),
        pytest.param("Bash", [], "▶ Bash\n", id="before the first delta"),
        pytest.param("shell", ['{"command":["ba'], "▶ shell\n$ ba\n", id="in a shell's name"),
        pytest.param("TodoWrite", ['{"todos":[{"content":"tes'], "▶ TodoWrite\n☐ tes\n", id="in an item"),
    ],
)
def test_a_call_that_is_cut_off_shows_what_came(name, deltas, text):
    assert shown(name, deltas, finished=False).text == text


def test_after_its_end_a_call_says_nothing_more():
    result = shown("Bash", ['{"command":"ls"}'])
    assert result.view.close() == []
    assert result.view.feed(ToolArgumentsDelta("b", "x")) == []


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        pytest.param("Bash", {"command": "ls\npwd", "description": "x"}, "ls\npwd\n", id="a command"),
        pytest.param("run", {"command": ["bash", "-lc", "ls"]}, "ls\n", id="a command by its shape"),
        pytest.param(
            "Edit", {"file_path": "a", "old_string": "b", "new_string": "c"}, "▶ Edit ✎ a\n- b\n+ c\n", id="an edit"
        ),
        pytest.param("Read", {"file_path": "a", "limit": 5}, "▶ Read a limit: 5\n", id="a one-line form"),
        pytest.param("get_weather", {"city": "Berlin"}, "▶ get_weather\n", id="JSON"),
        pytest.param("mcp__a__b", {"city": "Berlin"}, "▶ a · b\n", id="an MCP tool"),
    ],
)
def test_function_only_shows_the_recognised_command_alone(name, arguments, text):
    result = shown(name, [written(arguments)], function_only=True)
    assert result.text == text
    assert not any(isinstance(span, Provisional) for span in result.spans)


def test_show_fsm_appends_the_sub_state_and_shows_each_transition():
    spans = shown("run", ['{"command', '":["bash",', '"-lc","ls"]}'], show_fsm=True).spans
    assert spans[:5] == [
        FreshLine(),
        Provisional("tool", "▶ run "),
        Provisional("arguments", '{"command'),
        Provisional("fsm", " ‹1/8 {command› "),
        Erase(),
    ]
    assert on_screen(spans) == (
        "provisional → recognised · delta 2 · bash -lc: {command:[bash,\n▶ run ‹recognised {command:[bash,›\n$ ls\n"
    )


def test_show_fsm_tells_a_name_and_a_fallback():
    assert screen("Bash", {"command": "ls"}, show_fsm=True) == (
        "provisional → recognised · name · shell: the tool is Bash\n▶ Bash ‹recognised›\n$ ls\n"
    )
    assert "provisional → fallback · delta 1 · no known pattern until the end\n" in screen("x", {}, show_fsm=True)


def test_calls_never_share_state():
    one, other = (ToolCallView("run", "client", ViewOptions()) for _ in range(2))
    spans: dict[str, list[Any]] = {"one": [], "other": []}
    for left, right in zip(BASH_LC, [*'{"city":"', "B"], strict=True):
        spans["one"] += one.feed(ToolArgumentsDelta("1", left))
        spans["other"] += other.feed(ToolArgumentsDelta("2", right))
    assert on_screen(spans["one"] + one.close()) == "▶ run\n$ echo hi\nls\n"
    assert on_screen(spans["other"] + other.close()) == '▶ run\n{\n  "city": "B\n'
    assert one.raw_arguments == "".join(BASH_LC)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mcp__github__create_issue", "github · create_issue"),
        ("mcp__odd", "mcp__odd"),
        ("Bash\n\x1b[2J", "Bash ␛[2J"),
        ("", "(no name yet)"),
    ],
)
def test_a_label_is_for_people(name, text):
    assert label(name) == text


CALLS: list[tuple[str, Any]] = [
    ("Bash", {"command": "echo 1\n", "description": "say echo", "timeout": 5}),
    ("shell", {"command": ["bash", "-lc", "echo 'é👩'\nls"], "workdir": "/x/echo"}),
    ("exec_command", {"cmd": "apply_patch <<'EOF'\n*** Begin Patch\n-echo\n+b\n*** End Patch\nEOF\necho"}),
    ("Edit", {"replace_all": True, "file_path": "a/echo.py", "old_string": "echo\n\nx", "new_string": "y\n"}),
    ("MultiEdit", {"file_path": "a", "edits": [{"old_string": "echo", "new_string": ""}, {"old_string": "c"}]}),
    ("Write", {"file_path": "a.py", "content": 'import echo  # "x"\nif 1:\n    s = """a\n"""\n'}),
    ("Write", {"content": "echo", "file_path": "a.js"}),
    ("Read", {"file_path": "a/echo", "offset": 1}),
    ("Grep", {"pattern": "echo\t|b", "path": "src", "-n": True}),
    ("TodoWrite", {"todos": [{"content": "echo", "status": "completed"}, {"status": "odd", "content": "b"}]}),
    ("Task", {"description": "echo", "prompt": "do\nit", "subagent_type": "Explore"}),
    ("web_search_call", {"type": "search", "queries": ["echo", "b"], "query": "echo"}),
    ("mcp__a__echo", {"x": [1, {"y": None}], "z": "é\n"}),
    ("exec", 'const r = await tools.exec_command({"cmd":"echo \\"1\\"\\n\\u{1f469}\\x41", t: 1}); /* c */ text(r);'),
    ("exec", 'const p = `*** Begin Patch\n+echo\n*** End Patch`; // it\'s\nawait tools.apply_patch(p, "*** B");'),
    ("apply_patch", "*** Begin Patch\n*** Update File: echo\n@@\n-a\n+b\n*** End Patch"),
    ("Bash", "echo, no JSON"),
    ("Bash", '{"command": "echo", broken'),
]
"""All told by their names, so however they are cut the verdict is the same."""


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\r", "\u202e", "\x9b2J"])
def test_controls_of_the_model_are_visible_everywhere(hostile):
    for name, arguments in CALLS:
        kind = "custom" if isinstance(arguments, str) else "client"
        raw, escaped = written(arguments), json.dumps(hostile)[1:-1]
        for spelled in (hostile, escaped):
            text = shown(name, [raw.replace("echo", spelled)], kind).text
            assert hostile[0] not in text, (name, spelled)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
@settings(max_examples=25, deadline=None)
@given(places=st.lists(st.integers(0, 10_000), max_size=12))
def test_what_stands_in_the_end_does_not_depend_on_the_cutting(name, arguments, places):
    raw = written(arguments)
    kind = "custom" if isinstance(arguments, str) else "client"
    pieces = [piece for piece in cut(raw, places) if piece]
    assert shown(name, pieces, kind).coloured == shown(name, [raw], kind).coloured
    assert shown(name, list(raw), kind).coloured == shown(name, [raw], kind).coloured


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(
        ["", "Bash", "shell", "Edit", "Write", "Read", "TodoWrite", "Task", "exec", "apply_patch", "x"]
    ),
    kind=st.sampled_from(["client", "custom", "server", "mcp"]),
    deltas=st.lists(
        st.sampled_from(
            [
                *"{}[]\"'`\\/*:,()\n +-",
                '"command":',
                '"a"',
                '["bash","-lc",',
                "*** Begin Patch\n",
                "tools.exec_command(",
                "{cmd:",
                "/*",
                "*/",
                "//",
                "\\u",
                "d83d",
                '"todos":[{',
                '"content":"',
                '"file_path":"a.py"',
                "\x1b",
                "if",
            ]
        ),
        max_size=20,
    ),
)
def test_garbage_is_shown_and_raises_nothing(name, kind, deltas):
    result = shown(name, deltas, kind, finished=False)
    assert result.view.raw_arguments == "".join(deltas)
    assert "\x1b" not in result.text
    assert result.coloured == shown(name, deltas, kind, finished=False).coloured


# -- recorded streams ------------------------------------------------------------------------------------------------


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _calls(recording: Recording) -> list[tuple[ToolCallFinished, list[str]]]:
    deltas: dict[str, list[str]] = {}
    finished = []
    for event in told(recording.api, *recording.frames):
        if isinstance(event, ToolArgumentsDelta):
            deltas.setdefault(event.block, []).append(event.text)
        elif isinstance(event, ToolCallFinished):
            finished.append((event, deltas.get(event.block, [])))
    return finished


@pytest.mark.parametrize("recording", recordings())
def test_a_recorded_call_is_shown_with_all_that_it_says(recording):
    for call, deltas in _calls(recording):
        text = shown(call.name, deltas, call.kind).text
        assert text.startswith(f"▶ {label(call.name)}")
        for said in _strings(json.loads("".join(deltas))) if deltas and call.arguments is not None else []:
            for line in said.splitlines():
                escaped = json.dumps(line, ensure_ascii=False)[1:-1]
                assert sanitise(line) in text or flat(line) in text or escaped in text or said == "exec"


@pytest.mark.parametrize("recording", recordings())
def test_a_recorded_call_looks_the_same_whole_and_by_the_character(recording):
    for call, deltas in _calls(recording):
        raw = "".join(deltas)
        as_recorded = shown(call.name, deltas, call.kind)
        whole = shown(call.name, [raw] if raw else [], call.kind)
        assert whole.coloured == as_recorded.coloured
        assert as_recorded.view.raw_arguments == raw
        if whole.view.transitions[0].delta_index == 0:
            assert shown(call.name, list(raw), call.kind).coloured == whole.coloured

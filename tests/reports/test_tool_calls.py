"""addons/reports/modes/tool_calls.py: the lives of tool calls, out of a log, by every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from addons.protocols.requests import prompt_of
from addons.reports.question import ENGINES, QuestionError
from tests.reports.asking import by_engine, rows_of
from tests.reports.call_logs import CallLog, call

BASH = {"command": "ls"}


def same(log_dir: Path, *words: str) -> list[dict[str, Any]]:
    """Rows that all engines give."""
    answers = by_engine(log_dir, *words)
    assert all(rows == answers["duckdb"] for rows in answers.values())
    return answers["duckdb"]


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["call_id"], row["state"], row["result"], row["violations"]) for row in rows]


def anthropic(*blocks: dict[str, Any]) -> dict[str, Any]:
    """A conversation of one call and what the client sends then."""
    use = {"type": "tool_use", "id": "c1", "name": "Bash", "input": BASH}
    messages = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [{"type": "text", "text": "I look."}, use]},
        {"role": "user", "content": list(blocks)},
    ]
    return {"model": "m", "messages": messages, "system": "s", "tools": [{"name": "Bash", "input_schema": {}}]}


def result(text: str = "out", **changed: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "c1", "content": text, **changed}


def chat(*messages: dict[str, Any]) -> dict[str, Any]:
    made = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "Bash"}}]}
    return {"messages": [{"role": "user", "content": "go"}, made, *messages]}


def responses(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"type": "function_call", "call_id": "c1", "name": "Bash", "arguments": "{}"}
    return {"input": [{"role": "user", "content": "go"}, made, *items], **more}


def gemini(*parts: dict[str, Any], call_id: str | None = "c1") -> dict[str, Any]:
    made = {"functionCall": {"name": "Bash", "args": BASH} | ({"id": call_id} if call_id else {})}
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "go"}]},
            {"role": "model", "parts": [made]},
            {"role": "user", "parts": list(parts)},
        ]
    }


def bedrock(**told: Any) -> dict[str, Any]:
    made = {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "Bash", "input": BASH}}]}
    back = {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", **told}}]}
    return {"messages": [{"role": "user", "content": [{"text": "go"}]}, made, back]}


SECOND_REQUESTS = [
    pytest.param(anthropic(result()), "ok", id="Anthropic"),
    pytest.param(anthropic(result(is_error=True)), "error", id="Anthropic, an error"),
    pytest.param(
        anthropic(result([{"type": "text", "text": "out"}, {"type": "image", "source": {}}])),
        "ok",
        id="Anthropic, blocks",
    ),
    pytest.param(anthropic(result("Exit code 2\nno such file", is_error=True)), "exit 2", id="Claude Code, exit code"),
    pytest.param(chat({"role": "tool", "tool_call_id": "c1", "content": "out"}), "ok", id="chat"),
    pytest.param(
        chat({"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "out"}]}),
        "ok",
        id="chat, parts",
    ),
    pytest.param(responses({"type": "function_call_output", "call_id": "c1", "output": "out"}), "ok", id="Responses"),
    pytest.param(
        responses({"type": "function_call_output", "call_id": "c1", "output": "Wall time: 1 s\nExit code: 0\n"}),
        "ok",
        id="Codex, exit code 0",
    ),
    pytest.param(
        responses({"type": "function_call_output", "call_id": "c1", "output": "Process exited with code 101\nno"}),
        "exit 101",
        id="Codex, exit code",
    ),
    pytest.param(
        responses(
            {
                "type": "custom_tool_call_output",
                "call_id": "c1",
                "output": '{"output":"no","metadata":{"exit_code":1,"duration_seconds":0.1}}',
            }
        ),
        "exit 1",
        id="Codex, metadata",
    ),
    pytest.param(
        responses({"type": "function_call_output", "call_id": "c1", "output": {"content": "no", "success": False}}),
        "error",
        id="Responses, success false",
    ),
    pytest.param(
        responses({"type": "local_shell_call_output", "call_id": "c1", "output": "no", "status": "failed"}),
        "error",
        id="Responses, failed",
    ),
    pytest.param(gemini({"functionResponse": {"id": "c1", "response": {"output": "out"}}}), "ok", id="Gemini"),
    pytest.param(
        gemini({"function_response": {"id": "c1", "response": {"error": "no"}}}), "error", id="Gemini, an error"
    ),
    pytest.param(
        {
            "model": "m",
            "project": "p",
            "request": gemini({"functionResponse": {"id": "c1", "response": {"output": "o"}}}),
        },
        "ok",
        id="Code Assist",
    ),
    pytest.param(bedrock(content=[{"text": "out"}]), "ok", id="Bedrock"),
    pytest.param(bedrock(content=[{"json": {"a": 1}}], status="error"), "error", id="Bedrock, an error"),
]


@pytest.fixture(scope="module")
def dialects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By dialect the row of its one call, as all engines have it."""
    log = CallLog(tmp_path_factory.mktemp("dialects"))
    for request in SECOND_REQUESTS:
        log.exchange({"messages": []}, call("c1", "Bash", BASH), session=request.id)
        log.exchange(request.values[0], session=request.id)
    return dict(zip((request.id for request in SECOND_REQUESTS), same(log.root, "calls"), strict=True))


@pytest.mark.parametrize(("dialect", "request_", "outcome"), [(each.id, *each.values) for each in SECOND_REQUESTS])
def test_a_call_and_its_result_in_every_dialect(dialects, dialect, request_, outcome):
    """The SQL reads the same text in a result as `prompt_of` does for the live view."""
    row = dialects[dialect]
    (back,) = prompt_of(request_).tool_returns
    assert brief([row]) == [("c1", "returned", outcome, "")]
    assert row["result_chars"] == len(back.text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            gemini({"functionResponse": {"response": {"output": "out"}}}, call_id=None),
            {
                "contents": [
                    *gemini({"functionResponse": {"response": {"output": "out"}}}, call_id=None)["contents"],
                    *gemini({"functionResponse": {"response": {"output": "out"}}}, call_id=None)["contents"][1:],
                ]
            },
            id="Gemini",
        ),
        pytest.param(
            {"messages": [{"role": "assistant", "tool_calls": [{}]}, {"role": "tool", "content": "out"}]},
            {"messages": 2 * [{"role": "assistant", "tool_calls": [{}]}, {"role": "tool", "content": "out"}]},
            id="Ollama",
        ),
    ],
)
def test_calls_without_ids_and_with_the_same_results(tmp_path, first, second):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call(None, "Bash", BASH))
    log.exchange(first, call(None, "Bash", BASH))
    log.exchange(second)
    assert brief(rows_of(tmp_path, "calls")) == 2 * [(None, "returned", "ok", "")]


def gemini_turn(*told: tuple[str, str | None, str]) -> dict[str, Any]:
    """A second request: calls as (tool, id, result), then their results, in the order of the results' texts."""
    calls = [{"functionCall": {"name": tool} | ({"id": call_id} if call_id else {})} for tool, call_id, _ in told]
    results = [
        {"functionResponse": {"name": tool, "response": {"output": text}} | ({"id": call_id} if call_id else {})}
        for tool, call_id, text in sorted(told, key=lambda each: each[2])
    ]
    begun = {"role": "user", "parts": [{"text": "go"}]}
    return {"contents": [begun, {"role": "model", "parts": calls}, {"role": "user", "parts": results}]}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(
            [("Bash", "Bash_1", "2222"), ("Bash", "Bash_2", "1"), ("Read", "Read_3", "33333")],
            [("Bash_1", "Bash", "ok", 4), ("Bash_2", "Bash", "ok", 1), ("Read_3", "Read", "ok", 5)],
            id="the client has made up ids",
        ),
        pytest.param(
            [("Bash", None, "1"), ("Bash", None, "2222"), ("Read", None, "0")],
            [(None, "Bash", "ok", 1), (None, "Bash", "ok", 4), (None, "Read", "ok", 1)],
            id="none has an id: by name, and of one tool by order",
        ),
    ],
)
def test_gemini_announces_calls_without_ids(tmp_path, told, expected):
    log = CallLog(tmp_path)
    log.exchange({"contents": []}, *(call(None, tool, BASH) for tool, _, _ in told))
    log.exchange(gemini_turn(*told))
    log.exchange(gemini_turn(*told))
    rows = same(tmp_path, "calls")
    assert [(row["call_id"], row["tool"], row["result"], row["result_chars"]) for row in rows] == expected
    assert {row["violations"] for row in rows} == {""}
    results = same(tmp_path, "tool_results")
    found = sorted((row["tool"], row["result_chars"]) for row in results)
    assert found == sorted((tool, chars) for _, tool, _, chars in expected)
    assert {row["announced_in"] for row in results} == {1}


COUNTED = ("tool", "calls", "results", "result_chars", "errors")
NAMELESS = {
    "contents": [
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [{"functionCall": {"name": tool}} for tool in ("sh", "read", "sh")]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "sh", "response": {"output": "1"}}},
                {"functionResponse": {"name": "sh", "response": {"error": "22"}}},
                {"functionResponse": {"name": "read", "response": {"output": "4444"}}},
            ],
        },
    ]
}


@pytest.fixture
def nameless(tmp_path):
    """Gemini's three calls without ids, answered in another order; and another session's call that has an id."""
    log = CallLog(tmp_path)
    commands = {"command": "ls"}, {"path": "a"}, {"command": "make"}
    calls = [call(None, tool, told) for tool, told in zip(("sh", "read", "sh"), commands, strict=True)]
    log.exchange({"contents": []}, *calls, session="gemini")
    log.exchange({"messages": []}, call("c1", "Bash", BASH), session="claude")
    log.exchange(NAMELESS, session="gemini")
    log.exchange(anthropic(result("Exit code 2", is_error=True)), session="claude")
    return tmp_path


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("tools", [("Bash", 1, 1, 11, 1), ("read", 1, 1, 4, 0), ("sh", 2, 2, 3, 1)]),
        ("tool_usage_stats", [("read", 1, 1, 4, 0), ("sh", 2, 2, 3, 1), ("Bash", 1, 1, 11, 1)]),
    ],
)
def test_tools_count_results_of_calls_without_ids(nameless, mode, expected):
    assert [tuple(row[name] for name in COUNTED) for row in same(nameless, mode)] == expected


def test_commands_have_results_of_calls_without_ids(nameless):
    rows = same(nameless, "commands")
    assert [(row["tool"], row["command"], row["is_error"], row["exit_code"]) for row in rows] == [
        ("sh", "ls", False, None),
        ("sh", "make", True, None),
        ("Bash", "ls", True, 2),
    ]


def test_filters_leave_results_of_calls_without_ids_where_they_are(nameless):
    assert [row["results"] for row in same(nameless, "tools", "--session=claude")] == [1]
    assert [row["results"] for row in same(nameless, "tools", "--session=gemini")] == [1, 2]


@pytest.mark.parametrize("mode", ["tools", "tool_usage_stats"])
def test_an_id_that_several_sessions_use_has_each_its_own_result(tmp_path, mode):
    """Some servers number calls from 0 in each conversation."""
    log = CallLog(tmp_path)
    for session in ("a", "b", "c"):
        log.exchange({"messages": []}, call("c1", "Bash", BASH), session=session)
    log.exchange(anthropic(result("Exit code 2", is_error=True)), session="a")
    log.exchange(anthropic(result("1")), session="b")
    rows = same(tmp_path, mode)
    total = [sum(row[name] or 0 for row in rows) for name in COUNTED[1:]]
    assert total == [3, 2, 12, 1]


def test_a_result_of_a_call_from_before_the_log_has_its_tools_name(tmp_path):
    CallLog(tmp_path).exchange(gemini_turn(("Bash", "Bash_1", "out")))
    (row,) = same(tmp_path, "tool_results")
    assert (row["tool"], row["result_chars"], row["announced_in"]) == ("Bash", 3, None)


def test_the_columns(tmp_path):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange(anthropic(result()))
    assert same(tmp_path, "calls") == [
        {
            "call": 1,
            "at": "2026-11-26T12:00:15.000000+00:00",
            "session_number": 1,
            "tool": "Bash",
            "kind": "client",
            "state": "returned",
            "argument_chars": 17,
            "result_chars": 3,
            "result": "ok",
            "took_ms": 5000.0,
            "violations": "",
            "call_id": "c1",
            "flow_id": "f1",
            "result_flow_id": "f2",
        }
    ]


@pytest.mark.parametrize(
    ("told", "chars"),
    [
        pytest.param({"arguments_raw": '{ "command":  "ls" }'}, 20, id="as the model wrote them"),
        pytest.param({"arguments_raw": None}, 16, id="told as JSON only"),
        pytest.param({"arguments": None, "arguments_raw": '{"comm'}, 6, id="no JSON"),
    ],
)
@pytest.mark.parametrize("mode", ["calls", "tools", "tool_usage_stats"])
def test_characters_of_arguments_are_counted_alike(tmp_path, mode, told, chars):
    CallLog(tmp_path).exchange({"messages": []}, call("c1", "Bash", BASH) | told)
    assert [row["argument_chars"] for row in same(tmp_path, mode)] == [chars]


def twice_in_one_conversation(log: CallLog) -> None:
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange(anthropic(result()))
    log.exchange(anthropic(result(), result("else")))


def the_same_twice(log: CallLog) -> None:
    log.exchange({"input": []}, call("c1", "Bash", BASH))
    output = {"type": "function_call_output", "call_id": "c1", "output": "out"}
    log.exchange(responses(output, output))


def another_in_a_chain(log: CallLog) -> None:
    log.exchange({"input": []}, call("c1", "Bash", BASH))
    for text in ("out", "out", "else"):
        output = {"type": "function_call_output", "call_id": "c1", "output": text}
        log.exchange({"input": [output], "previous_response_id": "resp-f1"})


def nobodys_result(log: CallLog) -> None:
    log.exchange({"messages": [{"role": "user", "content": [result()]}]})


def no_answer(log: CallLog) -> None:
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange({"messages": [{"role": "user", "content": "something else"}]})


def no_json(log: CallLog) -> None:
    log.exchange({"messages": []}, call("c1", "Bash", None, arguments_raw='{"a": 1'))


def an_unfinished_call(log: CallLog) -> None:
    log.exchange({"messages": []}, call("c1", "Bash", None, arguments_raw='{"a": 1'), end="upstream_closed")
    log.exchange(anthropic(result()))


def one_id_for_two(log: CallLog) -> None:
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange(anthropic(result()), call("c1", "Bash", BASH))


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (twice_in_one_conversation, ("c1", "returned", "ok", "duplicate result")),
        (the_same_twice, ("c1", "returned", "ok", "duplicate result")),
        (another_in_a_chain, ("c1", "returned", "ok", "duplicate result")),
        (nobodys_result, ("c1", "returned", "ok", "result without call")),
        (no_answer, ("c1", "complete", None, "never answered")),
        (no_json, ("c1", "complete", None, "arguments are no JSON")),
        (an_unfinished_call, ("c1", "returned", "ok", "result of an unfinished call")),
        (one_id_for_two, ("c1", "complete", None, "id reused")),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_violation_is_listed(tmp_path, tell, expected):
    tell(CallLog(tmp_path))
    assert brief(rows_of(tmp_path, "calls", "violations")) == [expected]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(anthropic(result()), id="the conversation comes whole again"),
        pytest.param(anthropic(result("[cleared]")), id="the client cut an old result short"),
    ],
)
def test_what_is_none(tmp_path, later):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange(anthropic(result()))
    log.exchange(later)
    assert rows_of(tmp_path, "calls", "violations") == []


def test_a_session_that_began_before_the_log(tmp_path):
    CallLog(tmp_path).exchange(anthropic(result()))
    assert rows_of(tmp_path, "calls") == []


def test_a_result_that_the_filters_leave_out_is_a_result(tmp_path):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call("c1", "Bash", BASH), model="big")
    log.exchange(anthropic(result()), model="small")
    assert brief(rows_of(tmp_path, "calls", "--model=big")) == [("c1", "returned", "ok", "")]
    assert rows_of(tmp_path, "calls", "--model=small") == []


def test_the_last_calls(tmp_path):
    log = CallLog(tmp_path)
    for number in range(5):
        log.exchange({"messages": []}, call(f"c{number}", "Bash", BASH))
    assert [row["call_id"] for row in rows_of(tmp_path, "calls", "--last=2")] == ["c3", "c4"]


def test_another_argument_is_refused(tmp_path):
    CallLog(tmp_path).exchange({"messages": []})
    with pytest.raises(QuestionError, match="write calls, or calls violations"):
        rows_of(tmp_path, "calls", "violatoins")


def test_linkage_by_the_conversation(tmp_path):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call("c1", "Bash", BASH))
    log.exchange(anthropic(result()))
    (row,) = rows_of(tmp_path, "call_linkage")
    assert (row["call"], row["result_call"], row["linked_by"], row["chain"]) == (1, 2, "conversation", 0)


def test_linkage_by_a_chain_of_responses(tmp_path):
    log = CallLog(tmp_path)
    log.exchange({"input": []}, call("c1", "Bash", BASH))
    output = [{"type": "function_call_output", "call_id": f"c{number}", "output": "out"} for number in (1, 2, 3)]
    log.exchange({"input": output[:1], "previous_response_id": "resp-f1"}, call("c2"), call("c3"))
    log.exchange({"input": output[1:2], "previous_response_id": "resp-f2"})
    log.exchange({"input": output[2:], "previous_response_id": "resp-f3"})
    told = [
        (row["call_id"], row["response_id"], row["linked_by"], row["previous_response_id"], row["chain"])
        for row in rows_of(tmp_path, "call_linkage")
    ]
    assert told == [
        ("c1", "resp-f1", "response", "resp-f1", 1),
        ("c2", "resp-f2", "response", "resp-f2", 2),
        ("c3", "resp-f2", "another response", "resp-f3", 3),
    ]


def test_linkage_of_a_call_that_nobody_answered(tmp_path):
    CallLog(tmp_path).exchange({"messages": []}, call("c1", "Bash", BASH))
    (row,) = rows_of(tmp_path, "call_linkage")
    assert (row["result_call"], row["linked_by"], row["result_flow_id"]) == (None, None, None)


@pytest.fixture
def failing(tmp_path):
    """Four calls of two tools: one fails, one exits with 2, one is fine, one is none that JSON could tell."""
    log = CallLog(tmp_path)
    log.exchange(
        {"messages": []},
        call("c1", "Bash", BASH),
        call("c2", "Bash", BASH),
        call("c3", "Read", BASH),
        call("c4", "Read", None, arguments_raw="{"),
    )
    blocks = [
        result("Exit code 2\n  no such\tfile", is_error=True),
        result("out", tool_use_id="c2"),
        result("it is a folder", tool_use_id="c3", is_error=True),
        result("out", tool_use_id="c4"),
    ]
    log.exchange(anthropic(*blocks))
    return tmp_path


def test_errors_of_calls(failing):
    rows = rows_of(failing, "function_call_errors")
    assert [(row["call_id"], row["tool"], row["problem"], row["result"]) for row in rows] == [
        ("c1", "Bash", "exit 2", "Exit code 2 no such file"),
        ("c3", "Read", "error", "it is a folder"),
        ("c4", "Read", "ok, arguments are no JSON", ""),
    ]


def test_errors_by_tool(failing):
    assert rows_of(failing, "tool-errors") == [
        {
            "tool": "Bash",
            "calls": 2,
            "results": 2,
            "errors": 1,
            "error_share": 0.5,
            "violations": 0,
            "last_error": "Exit code 2 no such file",
        },
        {
            "tool": "Read",
            "calls": 2,
            "results": 2,
            "errors": 1,
            "error_share": 0.5,
            "violations": 1,
            "last_error": "it is a folder",
        },
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_damaged_lines_cost_no_others(tmp_path, engine):
    log = CallLog(tmp_path)
    log.exchange({"messages": []}, call("c1", "Bash", {"command": "\ud800"}))
    with (tmp_path / "all-mitm-sse/sse_flow_ends.jsonl").open("ab") as file:
        file.write(b'{"flow_id": 7, "tool_calls": "none"}\n{"torn\n\n[]\n')
    log.exchange(anthropic(result("\ud800")))
    assert brief(rows_of(tmp_path, "calls", f"--engine={engine}")) == [("c1", "returned", "ok", "")]

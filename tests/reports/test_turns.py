"""Turns, prompts, idle agents, and what clients tell models: out of requests as clients send them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reports.asking import rows_of
from tests.reports.call_logs import CallLog, call

REMINDER = "<system-reminder>Use the list.</system-reminder>"
SYSTEM = "You are Claude Code, a CLI.\nWorking directory: /home/ana\nIs directory a git repo: Yes"


def user(*texts: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text} for text in texts]}


def used(call_id: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "tool_use", "id": call_id, "name": "Bash", "input": {}}]}


def result(call_id: str, text: str = "ok", **changed: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": call_id, "content": text} | changed
    return {"role": "user", "content": [block]}


def said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def body(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"messages": list(messages), "system": SYSTEM, **fields}


@pytest.fixture
def log(tmp_path: Path) -> CallLog:
    """A prompt that takes a tool, the next prompt, typed twice word for word, and a retry of it."""
    log = CallLog(tmp_path)
    first = (user(REMINDER, "Find it"),)
    log.exchange(body(*first), call("t1"), text="Looking.")
    second = (*first, used("t1"), result("t1", "no such file", is_error=True))
    log.exchange(body(*second), text="Found.")
    third = (*second, said("Found."), user("Go on"))
    log.exchange(body(*third), end="error")
    log.exchange(body(*third), text="Gone on.")
    log.exchange(body(*third, said("Gone on."), user("Go on")), end="client_closed", text="Stopp")
    return log


def column(log: CallLog, name: str, *words: str) -> list[Any]:
    return [row[name] for row in rows_of(log.root, *words)]


def test_prompts_are_what_the_person_typed(log):
    """Not the reminder, not the tool's result, not the retry; but the same words again, when they are typed again."""
    assert column(log, "prompt", "user_prompts") == ["Find it", "Go on", "Go on"]


@pytest.mark.parametrize(("words", "prompts"), [(["prompts", "1"], ["Go on"]), (["prompts", "2"], ["Go on", "Go on"])])
def test_the_latest_prompts(log, words, prompts):
    assert column(log, "prompt", *words) == prompts


def test_an_agent_is_idle_where_an_answer_asks_for_nothing(log):
    assert column(log, "flow_id", "idle") == ["f2", "f4"]


def test_a_turn_lasts_from_the_prompt_to_the_rest(log):
    turns = [(row["prompt"], row["calls"], row["took_ms"]) for row in rows_of(log.root, "turns")]
    assert turns == [("Find it", 2, 15_000), ("Go on", 2, 15_000), ("Go on", 1, None)]


def test_a_prompt_is_paired_with_the_last_words(log):
    assert column(log, "reply", "pairs") == ["Found.", "Gone on.", None]


def test_what_streamed_is_told_by_the_end_of_a_flow_id(log):
    assert column(log, "text", "deltas", "4") == ["Gone on."]
    assert column(log, "text", "deltas") == ["Looking.", "Found.", "Gone on.", "Stopp"]


def test_the_models_words(log):
    assert column(log, "text", "assistant_messages") == ["Looking.", "Found.", "Gone on.", "Stopp"]


def test_results_are_told_with_the_call_that_asked_for_them(log):
    (row,) = rows_of(log.root, "tool_results")
    assert (row["tool"], row["result_chars"], row["is_error"], row["error"]) == ("Bash", 12, True, "no such file")
    assert (row["call"], row["announced_in"]) == (2, 1)


def test_a_system_prompt_is_told_once(log):
    log.exchange(body(user("Elsewhere")), session="other")
    (row,) = rows_of(log.root, "system_prompts")
    assert (row["text"], row["sessions"]) == (SYSTEM, 2)
    assert (row["first"][11:19], row["last"][11:19]) == ("12:00:10", "12:01:00")


def test_what_is_injected_is_told_without_its_tag(log):
    (row,) = rows_of(log.root, "reminders_policies")
    assert (row["tag"], row["text"]) == ("system-reminder", "Use the list.")


def test_hints_of_the_machine(log):
    hints = [(row["kind"], row["value"]) for row in rows_of(log.root, "paths_repo_hints")]
    assert hints == [("directory", "/home/ana"), ("repository", "Yes")]


def test_who_the_model_is_told_to_be(tmp_path):
    log = CallLog(tmp_path)
    log.exchange(
        {
            "messages": [user("Hi")],
            "system": [
                {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude."},
                {
                    "type": "text",
                    "text": "You are powered by the model named Opus 5.5. The exact model ID is claude-opus-5-5."
                    "\nAssistant knowledge cutoff is June 2026.",
                },
            ],
        }
    )
    told = [(row["kind"], row["value"]) for row in rows_of(log.root, "model_identity_cutoff")]
    assert told == [
        ("identity", "You are Claude Code, Anthropic's official CLI for Claude"),
        ("name", "Opus 5.5"),
        ("model id", "claude-opus-5-5"),
        ("cut-off", "June 2026"),
    ]


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        pytest.param(
            [{"name": "Bash", "description": "Runs.", "input_schema": {"type": "object"}}],
            [("Bash", "function", 17, "Runs.")],
            id="Anthropic",
        ),
        pytest.param(
            [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {}}}],
            [("f", "function", 0, "d")],
            id="chat completions",
        ),
        pytest.param(
            [{"functionDeclarations": [{"name": "a", "parameters": {"x": 1}}, {"name": "b"}]}],
            [("a", "function", 7, ""), ("b", "function", 0, "")],
            id="Gemini",
        ),
        pytest.param(
            [{"type": "web_search_20250305", "name": "web_search"}],
            [("web_search", "web_search_20250305", 0, "")],
            id="a provider's own",
        ),
    ],
)
def test_tools_are_told_in_every_dialect(tmp_path, tools, told):
    log = CallLog(tmp_path)
    log.exchange({"messages": [user("Hi")], "tools": tools})
    rows = rows_of(log.root, "tools_defined")
    assert [(row["tool"], row["kind"], row["schema_bytes"], row["description"]) for row in rows] == told


@pytest.mark.parametrize("words", [["prompts", "0"], ["prompts", "many"]])
def test_how_many_has_to_be_a_number(log, words):
    with pytest.raises(ValueError, match="say how many, such as 20"):
        rows_of(log.root, *words)

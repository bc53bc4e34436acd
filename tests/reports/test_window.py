"""The context window: what it is made of, how it grows, why its cache broke."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from addons.reports.window_parts import window_parts
from tests.reports.asking import rows_of
from tests.reports.call_logs import CallLog
from tests.reports.test_turns import body, result, said, used, user

LONG = "x" * 5_000


def usage(read: int, written: int, total: int = 10_000) -> dict[str, int]:
    return {
        "input_tokens": total,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": 1,
    }


@pytest.mark.parametrize(
    ("request_body", "sorts"),
    [
        pytest.param(
            body(
                user("<system-reminder>r</system-reminder>", "Hi"),
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}],
                },
                used("t"),
                result("t"),
                {"role": "user", "content": [{"type": "image", "source": {}}]},
                tools=[{"name": "Bash"}, {"name": "Read"}],
            ),
            {
                "tool definitions": 2,
                "system prompt": 1,
                "injected by the client": 1,
                "the person's words": 1,
                "model's text": 1,
                "model's thinking": 1,
                "tool calls": 1,
                "tool results": 1,
                "images and files": 1,
            },
            id="Anthropic",
        ),
        pytest.param(
            {
                "instructions": "You are Codex",
                "input": [
                    {"type": "additional_tools", "role": "developer", "tools": []},
                    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
                    {"type": "reasoning", "summary": []},
                    {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c", "output": "ok"},
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
                ],
            },
            {
                "tool definitions": 1,
                "system prompt": 1,
                "the person's words": 1,
                "model's text": 1,
                "model's thinking": 1,
                "tool calls": 1,
                "tool results": 1,
            },
            id="Responses",
        ),
        pytest.param(
            {
                "messages": [
                    {"role": "system", "content": "s"},
                    {"role": "user", "content": "Hi"},
                    {"role": "assistant", "content": "a", "reasoning_content": "hm", "tool_calls": [{"id": "c"}]},
                    {"role": "tool", "tool_call_id": "c", "content": "ok"},
                ]
            },
            {
                "system prompt": 1,
                "the person's words": 1,
                "model's text": 1,
                "model's thinking": 1,
                "tool calls": 1,
                "tool results": 1,
            },
            id="chat completions",
        ),
        pytest.param(
            {
                "systemInstruction": {"parts": [{"text": "s"}]},
                "contents": [
                    {"role": "user", "parts": [{"text": "Hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
                    {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "ok"}}}]},
                ],
            },
            {"system prompt": 1, "the person's words": 1, "tool calls": 1, "tool results": 1},
            id="Gemini",
        ),
    ],
)
def test_a_request_by_what_it_is_made_of(request_body: Any, sorts: dict[str, int]) -> None:
    assert {sort: count for sort, (count, _) in window_parts(request_body).items()} == sorts


def test_the_context_is_that_of_the_latest_request(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    log.exchange(body(user("Hi")), usage=usage(0, 0))
    log.exchange(body(user("Hi"), said("Hello"), user("Go on")), usage=usage(0, 0, 12_000))
    rows = rows_of(log.root, "context")
    assert {row["part"]: row["items"] for row in rows} == {
        "system prompt": 1,
        "the person's words": 2,
        "model's text": 1,
    }
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert sum(row["tokens"] for row in rows) == pytest.approx(12_000, abs=2)


def test_growth_is_what_was_added(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    for total in (10_000, 12_000, 3_000):
        log.exchange(body(user("Hi")), usage=usage(0, 0, total))
    assert [row["added_tokens"] for row in rows_of(log.root, "growth")] == [None, 2_000, -9_000]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        pytest.param(body(user("Other")), "message 1 of 1 changed", id="another message"),
        pytest.param(
            {**body(user(LONG)), "system": "Other"}, "system block 1 of 1 changed", id="another system prompt"
        ),
        pytest.param(body(user(LONG)), "nothing in the request: the provider had it no more", id="the same"),
    ],
)
def test_a_cache_break_says_what_changed(tmp_path: Path, second: Any, why: str) -> None:
    log = CallLog(tmp_path)
    log.exchange(body(user(LONG)), usage=usage(0, 9_000))
    log.exchange(second, usage=usage(500, 8_000))
    (row,) = rows_of(log.root, "cache-breaks")
    assert (row["why"], row["cached_tokens"], row["lost_tokens"]) == (why, 9_000, 8_500)


def test_another_model_breaks_the_cache(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    log.exchange(body(user(LONG)), usage=usage(0, 9_000))
    log.exchange(body(user(LONG)), usage=usage(0, 9_000), model="other")
    (row,) = rows_of(log.root, "cache-breaks")
    assert row["why"] == "the model changed from m to other"


@pytest.mark.parametrize(
    "read", [pytest.param(9_000, id="all was read"), pytest.param(8_500, id="less, but little less")]
)
def test_no_break_is_none(tmp_path: Path, read: int) -> None:
    log = CallLog(tmp_path)
    log.exchange(body(user(LONG)), usage=usage(0, 9_000))
    log.exchange(body(user("Other")), usage=usage(read, 100))
    assert rows_of(log.root, "cache-breaks") == []

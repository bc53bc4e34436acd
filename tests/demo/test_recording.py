"""The demo's recording: how its lines are read, and that what is in it is a conversation as real agents have it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from addons.demo import recording
from addons.demo.recording import Exchange

AGENT = {"agent": "a", "url": "http://x/", "headers": {}, "conversation": "turns", "body": {"model": "m"}}
AGENTS = recording.read_file()


def read(*lines: dict[str, Any]) -> list[Exchange]:
    return recording.read([json.dumps(line, ensure_ascii=False) for line in lines])["a"]


def ask(*add: Any) -> dict[str, Any]:
    return {"ask": "a", "after_s": 0, "add": list(add)}


def payloads(exchange: Exchange) -> list[Any]:
    return [json.loads(event.wire.decode().partition("data: ")[2]) for event in exchange.events]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param({"type": "t", "d": {"text": "a¦b c¦d"}}, ["a", "b c", "d"], id="at its marks"),
        pytest.param({"type": "t", "d": {"text": 'say "¦x"'}}, ['say "', 'x"'], id="beside a quote"),
        pytest.param({"type": "t", "d": {"text": "\\¦n"}}, ["\\", "n"], id="after a backslash"),
        pytest.param({"type": "t", "d": {"text": "whole"}}, ["whole"], id="no mark, one event"),
        pytest.param({"type": "t", "d": {"text": ""}}, [""], id="an empty text"),
    ],
)
def test_a_text_is_sent_in_pieces(data: dict[str, Any], expected: list[str]) -> None:
    (exchange,) = read(AGENT, ask(), {"wait_s": 0, "data": data})
    assert [payload["d"]["text"] for payload in payloads(exchange)] == expected


def test_an_event_is_one_sse_block_after_a_pause() -> None:
    (exchange,) = read(AGENT, ask(), {"wait_s": 0.5, "data": {"type": "ping"}})
    assert exchange.events == [recording.Event(0.5, b'event: ping\ndata: {"type":"ping"}\n\n')]


def test_numbered_events_count_themselves() -> None:
    data = {"type": "t", "text": "a¦b"}
    (exchange,) = read(AGENT | {"numbered": True}, ask(), {"wait_s": 0, "data": data}, {"wait_s": 0, "data": data})
    assert [payload["sequence_number"] for payload in payloads(exchange)] == [0, 1, 2, 3]


def test_a_request_repeats_the_conversation_so_far() -> None:
    bodies = [json.loads(exchange.body) for exchange in read(AGENT, ask("one"), ask("two", "three"))]
    assert bodies == [{"model": "m", "turns": ["one"]}, {"model": "m", "turns": ["one", "two", "three"]}]


# -- The recording itself --------------------------------------------------------------------------------------------


def anthropic_answer(exchange: Exchange) -> list[dict[str, Any]]:
    """The content blocks that the events add up to."""
    blocks: list[dict[str, Any]] = []
    for data in payloads(exchange):
        match data:
            case {"type": "content_block_start", "content_block": block}:
                blocks.append(dict(block))
            case {"delta": {"type": "input_json_delta", "partial_json": piece}}:
                blocks[-1]["raw"] = blocks[-1].get("raw", "") + piece
            case {"type": "content_block_delta", "delta": {"type": _, **pieces}}:
                blocks[-1] |= {name: blocks[-1][name] + piece for name, piece in pieces.items()}
    return [block | {"input": json.loads(block.pop("raw"))} if "raw" in block else block for block in blocks]


def responses_answer(exchange: Exchange) -> list[dict[str, Any]]:
    """The finished items, without what a client leaves out when it repeats them."""
    items = [data["item"] for data in payloads(exchange) if data["type"] == "response.output_item.done"]
    return [{name: value for name, value in item.items() if name not in ("id", "status")} for item in items]


def test_claude_code_repeats_what_it_was_answered() -> None:
    exchanges = AGENTS["claude-code"]
    for before, after in itertools.pairwise(exchanges):
        assert json.loads(after.body)["messages"][-2] == {"role": "assistant", "content": anthropic_answer(before)}


def test_codex_repeats_what_it_was_answered() -> None:
    exchanges = AGENTS["codex"]
    for before, after in itertools.pairwise(exchanges):
        answer = responses_answer(before)
        assert json.loads(after.body)["input"][-1 - len(answer) : -1] == answer


def test_deltas_add_up_to_the_finished_item() -> None:
    for exchange in AGENTS["codex"]:
        texts: dict[str, str] = {}
        for data in payloads(exchange):
            if data["type"].endswith(".delta"):
                texts[data["item_id"]] = texts.get(data["item_id"], "") + data["delta"]
            elif data["type"] == "response.output_item.done":
                item = data["item"]
                said = item.get("arguments") or item.get("input") or (item.get("content") or item["summary"])[0]["text"]
                assert texts[item["id"]] == said


@pytest.mark.parametrize(("agent", "last"), [("claude-code", "message_stop"), ("codex", "response.completed")])
def test_every_answer_comes_to_its_end(agent: str, last: str) -> None:
    assert [payloads(exchange)[-1]["type"] for exchange in AGENTS[agent]] == [last] * len(AGENTS[agent])


def test_it_has_what_the_demo_promises() -> None:
    """Thinking, text, a shell command, an edit and usage; from both agents."""
    claude = [block for exchange in AGENTS["claude-code"] for block in anthropic_answer(exchange)]
    codex = [item for exchange in AGENTS["codex"] for item in responses_answer(exchange)]
    assert {"thinking", "text", "tool_use"} == {block["type"] for block in claude}
    assert {"Bash", "Read", "Edit"} == {block["name"] for block in claude if block["type"] == "tool_use"}
    assert [item["type"] for item in codex] == ["reasoning", "function_call", "custom_tool_call", "message"]


def test_it_takes_about_twenty_seconds() -> None:
    for exchanges in AGENTS.values():
        pauses_s = [exchange.after_s + sum(event.wait_s for event in exchange.events) for exchange in exchanges]
        assert 10 < sum(pauses_s) < 20

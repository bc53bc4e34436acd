"""addons/capture/intake.py: what a request says, who sends it, and what of it is new."""

from __future__ import annotations

import gzip
import json
import random
import string
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from addons.capture import request_reader
from addons.capture.intake import Intake, Request
from addons.protocols.requests import rebuild
from addons.redaction.redactor import Redactor
from addons.sinks.reader import load_blobs, rebuild_request
from addons.sinks.records import Kind
from addons.sinks.timestamps import TimeFormatter
from addons.wire.json_text import dump_json
from tests.exchanges import ANSWER, ASK, CREATE, KEY, Rig, at, chunks, elsewhere, end, handshake, head, intake, request


@pytest.fixture
def reader(tmp_path: Path) -> Intake:
    return intake(tmp_path)


def blobs_of(*requests: Request) -> dict[str, Any]:
    records = [json.loads(blob.line) for taken in requests for blob in taken.blobs]
    return {record["hash"]: record["content"] for record in records}


def rebuilt(taken: Request) -> Any:
    return rebuild(taken.body_refs, blobs_of(taken).__getitem__)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def model(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def saying(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request of a client that names no session."""
    return {"model": "claude-lab", "messages": list(messages), **more}


# -- what it says ----------------------------------------------------------------------------------------------------


def test_a_request_is_read(reader: Intake) -> None:
    taken = reader.take(request())
    assert (taken.api, taken.model, taken.client, taken.provider) == (
        "anthropic.messages",
        "claude-lab",
        "unknown",
        "anthropic",
    )
    assert (taken.session_id, taken.session_source, taken.purpose) == ("s-1", "body:metadata.user_id", "main")
    assert (taken.method, taken.http_version, taken.body_bytes) == ("POST", "HTTP/1.1", len(json.dumps(ASK)))
    assert (taken.prompt, taken.tool_returns) == ("Say hello.", ())
    assert rebuilt(taken) == ASK


def test_tool_results_and_prompt_are_redacted(reader: Intake) -> None:
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": f"found {KEY}", "is_error": True}
    content = [result, {"type": "text", "text": f"why {KEY}?"}]
    taken = reader.take(request(saying({"role": "user", "content": content})))
    assert taken.prompt is not None
    assert taken.prompt.startswith("why hash:")
    (back,) = taken.tool_returns
    assert (back.call_id, back.is_error) == ("toolu_1", True)
    assert back.text.startswith("found hash:")


def test_url_and_headers_are_redacted(reader: Intake) -> None:
    taken = reader.take(
        elsewhere("generativelanguage.googleapis.com", f"/v1beta/models/g:generateContent?key={KEY}&a=1")
    )
    assert taken.url.startswith(
        "https://generativelanguage.googleapis.com/v1beta/models/g:generateContent?a=1&key=hash"
    )
    assert KEY not in str(taken.headers) + taken.url


# -- bodies ----------------------------------------------------------------------------------------------------------

CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("identity", bytes),
    ("zstd, gzip", lambda data: gzip.compress(zstandard.compress(data))),
]


@pytest.mark.parametrize(("name", "encode"), CODINGS, ids=[name for name, _ in CODINGS])
def test_a_compressed_body_is_read(reader: Intake, name: str, encode: Callable[[bytes], bytes]) -> None:
    """Its bytes are those of the wire, and the flow keeps them as they are."""
    wire = encode(json.dumps(ASK).encode())
    taken = reader.take(request(wire, headers=(("content-encoding", name),)))
    assert rebuilt(taken) == ASK
    assert (taken.body, taken.body_bytes, taken.body_changed) == (wire, len(wire), False)


NO_JSON = [
    # body, content encoding -> what the flow keeps
    pytest.param(b"", None, b"", id="empty"),
    pytest.param(b"plain text", None, b"plain text", id="text"),
    pytest.param(b'{"cut', None, b'{"cut', id="cut JSON"),
    pytest.param(b'{"n":NaN}', None, b'{"n":NaN}', id="not quite JSON"),
    pytest.param(KEY.encode(), None, None, id="text with a secret"),
    pytest.param(b"\xff\xfe\x00", None, None, id="no text"),
    pytest.param(b"{}", "gzip", None, id="an encoding that does not hold"),
    pytest.param(b"{}", "snappy", None, id="an encoding that nobody knows"),
]


@pytest.mark.parametrize(("body", "encoding", "kept"), NO_JSON)
def test_a_body_that_is_no_json_is_counted_and_kept_only_if_it_could_be_read(
    reader: Intake, body: bytes, encoding: str | None, kept: bytes | None
) -> None:
    taken = reader.take(request(body, headers=(("content-encoding", encoding),) if encoding else ()))
    assert (taken.body_refs, taken.body_bytes, taken.body) == (None, len(body), kept)
    assert (taken.blobs, taken.prompt) == ((), None)


def test_an_unknown_body_is_none(reader: Intake) -> None:
    """mitmproxy streams large requests when told so."""
    taken = reader.take(request(None))
    assert (taken.body_refs, taken.body_bytes, taken.body) == (None, 0, None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"messages": [], "n": 123456789012345678901234567890}, id="an integer of any length"),
        pytest.param({"messages": [user("\ud83d alone")]}, id="a lone surrogate"),
        pytest.param({"messages": [user("a"), {"$ref": "0" * 32}]}, id="what looks like a reference"),
        pytest.param([1, "two", None], id="a list"),
        pytest.param("text", id="a string"),
        pytest.param(0, id="a number"),
    ],
)
def test_any_json_is_rebuilt(reader: Intake, body: Any) -> None:
    assert rebuilt(reader.take(request(body))) == body


# -- redaction -------------------------------------------------------------------------------------------------------


def test_a_secret_leaves_its_hash_in_log_and_flow(reader: Intake) -> None:
    taken = reader.take(request(saying(user(f"use {KEY}"), user("and go"))))
    assert taken.body_changed
    assert KEY.encode() not in b"".join(blob.line for blob in taken.blobs) + dump_json(taken.body_refs)
    assert taken.body is not None
    assert json.loads(taken.body) == rebuilt(taken)
    assert rebuilt(taken)["messages"][1] == user("and go")


def test_a_secret_outside_the_conversation_is_found_too(reader: Intake) -> None:
    taken = reader.take(request(saying(user("go"), note=KEY)))
    assert taken.body_changed
    assert KEY.encode() not in dump_json(taken.body_refs)


def test_a_secret_in_an_ids_or_the_models_place_is_found_too(reader: Intake) -> None:
    """A session's id becomes a folder's name."""
    taken = reader.take(request({"model": KEY, "messages": [], "session_id": f"s {KEY}"}))
    assert taken.session_id.startswith("s hash:")
    assert (taken.model or "").startswith("hash:")
    assert taken.context.session_id == taken.session_id


def test_a_redacted_body_above_the_limit_is_not_made(tmp_path: Path) -> None:
    taken = intake(tmp_path, keep_bodies="10").take(request(saying(user(KEY))))
    assert (taken.body, taken.body_changed) == (None, True)


class CountingRedactor(Redactor):
    def __init__(self) -> None:
        super().__init__()
        self.looked_at: list[Any] = []

    def value(self, value: Any) -> Any:
        self.looked_at.append(value)
        return super().value(value)


@pytest.mark.parametrize("text", ["nothing in it", f"use {KEY}"], ids=["clean", "secret"])
def test_what_was_seen_before_is_not_looked_at_again(reader: Intake, text: str) -> None:
    counting = CountingRedactor()
    reader.configure(counting, TimeFormatter("utc"))
    first = reader.take(request(saying(user(text))))
    second = reader.take(request(saying(user(text), model("yes"))))
    assert counting.looked_at.count(user(text)) == 1
    assert first.body_changed is second.body_changed
    assert first.body_refs["messages"] == second.body_refs["messages"][:1]


def test_new_rules_look_again(reader: Intake) -> None:
    reader.configure(Redactor(enabled=False), TimeFormatter("utc"))
    assert not reader.take(request(saying(user(KEY)))).body_changed
    reader.configure(Redactor(), TimeFormatter("utc"))
    assert reader.take(request(saying(user(KEY)))).body_changed


def test_the_memory_is_bounded(reader: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_reader, "REMEMBERED", 10)
    for number in range(30):
        taken = reader.take(request(saying(user(f"{number} {KEY}"))))
        assert taken.body_changed
    assert len(reader.bodies.memory) == 10


# -- sessions --------------------------------------------------------------------------------------------------------


def sessions(reader: Intake, *bodies: Any, **changed: Any) -> list[str]:
    return [reader.take(request(body, at=at(number), **changed)).session_id for number, body in enumerate(bodies)]


def test_without_an_id_a_conversation_is_told_by_its_beginning(reader: Intake) -> None:
    one, two, three = sessions(
        reader,
        saying(user("a")),
        saying(user("b")),
        saying(user("a"), model("A"), user("c")),
    )
    assert one == three
    assert one != two
    assert one.startswith("derived-")


def test_cache_marks_that_move_do_not_matter(reader: Intake) -> None:
    marked = {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]}
    plain = {"role": "user", "content": [{"type": "text", "text": "a"}]}
    one, two = sessions(reader, saying(marked), saying(plain, model("A"), user("c")))
    assert one == two


def test_equal_words_of_another_account_are_another_session(reader: Intake) -> None:
    """The hash of its credential tells it."""
    body = saying(user("a"))
    (one,) = sessions(reader, body, headers=(("x-api-key", "one"),))
    (two,) = sessions(reader, body, headers=(("x-api-key", "two"),))
    assert one != two


def test_a_side_call_goes_to_the_newest_conversation(reader: Intake) -> None:
    title = saying(user("a"), system="You are a title generator.")
    opened, beside, goes_on = sessions(reader, saying(user("a")), title, saying(user("a"), model("A")))
    assert opened == beside == goes_on


def test_a_response_is_continued_by_its_id(reader: Intake) -> None:
    reader.answered("resp_1", "s-7")
    reader.answered(7, "s-8")
    taken = reader.take(request({"previous_response_id": "resp_1", "input": "go on"}))
    assert (taken.session_id, taken.session_source) == ("s-7", "body:previous_response_id")


def test_a_sub_agents_sub_agent_belongs_to_the_root(reader: Intake) -> None:
    def call(own: str, parent: str) -> Request:
        turn = json.dumps({"session_id": parent, "thread_id": own, "parent_thread_id": parent})
        headers = (("user-agent", "codex_cli_rs/0.1"), ("x-codex-turn-metadata", turn), ("session-id", parent))
        return reader.take(elsewhere("chatgpt.com", "/backend-api/codex/responses", CREATE, headers=headers))

    assert (call("agent-1", "root").session_id, call("agent-2", "agent-1").session_id) == ("root", "root")


# -- sockets ---------------------------------------------------------------------------------------------------------


def test_a_message_is_a_request_of_its_own(reader: Intake) -> None:
    text = json.dumps(CREATE)
    taken = reader.take_message(handshake(), "f-1:0", at(50), text)
    assert (taken.context.flow_id, taken.at, taken.body_bytes) == ("f-1:0", at(50), len(text))
    assert (taken.session_id, taken.api, taken.model) == ("s-1", "openai.responses", "gpt-lab")
    assert rebuilt(taken) == CREATE


# -- what a long session costs ---------------------------------------------------------------------------------------


def test_each_content_is_a_blob_once(reader: Intake) -> None:
    taken = reader.take(request(saying(user("same"), model("same"), user("same"))))
    assert [reference["$ref"] for reference in taken.body_refs["messages"]].count(
        taken.body_refs["messages"][0]["$ref"]
    ) == 2
    assert len(taken.blobs) == 2


TURNS = 100


def test_a_long_session_costs_what_is_new_in_it(tmp_path: Path) -> None:
    """Requests of 20 MB in all, with 400 kB of content in them: the log holds that content once, and every request."""
    chance = random.Random(1)
    words = ["".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(2_000)]
    messages: list[dict[str, Any]] = []
    bodies: list[dict[str, Any]] = []
    with Rig(tmp_path) as rig:
        for turn in range(TURNS):
            messages += [user(" ".join(chance.choices(words, k=250))), model(" ".join(chance.choices(words, k=250)))]
            bodies.append({**ASK, "messages": messages[:-1]})
            flow_id = f"f-{turn}"
            rig.play(request(bodies[-1], flow_id=flow_id), head(), chunks(*ANSWER), end(), flow_id=flow_id)
        flows = rig.records(Kind.FLOWS)
        blobs = load_blobs(rig.root)
    sent = sum(len(json.dumps(body)) for body in bodies)
    folder = rig.root / "all-mitm-sse"
    on_disk = sum((folder / name).stat().st_size for name in ("sse_flows.jsonl", "sse_blobs.jsonl"))
    assert sent > 19_000_000
    assert len(json.dumps(bodies[-1])) > 390_000
    assert on_disk < 2_000_000
    assert len(blobs) == 2 * TURNS - 1 + len(ASK["tools"])
    assert [rebuild_request(flow, blobs) for flow in flows] == bodies

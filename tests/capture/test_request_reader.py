"""addons/capture/request_reader.py: a large body says what a small one says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from addons.capture import request_reader
from addons.capture.request_reader import ReadBody, RequestReader
from addons.protocols.requests import rebuild
from addons.redaction.redactor import Redactor
from tests.capture.test_intake import CODINGS, NO_JSON, model, saying, user
from tests.exchanges import ASK, KEY


def reader() -> RequestReader:
    return RequestReader(Redactor(), lambda: 1 << 20)


@pytest.fixture
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 0)
    monkeypatch.setattr(request_reader, "LARGE_ENCODED_BYTES", 0)


BODIES = [
    pytest.param(ASK, id="a request"),
    pytest.param(saying(user(f"use {KEY}"), model("yes"), user("é \U0001f600")), id="with a secret"),
    pytest.param(saying(user("a"), note={"much": ["more"] * 200}), id="with another large value"),
    pytest.param({"messages": [user("\ud83d alone")], "n": 2**80}, id="with odd values"),
    pytest.param([1, "two", None], id="a list"),
]


@pytest.mark.parametrize("body", BODIES)
def test_a_large_body_reads_as_a_small_one(body: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = json.dumps(body).encode()
    small = reader().read(wire, None)
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 0)
    assert reader().read(wire, None) == small


@pytest.mark.usefixtures("all_are_large")
@pytest.mark.parametrize(("name", "encode"), CODINGS, ids=[name for name, _ in CODINGS])
def test_a_large_compressed_body_is_read(name: str, encode: Callable[[bytes], bytes]) -> None:
    wire = encode(json.dumps(ASK).encode())
    read = reader().read(wire, name)
    assert (read.value, read.kept, read.size, read.is_changed) == (ASK, wire, len(wire), False)


@pytest.mark.usefixtures("all_are_large")
@pytest.mark.parametrize(("body", "encoding", "kept"), NO_JSON)
def test_a_large_body_that_is_no_json_is_kept_only_if_it_could_be_read(
    body: bytes, encoding: str | None, kept: bytes | None
) -> None:
    assert reader().read(body, encoding) == ReadBody(len(body), kept=kept)


@pytest.mark.usefixtures("all_are_large")
@pytest.mark.parametrize(("limit", "is_read"), [(10_012, True), (10_011, False)])
def test_a_body_may_not_grow_without_bounds(monkeypatch: pytest.MonkeyPatch, limit: int, is_read: bool) -> None:
    """Also where no piece of it grows much."""
    monkeypatch.setattr(request_reader, "LIMIT_BYTES", limit)
    monkeypatch.setattr(request_reader, "_ENCODED_STEP_BYTES", 10)
    body = {"text": "a" * 10_000}
    read = reader().read(gzip.compress(json.dumps(body).encode()), "gzip")
    assert read.value == (body if is_read else None)


@pytest.mark.usefixtures("all_are_large")
def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert reader().read(b"\xef\xbb\xbf[1]", None).value == [1]


def test_a_body_that_is_no_json_is_not_looked_at_where_the_flow_could_not_keep_it() -> None:
    assert RequestReader(Redactor(), lambda: 3).read(b"text", None) == ReadBody(4)


def test_the_changed_body_says_what_the_log_says() -> None:
    """Byte for byte, down to what is no message."""
    body = saying(user(f"use {KEY}"), model("yes"), note=KEY, tools=[{"name": "Bash"}])
    read = reader().read(json.dumps(body).encode(), None)
    contents = {digest: json.loads(content) for digest, (_, content) in read.contents.items()}
    assert read.kept is not None
    assert json.loads(read.kept) == rebuild(read.refs, contents.__getitem__)
    assert list(json.loads(read.kept)) == list(body)
    assert KEY.encode() not in read.kept


def test_a_message_is_known_by_its_content_without_cache_marks() -> None:
    marked = {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]}
    plain = {"role": "user", "content": [{"type": "text", "text": "a"}]}
    one, two = (reader().read(json.dumps(saying(message)).encode(), None) for message in (marked, plain))
    assert one.items == two.items
    assert one.contents.keys() != two.contents.keys()


def test_items_that_stand_at_no_known_place_are_known_too() -> None:
    """Cohere's first version: a message beside its history."""
    old = {"role": "USER", "message": "a"}
    read = reader().read(json.dumps({"message": "b", "chat_history": [old]}).encode(), None)
    longer = reader().read(
        json.dumps({"message": "c", "chat_history": [old, {"role": "USER", "message": "b"}]}).encode(), None
    )
    assert longer.items[:2] == read.items


def test_token_numbers_are_no_messages() -> None:
    assert reader().read(b'{"prompt":[1,2,3]}', None).items == ()

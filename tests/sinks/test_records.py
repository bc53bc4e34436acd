"""Records: one JSON line each, with the fields of LOGFORMAT.md."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.sinks import records
from addons.sinks.records import BlobCollector, EndFields, FlowFields, Kind, RecordContext
from addons.wire.frame import Frame

TS = "2026-11-23T10:15:00.123456+01:00"
COMMON = {"v": 1, "ts": TS, "flow_id": "f-1", "session_id": "s-1", "client": "claude-code", "provider": "anthropic"}

FLOW = FlowFields(
    session_source="header:x-claude-code-session-id",
    agent_id=None,
    parent_id=None,
    purpose="main",
    transport="sse",
    api="anthropic.messages",
    model="claude-x",
    method="POST",
    url="https://api.anthropic.com/v1/messages",
    http_version="HTTP/2.0",
    status=200,
    request_headers={"x-api-key": "hash:0123456789abcdef"},
    response_headers={"content-type": "text/event-stream"},
    request={"messages": [{"$ref": "0" * 32}], "n": 10**30},
    request_bytes=99,
)
END = EndFields(
    end="complete",
    error=None,
    status=200,
    purpose="main",
    api="anthropic.messages",
    model="claude-x",
    response_id="msg_1",
    events=3,
    bytes=100,
    duration_ms=12.5,
    ttft_ms=None,
    stop_reason="end_turn",
    text="ok \ud83d",
    thinking="",
    tool_calls=[],
    usage={"input_tokens": 1},
    usage_raw=None,
    dropped=0,
)


@pytest.mark.parametrize(
    ("record", "kind", "fields"),
    [
        pytest.param(records.flow_record, Kind.FLOWS, FLOW, id="flow"),
        pytest.param(records.end_record, Kind.ENDS, END, id="end"),
    ],
)
def test_flow_and_end_records(record: Any, kind: Kind, fields: Any, context: RecordContext) -> None:
    made = record(context, TS, fields)
    assert made.kind is kind
    assert made.line.count(b"\n") == 1
    assert json.loads(made.line) == COMMON | dataclasses.asdict(fields)


@pytest.mark.parametrize(
    ("frame", "fields"),
    [
        pytest.param(Frame('{"a":1}', "delta"), {"event": "delta", "data": {"a": 1}}, id="json"),
        pytest.param(Frame("[DONE]"), {"event": None, "data": "[DONE]"}, id="text"),
        pytest.param(Frame(None, comment=" ping"), {"event": None, "data": None, "comment": " ping"}, id="comment"),
        pytest.param(
            Frame("", "e", id="7", retry=0), {"event": "e", "data": "", "id": "7", "retry": 0}, id="empty, id, retry"
        ),
        pytest.param(Frame("null"), {"event": None, "data": None}, id="a payload that is null"),
    ],
)
def test_line_records(frame: Frame, fields: dict[str, Any], context: RecordContext) -> None:
    made = records.line_record(context, TS, frame, seq=4, t_ms=1.25, direction="out")
    assert json.loads(made.line) == COMMON | {"seq": 4, "t_ms": 1.25, "dir": "out"} | fields


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param('{"b":1,"a":2,"b":3}', b'{"b":1,"a":2,"b":3}', id="key order, repeated keys"),
        pytest.param("[1.0, 1e5, 10000000000000000000000]", b"[1.0, 1e5, 10000000000000000000000]", id="numbers"),
        pytest.param(r'"\u00e9\/\ud83d"', rb'"\u00e9\/\ud83d"', id="escapes, a lone surrogate's too"),
        pytest.param('{\r\n  "a":\n1}', b'{    "a": 1}', id="line breaks between tokens"),
        pytest.param('"\u2028é"', '"\u2028é"'.encode(), id="other separators are text"),
        pytest.param('"\ud83d"', rb'"\ud83d"', id="a raw lone surrogate"),
        pytest.param("NaN", b'"NaN"', id="NaN is no JSON"),
        pytest.param('{"a":1', b'"{\\"a\\":1"', id="cut off"),
        pytest.param("a\nb", b'"a\\nb"', id="text with a line break"),
        pytest.param("x\ud83d", rb'"x\ud83d"', id="text with a lone surrogate"),
    ],
)
def test_payloads_are_embedded_as_received(data: str, expected: bytes) -> None:
    assert records.embedded(data) == expected


@given(st.text(alphabet='{}[]",:\\ \r\n\t1aeé\ud83d\u2028null', max_size=30))
def test_any_payload_makes_one_json_line(data: str) -> None:
    line = records.embedded(data)
    assert not {*b"\r\n"} & {*line}
    value = json.loads(line.decode())
    try:
        expected = json.loads(data)
    except ValueError:
        expected = data
    assert value == expected


def test_a_blob_is_named_by_its_content(context: RecordContext) -> None:
    made = records.blob_record(context, TS, "message", b'{"role":"user"}')
    assert made.hash == hashlib.sha256(b'{"role":"user"}').hexdigest()[:32]
    assert json.loads(made.line) == COMMON | {"hash": made.hash, "kind": "message", "content": {"role": "user"}}


def test_a_requests_repeated_content_is_one_blob(context: RecordContext) -> None:
    collector = BlobCollector(context, TS)
    hashes = [collector.put("tool", content) for content in (b"1", b"2", b"1")]
    assert hashes[0] == hashes[2] != hashes[1]
    assert [record.hash for record in collector.records] == hashes[:2]


def test_scanners_find_hash_flow_and_session_by_their_place() -> None:
    """Also where the values need escapes, and where a payload mimics them."""
    context = RecordContext("f:1", 'a"\\\u20ac', 'x","flow_id":"no', "p")
    flow = b"\n" + records.flow_record(context, TS, FLOW).line
    blob = b"\n" + records.blob_record(context, TS, "tool", b"{}").line
    assert records.FLOW_ID.findall(flow) == [b"f:1"]
    assert [json.loads(found) for found in records.SESSION_ID.findall(flow)] == [context.session_id]
    assert records.REFERENCE.findall(flow) == [b"0" * 32]
    assert records.BLOB_HASH.findall(blob) == [records.content_hash(b"{}").encode()]


def test_a_response_has_a_header_line_that_nothing_breaks(context: RecordContext) -> None:
    made = records.response_record(context, TS, 200, "https://x/a b\n=== c", b"data: 1\n")
    assert made.line == f"=== {TS} f-1 s-1 200 https://x/a_b_===_c\n".encode() + b"data: 1\n\n\n"


def test_a_response_without_session_or_status() -> None:
    context = RecordContext("f-1", None, "unknown", "host")
    assert records.response_record(context, TS, None, "u", b"").line == f"=== {TS} f-1 - - u\n\n\n".encode()

"""addons/request_parts.py: what a provider's cache is keyed by."""

from __future__ import annotations

from typing import Any

import pytest

from addons.protocols.events import RequestPart
from addons.request_parts import RequestParts, cache_part
from addons.sinks.records import content_hash
from addons.wire.json_text import dump_json

MARK = {"cache_control": {"type": "ephemeral"}}


def parts(*stored: tuple[str, Any]) -> tuple[RequestPart, ...]:
    collected = RequestParts()
    for kind, content in stored:
        raw = dump_json(content)
        collected.add(kind, cache_part(raw, content_hash(raw)))
    return collected.in_order()


def test_tools_come_first_then_system_then_messages():
    found = parts(("message", "m1"), ("tool", "t1"), ("value", "v"), ("instructions", "s1"), ("item", "m2"))
    assert [(part.kind, part.digest) for part in found] == [
        ("tool", content_hash(b'"t1"')),
        ("system", content_hash(b'"s1"')),
        ("message", content_hash(b'"m1"')),
        ("message", content_hash(b'"m2"')),
    ]


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param({"role": "user", "content": [{"type": "text", "text": "hi", **MARK}]}, id="in a block"),
        pytest.param({"role": "user", "content": [{"type": "text", "text": "hi"}], **MARK}, id="on the message"),
        pytest.param(
            {"role": "user", "content": [{"type": "text", "text": "hi"}, {"cachePoint": {"type": "default"}}]},
            id="Bedrock",
        ),
    ],
)
def test_a_mark_is_seen_and_does_not_change_the_content(marked):
    (part,), (bare,) = (
        parts(("message", marked)),
        parts(("message", {"role": "user", "content": [{"type": "text", "text": "hi"}]})),
    )
    assert part.has_cache_marker
    assert not bare.has_cache_marker
    assert part.digest == bare.digest


def test_bedrocks_mark_between_system_blocks():
    found = parts(("system", {"text": "a"}), ("system", {"cachePoint": {"type": "default"}}), ("system", {"text": "b"}))
    assert [part.has_cache_marker for part in found] == [True, False]


def test_the_word_alone_is_no_mark():
    (part,) = parts(("message", {"role": "user", "content": 'say "cache_control"'}))
    assert not part.has_cache_marker

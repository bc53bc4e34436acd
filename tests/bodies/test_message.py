"""addons/bodies/message.py: one WebSocket message."""

from __future__ import annotations

import json

import pytest

from addons.bodies.answer import About
from addons.bodies.message import message_text
from tests.e2e import dialects
from tests.e2e.dialects import Reply

ABOUT = About("openai.responses", None, 101)
CREATE = {
    "type": "response.create",
    "model": "gpt-x",
    "input": [{"type": "message", "role": "user", "content": "Why?"}],
}
DELTA = {
    "type": "response.output_text.delta",
    "item_id": "i",
    "output_index": 0,
    "content_index": 0,
    "delta": "so\x1b[",
}


@pytest.mark.parametrize(
    ("message", "from_client", "expected"),
    [
        pytest.param(DELTA, False, "response.output_text.delta · so␛[", id="a delta on one line"),
        pytest.param({"type": "new", "a": 1}, False, 'new\n{\n  "type": "new",\n  "a": 1\n}', id="what nobody knows"),
        pytest.param({"type": "other"}, True, 'other\n{\n  "type": "other"\n}', id="what else a client sends"),
    ],
)
def test_messages(message, from_client, expected):
    assert message_text(json.dumps(message), ABOUT, from_client) == expected


def test_a_request():
    text = message_text(json.dumps(CREATE), ABOUT, from_client=True)
    assert text.startswith("gpt-x · ")
    assert "  [1] user · 49 B\n    Why?" in text


def test_the_end_of_an_answer_is_the_answer():
    *_, completed = dialects.responses(Reply("r1", "Because."), "gpt-x")
    text = message_text(json.dumps(completed), ABOUT, from_client=False)
    assert text.startswith(
        "response.completed\n■ gpt-x · completed · 300 in (67% cached) · 80 out (30 reasoning)\n\nBecause."
    )


def test_what_is_no_json_stays_as_it_is():
    assert message_text("hello\x07", ABOUT, from_client=True) == "hello␇"


def test_a_message_of_any_length_is_bounded():
    assert len(message_text(json.dumps({"type": "x", "a": "y" * 100_000}), ABOUT, from_client=False)) < 3_000

"""renderers/json_paths.py: what a JSON text says, event by event, while it streams; the oracle is `json.loads`."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings

from renderers.json_paths import (
    MOST_DEPTH,
    Ended,
    Invalid,
    JsonEvent,
    JsonPaths,
    Scalar,
    Started,
    StringPiece,
)
from tests.renderers.json_cuts import cut, json_texts, near_json, places


def merged(events: list[JsonEvent]) -> list[JsonEvent]:
    """Pieces of one string, and of the invalid rest, put together."""
    result: list[JsonEvent] = []
    for kind, group in groupby(events, type):
        several = list(group)
        if kind is StringPiece:
            result.append(StringPiece(several[0].path, "".join(event.text for event in several)))
        elif kind is Invalid:
            result.append(Invalid("".join(event.rest for event in several)))
        else:
            result += several
    return result


def read(*pieces: str) -> list[JsonEvent]:
    reader = JsonPaths()
    return merged([*(event for piece in pieces for event in reader.feed(piece)), *reader.close()])


def value_of(events: list[JsonEvent]) -> Any:
    """The value, put together from its events."""
    root: list[Any] = [None]

    def put(path: tuple[str | int, ...], value: Any) -> None:
        place: Any = root
        steps = (0, *path)
        for step in steps[:-1]:
            place = place[step]
        if isinstance(place, list) and steps[-1] == len(place):
            place.append(value)
        else:
            place[steps[-1]] = value

    for event in events:
        match event:
            case Started(path, kind):
                put(path, {"object": {}, "array": [], "string": ""}[kind])
            case StringPiece(path, text) | Scalar(path, text):
                put(path, text)
    return root[0]


def test_a_call_arguments_event_by_event():
    assert read('{"command":"ls\\n","edits":[{"old":""}, 2.5],"all":true, "no": null}') == [
        Started((), "object"),
        Started(("command",), "string"),
        StringPiece(("command",), "ls\n"),
        Ended(("command",), "string"),
        Started(("edits",), "array"),
        Started(("edits", 0), "object"),
        Started(("edits", 0, "old"), "string"),
        Ended(("edits", 0, "old"), "string"),
        Ended(("edits", 0), "object"),
        Scalar(("edits", 1), 2.5, "2.5"),
        Ended(("edits",), "array"),
        Scalar(("all",), True, "true"),
        Scalar(("no",), None, "null"),
        Ended((), "object"),
    ]


@given(json_texts(), places)
@settings(max_examples=300)
def test_the_events_are_the_value(text, at):
    events = read(*cut(text, at))
    assert value_of(events) == json.loads(text)
    assert not [event for event in events if isinstance(event, Invalid)]
    assert sum(isinstance(event, Started) for event in events) == sum(isinstance(event, Ended) for event in events)


@given(json_texts() | near_json, places)
@settings(max_examples=500)
def test_any_pieces_give_the_same_events(text, at):
    assert read(*cut(text, at)) == read(*text) == read(text)


NO_ESCAPE = re.compile(r"\\(?:[^\"\\/bfnrtu]|u(?![0-9a-fA-F]{4}))")


@given(near_json.filter(lambda text: not NO_ESCAPE.search(text)))
def test_what_is_no_json_ends_invalid_or_open(text):
    """But for escapes that JSON doesn't have, which are text."""
    try:
        json.loads(text, strict=False)
    except ValueError:
        events = read(text)
        complete = events and isinstance(events[-1], Ended | Scalar) and not events[-1].path
        assert not complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ls -la", [Invalid("ls -la")], id="no JSON at all"),
        pytest.param("{} x", [Started((), "object"), Ended((), "object"), Invalid("x")], id="after the value"),
        pytest.param("[1,]", [Started((), "array"), Scalar((0,), 1, "1"), Invalid("]")], id="comma before the end"),
        pytest.param("[tru, 1]", [Started((), "array"), Invalid("tru, 1]")], id="no word of JSON"),
        pytest.param("[01]", [Started((), "array"), Invalid("01]")], id="no number of JSON"),
        pytest.param("[NaN]", [Started((), "array"), Invalid("NaN]")], id="NaN"),
        pytest.param('{"com', [Started((), "object"), Invalid('"com')], id="cut in a key"),
        pytest.param("[12", [Started((), "array"), Invalid("12")], id="cut in a number: it may have gone on"),
        pytest.param("12", [Scalar((), 12, "12")], id="a number alone is whole at the end"),
        pytest.param(
            '["a\\u00',
            [Started((), "array"), Started((0,), "string"), StringPiece((0,), "a\\u00")],
            id="cut in an escape",
        ),
        pytest.param(
            '"\\ud83d"',
            [Started((), "string"), StringPiece((), "\ud83d"), Ended((), "string")],
            id="the quote ends an unfinished escape",
        ),
        pytest.param("", [], id="nothing"),
    ],
)
def test_what_is_no_json_or_not_whole(text, expected):
    assert read(text) == read(*text) == expected


def test_a_string_comes_as_soon_as_it_is_certain():
    reader = JsonPaths()
    assert [reader.feed(piece) for piece in ('{"c', 'md": "l', "s \\", "u00e", "9", '"')] == [
        [Started((), "object")],
        [Started(("cmd",), "string"), StringPiece(("cmd",), "l")],
        [StringPiece(("cmd",), "s ")],
        [],
        [StringPiece(("cmd",), "é")],
        [Ended(("cmd",), "string")],
    ]


def test_a_number_of_many_digits_raises_nothing():
    (event,) = read("9" * 5000)
    assert isinstance(event, Scalar)
    assert event.value == float("inf")


def test_nesting_without_end_is_not_followed():
    events = read("[" * 100_000)
    assert len(events) == MOST_DEPTH + 1
    assert events[-1] == Invalid("[" * (100_000 - MOST_DEPTH))

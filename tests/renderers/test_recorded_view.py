"""The recorded streams on the screen: all text and thinking is there, whole, and each call by its name."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from addons.protocols.decoder import Decoder
from addons.protocols.detect import decoder_for
from addons.protocols.events import Event, RefusalDelta, TextDelta, ThinkingDelta, ToolArgumentsDelta
from renderers.engine import LiveView
from renderers.sanitise import sanitise
from renderers.tool_views.names import label
from renderers.tool_views.sheet import flat
from renderers.view_options import ViewOptions
from tests.protocols.recorded import Recording, every_recording, recordings
from tests.renderers.live_screen import WIDTH, ended, seen, started

MOST_CHARS = 10_000_000


def events_of(recording: Recording) -> list[Event]:
    decoder: Decoder = decoder_for(recording.api)
    return [event for frame in recording.frames for event in decoder.feed(frame)] + decoder.close()


def shown(recording: Recording) -> str:
    live = LiveView(ViewOptions(), lambda: 80, can_erase=False)
    text = live.feed("a", started("a"), 0.0)
    text += "".join(live.feed("a", event, 0.0) for event in events_of(recording))
    return text + live.feed("a", ended("a"), 0.0) + live.close(0.0)


def recut(events: Iterable[Event], size: int) -> Iterator[Event]:
    """The same, its deltas put together and cut anew, so many characters each."""
    for (kind, block), run in itertools.groupby(events, lambda event: (type(event), getattr(event, "block", ""))):
        if kind not in (TextDelta, ThinkingDelta, RefusalDelta, ToolArgumentsDelta):
            yield from run
            continue
        text = "".join(event.text for event in run)
        yield from (kind(block, text[at : at + size]) for at in range(0, len(text), size))


def stands(events: Iterable[Event]) -> str:
    """What is left on a terminal that erases, when it is over."""
    live = LiveView(ViewOptions(), lambda: WIDTH, can_erase=True)
    text = live.feed("a", started("a"), 0.0) + "".join(live.feed("a", event, 0.0) for event in events)
    return seen(text + live.feed("a", ended("a"), 0.0) + live.close(0.0), WIDTH)


@pytest.mark.parametrize("recording", recordings())
def test_however_its_deltas_are_cut_it_looks_the_same(recording):
    events = events_of(recording)
    whole = stands(recut(events, MOST_CHARS))
    for size in (1, 7, 40):
        assert stands(recut(events, size)) == whole
    assert stands(events) == whole


SAID_BY_THE_VIEW = {"local_shell_call": "exec"}
"""An argument that is always the same, and what the `$` says."""


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    elif value is not None:
        yield value


def spellings(value: Any, screen: str) -> Iterator[str]:
    """How each line of a value stands on the screen: as it is, on one line, or as JSON has it."""
    if not isinstance(value, str):
        yield json.dumps(value)
        return
    for line in value.splitlines():
        escaped = json.dumps(line, ensure_ascii=False)[1:-1]
        yield next((spelled for spelled in (sanitise(line), flat(line)) if spelled in screen), escaped)


@pytest.mark.parametrize("recording", recordings())
def test_all_of_it_is_shown(recording):
    screen = shown(recording)
    truth = recording.truth
    for part in truth["text_parts"]:
        assert sanitise(part) in screen
    for part in truth["thinking_parts"]:
        assert sanitise(part.strip("\n")).replace("\n", "\n┊ ") in screen
    for call in truth["tool_calls"]:
        assert label(call["name"] or "") in screen
        for value in leaves(call["arguments"]):
            if value != SAID_BY_THE_VIEW.get(call["name"]):
                assert all(spelling in screen for spelling in spellings(value, screen)), value


def test_all_at_once_each_is_still_whole():
    """Every recording is an agent of its own; they speak in turns, a few events each."""
    every = every_recording()[:12]
    if not every:
        pytest.skip("no recorded streams")
    live = LiveView(ViewOptions(), lambda: 80, can_erase=False)
    left = {str(number): [started(str(number), number), *events_of(one)] for number, one in enumerate(every)}
    text, now_s = "", 0.0
    while left:
        for key in list(left):
            for event in left[key][:3]:
                text += live.feed(key, event, now_s)
            left[key] = left[key][3:]
            now_s += 0.05
            if not left[key]:
                text += live.feed(key, ended(key), now_s)
                del left[key]
        text += live.tick(now_s)
    text += live.close(now_s)
    flat = "".join(text.split())
    for one in every:
        for part in [*one.truth["text_parts"], *one.truth["thinking_parts"]]:
            # A turn may end within a text; its lines are still there, each whole.
            for line in sanitise(part).split("\n"):
                assert "".join(line.split())[:40] in flat

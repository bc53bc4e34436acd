"""The recorded streams on the screen: all text and thinking is there, whole, and each call by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from addons.protocols.decoder import Decoder
from addons.protocols.detect import decoder_for
from addons.protocols.events import Event
from renderers.engine import LiveView
from renderers.sanitise import sanitise
from renderers.tool_views.names import label
from renderers.tool_views.sheet import flat
from renderers.view_options import ViewOptions
from tests.protocols.recorded import Recording, every_recording, recordings
from tests.renderers.live_screen import ended, started


def events_of(recording: Recording) -> list[Event]:
    decoder: Decoder = decoder_for(recording.api)
    return [event for frame in recording.frames for event in decoder.feed(frame)] + decoder.close()


def shown(recording: Recording) -> str:
    live = LiveView(ViewOptions(), lambda: 80, can_erase=False)
    text = live.feed("a", started("a"), 0.0)
    text += "".join(live.feed("a", event, 0.0) for event in events_of(recording))
    return text + live.feed("a", ended("a"), 0.0) + live.close(0.0)


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
    for part in [*truth["text_parts"], *truth["thinking_parts"]]:
        assert sanitise(part) in screen
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

"""How the tests of this room find recorded streams, make frames by hand, and run a decoder over them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from addons.protocols.detect import decoder_for
from addons.protocols.events import Event
from addons.protocols.summary import Summary
from addons.wire.eventstream import EventStreamFramer
from addons.wire.frame import Frame
from addons.wire.json_array import JsonArrayFramer
from addons.wire.json_values import JsonValuesFramer
from addons.wire.sse import SseFramer

STREAMS = Path(__file__).resolve().parents[3] / "shared" / "streams"

FRAMERS: dict[str, Any] = {
    "text/event-stream": SseFramer,
    "newline-delimited JSON": JsonValuesFramer,
    "application/vnd.amazon.eventstream": EventStreamFramer,
    "JSON array (streamed)": JsonArrayFramer,
    "single JSON object": JsonValuesFramer,
}


class Recording(NamedTuple):
    name: str
    api: str
    frames: list[Frame]
    truth: dict[str, Any]


@cache
def _read(folder: Path) -> Recording:
    meta = json.loads((folder / "meta.json").read_bytes())
    framer = FRAMERS[meta["format"]]()
    frames = framer.feed(next(folder.glob("response.*")).read_bytes()) + framer.close()
    truth = json.loads((folder / "truth.json").read_bytes())
    return Recording(f"{folder.parent.name}/{folder.name}", meta["api"], frames, truth)


def every_recording() -> list[Recording]:
    return [_read(path.parent) for path in sorted(STREAMS.glob("*/*/meta.json"))]


def recordings() -> list[Any]:
    """Parameters for `pytest.mark.parametrize`, one a recorded stream; a single skipped one where there are none."""
    found = [pytest.param(recording, id=recording.name) for recording in every_recording()]
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded streams at {STREAMS}"), id="none")]


def frame(payload: Any) -> Frame:
    """A frame by hand: an object is JSON, a pair is (event name, payload), a string is text as it is."""
    if isinstance(payload, Frame):
        return payload
    event, data = payload if isinstance(payload, tuple) else (None, payload)
    return Frame(data=data if isinstance(data, str) else json.dumps(data), event=event)


def told(api: str | None, *payloads: Any, close: bool = True) -> list[Event]:
    """All that a decoder says to these frames, in order."""
    decoder = decoder_for(api)
    events = [event for payload in payloads for event in decoder.feed(frame(payload))]
    return events + (decoder.close() if close else [])


def summed(events: Iterable[Event]) -> Summary:
    summary = Summary()
    for event in events:
        summary.add(event)
    return summary


def call(call_id: str | None, name: str, kind: str, arguments: Any, raw: str | None) -> dict[str, Any]:
    """One of `Summary.tool_calls`."""
    return {"id": call_id, "name": name, "kind": kind, "arguments": arguments, "arguments_raw": raw}

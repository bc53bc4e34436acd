"""One WebSocket message as a person reads it.

In: a message's text and who sent it. Out: text: a request in full, a delta on one line, an answer's end as its
conversation; of all else the kind and the beginning of its JSON.
"""

from __future__ import annotations

from addons.bodies.answer import About, answer_of
from addons.bodies.changes import Changes
from addons.bodies.layout import presentable, pretty_value, without_middle
from addons.bodies.request import request_text
from addons.protocols.detect import decoder_for
from addons.protocols.events import (
    RefusalDelta,
    ResponseFinished,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
)
from addons.protocols.values import obj, text
from addons.wire.frame import Frame
from addons.wire.json_text import parse_json
from renderers.sanitise import one_line

CREATE = "response.create"
OTHER_CHARS = 2_000

_DELTAS = (TextDelta, ThinkingDelta, RefusalDelta, ToolArgumentsDelta)


def message_text(message: str, about: About, from_client: bool, changes: Changes | None = None) -> str:
    try:
        value = parse_json(message)
    except ValueError:
        return presentable(message)
    kind = one_line(text(obj(value).get("type")), 80)
    if from_client and kind == CREATE:
        return request_text(message.encode("utf-8", errors="replace"), changes=changes)
    events = [] if from_client else decoder_for(about.api).feed(Frame(message))
    if events and all(isinstance(event, _DELTAS) for event in events):
        return presentable(f"{kind} · {''.join(event.text for event in events if isinstance(event, _DELTAS))}")
    if any(isinstance(event, ResponseFinished | StreamError) for event in events):
        return presentable(f"{kind}\n{answer_of(events, about) or ''}")
    return presentable(f"{kind}\n{without_middle(pretty_value(value), OTHER_CHARS)}")

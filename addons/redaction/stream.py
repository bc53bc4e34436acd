"""Redaction across frames: one exchange's frames in, the same out, in order, without the secrets in them (S4.21).

In: frames with whatever stamp the caller gives them, and the time. Out: frames that are decided, as many as came, each
with its stamp. A frame waits only while the end of one of its texts may still become a secret, and those behind it wait
with it. No clock inside: `tick` tells the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from addons.redaction.channel import Channel, Slot
from addons.redaction.leaves import Key, Leaf, stem
from addons.redaction.payload import Payload, open_payload
from addons.redaction.redactor import Redactor
from addons.redaction.shape_cache import ShapeCache
from addons.wire.frame import Frame

MOST_CHANNELS: Final = 512
"""A stream that keeps naming new texts (one per item) closes those that have been silent longest."""

_ALL_ENDED: Final = frozenset(
    [
        "message_stop",
        "response.completed",
        "response.failed",
        "response.incomplete",
        "messageStop",
        "message-end",
        "stream-end",
    ]
)
_BLOCK_ENDED: Final = frozenset(("content_block_stop", "contentBlockStop", "content-end", "response.output_item.done"))
_VOICES: Final = {
    "tool_calls": "tool",
    "function_call": "tool",
    "functionCall": "tool",
    "content": "text",
    "text": "text",
}


@dataclass(slots=True)
class _Waiting[S]:
    frame: Frame
    stamp: S
    payload: Payload | None
    slot: Slot | None

    @property
    def settled(self) -> bool:
        return (self.payload is None or self.payload.settled) and (self.slot is None or self.slot.settled)

    def finished(self) -> tuple[Frame, S]:
        data = self.frame.data
        if self.payload is not None:
            data = self.payload.render()
        elif self.slot is not None:
            data = self.slot.text
        return (self.frame if data == self.frame.data else replace(self.frame, data=data)), self.stamp


class StreamRedactor[S]:
    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._channels: dict[Key, Channel] = {}
        self._pending: set[Key] = set()
        """Channels whose text has an undecided end."""
        self._queue: deque[_Waiting[S]] = deque()
        self._names: dict[str, str] = {}
        self._shapes = ShapeCache()
        self._clean: set[str] = set()

    def feed(self, frame: Frame, stamp: S, now_s: float) -> list[tuple[Frame, S]]:
        if not self._redactor.enabled:
            return [(frame, stamp)]
        if not self._queue and self._passes(frame):
            return [(frame, stamp)]
        self._expire(now_s)
        self._queue.append(self._opened(self._without_single_secrets(frame), stamp, now_s))
        return self._released()

    def tick(self, now_s: float) -> list[tuple[Frame, S]]:
        """What has been held long enough although its end is undecided."""
        self._expire(now_s)
        return self._released()

    def close(self) -> list[tuple[Frame, S]]:
        """The exchange has ended: everything that is left."""
        self._end(lambda _: True)
        return self._released()

    def _passes(self, frame: Frame) -> bool:
        """Whether the frame has the shape of an earlier one, and nothing in it could belong to a secret. False: perhaps
        it hasn't."""
        if not frame.data or frame.comment is not None or frame.id is not None:
            return False
        if frame.event is not None and self._names.get(frame.event) != frame.event:
            return False
        strings = self._shapes.strings(frame.event, frame.data)
        if strings is None or not all(map(self._is_clean, strings.singles)):
            return False
        longer: list[tuple[Key, Channel, str]] = []
        for key, piece in strings.pieces:
            if not piece:
                continue
            channel = self._channels.get(key)
            if channel is None or (text := channel.glance(piece)) is None:
                return False
            longer.append((key, channel, text))
        for key, channel, text in longer:
            del self._channels[key]
            self._channels[key] = channel
            channel.go_on(text)
        return True

    def _is_clean(self, text: str) -> bool:
        """For strings that stand by themselves: most are the same in each frame."""
        if text in self._clean:
            return True
        if self._redactor.suspicious(text):
            return False
        if len(self._clean) >= MOST_CHANNELS:
            self._clean.clear()
        self._clean.add(text)
        return True

    def _released(self) -> list[tuple[Frame, S]]:
        released: list[tuple[Frame, S]] = []
        while self._queue and self._queue[0].settled:
            released.append(self._queue.popleft().finished())
        return released

    def _expire(self, now_s: float) -> None:
        for key in tuple(self._pending):
            channel = self._channels[key]
            channel.expire(now_s)
            if not channel.pending:
                self._pending.discard(key)

    def _without_single_secrets(self, frame: Frame) -> Frame:
        if frame.event is None and frame.comment is None and frame.id is None:
            return frame
        event, comment, id_ = (text and self._text(text) for text in (frame.event, frame.comment, frame.id))
        if (event, comment, id_) == (frame.event, frame.comment, frame.id):
            return frame
        return replace(frame, event=event, comment=comment, id=id_)

    def _text(self, text: str) -> str:
        # Event names are few, and repeated in each frame.
        known = self._names.get(text)
        if known is None:
            known = self._redactor.text(text)
            if len(self._names) < MOST_CHANNELS:
                self._names[text] = known
        return known

    def _opened(self, frame: Frame, stamp: S, now_s: float) -> _Waiting[S]:
        data = frame.data
        if not data:
            return _Waiting(frame, stamp, None, None)
        spoken: list[Key] = []

        def feed(leaf: Leaf) -> Slot | None:
            spoken.append(leaf.key)
            return None if leaf.single else self._feed(leaf.key, leaf.name, leaf.text, now_s)

        payload = open_payload(data, frame.event, self._redactor, feed)
        if payload is None:
            if data.strip() == "[DONE]":
                self._end(lambda _: True)
                return _Waiting(frame, stamp, None, None)
            key = Key((), stem(frame.event) if frame.event else None, None, (), ("data",))
            return _Waiting(frame, stamp, None, self._feed(key, "", data, now_s))
        if self._pending:
            self._end_silent_voices(spoken)
            self._end_finished((), frame.event, payload)
        elif payload.strings:
            self._shapes.learn(frame.event, data, payload.strings)
        return _Waiting(frame, stamp, payload, None)

    def _feed(self, key: Key, name: str, text: str, now_s: float) -> Slot:
        channel = self._channels.pop(key, None)
        if channel is None:
            if len(self._channels) >= MOST_CHANNELS:
                idle = next(iter(self._channels))
                self._channels.pop(idle).close()
                self._pending.discard(idle)
            channel = Channel(f'"{name}":"' if name else "")
        self._channels[key] = channel
        slot = Slot(text)
        channel.feed(text, slot, now_s)
        if channel.pending:
            self._pending.add(key)
        else:
            self._pending.discard(key)
        return slot

    def _end(self, which: Callable[[Key], bool]) -> None:
        for key in [key for key in self._channels if which(key)]:
            self._channels.pop(key).close()
            self._pending.discard(key)

    def _end_finished(self, nest: tuple[Any, ...], event: str | None, payload: Payload) -> None:
        """Texts of which the frame says that they are complete. Finish reasons don't count: some send one in each."""
        document = payload.document
        if isinstance(document, dict):
            kind = document.get("type") or document.get("event_type") or event
            if kind in _ALL_ENDED:
                self._end(lambda _: True)
            elif kind in _BLOCK_ENDED:
                block = {(name, document[name]) for name in _BLOCK_MARKS if name in document}
                self._end(lambda key: not block.isdisjoint(key.marks))
            elif isinstance(kind, str) and kind.startswith("response.") and kind.endswith(".done"):
                part, marks = stem(kind), [(name, document[name]) for name in _PART_MARKS if name in document]
                self._end(lambda key: key.kind == part and all(mark in key.marks for mark in marks))
        for inner in payload.nested.values():
            self._end_finished((*nest, "nested"), None, inner)

    def _end_silent_voices(self, spoken: list[Key]) -> None:
        """A choice that goes over from reasoning to text, or to tool calls, has ended what it said before."""
        voices: dict[tuple[Any, ...], set[str]] = {}
        for key in spoken:
            if voice := _voice(key):
                voices.setdefault(_scope(key), set()).add(voice)
        heard = {scope: voice for scope, (voice, *others) in voices.items() if not others}
        self._end(lambda key: (now := heard.get(_scope(key))) is not None and _voice(key) not in (now, None))


_BLOCK_MARKS: Final = ("index", "output_index", "contentBlockIndex")
_PART_MARKS: Final = ("output_index", "content_index", "summary_index")


def _scope(key: Key) -> tuple[Any, ...]:
    return (*key[:4], key.path[:2] if key.path and key.path[0] in ("choices", "candidates") else ())


def _voice(key: Key) -> str | None:
    """Whether a choice's text is an answer, reasoning or a tool call; None for what is neither."""
    for step in key.path:
        if step == ("thought", True) or (isinstance(step, str) and step.startswith(("reasoning", "thinking"))):
            return "thought"
        if step in _VOICES:
            return _VOICES[step]
    return None

"""Redaction across frames: one exchange's frames in, the same out, in order, without the secrets in them (S4.21).

In: frames with whatever stamp the caller gives them, and the time. Out: frames that are decided, as many as came, each
with its stamp. A frame waits only while the end of one of its texts may still become a secret, and those behind it wait
with it. No clock inside: `tick` tells the time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Final

from addons.redaction.channel import Slot
from addons.redaction.leaves import Key, Leaf, stem
from addons.redaction.payload import Payload, open_payload, parsed
from addons.redaction.redactor import Redactor
from addons.redaction.seams import without_cut_secrets
from addons.redaction.shape_cache import ShapeCache
from addons.redaction.texts import Texts
from addons.wire.frame import Frame

_MOST_NAMES: Final = 512

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
_BLOCK_MARKS: Final = ("index", "output_index", "contentBlockIndex")
_PART_MARKS: Final = ("output_index", "content_index", "summary_index")
_COMMENTS: Final = Key((), None, None, (), ("comment",))


@dataclass(slots=True)
class _Waiting[S]:
    """`lines`: the data, in one piece or line by line; each is a payload, a piece of plain text, or nothing to decide.
    `comment`: the comment, where there is one."""

    frame: Frame
    stamp: S
    lines: list[Payload | Slot | str]
    comment: Slot | None

    @property
    def settled(self) -> bool:
        return (self.comment is None or self.comment.settled) and all(
            isinstance(line, str) or line.settled for line in self.lines
        )

    def finished(self) -> tuple[Frame, S]:
        frame = self.frame
        if self.lines and (data := "\n".join(map(_text_of, self.lines))) != frame.data:
            frame = replace(frame, data=data)
        if self.comment is not None and self.comment.text != frame.comment:
            frame = replace(frame, comment=self.comment.text)
        return frame, self.stamp


def _text_of(line: Payload | Slot | str) -> str:
    match line:
        case Payload():
            return line.render()
        case Slot():
            return line.text
    return line


class StreamRedactor[S]:
    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._texts = Texts()
        self._queue: deque[_Waiting[S]] = deque()
        self._names: dict[str, str] = {}
        self._shapes = ShapeCache()
        self._clean: set[str] = set()

    def feed(self, frame: Frame, stamp: S, now_s: float) -> list[tuple[Frame, S]]:
        if not self._redactor.enabled:
            return [(frame, stamp)]
        if not self._queue and self._passes(frame):
            return [(frame, stamp)]
        self._texts.expire(now_s)
        frame = self._without_single_secrets(frame)
        comment = self._texts.feed(_COMMENTS, "", without_cut_secrets(frame.comment), now_s) if frame.comment else None
        lines = self._opened(frame.data, frame.event, now_s) if frame.data else []
        self._queue.append(_Waiting(frame, stamp, lines, comment))
        return self._released()

    def tick(self, now_s: float) -> list[tuple[Frame, S]]:
        """What has been held long enough although its end is undecided."""
        self._texts.expire(now_s)
        return self._released()

    def close(self) -> list[tuple[Frame, S]]:
        """The exchange has ended: everything that is left."""
        self._texts.end()
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
        return self._texts.pass_on(strings.pieces)

    def _is_clean(self, text: str) -> bool:
        """For strings that stand by themselves: most are the same in each frame."""
        if text in self._clean:
            return True
        if self._redactor.suspicious(text):
            return False
        if len(self._clean) >= _MOST_NAMES:
            self._clean.clear()
        self._clean.add(text)
        return True

    def _released(self) -> list[tuple[Frame, S]]:
        released: list[tuple[Frame, S]] = []
        while self._queue and self._queue[0].settled:
            released.append(self._queue.popleft().finished())
        return released

    def _without_single_secrets(self, frame: Frame) -> Frame:
        if frame.event is None and frame.id is None:
            return frame
        event, id_ = (text and self._name(text) for text in (frame.event, frame.id))
        return frame if (event, id_) == (frame.event, frame.id) else replace(frame, event=event, id=id_)

    def _name(self, text: str) -> str:
        # Event names are few, and repeated in each frame.
        known = self._names.get(text)
        if known is None:
            known = self._redactor.text(text)
            if len(self._names) < _MOST_NAMES:
                self._names[text] = known
        return known

    def _opened(self, data: str, event: str | None, now_s: float) -> list[Payload | Slot | str]:
        plain = Key((), stem(event) if event else None, None, (), ("data",))
        # In a text that comes as it is, `": "` is a piece like any other.
        is_piece = plain in self._texts and data.lstrip()[:1] == '"'
        if not is_piece and (payload := self._payload(data, event, now_s)) is not None:
            return [payload]
        if data.strip() == "[DONE]":
            self._texts.end()
            return [data]
        lines = data.split("\n")
        if plain not in self._texts and len(lines) > 1 and all(parsed(line) is not None for line in lines):
            # Some servers leave out the blank line between their events, and the clients that they are made for read
            # each line as one.
            return [self._payload(line, event, now_s) or line for line in lines]
        return [self._texts.feed(plain, "", without_cut_secrets(data), now_s)]

    def _payload(self, text: str, event: str | None, now_s: float) -> Payload | None:
        spoken: list[Key] = []

        def feed(leaf: Leaf) -> Slot | None:
            spoken.append(leaf.key)
            return None if leaf.single else self._texts.feed(leaf.key, leaf.name, leaf.text, now_s)

        payload = open_payload(text, event, self._redactor, feed)
        if payload is None:
            return None
        if self._texts.pending:
            self._texts.end_silent_voices(spoken)
            self._end_finished((), event, payload)
        elif payload.strings:
            self._shapes.learn(event, text, payload.strings)
        return payload

    def _end_finished(self, nest: tuple[Any, ...], event: str | None, payload: Payload) -> None:
        """Texts of which the frame says that they are complete. Finish reasons don't count: some send one in each."""
        document = payload.document
        if isinstance(document, dict):
            kind = document.get("type") or document.get("event_type") or event
            if kind in _ALL_ENDED:
                self._texts.end()
            elif kind in _BLOCK_ENDED:
                block = {(name, document[name]) for name in _BLOCK_MARKS if name in document}
                self._texts.end(lambda key: not block.isdisjoint(key.marks))
            elif isinstance(kind, str) and kind.startswith("response.") and kind.endswith(".done"):
                part, marks = stem(kind), [(name, document[name]) for name in _PART_MARKS if name in document]
                self._texts.end(lambda key: key.kind == part and all(mark in key.marks for mark in marks))
        for inner in payload.nested.values():
            self._end_finished((*nest, "nested"), None, inner)

"""One text that arrives in pieces, and the secrets that lie across them (S4.21).

In: pieces, each with a slot. Out: in every slot, what may be shown of its piece: a secret's `hash:` goes to the slot in
which its first unshown character came, the others' share of it is empty. A slot is settled once all of its piece is
decided. The slots' texts together are what the whole text would be, redacted at once.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

from addons.redaction.finder import LOOK_BEHIND, Found, scan
from addons.redaction.view import View, cut_escape

HOLD_PREFIX_S: Final = 1.0
"""So long a tail is held that is nothing but the public beginning of a format (`sk-ant-`). When it is shown and the
secret follows after all, the rest of it is replaced."""
HOLD_HINT_S: Final = 0.08
"""The same for what may as well be a word or its beginning (`s`, `secret`): less than a reader of the file waits."""
_HINT_LENGTH: Final = 3
LONGEST_HOLD: Final = 16_384
"""So many characters are held at most; then what is there is decided, and what a secret drags along is swallowed."""


@dataclass(slots=True)
class Slot:
    """One piece's place in its frame."""

    original: str
    shown: list[str] = field(default_factory=list)
    settled: bool = False

    @property
    def text(self) -> str:
        return "".join(self.shown)


class Channel:
    """`context` is text that stands in front of the first piece without being shown, such as the member's name."""

    __slots__ = ("_buffer", "_keep", "_public", "_shown", "_since_s", "_slots", "_swallow")

    def __init__(self, context: str = "") -> None:
        self._buffer = context
        self._shown = len(context)
        """How much of the buffer is out, or never was to be."""
        self._keep = 0
        """From here on the buffer is still undecided, though part of it may be out (a name in front of its value)."""
        self._slots: deque[tuple[Slot, int]] = deque()
        """Unsettled slots and where in the buffer each one's piece ends."""
        self._public = True
        self._since_s = 0.0
        self._swallow: re.Pattern[str] | None = None

    @property
    def pending(self) -> bool:
        return bool(self._slots)

    def feed(self, piece: str, slot: Slot, now_s: float) -> None:
        if self._swallow is not None:
            piece = self._swallowed(piece)
        if not piece:
            slot.settled = True
            return
        self._buffer += piece
        self._slots.append((slot, len(self._buffer)))
        self._decide(False)
        if len(self._buffer) - self._shown > LONGEST_HOLD:
            self._decide(True, cut_short=True)
        if self._slots and self._slots[0][0] is slot:
            self._since_s = now_s

    def expire(self, now_s: float) -> None:
        """Show what has been held long enough and gives nothing away."""
        held = self._buffer[self._shown :]
        limit_s = HOLD_HINT_S if len(held) < _HINT_LENGTH or held.isalpha() else HOLD_PREFIX_S
        if self._slots and self._public and now_s - self._since_s >= limit_s:
            self._show(len(self._buffer), [])

    def close(self) -> None:
        """No more pieces: all is decided."""
        self._decide(True)

    def _swallowed(self, piece: str) -> str:
        assert self._swallow is not None
        dragged = self._swallow.match(piece)
        length = dragged.end() if dragged else 0
        self._buffer += piece[:length]
        self._shown = self._keep = len(self._buffer)
        if length < len(piece):
            self._swallow = None
        return piece[length:]

    def _decide(self, final: bool, cut_short: bool = False) -> None:
        length = len(self._buffer)
        cut = length if final else cut_escape(self._buffer)
        view = View(self._buffer if cut == length else self._buffer[:cut])
        result = scan(view.text, view.from_raw(min(self._keep, cut)), final)
        found = [Found(view.to_raw(one.start), view.to_raw(one.end), one.text) for one in result.found]
        hold = view.to_raw(result.hold)
        self._keep = view.to_raw(result.keep)
        self._public = result.public or hold == cut
        last = result.found[-1] if result.found else None
        if last is not None and last.swallow is not None and (last.endless or cut_short):
            dragged = last.swallow.match(view.text, last.end)
            if dragged and dragged.end() == len(view.text):
                found[-1] = replace(found[-1], end=length)
                self._swallow, hold = last.swallow, length
        self._show(hold, found)
        self._trim()

    def _show(self, upto: int, found: list[Found]) -> None:
        position = self._shown
        for secret in found:
            if secret.end <= position:
                continue
            self._pass_on(position, max(secret.start, position))
            self._slot_at(max(secret.start, position)).shown.append(secret.text)
            position = secret.end
        self._pass_on(position, upto)
        self._shown = max(upto, position)
        while self._slots and self._slots[0][1] <= self._shown:
            self._slots.popleft()[0].settled = True

    def _pass_on(self, start: int, end: int) -> None:
        begins = 0
        for slot, ends in self._slots:
            if start >= end:
                return
            if start < ends:
                slot.shown.append(self._buffer[max(start, begins) : min(end, ends)])
                start = ends
            begins = ends

    def _slot_at(self, position: int) -> Slot:
        return next(slot for slot, ends in self._slots if position < ends)

    def _trim(self) -> None:
        done = min(self._keep, self._shown) - LOOK_BEHIND
        if done <= LOOK_BEHIND:
            return
        self._buffer = self._buffer[done:]
        self._shown -= done
        self._keep -= done
        self._slots = deque((slot, ends - done) for slot, ends in self._slots)

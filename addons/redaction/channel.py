"""One text that arrives in pieces, and the secrets that lie across them (S4.21).

In: pieces, each with a slot. Out: in every slot, what may be shown of its piece: a secret's `hash:` goes to the slot in
which its first unshown character came, the others' share of it is empty. A slot is settled once all of its piece is
decided. The slots' texts together are what the whole text would be, redacted at once; but whole strings may follow one
another here too, of which nobody can tell that they are no pieces. So what is a secret in a piece by itself is one.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

from addons.redaction.finder import Found, in_raw, scan, secrets
from addons.redaction.places import LOOK_BEHIND, any_place, marked_tail, starts_at_once
from addons.redaction.view import View

_SHORTEST_SECRET: Final = 8
"""With what makes it one (`Basic `)."""
HOLD_PREFIX_S: Final = 1.0
"""So long a tail is held that is nothing but the public beginning of a format (`sk-ant-`). When it is shown and the
secret follows after all, the rest of it is replaced."""
HOLD_HINT_S: Final = 0.08
"""The same for what may as well be a word or its beginning (`s`, `secret`): less than a reader of the file waits."""
_HINT_LENGTH: Final = 3
_CUT_NAME: Final = re.compile(
    r"[A-Za-z0-9_.-]{0,64}?(?:KEY|TOKEN|SECRET|CREDENTIALS|PAT|[tT]oken|[sS]ecret|[a-z]Key)(?![A-Za-z0-9_-])"
)
_NAME: Final = re.compile(r"[A-Za-z0-9_.$-]{1,64}\Z")
_LONGEST_GAP: Final = 8
"""Between a name and its value."""
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
    """`context` is text that stands in front of the first piece without being shown, such as the member's name;
    `before`, between the two, what an earlier text has shown that this one may go on with."""

    __slots__ = (
        *("_alone", "_begin", "_buffer", "_context", "_keep", "_public", "_shown", "_since_s", "_slots", "_swallow"),
        "unfinished",
    )

    def __init__(self, context: str = "", before: str = "") -> None:
        self._context = context
        self._buffer = context + before
        self._shown = len(self._buffer)
        """How much of the buffer is out, or never was to be."""
        self._begin = len(context)
        """Where in the buffer the text begins."""
        self._keep = 0
        """From here on the buffer is still undecided, though part of it may be out (a name in front of its value)."""
        self._slots: deque[tuple[Slot, int]] = deque()
        """Unsettled slots and where in the buffer each one's piece ends."""
        self._public = True
        self._since_s = 0.0
        self._swallow: re.Pattern[str] | None = None
        self._alone: list[Found] = []
        """What is a secret in one of the undecided pieces by itself, in ascending order."""
        self.unfinished = before
        """What is at the end of the text may still become a secret, and is none so far."""

    @property
    def pending(self) -> bool:
        return bool(self._slots)

    def feed(self, piece: str, slot: Slot, now_s: float) -> None:
        if len(piece) >= _SHORTEST_SECRET:
            self._look_at(piece)
        if self._swallow is not None:
            piece = self._swallowed(piece)
        if not piece:
            self._alone.clear()
            slot.settled = True
            return
        self._buffer += piece
        self._slots.append((slot, len(self._buffer)))
        self._decide(False)
        if len(self._buffer) - self._shown > LONGEST_HOLD:
            self._decide(True, cut_short=True)
        if self._slots and self._slots[0][0] is slot:
            self._since_s = now_s

    def glance(self, piece: str) -> str | None:
        """The text with a piece that can be shown as it is: nothing before it is undecided, and nothing in it or at its
        end could belong to a secret. None: perhaps it can't, so feed it."""
        begin = len(self._buffer)
        if self._slots or self._swallow is not None or self._keep < begin or starts_at_once(piece):
            return None
        text = self._buffer + piece
        view = View(text, whole=False)
        if view.end < len(text) or any_place(view.text, view.from_raw(begin)) or marked_tail(view.text) is not None:
            return None
        return text

    def go_on(self, text: str) -> None:
        """`text` is what `glance` returned, and its piece is shown."""
        self._buffer = text
        self._shown = self._keep = len(text)
        self.unfinished = ""
        self._trim()

    def expire(self, now_s: float) -> None:
        """Show what has been held long enough and gives nothing away."""
        held = self._buffer[self._shown :]
        limit_s = HOLD_HINT_S if len(held) < _HINT_LENGTH or held.isalpha() else HOLD_PREFIX_S
        if self._slots and self._public and not self._alone and now_s - self._since_s >= limit_s:
            self._show(len(self._buffer), [])

    def close(self) -> None:
        """No more pieces: all is decided."""
        self._decide(True)

    def _look_at(self, piece: str) -> None:
        begin, end = len(self._buffer), len(self._buffer) + len(piece)
        text = self._context + piece
        if begin == len(self._context) and len(text) > 2 * LONGEST_HOLD:
            # The first piece is the whole text so far: only at its end may the next one make a difference.
            text = text[-LONGEST_HOLD:]
            begin = end - len(text) + 1
        offset = end - len(text)
        for secret in self._without_cut_name(secrets(text), text, piece):
            place = replace(secret, start=max(secret.start + offset, begin), end=secret.end + offset)
            if place.end > begin:
                self._alone.append(place if place.end == end else replace(place, swallow=None))

    def _without_cut_name(self, found: list[Found], text: str, piece: str) -> list[Found]:
        """Without the value of a name that begins in the piece before, if the whole name tells of none
        (`IDEMPOTENCY_KEY`). `text`: the piece, behind what else was looked at."""
        if not found or (cut := _CUT_NAME.match(piece)) is None:
            return found
        name = _NAME.search(self._buffer, len(self._context))
        if name is None:
            return found
        before = len(text) - len(piece)
        last = before + cut.end() + _LONGEST_GAP
        told = {secret.start - len(name[0]) + before for secret in secrets(name[0] + piece)}
        return [secret for secret in found if secret.start > last or secret.start in told]

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
        view = View(self._buffer, whole=final)
        torn_from = view.from_raw(self._begin) if final and not cut_short else None
        result = scan(view.text, view.from_raw(min(self._keep, view.end)), final, torn_from=torn_from)
        found = [in_raw(one, view) for one in result.found]
        hold = view.to_raw(result.hold)
        self._keep = view.to_raw(result.keep)
        self._public = result.public or hold == view.end
        last = result.found[-1] if result.found else None
        if last is not None and last.swallow is not None and (last.endless or cut_short):
            dragged = last.swallow.match(view.text, last.end)
            if dragged and dragged.end() == len(view.text):
                found[-1] = replace(found[-1], end=length)
                self._swallow, hold = last.swallow, length
        if self._alone:
            found = self._with_those_alone(found, hold)
            hold = max(hold, found[-1].end) if found else hold
        if not final:
            self.unfinished = self._buffer[max(self._begin, min(hold, self._keep)) :]
        elif found and found[-1].end > length - len(self.unfinished):
            self.unfinished = ""
        self._show(hold, found)
        self._trim()

    def _with_those_alone(self, found: list[Found], hold: int) -> list[Found]:
        """A secret that overlaps another one is one with it, by the name of the longer."""
        ready = [one for one in self._alone if one.start < hold]
        self._alone = self._alone[len(ready) :]
        # What is part of one that was told with all that is around it needs no rest: that one knows where it ends.
        ready = [one for one in ready if not any(whole.start <= one.start and one.end <= whole.end for whole in found)]
        merged: list[Found] = []
        for one in sorted([*found, *map(self._with_rest, ready)], key=lambda one: (one.start, -one.end)):
            last = merged[-1] if merged else None
            if last is None or one.start >= last.end:
                merged.append(one)
            else:
                longer = max(last, one, key=lambda one: one.end - one.start)
                merged[-1] = replace(longer, start=last.start, end=max(last.end, one.end))
        return merged

    def _with_rest(self, alone: Found) -> Found:
        """What a string's end has cut off may follow in the next one."""
        dragged = alone.swallow and alone.swallow.match(self._buffer, alone.end)
        if not dragged:
            return alone
        if dragged.end() == len(self._buffer):
            self._swallow = alone.swallow
        return replace(alone, end=dragged.end())

    def _show(self, upto: int, found: list[Found]) -> None:
        position = self._shown
        for secret in found:
            if secret.end <= position:
                continue
            self._pass_on(position, max(secret.start, position))
            text = _after(self._buffer[secret.start : position], secret.text)
            self._slot_at(max(secret.start, position)).shown.append(text)
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
        self._begin = max(0, self._begin - done)
        self._slots = deque((slot, ends - done) for slot, ends in self._slots)
        self._alone = [replace(one, start=one.start - done, end=one.end - done) for one in self._alone]


def _after(shown: str, text: str) -> str:
    """What is left of a stand-in. Of base64, a beginning may be out, in groups of four; what has begun another group
    takes that group's place."""
    if not shown or text.startswith("hash:"):
        return text
    if text.startswith(shown):
        return text[len(shown) :]
    same = 0
    while shown[same : same + 4] == text[same : same + 4]:
        same += 4
    return text[len(shown) :] if same and len(shown) < same + 4 else text[same:]

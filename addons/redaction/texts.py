"""The texts of one exchange: each piece goes to the channel of the text that it continues (leaves.py names them).

In: pieces, each under its text's key, and which texts have ended. Out: slots, which fill as their texts are decided.
What was said last in a voice, and was shown because it was no secret yet, is in front of the voice's next text: clients
show an answer's blocks one after the other, so a secret may begin in one and go on in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from addons.redaction.channel import Channel, Slot
from addons.redaction.leaves import Key

MOST_CHANNELS: Final = 512
"""A stream that keeps naming new texts (one per item) closes those that have been silent longest."""

_VOICES: Final = {
    "tool_calls": "tool",
    "function_call": "tool",
    "functionCall": "tool",
    "content": "text",
    "text": "text",
}


class Texts:
    def __init__(self) -> None:
        self._channels: dict[Key, Channel] = {}
        self._pending: set[Key] = set()
        """Channels whose text has an undecided end."""
        self._last: dict[Key, Channel] = {}
        """Of each voice (a key without its block) the text that spoke last."""

    @property
    def pending(self) -> bool:
        return bool(self._pending)

    def __contains__(self, key: Key) -> bool:
        return key in self._channels

    def feed(self, key: Key, name: str, piece: str, now_s: float) -> Slot:
        """`name` is that of the member whose value the text is, or empty."""
        channel = self._channels.pop(key, None) or self._opened(key, name)
        self._channels[key] = channel
        slot = Slot(piece)
        channel.feed(piece, slot, now_s)
        if channel.pending:
            self._pending.add(key)
        else:
            self._pending.discard(key)
        return slot

    def pass_on(self, pieces: Iterable[tuple[Key, str]]) -> bool:
        """Whether the pieces may be shown as they are, and nothing of them could belong to a secret; then they are
        taken for shown. False: perhaps not, so feed them."""
        longer: list[tuple[Key, Channel, str]] = []
        for key, piece in pieces:
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

    def expire(self, now_s: float) -> None:
        """Show what has been held long enough and gives nothing away."""
        for key in tuple(self._pending):
            channel = self._channels[key]
            channel.expire(now_s)
            if not channel.pending:
                self._pending.discard(key)

    def end(self, which: Callable[[Key], bool] = lambda _: True) -> None:
        """These texts are complete."""
        for key in [key for key in self._channels if which(key)]:
            self._channels.pop(key).close()
            self._pending.discard(key)

    def end_silent_voices(self, spoken: Iterable[Key]) -> None:
        """A choice that goes over from reasoning to text, or to tool calls, has ended what it said before."""
        voices: dict[tuple[Any, ...], set[str]] = {}
        for key in spoken:
            if voice := _voice(key):
                voices.setdefault(_scope(key), set()).add(voice)
        heard = {scope: voice for scope, (voice, *others) in voices.items() if not others}
        self.end(lambda key: (now := heard.get(_scope(key))) is not None and _voice(key) not in (now, None))

    def _opened(self, key: Key, name: str) -> Channel:
        if len(self._channels) >= MOST_CHANNELS:
            idle = next(iter(self._channels))
            self._channels.pop(idle).close()
            self._pending.discard(idle)
        if len(self._last) >= MOST_CHANNELS:
            self._last.clear()
        voice = key._replace(marks=())
        before = self._last.get(voice)
        channel = self._last[voice] = Channel(f'"{name}":"' if name else "", before.unfinished if before else "")
        return channel


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

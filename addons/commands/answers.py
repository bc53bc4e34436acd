"""Answers for mitmweb, whose commands give what they return (MITMPROXY: they are synchronous, and must return at once).

In: a command's words, and a way to have them answered. Out: an id and how far the answer is, until it is there; then
the answer, once, to whoever asks the same again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from mitmproxy import exceptions

from addons.asking.worker import AskedWrong, Reading

KEPT_S = 300.0
"""How long an answer waits to be asked for again."""

COLUMNS = ["id", "state", "read"]
RUNNING = "running"

type Words = tuple[str, ...]


@dataclass(slots=True)
class Asked:
    """`reading` is None where nobody knows how far it is."""

    future: Future[Any]
    reading: Reading | None = None
    number: int = 0
    at_s: float = field(default_factory=time.monotonic)


class Answers:
    def __init__(self) -> None:
        self._asked: dict[Words, Asked] = {}
        self._count = 0

    def give(self, words: Words, ask: Callable[[], Asked]) -> Any:
        """`ask` is called for what is not being answered yet. Raises CommandError where there is no answer."""
        self._forget()
        asked = self._asked.get(words)
        if asked is None:
            asked = self._asked[words] = ask()
            self._count += 1
            asked.number = self._count
        if not asked.future.done():
            return [COLUMNS, [str(asked.number), RUNNING, f"{asked.reading.share:.0%}" if asked.reading else ""]]
        del self._asked[words]
        try:
            return asked.future.result()
        except AskedWrong as wrong:
            raise exceptions.CommandError(str(wrong)) from None

    def _forget(self) -> None:
        now_s = time.monotonic()
        for words, asked in list(self._asked.items()):
            if asked.future.done() and now_s - asked.at_s > KEPT_S:
                del self._asked[words]

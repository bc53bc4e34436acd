"""The recorded conversations.

In: `recording.jsonl`. Out: each agent's exchanges in order: the request's bytes, and the answer's SSE events as bytes
with the pauses between them.

Three kinds of lines, so that the file can be read and edited:

- `agent`, `url`, `headers`, `body`, `conversation`: an agent. `body` is what all its requests share; `conversation`
  names the field of it that grows from request to request. `numbered`: its events count themselves (`sequence_number`).
- `ask` (the agent), `after_s`, `add`: its next request, sent so long after the answer before it; `add` is what the
  conversation grows by.
- `wait_s`, `data`: an event of the answer to that request, sent after a pause. A text with `¦` in it stands for as many
  events as it has pieces, each after that pause.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDING = Path(__file__).with_name("recording.jsonl")

_PIECES = re.compile(r'"((?:[^"\\]|\\.)*¦(?:[^"\\]|\\.)*)"')
"""A JSON string with `¦` in it, as it stands in JSON text."""


@dataclass(frozen=True, slots=True)
class Event:
    """One SSE event: its bytes, and the pause before it."""

    wait_s: float
    wire: bytes


@dataclass(slots=True)
class Exchange:
    """A request, and the events that answer it. `after_s`: the pause between the answer before it and this request."""

    url: str
    headers: dict[str, str]
    after_s: float
    body: bytes
    events: list[Event] = field(default_factory=list)

    @property
    def answer(self) -> bytes:
        return b"".join(event.wire for event in self.events)


class _Agent:
    """What has been read of one agent so far."""

    def __init__(self, line: dict[str, Any]) -> None:
        self._line = line
        self._conversation: list[Any] = []
        self.exchanges: list[Exchange] = []

    def ask(self, line: dict[str, Any]) -> None:
        self._conversation += line["add"]
        body = self._line["body"] | {self._line["conversation"]: self._conversation}
        headers = self._line["headers"]
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self.exchanges.append(Exchange(self._line["url"], headers, line["after_s"], text.encode()))

    def answer(self, line: dict[str, Any]) -> None:
        events = self.exchanges[-1].events
        for data in _in_pieces(line["data"]):
            number = {"sequence_number": len(events)} if self._line.get("numbered") else {}
            text = json.dumps(data | number, ensure_ascii=False, separators=(",", ":"))
            events.append(Event(line["wait_s"], f"event: {data['type']}\ndata: {text}\n\n".encode()))


def read(lines: Iterable[str]) -> dict[str, list[Exchange]]:
    """By agent, in the file's order."""
    agents: dict[str, _Agent] = {}
    speaking: _Agent | None = None
    for line in map(json.loads, lines):
        if "agent" in line:
            agents[line["agent"]] = _Agent(line)
        elif "ask" in line:
            speaking = agents[line["ask"]]
            speaking.ask(line)
        elif speaking is not None:
            speaking.answer(line)
    return {name: agent.exchanges for name, agent in agents.items()}


def read_file(path: Path = RECORDING) -> dict[str, list[Exchange]]:
    return read(path.read_text(encoding="utf-8").splitlines())


def _in_pieces(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    text = json.dumps(data, ensure_ascii=False)
    found = _PIECES.search(text)
    for piece in found[1].split("¦") if found else itertools.repeat("", 1):
        yield json.loads(f"{text[: found.start(1)]}{piece}{text[found.end(1) :]}" if found else text)

"""The blocks of an exchange: its prompt, thoughts, texts, calls, results, each growing as it comes.

In: texts, by the provider's name of their block. Out: facts. Both their number and each one's text are bounded; what
has gone is counted on, so that a block's number never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from renderers.board.facts import BlockFacts, BlockKind
from renderers.board.growing_text import GrowingText

BLOCK_CHARS: Final = 200_000
MOST_BLOCKS: Final = 200

_SPOKEN: Final[tuple[BlockKind, ...]] = ("thinking", "text", "refusal")


@dataclass(slots=True)
class Block:
    number: int
    kind: BlockKind
    version: int
    name: str = ""
    call_id: str | None = None
    tool_kind: str = ""
    is_error: bool = False
    is_done: bool = False
    text: GrowingText = field(default_factory=lambda: GrowingText(BLOCK_CHARS))

    def facts(self, flow_id: str, place: int) -> BlockFacts:
        begin, text = self.text.since(place)
        return BlockFacts(
            flow_id,
            self.number,
            self.kind,
            self.name,
            self.call_id,
            self.tool_kind,
            self.is_error,
            self.is_done,
            begin,
            text,
        )


class Blocks:
    """`version` is the board's when something changed. `first` is the number of the first that is kept; `chars`: how
    many characters all hold."""

    def __init__(self) -> None:
        self.first = 0
        self.chars = 0
        self._kept: list[Block] = []
        self._open: dict[tuple[BlockKind, str], Block] = {}

    def __iter__(self) -> Iterator[Block]:
        return iter(self._kept)

    @property
    def count(self) -> int:
        """Those that are not kept any more included."""
        return self.first + len(self._kept)

    def whole(self, kind: BlockKind, text: str, version: int) -> Block:
        """One that is complete at once."""
        block = self._new(kind, version)
        block.is_done = True
        self.append(block, text)
        return block

    def growing(self, kind: BlockKind, name: str, version: int) -> Block:
        """The one that the provider calls so; new where there is none."""
        block = self._open.get((kind, name))
        if block is None:
            block = self._open[kind, name] = self._new(kind, version)
        block.version = version
        return block

    def append(self, block: Block, text: str) -> None:
        held = block.text.ends - block.text.begins
        block.text.append(text)
        if block.number >= self.first:
            self.chars += block.text.ends - block.text.begins - held

    def tool_of(self, call_id: str | None) -> str:
        """The name of the tool that was called; empty where no such call is kept."""
        return next((one.name for one in reversed(self._kept) if one.kind == "call" and one.call_id == call_id), "")

    def finish(self, name: str, version: int) -> None:
        """What has been said in the block of that name is complete."""
        for kind in _SPOKEN:
            if (block := self._open.get((kind, name))) is not None:
                block.is_done = True
                block.version = version

    def finish_all(self, version: int) -> None:
        for block in self._open.values():
            if not block.is_done:
                block.is_done = True
                block.version = version
        self._open.clear()

    def drop_texts(self) -> None:
        for block in self._kept:
            block.text.drop()
        self.chars = 0

    def clear(self) -> None:
        """Its exchange has gone from the board."""
        self.drop_texts()
        self._kept.clear()

    def _new(self, kind: BlockKind, version: int) -> Block:
        block = Block(self.count, kind, version)
        self._kept.append(block)
        if len(self._kept) > MOST_BLOCKS:
            dropped = self._kept.pop(0)
            self.chars -= dropped.text.ends - dropped.text.begins
            self.first += 1
        return block

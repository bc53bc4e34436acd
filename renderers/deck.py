"""A session's cards: which of them may still grow, and the views that fill them (SPEC S1.3).

In: pieces of texts and events of calls, by flow and block; lines that are whole at once. Out: cards, added to their
flows as soon as they have something to show.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from addons.protocols.events import ToolArgumentsDelta, ToolCallFinished, ToolCallStarted, ToolKind
from renderers.card import Card, CardState
from renderers.content import HiddenTool, OneLineTool, RawTool, TextView, ToolView, result_spans, text_view
from renderers.flow import Flow
from renderers.spans import FreshLine, Span, Styled
from renderers.tool_views.names import label
from renderers.view_options import Kind, ViewOptions

TEXTS: Final[Mapping[str, Kind]] = {"thinking": "thinking", "text": "text", "refusal": "text"}
"""Content type to the kind that says how much of it is shown."""

CALL: Final = "tool"
"""The content type of calls."""

CALL_PATIENCE_S = 0.3
"""A tool call that pauses for so long makes room for the next block of its exchange."""

type ToolViewFactory = Callable[[str, ToolKind, ViewOptions], ToolView]


class Deck:
    """`open` has the cards that may still grow: content type, then (flow id, block), in order of appearance."""

    def __init__(self, options: ViewOptions, tool_view: ToolViewFactory, width: Callable[[], int]) -> None:
        self.configure(options)
        self._tool_view = tool_view
        self._width = width
        self._text_views: dict[Card, TextView] = {}
        self._tool_views: dict[Card, ToolView] = {}
        self.open: dict[str, OrderedDict[tuple[str, str], Card]] = {kind: OrderedDict() for kind in (*TEXTS, CALL)}

    def configure(self, options: ViewOptions) -> None:
        """For what begins from now on."""
        self._options = options
        self._details = {kind: options.detail(kind) for kind in Kind.__value__.__args__}

    def of(self, flow: Flow) -> list[Card]:
        """Those that may still grow."""
        return [card for cards in self.open.values() for (owner, _), card in cards.items() if owner == flow.flow_id]

    # -- what grows -------------------------------------------------------------------------------------------------

    def text(self, kind: str, flow: Flow, block: str, text: str, now_s: float) -> None:
        card = self.open[kind].get((flow.flow_id, block))
        if card is None:
            card = self._open(flow, kind, block, now_s)
            self._text_views[card] = text_view(kind, self._details[TEXTS[kind]], self._room(flow))
        card.heard(now_s)
        self._extend(flow, card, self._text_views[card].feed(text))

    def has_call(self, flow: Flow, block: str) -> bool:
        return (flow.flow_id, block) in self.open[CALL]

    def call(self, flow: Flow, event: ToolCallStarted | ToolCallFinished, now_s: float) -> None:
        card = self.open[CALL].get((flow.flow_id, event.block))
        if card is None:
            card = self._open(flow, CALL, event.block, now_s, CALL_PATIENCE_S)
            card.name = label(event.name)
            self._tool_views[card] = self._view_of(event.name, event.kind, self._room(flow))
        card.last_s = now_s
        self._extend(flow, card, self._tool_views[card].feed(event))

    def arguments(self, flow: Flow, event: ToolArgumentsDelta, now_s: float) -> None:
        """Of a call that is there already."""
        card = self.open[CALL][flow.flow_id, event.block]
        card.heard(now_s)
        self._extend(flow, card, self._tool_views[card].feed(event))

    def close_call(self, flow: Flow, block: str) -> None:
        self._close(flow, CALL, (flow.flow_id, block))

    def close_text(self, flow: Flow, block: str) -> None:
        for kind in TEXTS:
            if (flow.flow_id, block) in self.open[kind]:
                self._close(flow, kind, (flow.flow_id, block))

    def flush(self, flow: Flow) -> None:
        """Nothing more comes of this flow: all its open cards are done."""
        self._close_all(flow, self.open)

    def _view_of(self, name: str, kind: ToolKind, room: int) -> ToolView:
        match self._details["tool"]:
            case "full":
                return self._tool_view(name, kind, self._options)
            case "one_line":
                return OneLineTool(name, room)
            case "raw":
                return RawTool(name)
            case "hide":
                return HiddenTool()

    def _open(self, flow: Flow, kind: str, block: str, now_s: float, patience_s: float = 0.0) -> Card:
        """It ends the texts before it: not every dialect says when a block is over."""
        self._close_all(flow, TEXTS)
        card = self.open[kind][flow.flow_id, block] = Card(kind, now_s, patience_s)
        return card

    def _extend(self, flow: Flow, card: Card, spans: list[Span]) -> None:
        if spans:
            card.waiting += spans
            flow.fresh = True
            if card is not flow.current:
                flow.add(card)

    def _close_all(self, flow: Flow, kinds: Iterable[str]) -> None:
        for kind in kinds:
            for key in [key for key in self.open[kind] if key[0] == flow.flow_id]:
                self._close(flow, kind, key)

    def _close(self, flow: Flow, kind: str, key: tuple[str, str]) -> None:
        card = self.open[kind].pop(key)
        view = self._tool_views.pop(card) if kind == CALL else self._text_views.pop(card)
        spans = view.close()
        if self._options.delta_timing and card.deltas:
            spans += [FreshLine(), Styled("end", _timing(card)), FreshLine()]
        card.state = CardState.DONE
        self._extend(flow, card, spans)
        if card.waiting:
            # Taken back when the flow lost the screen: it has to be shown after all.
            flow.add(card)

    # -- what is whole at once --------------------------------------------------------------------------------------

    def prompt(self, flow: Flow, text: str, now_s: float) -> None:
        view = text_view("prompt", self._details["prompt"], self._room(flow))
        spans = view.feed(text.rstrip("\n")) + view.close()
        self._whole(flow, "prompt", [*spans, FreshLine()] if spans else [], now_s)

    def result(self, flow: Flow, about: str, text: str, is_error: bool, now_s: float) -> None:
        """`about` names the call that it answers."""
        spans = result_spans(about, text, is_error, self._details["result"], self._room(flow))
        self._whole(flow, "result", spans, now_s)

    def line(self, flow: Flow, kind: str, role: str, text: str, now_s: float) -> None:
        self._whole(flow, kind, [FreshLine(), Styled(role, text), FreshLine()], now_s)

    def _whole(self, flow: Flow, kind: str, spans: list[Span], now_s: float) -> None:
        if spans:
            card = Card(kind, now_s)
            card.state = CardState.DONE
            card.add(spans)
            flow.add(card)

    def _room(self, flow: Flow) -> int:
        """Characters of one line."""
        return self._width() - len(flow.indent)


def _timing(card: Card) -> str:
    took_s = card.last_s - card.first_s
    deltas = f"{card.deltas:,} delta{'s' if card.deltas > 1 else ''}"
    return f"⏱ {deltas} in {took_s:.2f} s, longest gap {card.gap_s * 1000:,.0f} ms"

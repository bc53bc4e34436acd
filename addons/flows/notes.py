"""Notes on flows: each LLM flow in mitmproxy's list has a comment that lives, and a marker when something is wrong.

In: the board, looked at on the event loop a few times a second. Out: `flow.comment` and `flow.marked`, and mitmproxy
told of it. A comment changes when the exchange's state does, not with each chunk: mitmweb hashes a flow's bodies
whenever it is told of one. What the user writes stands: only what we wrote ourselves is ever replaced.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mitmproxy import ctx, hooks, http

from addons import faults
from addons.screens.printing import SHOWN
from renderers.board.board import Board
from renderers.board.facts import ExchangeFacts, SessionFacts, State
from renderers.board.note import flow_note

TICK_S = 0.25
REMEMBERED_FLOWS = 10_000
"""What was written on them, not the flows."""

MARKERS = {State.ERROR: ":x:", State.STALLED: ":hourglass:"}


@dataclass(slots=True)
class _Noted:
    """What we have written on a flow."""

    comment: str = ""
    marker: str = ""


class FlowNotes:
    """One tick task lives from `running` to `done`. `board` gives None where mitmproxy has no list of flows."""

    def __init__(self, board: Callable[[], Board | None]) -> None:
        self._board = board
        self._noted: OrderedDict[str, _Noted] = OrderedDict()
        self._sessions: dict[str, SessionFacts] = {}
        self._version = 0
        self._timer: asyncio.TimerHandle | None = None

    # -- mitmproxy's hooks ------------------------------------------------------------------------------------------

    def request(self, flow: http.HTTPFlow) -> None:
        self._know(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        self._know(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """A flow that is being saved is saved right after this hook."""
        if flow.id in self._noted:
            self._look()

    def error(self, flow: http.HTTPFlow) -> None:
        self.response(flow)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self.response(flow)

    def running(self) -> None:
        if self._timer is None and self._board() is not None:
            self._tick()

    def done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- for others -------------------------------------------------------------------------------------------------

    def is_ours(self, flow: http.HTTPFlow) -> bool:
        """Whether nobody but us has written or marked anything on this flow."""
        noted = self._noted.get(flow.id) or _Noted()
        return flow.comment in ("", noted.comment) and flow.marked in ("", noted.marker)

    def forget(self, flow: http.HTTPFlow) -> None:
        self._noted.pop(flow.id, None)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _know(self, flow: http.HTTPFlow) -> None:
        """Capture has seen it first, and marked it where it is an LLM's."""
        if SHOWN in flow.metadata and flow.id not in self._noted and self._board() is not None:
            self._noted[flow.id] = _Noted()
            if len(self._noted) > REMEMBERED_FLOWS:
                self._noted.popitem(last=False)

    def _tick(self) -> None:
        self._look()
        self._timer = ctx.master.event_loop.call_later(TICK_S, self._tick)

    def _look(self) -> None:
        with faults.guard("flow notes"):
            board = self._board()
            if board is None or board.version == self._version:
                return
            changes = board.changes(self._version)
            self._version = changes.version
            self._sessions.update((session.session_id, session) for session in changes.sessions)
            for gone in changes.forgotten_sessions:
                self._sessions.pop(gone, None)
            written = [flow for one in changes.exchanges if (flow := self._write(one)) is not None]
            if written:
                ctx.master.addons.trigger(hooks.UpdateHook(written))

    def _write(self, exchange: ExchangeFacts) -> http.HTTPFlow | None:
        """None where there is nothing new. Of a WebSocket's exchanges the latest counts."""
        flow_id = exchange.flow_id.partition(":")[0]
        noted = self._noted.get(flow_id)
        flows = flow_list()
        flow: http.HTTPFlow | None = flows.get_by_id(flow_id) if flows is not None else None
        if noted is None or flow is None:
            return None
        comment = flow_note(exchange, self._sessions.get(exchange.session_id))
        marker = MARKERS.get(exchange.state, "")
        is_new = False
        if comment != noted.comment and flow.comment == noted.comment:
            flow.comment = noted.comment = comment
            is_new = True
        if marker != noted.marker and flow.marked == noted.marker:
            flow.marked = noted.marker = marker
            is_new = True
        return flow if is_new else None


def flow_list() -> Any:
    """mitmproxy's list of flows; None in mitmdump, which has none."""
    addons: Any = ctx.master.addons
    return addons.get("view")

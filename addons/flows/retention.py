"""Retention: how many LLM flows mitmproxy's list keeps (SPEC S3.8).

In: flows as they end. Out: the oldest finished ones removed from the list. mitmweb and the console keep every flow for
ever, with its bodies; so memory would grow for as long as agents work. What the user has marked, commented, or is
looking at stays, and so do flows that were read from a file: someone wants to see those.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx, http

from addons import faults
from addons.flows.notes import FlowNotes, flow_list
from addons.screens.printing import SHOWN, is_console

MOST_MESSAGES = 1_000
"""Of a WebSocket, while it is open: a list shows each of them whenever it is drawn."""
KEPT_MESSAGES = 500


class FlowRetention:
    """`most` is the option's value; 0 keeps all."""

    def __init__(self, most: Callable[[], int], notes: FlowNotes) -> None:
        self._most = most
        self._notes = notes
        self._finished: OrderedDict[str, http.HTTPFlow] = OrderedDict()

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.websocket is None:
            self._finish(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self._finish(flow)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        self._finish(flow)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        with faults.guard("retention", flow.id):
            if flow.websocket is None or SHOWN not in flow.metadata or not self._most() or flow_list() is None:
                return
            if len(flow.websocket.messages) > MOST_MESSAGES:
                del flow.websocket.messages[:-KEPT_MESSAGES]

    # -- inside -----------------------------------------------------------------------------------------------------

    def _finish(self, flow: http.HTTPFlow) -> None:
        with faults.guard("retention", flow.id):
            flows = flow_list()
            if flows is None or not flow.live or SHOWN not in flow.metadata:
                return
            for gone in [flow_id for flow_id in self._finished if flows.get_by_id(flow_id) is None]:
                # Removed by the user.
                del self._finished[gone]
            self._finished[flow.id] = flow
            if self._most():
                self._remove_oldest(flows, len(self._finished) - self._most())

    def _remove_oldest(self, flows: Any, count: int) -> None:
        # In mitmweb it is always the first: there each browser has its own.
        looked_at = flows.focus.flow if is_console(ctx.master) else None
        for flow in list(self._finished.values()):
            if count <= 0:
                return
            if flow is looked_at or flow.live:
                # Not now.
                continue
            del self._finished[flow.id]
            count -= 1
            if self._notes.is_ours(flow):
                flows.remove([flow])
                self._notes.forget(flow)

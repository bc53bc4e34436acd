"""Where an exchange goes that is in the log already, since it is read back from a flow file: to the screen alone.

In: records and events. Out: the events; no records. Its flow is redacted as every other.
"""

from __future__ import annotations

from addons.capture.exchange import Outlet
from addons.capture.intake import Request
from addons.capture.log_outlet import LogOutlet
from addons.protocols.events import ExchangeEvent
from addons.sinks.records import Record


class Unlogged(Outlet):
    def __init__(self, outlet: LogOutlet) -> None:
        self.redactor = outlet.redactor
        self.times = outlet.times
        self.prices = outlet.prices
        self._outlet = outlet

    def write(self, record: Record) -> None:
        pass

    def show(self, flow_id: str, event: ExchangeEvent) -> None:
        self._outlet.show(flow_id, event)

    def opened(self, request: Request, status: int | None) -> int | None:  # noqa: ARG002  (an Outlet's signature)
        return self._outlet.session_number(request.session_id)

    def lost(self, flow_id: str) -> int:  # noqa: ARG002
        return 0

    def closed(self, flow_id: str, response_id: str | int | None, session_id: str) -> None:
        pass

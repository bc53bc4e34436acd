"""Where an exchange goes that is in the log already: nowhere.

In: records and events of an exchange that is read back from a flow file. Out: nothing of them; only its flow is still
to be redacted.
"""

from __future__ import annotations

from addons.exchange import Outlet
from addons.intake import Request
from addons.pricing.book import PriceBook
from addons.protocols.events import ExchangeEvent
from addons.redaction.redactor import Redactor
from addons.sinks.records import Record
from addons.sinks.timestamps import TimeFormatter


class Unlogged(Outlet):
    def __init__(self, redactor: Redactor, times: TimeFormatter, prices: PriceBook) -> None:
        self.redactor = redactor
        self.times = times
        self.prices = prices

    def write(self, record: Record) -> None:
        pass

    def show(self, flow_id: str, event: ExchangeEvent) -> None:
        pass

    def opened(self, request: Request, status: int | None) -> int | None:  # noqa: ARG002  (an Outlet's signature)
        return None

    def lost(self, flow_id: str) -> int:  # noqa: ARG002
        return 0

    def closed(self, flow_id: str, response_id: str | int | None, session_id: str) -> None:
        pass

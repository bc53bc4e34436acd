"""From a log's records back to the events that the live view was shown when they were captured.

In: records of sse_flows, sse_lines and sse_flow_ends, in order of time (LOGFORMAT.md). Out: `(flow id, event)`, as the
pipeline shows them: `ExchangeStarted`, what the dialect's decoder makes of the frames, `ExchangeEnded`. Where the log
has no flows an exchange begins with its first frame, and the frames tell the dialect; where it has no ends an exchange
ends with the stream's own terminal event.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from addons.pricing.book import TIER_FIELDS, PriceBook
from addons.protocols.decoder import Decoder
from addons.protocols.detect import decoder_for
from addons.protocols.events import (
    Event,
    ExchangeEnded,
    ExchangeEvent,
    ExchangeStarted,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallStarted,
)
from addons.protocols.limits import allowances_of, retry_after_s
from addons.protocols.requests import prompt_of, rebuild
from addons.protocols.summary import Summary
from addons.protocols.usage import normalise_usage
from addons.request_parts import parts_of
from addons.sinks.reader import frame_of

type Shown = tuple[str, ExchangeEvent]

CUT_OFF = "the recording ends here"

_TOKENS = (TextDelta, ThinkingDelta, RefusalDelta, ToolCallStarted, ToolArgumentsDelta)
_MOST_ENDED = 10_000


@dataclass(slots=True)
class _Exchange:
    """One that has begun. The summary is kept only where the log has no ends."""

    decoder: Decoder
    api: str | None
    model: str | None
    provider: str
    started_ns: int
    tier: dict[str, Any]
    """What the request says of the service tier."""
    summary: Summary = field(default_factory=Summary)
    t_ms: float = 0.0
    ttft_ms: float | None = None


class Assembler:
    """`blob` gives a content by its hash, None where it is lost; `number_of` a session's number."""

    def __init__(
        self,
        blob: Callable[[str], Any],
        number_of: Callable[[str], int | None],
        has_ends: bool,
        is_part: bool = False,
        prices: PriceBook | None = None,
    ) -> None:
        """`is_part`: the lines are of some of the exchanges only, so that one begins with its first line."""
        self._blob = blob
        self._number_of = number_of
        self._prices = prices or PriceBook()
        self._has_ends = has_ends
        self._is_part = is_part
        self._known: dict[str, dict[str, Any]] = {}
        self._open: dict[str, _Exchange] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self.begun = 0

    @property
    def open_count(self) -> int:
        return len(self._open)

    def learn(self, flow: dict[str, Any]) -> None:
        """A flow record, ahead of its time: clocks may be set back between it and the first line."""
        if flow["flow_id"] not in self._open and flow["flow_id"] not in self._ended:
            self._known[flow["flow_id"]] = flow

    def flow(self, flow: dict[str, Any]) -> list[Shown]:
        flow_id = flow["flow_id"]
        if self._is_part or flow_id in self._open or flow_id in self._ended:
            return []
        self._known.pop(flow_id, None)
        return [self._begin(flow, epoch_ns(flow["ts"]))]

    def line(self, line: dict[str, Any]) -> list[Shown]:
        flow_id = line["flow_id"]
        if flow_id in self._ended:
            return []
        shown: list[Shown] = []
        exchange = self._open.get(flow_id)
        if exchange is None:
            shown.append(self._begin_with(line))
            exchange = self._open[flow_id]
        if line["dir"] != "in":
            return shown
        events = exchange.decoder.feed(frame_of(line))
        shown += [(flow_id, event) for event in events]
        if not self._has_ends:
            self._sum_up(exchange, events, float(line["t_ms"]))
            if exchange.summary.finished or exchange.summary.error is not None:
                shown += self._finish(flow_id)
        return shown

    def end(self, end: Mapping[str, Any]) -> list[Shown]:
        flow_id = end["flow_id"]
        self._known.pop(flow_id, None)
        exchange = self._close(flow_id)
        if exchange is None:
            return []
        usage, model = dict(end.get("usage") or {}), end.get("model")
        cost_usd, context_window = self._spent(exchange, model, usage, end.get("usage_raw"))
        ended = ExchangeEnded(
            flow_id=flow_id,
            end=end["end"],
            error=end.get("error"),
            status=end.get("status"),
            model=model,
            stop_reason=end.get("stop_reason"),
            usage=usage,
            duration_ms=end.get("duration_ms") or 0.0,
            ttft_ms=end.get("ttft_ms"),
            cost_usd=cost_usd,
            context_window=context_window,
        )
        return [*((flow_id, event) for event in exchange.decoder.close()), (flow_id, ended)]

    def close(self) -> list[Shown]:
        """Nothing more will come: what is still open ends here."""
        return [shown for flow_id in list(self._open) for shown in self._finish(flow_id)]

    # -- inside -----------------------------------------------------------------------------------------------------

    def _begin_with(self, line: dict[str, Any]) -> Shown:
        started_ns = epoch_ns(line["ts"]) - round(line["t_ms"] * 1e6)
        known = self._known.pop(line["flow_id"], None)
        if known is not None:
            return self._begin(known, started_ns)
        # On a WebSocket the request is the first line.
        return self._begin(line, started_ns, line["data"] if line["dir"] == "out" else None)

    def _begin(self, record: dict[str, Any], started_ns: int, body: Any = None) -> Shown:
        """`record` is a flow's, or, with less in it, a line's; then `body` is the request, where it is known."""
        flow_id = record["flow_id"]
        session_id = record.get("session_id") or flow_id
        host = record.get("host")
        if "request" in record:
            body = rebuild(record["request"], self._blob)
        said = prompt_of(body)
        started = ExchangeStarted(
            flow_id=flow_id,
            # A session that goes on at another host is shown as another one, of the same number.
            session_id=f"{session_id}@{host}" if host else session_id,
            session_number=self._number_of(session_id),
            client=record.get("client") or "unknown",
            provider=record.get("provider") or "unknown",
            agent_id=record.get("agent_id"),
            purpose=record.get("purpose") or "main",
            model=record.get("model"),
            prompt=said.prompt or None,
            tool_returns=said.tool_returns,
            started_epoch_ns=started_ns,
            request_parts=parts_of(body),
            allowances=allowances_of(record.get("response_headers") or {}, started_ns / 1e9),
            retry_after_s=retry_after_s(record.get("response_headers") or {}, started_ns / 1e9),
            parent_id=record.get("parent_id"),
            host=host,
        )
        asked = body if isinstance(body, dict) else {}
        self._open[flow_id] = _Exchange(
            decoder_for(record.get("api")),
            record.get("api"),
            started.model,
            started.provider,
            started_ns,
            {name: asked[name] for name in TIER_FIELDS if name in asked},
        )
        self.begun += 1
        return flow_id, started

    def _sum_up(self, exchange: _Exchange, events: list[Event], t_ms: float) -> None:
        exchange.t_ms = t_ms
        for event in events:
            exchange.summary.add(event)
            if exchange.ttft_ms is None and isinstance(event, _TOKENS):
                exchange.ttft_ms = t_ms

    def _finish(self, flow_id: str) -> list[Shown]:
        """The end of an exchange whose end record there is not."""
        exchange = self._close(flow_id)
        if exchange is None:
            return []
        events = exchange.decoder.close()
        self._sum_up(exchange, events, exchange.t_ms)
        summary = exchange.summary
        error = summary.error.message if summary.error else None if summary.finished else CUT_OFF
        usage, model = normalise_usage(exchange.api, summary.usage_raw), summary.model or exchange.model
        cost_usd, context_window = self._spent(exchange, model, usage, summary.usage_raw)
        ended = ExchangeEnded(
            flow_id=flow_id,
            end="complete" if error is None else "error",
            error=error,
            status=None,
            model=model,
            stop_reason=summary.stop_reason,
            usage=usage,
            duration_ms=exchange.t_ms,
            ttft_ms=exchange.ttft_ms,
            cost_usd=cost_usd,
            context_window=context_window,
        )
        return [*((flow_id, event) for event in events), (flow_id, ended)]

    def _spent(
        self, exchange: _Exchange, model: str | None, usage: dict[str, int | None], usage_raw: Any
    ) -> tuple[float | None, int | None]:
        """Dollars, and the model's context window."""
        at = datetime.fromtimestamp(exchange.started_ns / 1e9, UTC)
        cost_usd = self._prices.cost_usd(
            exchange.provider, model, usage, at, usage_raw=usage_raw, request=exchange.tier
        )
        return cost_usd, self._prices.context_window(exchange.provider, model)

    def _close(self, flow_id: str) -> _Exchange | None:
        exchange = self._open.pop(flow_id, None)
        if exchange is not None:
            self._ended[flow_id] = None
            if len(self._ended) > _MOST_ENDED:
                self._ended.popitem(last=False)
        return exchange


def epoch_ns(ts: str) -> int:
    """Of a record's time stamp."""
    return int(datetime.fromisoformat(ts).timestamp() * 1e6 + 0.5) * 1000

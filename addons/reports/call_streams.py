"""When tool calls streamed: their frames, read again for their moments.

In: calls, the question (which log). Out: for each call a `Stream`. The log's lines are passed over by flow id, unread,
but for those of the exchanges that announced the calls; these go through their dialect's decoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from addons.protocols.decoder import Decoder
from addons.protocols.detect import decoder_for
from addons.protocols.events import Event, ToolArgumentsDelta, ToolCallFinished, ToolCallStarted, ToolResult
from addons.reports.call_cycle import Call, State
from addons.reports.call_rows import of
from addons.reports.log_files import LogFiles, files_beside, files_of
from addons.reports.question import Question
from addons.reports.stretches import Stretch
from addons.reports.thorough import lines_of
from addons.sinks import layout
from addons.sinks.reader import frame_of
from addons.sinks.records import FLOW_ID
from addons.wire.json_text import parse_json


@dataclass(slots=True)
class Stream:
    """Moments in UTC; None: not told. `returned` is for tools that the provider ran."""

    call_id: str | None = None
    announced: datetime | None = None
    streaming: datetime | None = None
    complete: datetime | None = None
    returned: datetime | None = None
    deltas: int = 0

    @property
    def state(self) -> State | None:
        reached = (
            (self.returned, State.RETURNED),
            (self.complete, State.COMPLETE),
            (self.streaming, State.STREAMING),
            (self.announced, State.ANNOUNCED),
        )
        return next((state for at, state in reached if at is not None), None)


class _Exchange:
    """One exchange's calls, in order of appearance."""

    def __init__(self, api: str | None) -> None:
        self._decoder: Decoder = decoder_for(api)
        self.calls: dict[str, Stream] = {}

    def line(self, record: dict[str, Any]) -> None:
        if record["dir"] == "in":
            at = datetime.fromisoformat(record["ts"]).astimezone(UTC).replace(tzinfo=None)
            for event in self._decoder.feed(frame_of(record)):
                self._take(event, at)

    def _take(self, event: Event, at: datetime) -> None:
        match event:
            case ToolCallStarted():
                self._call(event.block, event.id, at)
            case ToolArgumentsDelta():
                call = self._call(event.block, None, at)
                call.streaming = call.streaming or at
                call.deltas += 1
            case ToolCallFinished():
                call = self._call(event.block, event.id, at)
                call.call_id = event.id or call.call_id
                call.complete = at
            case ToolResult():
                for call in self.calls.values():
                    if call.call_id is not None and call.call_id == event.call_id:
                        call.returned = at
            case _:
                pass

    def _call(self, block: str, call_id: str | None, at: datetime) -> Stream:
        return self.calls.setdefault(block, Stream(call_id, at))


def streams_of(calls: Sequence[Call], question: Question) -> Iterator[Stream]:
    """One for each call, in their order."""
    exchanges = {of(call).flow_id: _Exchange(of(call).api) for call in calls}
    for flow_id, record in _lines(_files(question), set(exchanges)):
        exchanges[flow_id].line(record)
    unused = {flow_id: list(exchange.calls.values()) for flow_id, exchange in exchanges.items()}
    for call in calls:
        left = unused[of(call).flow_id]
        # An index may show calls of an exchange in part. Those announced without an id, whatever the client has called
        # them then, come in the order of the end record.
        found = next((stream for stream in left if stream.call_id in (call.call_id, None)), None)
        if found is not None:
            left.remove(found)
        yield found or Stream()


def _files(question: Question) -> LogFiles:
    return files_beside(question.file) if question.file else files_of(question.log_dir or Path())


def _lines(files: LogFiles, flow_ids: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = {flow_id.encode() for flow_id in flow_ids}
    for member in files.members(layout.LINES) if wanted else ():
        for line in lines_of(Stretch(member).pieces()):
            found = FLOW_ID.match(b"\n" + line[:1024])
            if found is not None and found[1] in wanted:
                try:
                    yield found[1].decode(), parse_json(line)
                except ValueError:
                    continue  # a torn or damaged line costs the moments that it would have told

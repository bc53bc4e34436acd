"""The records of the exchanges that are to be exported.

In: the log's files, which exchanges. Out: their records, kind by kind, in the order of the files; requests whole again.
Lines of others are passed over unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from addons.protocols.requests import rebuild
from addons.reports.loading import Progress
from addons.reports.log_files import LogFiles
from addons.reports.stretches import Stretch
from addons.reports.thorough import lines_of, record_of
from addons.sinks import layout
from addons.sinks.records import FLOW_ID
from addons.sources.blob_index import BlobIndex

_HEAD_BYTES = 1024
"""The flow id is among the first fields, where the log is ours."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An exchange. `started` in UTC, without a zone."""

    call: int
    started: datetime
    session_number: int | None


class ExportedLog:
    def __init__(
        self, files: LogFiles, exchanges: Mapping[str, Wanted], named: Path | None, progress: Progress
    ) -> None:
        """`named`: the file that was asked for in place of a whole log."""
        self.exchanges = exchanges
        self.path = named or files.folder / layout.LINES
        self.missing = 0
        """Contents of requests that are not in the log any more."""
        self.damaged = 0
        self._files = files
        self._wanted = {flow_id.encode() for flow_id in exchanges}
        self._progress = progress

    @cached_property
    def is_frames_alone(self) -> bool:
        """Whether there are frames and no records of exchanges, which filters need."""
        told = any(self._files.members(name) for name in (layout.FLOWS, layout.ENDS))
        return not told and bool(self._files.members(layout.LINES))

    def lines(self, name: str) -> Iterator[bytes]:
        """Of a kind of file, by the name that the log gives it."""
        members = self._files.members(name)
        total = sum(member.size for member in members)
        done = 0
        for member in members:
            self._progress(done, total)
            for line in lines_of(Stretch(member).pieces()):
                if self._is_wanted(line):
                    yield line
            done += member.size

    def records(self, name: str) -> Iterator[dict[str, Any]]:
        for line in self.lines(name):
            record = record_of(line)
            if record is not None and record.get("flow_id") in self.exchanges:
                yield record

    def request(self, flow: Mapping[str, Any]) -> Any:
        """The body, whole again. What is missing stays a reference."""
        return rebuild(flow.get("request"), self._content)

    def notes(self) -> list[str]:
        told = {
            "contents of requests are not in the log any more; their references stand in their place": self.missing,
            "lines could not be read": self.damaged,
        }
        return [f"{count:,} {what}." for what, count in told.items() if count]

    @cached_property
    def _blobs(self) -> BlobIndex:
        return BlobIndex(self._files.folder / layout.BLOBS)

    def _content(self, digest: str) -> Any:
        content = self._blobs.content(digest)
        if content is None:
            self.missing += 1
            return {"$ref": digest}
        return content

    def _is_wanted(self, line: bytes) -> bool:
        if self.is_frames_alone:
            return True
        found = FLOW_ID.match(b"\n" + line[:_HEAD_BYTES])
        return found is None or found[1] in self._wanted

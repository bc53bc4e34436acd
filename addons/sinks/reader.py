"""Reading the log back (LOGFORMAT.md), rotated files included.

In: the log's root and a kind of record. Out: the records in the order in which they were written. A torn last line, as
a process leaves it that is killed or still writing, is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from addons.protocols.requests import rebuild
from addons.sinks import layout
from addons.sinks.archive import open_stream
from addons.sinks.records import Kind
from addons.sinks.rotation import Rotated, rotated_files
from addons.wire.frame import Frame
from addons.wire.json_text import dump_json, parse_json

NAMES = {
    Kind.FLOWS: layout.FLOWS,
    Kind.LINES: layout.LINES,
    Kind.ENDS: layout.ENDS,
    Kind.BLOBS: layout.BLOBS,
    Kind.ERRORS: layout.ERRORS,
}


def iter_records(root: Path, kind: Kind, flow_id: str | None = None) -> Iterator[dict[str, Any]]:
    """All records of a kind, or one exchange's."""
    return iter_file(layout.main_folder(root) / NAMES[kind], flow_id)


def iter_file(path: Path, flow_id: str | None = None) -> Iterator[dict[str, Any]]:
    """As `iter_records`, of any file of lines, such as a client's or a session's."""
    needle = b"" if flow_id is None else b'"flow_id":' + dump_json(flow_id)
    for line in lines_of(path):
        if needle in line and line.endswith(b"\n"):
            try:
                record = parse_json(line)
            except ValueError:
                continue
            if flow_id is None or record.get("flow_id") == flow_id:
                yield record


def load_blobs(root: Path, hashes: Collection[str] | None = None) -> dict[str, Any]:
    """Contents by hash: all, or those asked for."""
    return {
        record["hash"]: record["content"]
        for record in iter_records(root, Kind.BLOBS)
        if hashes is None or record["hash"] in hashes
    }


def rebuild_request(flow: Mapping[str, Any], blobs: Mapping[str, Any]) -> Any:
    """A flow record's request as it was, redaction aside. Raises KeyError where a content is missing."""
    return rebuild(flow["request"], blobs.__getitem__)


def frame_of(line: Mapping[str, Any]) -> Frame:
    """A line record's frame, with its JSON written anew."""
    data = line["data"]
    text = data if data is None or isinstance(data, str) else dump_json(data).decode()
    return Frame(text, line["event"], line.get("comment"), line.get("id"), line.get("retry"))


def lines_of(path: Path, from_s: float = 0.0) -> Iterator[bytes]:
    """Raw lines; of rotated files first, those that were finished since `from_s`, in seconds of the epoch. The current
    one is opened before, or it might be rotated between."""
    with ExitStack() as stack:
        rotated, current = _snapshot(path, stack)
        for file in rotated:
            if file.time_s < from_s:
                continue
            try:
                stream = open_stream(file.path)
            except FileNotFoundError:  # removed since it was listed, because of the cap on the total
                continue
            with stream:
                yield from stream
        if current is not None:
            yield from current


def _snapshot(path: Path, stack: ExitStack) -> tuple[list[Rotated], BinaryIO | None]:
    while True:
        before = rotated_files(path)
        try:
            current = stack.enter_context(path.open("rb"))
        except FileNotFoundError:
            current = None
        after = rotated_files(path)
        if [each.stamp for each in before] == [each.stamp for each in after]:
            return after, current

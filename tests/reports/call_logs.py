"""Logs of tool calls for the tests: exchanges told in a dialect's own JSON, written as capture writes them.

In: requests as clients send them, calls as answers announce them. Out: a log folder. An exchange begins at ten times
its number in seconds, and lasts five.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from addons.protocols.requests import split
from addons.sinks import layout
from addons.wire.json_text import dump_json

_OF_ENDS = ("response_id", "text", "usage")

STARTED = datetime(2026, 11, 26, 12, tzinfo=UTC)


def call(call_id: str | None, name: str = "Bash", arguments: Any = None, **changed: Any) -> dict[str, Any]:
    """As in an end record."""
    raw = None if arguments is None else json.dumps(arguments)
    return {"id": call_id, "name": name, "kind": "client", "arguments": arguments, "arguments_raw": raw} | changed


class CallLog:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = layout.main_folder(root)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._number = 0
        self._stored: set[str] = set()

    def exchange(
        self, body: Any, *calls: dict[str, Any], session: str = "s", end: str = "complete", **changed: Any
    ) -> str:
        """Gives its flow id."""
        self._number += 1
        flow_id = f"f{self._number}"
        begin = STARTED + timedelta(seconds=10 * self._number)
        common = {
            "v": 1,
            "ts": begin.isoformat(timespec="microseconds"),
            "flow_id": flow_id,
            "session_id": session,
            "client": "lab",
            "provider": "lab",
            "purpose": "main",
            "model": "m",
        } | {name: value for name, value in changed.items() if name not in _OF_ENDS}
        self._write(layout.FLOWS, {**common, "agent_id": common.get("agent_id"), "request": split(body, self._put)})
        told = {"end": end, "duration_ms": 5000.0, "tool_calls": list(calls), "response_id": f"resp-{flow_id}"}
        told |= {name: changed[name] for name in _OF_ENDS if name in changed}
        ended = (begin + timedelta(seconds=5)).isoformat(timespec="microseconds")
        self._write(layout.ENDS, {**common, "ts": ended, **told})
        return flow_id

    def exchanges(self, told: Iterable[tuple[Any, list[dict[str, Any]]]]) -> None:
        for body, calls in told:
            self.exchange(body, *calls)

    def _put(self, kind: str, content: Any) -> str:
        digest = hashlib.sha256(dump_json(content)).hexdigest()[:32]
        if digest not in self._stored:
            self._stored.add(digest)
            self._write(layout.BLOBS, {"v": 1, "hash": digest, "kind": kind, "content": content})
        return digest

    def _write(self, name: str, record: dict[str, Any]) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(dump_json(record) + b"\n")

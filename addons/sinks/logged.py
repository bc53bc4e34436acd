"""Which exchanges are in a log file already, rotated ones included (SPEC S4.12: none is logged twice).

In: the file of flows or of ends. Out: a yes or no per flow id. The files are read on the first question, by a byte
scan, and later only for what is new.
"""

from __future__ import annotations

from pathlib import Path

from addons.sinks.records import FLOW_ID
from addons.sinks.scan import LogScanner
from addons.wire.json_text import dump_json


class LoggedIds:
    def __init__(self, path: Path) -> None:
        self._scanner = LogScanner(path, FLOW_ID)
        self._ids: set[bytes] = set()

    def __contains__(self, flow_id: str) -> bool:
        needle = dump_json(flow_id)[1:-1]
        if needle not in self._ids:
            self._ids.update(self._scanner.scan())
        return needle in self._ids

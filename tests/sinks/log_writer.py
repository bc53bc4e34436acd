"""A process that writes a log, for the tests with several: `log_writer.py ROOT NAME COUNT ROTATE_BYTES RECORD_BYTES`.

It prints the number of each frame once the store has taken it: from then on it has to survive kill -9.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from addons.sinks.maintenance import Limits
from addons.sinks.records import BlobCollector, RecordContext, line_record
from addons.sinks.store import LogStore, StoreSettings
from addons.wire.frame import Frame

TS = "2026-11-23T10:15:00.123456+01:00"


def main(root: str, name: str, count: int, rotate_bytes: int, record_bytes: int) -> None:
    store = LogStore(StoreSettings(Path(root), limits=Limits(rotate_bytes=rotate_bytes)))
    store.start()
    context = RecordContext(name, "s-1", "codex", "openai")
    for seq in range(count):
        collector = BlobCollector(context, TS)
        collector.put("message", json.dumps(f"shared {seq // 10}").encode())
        frame = Frame(json.dumps({"text": "x" * (seq * 37 % record_bytes)}))
        store.write([*collector.records, line_record(context, TS, frame, seq, 0.0)])
        sys.stdout.write(f"{seq}\n")
        sys.stdout.flush()
    store.close()
    sys.exit(store.outage)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

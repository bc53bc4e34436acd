"""A proxy's side without the proxy: a log folder and a sink, written as the pipeline writes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from addons.redis_stream.address import RedisAddress
from addons.redis_stream.entry import entry_of_record
from addons.redis_stream.ledger import Limits, Names
from addons.redis_stream.sink import SinkSettings, StreamSink
from addons.sinks.records import Record
from addons.sinks.store import LogStore, StoreSettings

LIMIT_S = 30.0


class LoggingProxy:
    """Every record goes to the log first, and then to the stream."""

    def __init__(
        self,
        root: Path,
        address: RedisAddress,
        names: Names,
        host: str = "ana",
        buffer_bytes: int = 32 << 20,
        limits: Limits | None = None,
    ) -> None:
        self.root = root
        self.host = host
        self.said: list[str] = []
        settings = SinkSettings(address, names.stream, limits or Limits(0, 0), host, buffer_bytes, root)
        self.sink = StreamSink(settings, self.said.append)
        self._store = LogStore(StoreSettings(root, "utc"), also=self.sink.publish)
        self._store.start()
        self.sink.start()

    def write(self, records: Iterable[Record]) -> None:
        self._store.write(records)

    def close(self) -> None:
        self._store.close()
        self.sink.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def keys_of(records: Iterable[Record], host: str = "ana") -> list[str]:
    """As they stand in the stream, each once."""
    keys = []
    for record in records:
        entry = entry_of_record(record, host)
        if entry is not None:
            seq = "" if entry.seq is None else f":{entry.seq}"
            keys.append(f"{entry.kind.value}:{entry.owner.decode()}{seq}")
    return list(dict.fromkeys(keys))


def keys_in(client: Any, names: Names) -> list[str]:
    return [fields[b"key"].decode() for _, fields in client.xrange(names.stream)]


def wait_until(condition: Callable[[], bool], explain: Callable[[], object] = lambda: "it did not happen") -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)


class Running:
    """Work on a thread of its own, ended by an event."""

    def __init__(self, work: Callable[[], None], stopping: threading.Event) -> None:
        self._stopping = stopping
        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.thread.join(LIMIT_S)
        assert not self.thread.is_alive()

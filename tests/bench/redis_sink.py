# ruff: noqa: T201  (a benchmark prints)
"""How many records a second the sink brings into a Redis stream, from `publish` to the server's answer.

Run: .venv/bin/python tests/bench/redis_sink.py [--records 100000] [--rounds 3] [--url redis://…]

Without --url it starts a redis-server of its own, on a unix socket, without persistence. The records are those of
eight exchanges at once with deltas of a usual length. Also printed: what it costs, what the capture thread waits when
it hands over, and how fast a reporter drains the same. Asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from addons.redis_stream.address import parse_address  # noqa: E402
from addons.redis_stream.drain import Drain  # noqa: E402
from addons.redis_stream.ledger import Limits, Names  # noqa: E402
from addons.redis_stream.sink import SinkSettings, StreamSink  # noqa: E402
from addons.sinks.records import Kind, Record, RecordContext, line_record  # noqa: E402
from addons.wire.frame import Frame  # noqa: E402

BATCH = 50
EXCHANGES = 8
TS = "2026-11-26T15:00:00.123456+00:00"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed; give --url")
    socket = folder / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.05)
    try:
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()


def records(count: int, round_number: int) -> list[Record]:
    contexts = [
        RecordContext(f"{round_number:08}-0000-4000-8000-{number:012}", f"session-{number}", "claude-code", "anthropic")
        for number in range(EXCHANGES)
    ]
    delta = {"type": "text_delta", "text": "word and some more text of a usual length "}
    data = json.dumps({"type": "content_block_delta", "index": 0, "delta": delta})
    frame = Frame(data, "content_block_delta", None, None, None)
    begun = [Record(Kind.FLOWS, b'{"v":1,"ts":"%b",%b}\n' % (TS.encode(), each.json), each) for each in contexts]
    return begun + [
        line_record(contexts[number % EXCHANGES], TS, frame, number // EXCHANGES, float(number))
        for number in range(count - EXCHANGES)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="redis-") as name:
        folder = Path(name)
        if options.url:
            measure(options.url, folder, options.records, options.rounds)
        else:
            with server(folder) as url:
                measure(url, folder, options.records, options.rounds)


def measure(url: str, folder: Path, count: int, rounds: int) -> None:
    address = parse_address(url)
    names = Names("bench:events")
    settings = SinkSettings(address, names.stream, Limits(10_000_000, 0), "bench", 1 << 30, folder / "log")
    client = address.connect()
    sink = StreamSink(settings, print)
    sink.start()
    sink.publish(records(EXCHANGES, 99_999_999))
    while sink.status().sent < EXCHANGES:
        time.sleep(0.05)
    for number in range(rounds):
        made = records(count, number)
        before, cpu_s, started_s = sink.status().sent, process_cpu_s(), time.perf_counter()
        for start in range(0, count, BATCH):
            sink.publish(made[start : start + BATCH])
        handed_s = time.perf_counter() - started_s
        while sink.status().sent < before + count:
            time.sleep(0.002)
        took_s = time.perf_counter() - started_s
        cpu_us, handed_us = (process_cpu_s() - cpu_s) / count * 1e6, handed_s / count * 1e6
        print(f"{count / took_s:9,.0f} records/s  cpu {cpu_us:5.1f} µs/record  handing over {handed_us:4.1f} µs/record")
    sink.stop()
    length = client.xlen(names.stream)
    print(f"the stream: {client.memory_usage(names.stream, samples=0) / length:,.0f} bytes/record", end="; ")
    beside = sum(client.memory_usage(key, samples=0) or 0 for key in names.written[1:])
    print(f"beside it {beside / (EXCHANGES * (rounds + 1)):,.0f} bytes/exchange")
    drain = Drain(address, names.stream, "bench", folder / "drained", lambda _: None, threading.Event())
    cpu_s, started_s = process_cpu_s(), time.perf_counter()
    drain.run(once=True)
    took_s, cpu_s = time.perf_counter() - started_s, process_cpu_s() - cpu_s
    print(f"drained: {drain.written / took_s:,.0f} records/s  cpu {cpu_s / drain.written * 1e6:.1f} µs/record")
    client.delete(*names.written)


def process_cpu_s() -> float:
    times = os.times()
    return times.user + times.system


main()

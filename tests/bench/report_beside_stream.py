# ruff: noqa: T201  (a benchmark prints)
"""What a report over a large log does to a stream that runs beside it (SPEC S3.27): at most 50 ms later at any event.

Run: PYTHONPATH=. .venv/bin/python tests/bench/report_beside_stream.py [--calls 160000] [--log FOLDER] [--rounds 3]

A log of about 1 GB is generated, or copied from `--log`. A proxy has it as its own, and an upstream streams through it,
an event each 10 ms. For each report two streams take turns: one alone, one with the report, asked at the proxy's own
address while there is no index. Prints the latest events of both, pair by pair, in milliseconds; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from addons.reports.index import NAME
from addons.sinks import layout
from tests.bench.added_latency import free_port, receive, serve, start_proxy
from tests.bench.generated_log import write_log

EVENTS = 400
PACE_S = 0.01
REPORTS = ("tokens", "sessions", "calls?last=20", "tool_results?last=20", "contents?last=20", "user_prompts?last=20")


async def ask(port: int, report: str) -> float:
    """How long the answer took, in seconds."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET http://agent.report/{report} HTTP/1.1\r\nhost: agent.report\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head)[0]))
    if b" 200 " not in head:
        raise SystemExit(body.decode())
    writer.close()
    return time.monotonic() - began


async def streams_until(port: int, done: asyncio.Future[float]) -> list[float]:
    """Latencies of streams, one after the other, while the report is made; one stream at least."""
    latencies = await receive(port)
    while not done.done():
        latencies += await receive(port)
    return latencies


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=160_000)
    parser.add_argument("--log", type=Path, help="a generated log to copy instead of making one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reports", nargs="*", default=REPORTS)
    told = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, EVENTS, PACE_S),
        "127.0.0.1",
        0,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if told.log:
            shutil.copytree(told.log, folder / "log", ignore=shutil.ignore_patterns(".index*"))
        else:
            write_log(folder / "log", told.calls)
        main_folder = layout.main_folder(folder / "log")
        size = sum(path.stat().st_size for path in main_folder.iterdir())
        print(f"a log of {size / 1e9:.2f} GB, an event each {PACE_S * 1000:.0f} ms")
        port, own = free_port(), free_port()
        upstream = server.sockets[0].getsockname()[1]
        proxy = await start_proxy(upstream, port, folder, True, "", "--mode", f"regular@127.0.0.1:{own}")
        await receive(port)
        for report in told.reports:
            later, took = [], []
            for _ in range(told.rounds):
                alone = await receive(port)
                (main_folder / NAME).unlink(missing_ok=True)
                asked = asyncio.ensure_future(ask(own, report))
                beside = await streams_until(port, asked)
                took.append(await asked)
                later.append((max(alone), max(beside), statistics.median(alone), statistics.median(beside)))
            pairs = "   ".join(f"{alone:.1f} → {beside:.1f}" for alone, beside, _, _ in later)
            medians = f"{statistics.median(x[2] for x in later):.2f} → {statistics.median(x[3] for x in later):.2f}"
            print(f"{report:24} took {max(took):5.1f} s; latest event {pairs}; median {medians}", flush=True)
        proxy.terminate()
        await proxy.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())

# ruff: noqa: T201  (a benchmark prints)
"""What capture adds to each chunk: mitmdump with the addons against bare mitmdump, paired in one run.

Run: .venv/bin/python tests/bench/added_latency.py [--streams 8] [--events 300] [--pace-ms 10] [--rounds 4]

With --redis URL it is what the sink adds: mitmdump with the addons and Redis against mitmdump with the addons alone.

A local upstream writes each event with its sending time in it; the client reads the clock when it arrives. Both proxies
run at the same time and take turns, so that a machine whose speed drifts hits both. Prints latencies in milliseconds
and the ratio; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MITMDUMP = Path(sys.executable).parent / "mitmdump"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
REQUEST = (
    b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)
BODY = json.dumps({"model": "bench", "stream": True, "messages": [{"role": "user", "content": "go"}]}).encode()


def event(sent_ns: int, number: int) -> bytes:
    delta = {"type": "text_delta", "text": f"word{number} and some more text of a usual length "}
    data = json.dumps({"type": "content_block_delta", "index": 0, "delta": delta, "sent_ns": sent_ns})
    return f"event: content_block_delta\ndata: {data}\n\n".encode()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, events: int, pace_s: float) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(len(BODY))
            writer.write(HEAD)
            for number in range(events):
                piece = event(time.monotonic_ns(), number)
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
                await asyncio.sleep(pace_s)
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def receive(port: int) -> list[float]:
    """The latency of each event in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST % (len(BODY), BODY))
    await reader.readuntil(b"\r\n\r\n")
    latencies = []
    while size := int((await reader.readline()).strip(), 16):
        chunk = await reader.readexactly(size + 2)
        arrived_ns = time.monotonic_ns()
        for line in chunk.split(b"\n"):
            if line.startswith(b"data: "):
                latencies.append((arrived_ns - json.loads(line[6:])["sent_ns"]) / 1e6)
    writer.close()
    return latencies


async def start_proxy(
    upstream: int, port: int, folder: Path, with_addons: bool, redis: str, *more: str
) -> asyncio.subprocess.Process:
    arguments = ["-s", str(ROOT / "addons/all.py")] if with_addons else ["--set", "stream_large_bodies=1"]
    environment = {name: value for name, value in os.environ.items() if name != "AGENT_REDIS_URL"}
    process = await asyncio.create_subprocess_exec(
        *(str(MITMDUMP), *arguments, "--mode", f"reverse:http://127.0.0.1:{upstream}"),
        *("--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={folder}/conf"),
        *more,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**environment, "AGENT_LOG_DIR": str(folder / "log"), **({"AGENT_REDIS_URL": redis} if redis else {})},
    )
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return process
    raise SystemExit("the proxy did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_s(process: asyncio.subprocess.Process) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--pace-ms", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--redis", default="", metavar="URL")
    options = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, options.events, options.pace_ms / 1000), "127.0.0.1", 0
    )
    upstream = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        names = ("mitmagent", "with Redis") if options.redis else ("bare", "mitmagent")
        ports = [free_port() for _ in names]
        proxies = [
            await start_proxy(
                upstream, port, Path(folder) / name, name != "bare", options.redis if name == "with Redis" else ""
            )
            for port, name in zip(ports, names, strict=True)
        ]
        measured: dict[str, list[float]] = {name: [] for name in names}
        ratios = []
        await asyncio.sleep(1)
        started_s = [cpu_s(proxy) for proxy in proxies]
        for _ in range(options.rounds):
            medians = []
            for port, name in zip(ports, names, strict=True):
                results = await asyncio.gather(*(receive(port) for _ in range(options.streams)))
                latencies = [latency for result in results for latency in result]
                medians.append(statistics.median(latencies))
                measured[name] += latencies
            ratios.append(medians[1] / medians[0])
        for name, proxy, before_s in zip(names, proxies, started_s, strict=True):
            cuts = statistics.quantiles(measured[name], n=100)
            cost_us = (cpu_s(proxy) - before_s) / len(measured[name]) * 1e6
            latency = f"p50 {cuts[49]:6.2f}  p95 {cuts[94]:6.2f}  p99 {cuts[98]:6.2f} ms"
            print(f"{name:10} {latency}  cpu {cost_us:5.0f} µs/chunk")
        print("ratio of medians by round:", " ".join(f"{ratio:.2f}" for ratio in ratios))
        for proxy in proxies:
            proxy.terminate()
            await proxy.wait()


if __name__ == "__main__":
    asyncio.run(main())

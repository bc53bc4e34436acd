# ruff: noqa: T201  (a benchmark prints)
"""What the console's window, and the comments in its list, add to each chunk: paired in one run.

Run: .venv/bin/python tests/bench/open_window.py [--streams 3] [--events 300] [--pace-ms 10] [--rounds 4]

Three real consoles with the addons, each in a terminal of 200 by 50 cells: one in which comments are not written, one
with the flow list on its screen, one with the window open. All stream at the same time, so that whatever else the
machine does hits all of them. Prints latencies in milliseconds, CPU for each chunk and, by round, the ratios of the
medians to the first's; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import os
import pty
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.added_latency import free_port, receive, serve  # noqa: E402  (needs the path above)

MITMPROXY = Path(sys.executable).parent / "mitmproxy"
WITHOUT_COMMENTS = "import sys\n\nsys.modules['addons.flows.notes'].FlowNotes._look = lambda notes: None\n"


@dataclass(slots=True)
class Console:
    process: subprocess.Popen[bytes]
    port: int
    terminal: int
    latencies_ms: list[float] = field(default_factory=list)
    medians_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def used_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(upstream: int, folder: Path, keys: bytes, extra: str) -> Console:
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    port = free_port()
    scripts = ["-s", str(ROOT / "addons/all.py")]
    if extra:
        folder.mkdir()
        (folder / "extra.py").write_text(extra)
        scripts += ["-s", str(folder / "extra.py")]
    process = subprocess.Popen(
        [
            *(str(MITMPROXY), *scripts, "--mode", f"reverse:http://127.0.0.1:{upstream}"),
            *("--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={folder}/conf"),
        ],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AGENT_LOG_DIR": str(folder / "log"), "TERM": "xterm-256color"},
    )
    seen = bytearray()
    threading.Thread(target=drain, args=(controller, seen), daemon=True).start()
    while b"capture is on" not in seen:
        time.sleep(0.1)
    time.sleep(1)
    os.write(controller, keys)
    return Console(process, port, controller)


def drain(descriptor: int, seen: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := os.read(descriptor, 65536):
            if len(seen) < 1_000_000:
                seen += data


async def one_round(console: Console, streams: int) -> None:
    before_s = console.used_s()
    results = await asyncio.gather(*(receive(console.port) for _ in range(streams)))
    latencies = [latency for result in results for latency in result]
    console.cpu_s += console.used_s() - before_s
    console.medians_ms.append(statistics.median(latencies))
    console.latencies_ms += latencies


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=3)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--pace-ms", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, options.events, options.pace_ms / 1000), "127.0.0.1", 0
    )
    upstream = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        variants = {"no comments": (b"", WITHOUT_COMMENTS), "flow list": (b"", ""), "window": (b"s", "")}
        consoles = {
            name: start(upstream, Path(folder) / str(number), *variant)
            for number, (name, variant) in enumerate(variants.items())
        }
        for _ in range(options.rounds):
            await asyncio.gather(*(one_round(console, options.streams) for console in consoles.values()))
        first = consoles["no comments"]
        for name, console in consoles.items():
            cuts = statistics.quantiles(console.latencies_ms, n=100)
            latency = f"p50 {cuts[49]:6.2f}  p95 {cuts[94]:6.2f}  p99 {cuts[98]:6.2f} ms"
            ratios = [mine / its for mine, its in zip(console.medians_ms, first.medians_ms, strict=True)]
            print(
                f"{name:12} {latency}  cpu {console.cpu_s / len(console.latencies_ms) * 1e6:5.0f} µs/chunk  "
                f"ratio of medians {' '.join(f'{ratio:.2f}' for ratio in ratios)}"
            )
        for console in consoles.values():
            console.process.terminate()
            console.process.wait()


asyncio.run(main())

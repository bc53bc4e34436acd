"""From a chunk's arrival at the proxy to its text on the screen, for the agent that has the screen.

Run: .venv/bin/python tests/bench/screen_latency.py [--events 300] [--pace-ms 20] [--console]

A local upstream streams through mitmdump with the addons, whose terminal is a pty; with --console through mitmproxy's
console, whose window is open. Each event carries a word of its
own; the client notes when it gets the word, and the pty's reader when the word is on the screen. Prints the
difference in milliseconds; asserts nothing.
"""
# ruff: noqa: T201  (a benchmark prints)

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import pty
import re
import socket
import socketserver
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BODY = json.dumps({"model": "bench", "stream": True, "messages": [{"role": "user", "content": "go"}]})
WORD = re.compile(rb"w(\d+)w")


def event(text: str) -> bytes:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    return f"event: content_block_delta\ndata: {json.dumps(delta)}\n\n".encode()


def upstream(events: int, pace_s: float) -> socketserver.TCPServer:
    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
            # Who only looks whether the proxy listens goes away again.
            with contextlib.suppress(OSError):
                for number in range(events):
                    time.sleep(pace_s)
                    self.wfile.write(event(f"w{number}w and what a delta has\n"))

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def note(descriptor: int, seen: dict[int, float]) -> None:
    """When each word was on the screen."""
    rest = b""
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:
            return
        now_s = time.monotonic()
        rest = rest[-16:] + data
        for found in WORD.findall(rest):
            seen.setdefault(int(found), now_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--pace-ms", type=float, default=20.0)
    parser.add_argument("--console", action="store_true")
    options = parser.parse_args()
    server = upstream(options.events, options.pace_ms / 1000)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    shown: dict[int, float] = {}
    threading.Thread(target=note, args=(controller, shown), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-s", str(ROOT / "addons/all.py"), "--listen-host", "127.0.0.1", "--listen-port", str(port)]
        arguments += [
            "--set",
            f"confdir={folder}/conf",
            "--mode",
            f"reverse:http://127.0.0.1:{server.server_address[1]}",
        ]
        proxy = subprocess.Popen(
            [Path(sys.executable).parent / ("mitmproxy" if options.console else "mitmdump"), *arguments],
            stdin=terminal if options.console else None,
            stdout=terminal,
            env={**os.environ, "AGENT_LOG_DIR": f"{folder}/log", "TERM": "xterm-256color"},
        )
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        if options.console:
            # It listens long before it takes keys.
            time.sleep(15)
            os.write(controller, b"s")
            time.sleep(2)
        got: dict[int, float] = {}
        client = http.client.HTTPConnection("127.0.0.1", port)
        client.request("POST", "/v1/messages", BODY, {"content-type": "application/json"})
        for line in client.getresponse():
            now_s = time.monotonic()
            for found in WORD.findall(line):
                got[int(found)] = now_s
        time.sleep(1)
        proxy.terminate()
        proxy.wait()
    later = [(shown[number] - got[number]) * 1000 for number in got if number in shown]
    cuts = statistics.quantiles(later, n=100)
    print(f"{len(later)} of {len(got)} on screen, after the client: p50 {cuts[49]:.1f}  p95 {cuts[94]:.1f} ms")


main()

# ruff: noqa: T201  (a benchmark prints)
"""mitmweb's page /agent in headless Chromium: how soon it paints, how far behind it is, what it takes, what it costs.

Run: .venv/bin/python -m tests.bench.web_page [--flows 2000] [--streams 8] [--events 200] [--pace-ms 10] [--rounds 4]

One mitmweb with the addons, and a local upstream that writes its sending time into each event. Traffic is measured in
turns in the same proxy: with no page, with the page open in the browser (which takes its share of the machine's
processors), and with its messages going to a reader that draws nothing. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from tests.e2e.browser import Browser
from tests.e2e.harness import ADDONS, MITMWEB, free_port

SESSIONS = 12
WATCHED = "watched"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STARTED = {
    "type": "message_start",
    "message": {"id": "m", "model": "claude-sonnet-4-5", "usage": {"input_tokens": 900}},
}
BLOCK = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
OVER = [
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}},
    {"type": "message_stop"},
]
NOTE_WORDS = """
window.seen = {};
new MutationObserver((changes) => {
  const now = Date.now();
  for (const change of changes) {
    const text = change.type === "characterData" ? change.target.data : change.target.textContent;
    for (const [, number, at] of text.slice(-4000).matchAll(/w(\\d+)t(\\d+)w/g)) seen[number] ??= now - Number(at);
  }
}).observe(document.getElementById("log"), { subtree: true, childList: true, characterData: true });
"""


def wire(event: dict[str, object]) -> bytes:
    piece = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def delta(number: int) -> dict[str, object]:
    text = f"w{number}t{time.time_ns() // 1_000_000}w and what a delta of a usual length has beside it\n"
    return {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": text},
        "sent_ns": time.monotonic_ns(),
    }


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The request says how many events, and how far apart."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
            told = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            await reader.readexactly(int(told["content-length"]))
            writer.write(HEAD + wire(STARTED) + wire(BLOCK))
            for number in range(int(told["x-events"])):
                writer.write(wire(delta(number)))
                await writer.drain()
                await asyncio.sleep(float(told["x-pace-s"]))
            writer.write(b"".join(map(wire, OVER)) + b"0\r\n\r\n")
            await writer.drain()
    writer.close()


async def ask(port: int, session: str, events: int, pace_s: float, number: int = 0) -> list[float]:
    """The latency of each event in milliseconds."""
    message = {"role": "user", "content": f"Prompt {number} of {session}."}
    body = json.dumps({"model": "claude-sonnet-4-5", "stream": True, "messages": [message]}).encode()
    headers = {
        "host": "127.0.0.1",
        "user-agent": "claude-cli/2.1",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "x-claude-code-session-id": session,
        "x-events": str(events),
        "x-pace-s": str(pace_s),
    }
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST /v1/messages HTTP/1.1\r\n{lines}\r\n".encode() + body)
    await reader.readuntil(b"\r\n\r\n")
    latencies = []
    while size := int((await reader.readline()).strip(), 16):
        chunk = await reader.readexactly(size + 2)
        now_ns = time.monotonic_ns()
        for line in chunk.split(b"\n"):
            if line.startswith(b"data: ") and b"sent_ns" in line:
                latencies.append((now_ns - json.loads(line[6:])["sent_ns"]) / 1e6)
    writer.close()
    return latencies


async def many(port: int, flows: int, numbers: itertools.count[int]) -> None:
    async def some() -> None:
        for _ in range(flows // 4):
            number = next(numbers)
            await ask(port, f"session-{number % SESSIONS}", 5, 0.0, number)

    await asyncio.gather(*(some() for _ in range(4)))


def rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def paint(browser: Browser, url: str) -> str:
    began_s = time.monotonic()
    browser.open(url)
    browser.wait_for("document.querySelector('.card')")
    shown_ms = (time.monotonic() - began_s) * 1000
    first = browser.value("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    return (
        f"first contentful paint {first:.0f} ms, a conversation's cards {shown_ms:.0f} ms after the address was given"
    )


async def behind(browser: Browser, port: int, events: int) -> str:
    """From the upstream's sending to the page's DOM, with three agents at once."""
    others = [asyncio.create_task(ask(port, f"other-{number}", events, 0.02)) for number in range(2)]
    watched = asyncio.create_task(ask(port, WATCHED, events, 0.02))
    await asyncio.sleep(0.3)
    row = "[...document.querySelectorAll('.sessions button')].find(e => e.innerText.includes('of watched.'))"
    await asyncio.to_thread(browser.wait_for, row)
    await asyncio.to_thread(browser.value, f"{row}.click()")
    await asyncio.to_thread(browser.value, NOTE_WORDS)
    await asyncio.gather(watched, *others)
    await asyncio.sleep(0.5)
    # What was there already when the page began to look is old.
    seen = [ms for number, ms in browser.value("Object.entries(seen)") if int(number) > events // 4]
    cuts = statistics.quantiles(seen, n=20)
    later = f"p50 {cuts[9]:.0f}  p95 {cuts[18]:.0f}  worst {max(seen)} ms"
    return f"{len(seen)} deltas on the page after their sending: {later}"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--pace-ms", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    upstream, port, web_port = server.sockets[0].getsockname()[1], free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        proxy = await asyncio.create_subprocess_exec(
            *(str(MITMWEB), "-s", str(ADDONS), "--mode", f"reverse:http://127.0.0.1:{upstream}"),
            *("--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={folder}/conf"),
            *("--web-port", str(web_port), "--set", "web_open_browser=false", "--set", "web_password=x"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "AGENT_LOG_DIR": f"{folder}/log"},
        )
        while True:
            with contextlib.suppress(OSError):
                await ask(port, "session-0", 1, 0.0)
                break
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        numbers = itertools.count(1)
        url = f"http://127.0.0.1:{web_port}/agent?token=x"
        browser.size(1280, 800)
        await many(port, options.flows, numbers)
        print(f"{options.flows} flows; proxy {rss_mb(proxy.pid):.0f} MB")
        print(await asyncio.to_thread(paint, browser, url))
        print(await behind(browser, port, options.events))
        for _ in range(3):
            await many(port, options.flows // 2, numbers)
            await asyncio.sleep(1)
            page = f"page {browser.heap_bytes() / 1e6:.1f} MB of objects, {browser.nodes()} elements"
            print(f"{options.flows // 2} flows more, page open: {page}; proxy {rss_mb(proxy.pid):.0f} MB")
        await traffic(browser, url, port, proxy.pid, options)
        proxy.terminate()
        await proxy.wait()


async def read_page(url: str) -> None:
    """A page's WebSocket without a page: a session is watched, and each message answered as soon as it has come."""
    answer = await AsyncHTTPClient().fetch(url, follow_redirects=False, raise_error=False)
    cookies = "; ".join(value.partition(";")[0] for value in answer.headers.get_list("set-cookie"))
    address = f"{url.partition('?')[0]}/updates"
    socket = await websocket_connect(HTTPRequest(address.replace("http:", "ws:"), headers={"cookie": cookies}))
    is_watching = False
    while (message := await socket.read_message()) is not None:
        told = json.loads(message)
        if not is_watching and (sessions := told.get("sessions")):
            await socket.write_message(json.dumps({"watch": sessions[-1]["id"]}))
            is_watching = True
        await socket.write_message('{"shown": true}')


async def traffic(browser: Browser, url: str, port: int, pid: int, options: argparse.Namespace) -> None:
    measured: dict[str, list[float]] = {"none": [], "open": [], "reader": []}
    cost = dict.fromkeys(measured, 0.0)
    ratios: dict[str, list[float]] = {"open": [], "reader": []}
    for turn in range(options.rounds):
        medians = {}
        # Who goes first takes turns too.
        for name in [*measured, *measured][turn % 3 : turn % 3 + 3]:
            await asyncio.to_thread(browser.open, url if name == "open" else "about:blank")
            page = asyncio.create_task(read_page(url)) if name == "reader" else None
            await asyncio.sleep(2)
            began_s = cpu_s(pid)
            streams = (ask(port, f"stream-{n}", options.events, options.pace_ms / 1000) for n in range(options.streams))
            latencies = [latency for result in await asyncio.gather(*streams) for latency in result]
            cost[name] += cpu_s(pid) - began_s
            medians[name] = statistics.median(latencies)
            measured[name] += latencies
            if page is not None:
                page.cancel()
        for name, of_rounds in ratios.items():
            of_rounds.append(medians[name] / medians["none"])
    for name, latencies in measured.items():
        cuts = statistics.quantiles(latencies, n=100)
        cpu_us = cost[name] / len(latencies) * 1e6
        latency = f"p50 {cuts[49]:6.2f}  p95 {cuts[94]:6.2f}  p99 {cuts[98]:6.2f} ms"
        print(f"page {name:6} {latency}  cpu {cpu_us:5.0f} µs/chunk")
    for name, of_rounds in ratios.items():
        print(f"{name:6} ratio of medians by round:", " ".join(f"{ratio:.2f}" for ratio in of_rounds))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

# ruff: noqa: T201  (a benchmark prints)
"""What a proxy holds after thousands of LLM flows: bare, with the addons, and with the addons keeping all.

Run: .venv/bin/python tests/bench/memory_of_flows.py [--flows 2400] [--request-kb 40] [--events 150]
     .venv/bin/python tests/bench/memory_of_flows.py --tool mitmdump --flows 10000 --request-kb 8 --events 20

A local upstream answers; the proxies are sent the same requests, in turn. mitmdump keeps no flow by itself. Prints the
resident memory of each process in megabytes after every few hundred flows; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.added_latency import HEAD, event, free_port  # noqa: E402  (needs the path above)

TOOLS = Path(sys.executable).parent
AT_ONCE = 4
HEADERS = (
    b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    b"x-claude-code-session-id: session-%d\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        # Who only looks whether the proxy listens goes away again.
        writer.close()
        return
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    writer.write(HEAD + b"%x\r\n%b\r\n0\r\n\r\n" % (len(answer), answer))
    await writer.drain()
    writer.close()


async def ask(port: int, number: int, request_bytes: int) -> None:
    text = f"{number} " * (request_bytes // (len(str(number)) + 1))
    body = json.dumps({"model": "bench", "stream": True, "messages": [{"role": "user", "content": text}]}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEADERS % (number % 20, len(body), body))
    await reader.read()
    writer.close()


async def start(tool: str, upstream: int, folder: Path, options: list[str]) -> tuple[asyncio.subprocess.Process, int]:
    port = free_port()
    page = ("--web-port", str(free_port()), "--set", "web_open_browser=false") if tool == "mitmweb" else ()
    process = await asyncio.create_subprocess_exec(
        *(
            str(TOOLS / tool),
            *options,
            *page,
            "--mode",
            f"reverse:http://127.0.0.1:{upstream}",
            "--set",
            f"confdir={folder}/conf",
        ),
        *("--listen-host", "127.0.0.1", "--listen-port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "AGENT_LOG_DIR": str(folder / "log")},
    )
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            await asyncio.sleep(3)
            return process, port


def resident_mb(process: asyncio.subprocess.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.split("\n") if line.startswith("VmRSS")).split()[1]) // 1024


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", choices=("mitmweb", "mitmdump"), default="mitmweb")
    parser.add_argument("--flows", type=int, default=2_400)
    parser.add_argument("--request-kb", type=int, default=40)
    parser.add_argument("--events", type=int, default=150)
    options = parser.parse_args()
    answer = b"".join(event(0, number) for number in range(options.events))
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, answer), "127.0.0.1", 0)
    upstream = server.sockets[0].getsockname()[1]
    script = ["-s", str(ROOT / "addons/all.py")]
    variants = {
        "bare": ["--set", "store_streamed_bodies=true"],
        "mitmagent": script,
    }
    if options.tool == "mitmweb":
        variants["keeping all"] = [*script, "--set", "agent_keep_flows=0"]
    step = max(300, options.flows // 10)
    with tempfile.TemporaryDirectory() as folder:
        proxies = {
            name: await start(options.tool, upstream, Path(folder) / name, words) for name, words in variants.items()
        }
        print("flows  " + "  ".join(f"{name:>12}" for name in proxies))
        for begun in range(0, options.flows + 1, step):
            print(
                f"{begun:5}  " + "  ".join(f"{resident_mb(process):9} MB" for process, _ in proxies.values()),
                flush=True,
            )
            if begun == options.flows:
                break
            for _, port in proxies.values():
                for first in range(begun, begun + step, AT_ONCE):
                    await asyncio.gather(
                        *(ask(port, number, options.request_kb * 1000) for number in range(first, first + AT_ONCE))
                    )
        for process, _ in proxies.values():
            process.terminate()
            await process.wait()


asyncio.run(main())

# ruff: noqa: T201  (a benchmark prints)
"""How long a large body holds up other streams: mitmdump with the addons against bare mitmdump, paired in one run.

Run: .venv/bin/python tests/bench/large_requests.py [--megabytes 0.2 2 20] [--encoding zstd] [--body image]
     .venv/bin/python tests/bench/large_requests.py --streams 8 --megabytes 1 --posts 10 --every-s 1 --grows
     .venv/bin/python tests/bench/large_requests.py --answer json

Paced streams run through the proxy; beside them a process of its own posts large requests (or small ones that get a
large answer). Each event carries the time at which the upstream wrote it; what counts is how late it arrives. Both
proxies run at the same time and take turns, so that a machine whose speed drifts hits both. Prints, for each size, how
late events were and the latest one of each turn, in milliseconds, at the client and in the log; and how long after its
answer a request is in the log. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import json
import multiprocessing
import os
import random
import re
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parent.parent.parent
MITMDUMP = Path(sys.executable).parent / "mitmdump"
STREAMS_ANSWERS = "def responseheaders(flow):\n    flow.response.stream = True\n"
"""What bare mitmdump needs so as not to hold answers back. Requests are whole before they are sent, as with us."""
PACED = b'{"model":"bench","stream":true,"messages":[{"role":"user","content":"go"}]}'
SENT = re.compile(rb'"sent_ns":\s*(\d+)')
LEAD_S = 0.4
WORDS = [
    "the",
    "of",
    "proxy",
    "value",
    "returns",
    "self.assertEqual(x)",
    "{'key': 1}",
    '"quoted"',
    "\\path",
    "naïve",
    "→\t",
]


# -- bodies ----------------------------------------------------------------------------------------------------------


def code(dice: random.Random, length: int) -> str:
    line = " ".join(dice.choices(WORDS, k=12))
    lines = [f"{number:>5}  {line} {dice.randrange(10**9)}" for number in range(length // (len(line) + 18) + 1)]
    return "\n".join(lines)


def message(dice: random.Random, number: int, length: int) -> dict[str, Any]:
    """Every other one is the model's. `number` makes it one that nobody has seen."""
    if number % 2:
        call = {
            "type": "tool_use",
            "id": f"toolu_{number}",
            "name": "Read",
            "input": {"file_path": f"/src/{number}.py"},
        }
        return {"role": "assistant", "content": [{"type": "text", "text": code(dice, length // 20)}, call]}
    result = {"type": "tool_result", "tool_use_id": f"toolu_{number - 1}", "content": code(dice, length)}
    return {"role": "user", "content": [result]}


def conversation(dice: random.Random, size: int) -> list[Any]:
    messages: list[Any] = []
    done = 0
    while done < size:
        length = min(size - done, dice.choice((300, 2000, 8000, 30_000)))
        messages.append(message(dice, len(messages), length))
        done += len(json.dumps(messages[-1]))
    return messages


def image(dice: random.Random, size: int) -> list[Any]:
    import base64

    data = base64.b64encode(dice.randbytes(size * 3 // 4)).decode()
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return [{"role": "user", "content": [{"type": "image", "source": source}, {"type": "text", "text": "see"}]}]


def one_text(dice: random.Random, size: int) -> list[Any]:
    return [{"role": "user", "content": code(dice, size)}]


def numbers(dice: random.Random, size: int) -> list[Any]:
    return [{"role": "user", "content": [{"n": [dice.random() for _ in range(4)]} for _ in range(size // 88)]}]


BODIES: dict[str, Callable[[random.Random, int], list[Any]]] = {
    "conversation": conversation,
    "image": image,
    "text": one_text,
    "numbers": numbers,
}
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress, "none": bytes}


def sized(text: str, size: int) -> str:
    return text * (size // len(text) + 1)


def json_answer(size: int) -> bytes:
    content = [{"type": "text", "text": code(random.Random(1), size)}]
    return json.dumps({"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn"}).encode()


def delta(text: str) -> bytes:
    data = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    return b"event: content_block_delta\ndata: %b\n\n" % json.dumps(data).encode()


ANSWERS: dict[str, Callable[[int], bytes]] = {
    "json": json_answer,
    "event": lambda size: delta(code(random.Random(1), size)),
    "burst": lambda size: delta(code(random.Random(1), 60)) * (size // len(delta(code(random.Random(1), 60)))),
}
"""One plain JSON answer; one large SSE event; a burst of small ones."""


# -- the upstream and the one who posts, each a process of its own -----------------------------------------------------


def upstream(pipe: Connection, pace_s: float) -> None:
    answers: dict[tuple[str, int], bytes] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:] if line)
                await reader.readexactly(int(fields["content-length"]))
                if events := int(fields.get("x-events", 0)):
                    await paced(writer, events)
                else:
                    kind = fields.get("x-answer", "event")
                    size = int(fields.get("x-size", 100))
                    body = answers.get((kind, size)) or answers.setdefault((kind, size), ANSWERS[kind](size))
                    content = "application/json" if kind == "json" else "text/event-stream"
                    writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {content}\r\n".encode())
                    writer.write(b"content-length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def paced(writer: asyncio.StreamWriter, events: int) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for number in range(events):
            await asyncio.sleep(pace_s)
            text = {"type": "text_delta", "text": f"word{number} and some more text of a usual length "}
            data = {"type": "content_block_delta", "index": 0, "delta": text, "sent_ns": time.monotonic_ns()}
            piece = f"event: content_block_delta\ndata: {json.dumps(data)}\n\n".encode()
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        writer.write(b"0\r\n\r\n")

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 26)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def poster(pipe: Connection, options: argparse.Namespace) -> None:
    """Makes a turn's bodies when told their size, posts them when told the port, and says how long each one took."""
    turn = 0
    messages: list[Any] = []
    while True:
        size, port, log = pipe.recv()
        turn += 1
        dice = random.Random(turn)
        bodies = []
        for post in range(options.posts):
            if not (options.grows and messages):
                messages = BODIES[options.body](dice, size) if not options.answer else []
            elif post:
                messages = [*messages, message(dice, 10_000 * turn + 2 * post, 8000)]
            body = {"model": "bench", "stream": True, "metadata": {"user_id": "user_0_account_1_session_s-1"}}
            body |= {"n": f"{turn}-{post}", "messages": messages}
            bodies.append(ENCODINGS[options.encoding](json.dumps(body).encode()))
        messages = []
        pipe.send(len(bodies[0]))
        pipe.recv()
        took = []
        for body in bodies:
            ends = (log or Path("/none")) / "all-mitm-sse/sse_flow_ends.jsonl"
            known = size_of(ends)
            started_s = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port)
            headers = {"content-type": "application/json", "x-size": str(size if options.answer else 100)}
            headers |= {"x-answer": options.answer or "event"}
            headers |= {"content-encoding": options.encoding} if options.encoding != "none" else {}
            connection.request("POST", "/v1/messages", body, headers)
            connection.getresponse().read()
            connection.close()
            answered_s = time.monotonic()
            recorded_s = wait_for_record(ends, known, answered_s) if log else None
            took.append((answered_s - started_s, recorded_s))
            time.sleep(max(0.0, options.every_s - (time.monotonic() - started_s)))
        pipe.send(took)


def size_of(ends: Path) -> int:
    return ends.stat().st_size if ends.exists() else 0


def wait_for_record(ends: Path, known: int, answered_s: float) -> float | None:
    """Seconds until there is one end record more; None after a minute."""
    while time.monotonic() - answered_s < 60:
        if size_of(ends) > known:
            return time.monotonic() - answered_s
        time.sleep(0.02)
    return None


# -- the streams beside ------------------------------------------------------------------------------------------------


async def receive(port: int, events: int) -> list[float]:
    """How late each event is, in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-events: {events}\r\ncontent-length: {len(PACED)}\r\n\r\n"
    )
    writer.write(head.encode() + PACED)
    await reader.readuntil(b"\r\n\r\n")
    late_ms = []
    while size := int((await reader.readline()).strip(), 16):
        chunk = await reader.readexactly(size + 2)
        arrived_ns = time.monotonic_ns()
        late_ms.append((arrived_ns - json.loads(chunk.split(b"\ndata: ")[1])["sent_ns"]) / 1e6)
    writer.close()
    return late_ms


async def follow(lines: Path, late_ms: list[float]) -> None:
    """How late each event is in the log."""
    offset = lines.stat().st_size if lines.exists() else 0
    while True:
        await asyncio.sleep(0.01)
        if not lines.exists() or lines.stat().st_size == offset:
            continue
        with lines.open("rb") as file:
            file.seek(offset)
            data = file.read(1 << 20)
        read_ns = time.monotonic_ns()
        offset += len(data)
        late_ms += [(read_ns - int(sent_ns)) / 1e6 for sent_ns in SENT.findall(data)]


async def start_proxy(port: int, to: int, folder: Path, with_addons: bool) -> asyncio.subprocess.Process:
    folder.mkdir()
    (folder / "bare.py").write_text(STREAMS_ANSWERS)
    script = ROOT / "addons/all.py" if with_addons else folder / "bare.py"
    process = await asyncio.create_subprocess_exec(
        *(str(MITMDUMP), "-s", str(script), "--mode", f"reverse:http://127.0.0.1:{to}"),
        *("--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={folder}/conf"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "AGENT_LOG_DIR": str(folder / "log")},
    )
    while socket.socket().connect_ex(("127.0.0.1", port)):
        await asyncio.sleep(0.1)
    return process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def turn(pipe: Connection, port: int, size: int, log: Path | None, options: argparse.Namespace) -> Any:
    """One proxy's turn: how late the events came and were in the log, how long the posts took, the size on the wire."""
    pipe.send((size, port, log))
    wire = await asyncio.to_thread(pipe.recv)
    lasts_s = LEAD_S + max(options.lasts_s, options.every_s * options.posts)
    events = int(lasts_s * 1000 / options.pace_ms)
    logged_ms: list[float] = []
    follower = asyncio.create_task(follow((log or Path("/none")) / "all-mitm-sse/sse_lines.jsonl", logged_ms))
    streams = [asyncio.create_task(receive(port, events)) for _ in range(options.streams)]
    await asyncio.sleep(LEAD_S)
    pipe.send("go")
    took = await asyncio.to_thread(pipe.recv)
    late_ms = [late for stream in await asyncio.gather(*streams) for late in stream]
    await asyncio.sleep(0.2)
    follower.cancel()
    return late_ms, logged_ms, took, wire


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, nargs="+", default=[0.2, 2.0, 20.0])
    parser.add_argument("--body", choices=BODIES, default="conversation")
    parser.add_argument("--encoding", choices=ENCODINGS, default="none")
    parser.add_argument("--answer", choices=ANSWERS, help="small requests, large answers of this kind")
    parser.add_argument("--grows", action="store_true", help="a turn's posts are one conversation that goes on")
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--pace-ms", type=float, default=31.0)
    parser.add_argument("--posts", type=int, default=1, help="in a turn")
    parser.add_argument("--every-s", type=float, default=0.0)
    parser.add_argument("--lasts-s", type=float, default=4.0, help="a turn's least length")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(2)]
    helpers = [
        spawn.Process(target=upstream, args=(pipes[0][1], options.pace_ms / 1000), daemon=True),
        spawn.Process(target=poster, args=(pipes[1][1], options), daemon=True),
    ]
    for helper in helpers:
        helper.start()
    to = pipes[0][0].recv()
    names = ("bare", "mitmagent")
    with tempfile.TemporaryDirectory() as folder:
        ports = [free_port() for _ in names]
        proxies = [
            await start_proxy(port, to, Path(folder) / name, name == "mitmagent")
            for port, name in zip(ports, names, strict=True)
        ]
        for megabytes in options.megabytes:
            late_ms: dict[str, list[float]] = {name: [] for name in names}
            worst: dict[str, list[float]] = {name: [] for name in names}
            in_log: list[float] = []
            posts: dict[str, list[Any]] = {name: [] for name in names}
            for _ in range(options.rounds):
                for port, name in zip(ports, names, strict=True):
                    log = Path(folder) / name / "log" if name == "mitmagent" else None
                    late, logged, took, wire = await turn(pipes[1][0], port, int(megabytes * 1e6), log, options)
                    late_ms[name] += late
                    worst[name].append(max(late))
                    posts[name] += took
                    if logged:
                        in_log.append(max(logged))
            what = f"{options.answer} answers" if options.answer else f"{options.body} ({options.encoding}, {wire} B)"
            print(f"{megabytes:g} MB {what}")
            for name in names:
                cuts = statistics.quantiles(late_ms[name], n=100)
                latest = "  ".join(f"{one:.0f}" for one in worst[name])
                answered = statistics.median(answered_s for answered_s, _ in posts[name])
                recorded = [recorded_s for _, recorded_s in posts[name] if recorded_s is not None]
                later = f"  in the log {max(recorded):.2f} s later" if recorded else ""
                print(f"  {name:10} late p50 {cuts[49]:5.2f}  p99 {cuts[98]:6.1f}  max {latest}", end="  ")
                print(f"answered in {answered:.2f} s{later}")
            print(f"  the latest event in the log {'  '.join(f'{one:.0f}' for one in in_log)}")
        for proxy in proxies:
            proxy.terminate()
            await proxy.wait()
    for helper in helpers:
        helper.kill()


if __name__ == "__main__":
    asyncio.run(main())

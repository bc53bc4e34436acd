"""A log as large as wanted, for the reports' benchmarks: `python -m tests.bench.generated_log FOLDER CALLS [--rotate]`.

Sessions of 50 calls, as two clients make them: each request refers to what the conversation has so far, each answer has
some text, thinking and a tool call. With `--rotate` files become rotated ones at 256 MB, all but the last compressed.
The sizes are those of real agents' records, except that prompts and results are short.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from addons.sinks import layout
from addons.sinks.archive import compress
from addons.sinks.rotation import rotate

CALLS_PER_SESSION = 50
STARTED = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
MODELS = (
    ("claude-code", "anthropic", "anthropic.messages", "claude-sonnet-4-5-20250929"),
    ("claude-code", "anthropic", "anthropic.messages", "claude-haiku-4-5-20251001"),
    ("codex", "openai", "openai.responses", "gpt-5-codex"),
)
TOOLS = ("Bash", "Read", "Edit", "Grep", "TodoWrite")
HEADERS = {
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-app": "cli",
    "x-stainless-retry-count": "0",
    "x-stainless-lang": "js",
    "x-stainless-package-version": "0.70.0",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14",
    "authorization": "hash:0123456789abcdef",
    "content-type": "application/json",
}
ANSWER_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "anthropic-ratelimit-unified-5h-utilization": "0.31",
    "anthropic-ratelimit-unified-status": "allowed",
    "request-id": "req_011CU",
}
WORDS = [
    "the",
    "function",
    "returns",
    "what",
    "its",
    "caller",
    "has",
    "asked",
    "for",
    "unless",
    "a",
    "test",
    "says",
    "otherwise",
    "and",
    "then",
    "we",
    "look",
    "again",
]


class Log:
    """The files of one folder, appended to."""

    def __init__(self, root: Path, rotate_bytes: int | None) -> None:
        self.folder = layout.main_folder(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._rotate_bytes = rotate_bytes
        self._files: dict[str, BinaryIO] = {}

    def append(self, name: str, record: dict[str, Any]) -> None:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = (self.folder / name).open("ab")
        file.write(orjson.dumps(record) + b"\n")
        if self._rotate_bytes and name in layout.ROTATED_NAMES and file.tell() >= self._rotate_bytes:
            file.close()
            del self._files[name]
            compress(rotate(self.folder / name, datetime.now(UTC).timestamp()), lambda: False)

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def write_log(root: Path, calls: int, rotate_bytes: int | None = None, seed: int = 1, first: int = 0) -> None:
    """`first`: the number of the first call, to append to a log that has so many."""
    chance = random.Random(seed + first)
    log = Log(root, rotate_bytes)
    for number in range(first, first + calls):
        session, turn = divmod(number, CALLS_PER_SESSION)
        for name, record in exchange(chance, session, turn, STARTED + timedelta(seconds=number * 4)):
            log.append(name, record)
    log.close()


def exchange(chance: random.Random, session: int, turn: int, at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    client, provider, api, model = MODELS[session % len(MODELS)]
    session_id = f"{session:08x}-0000-4000-8000-000000000000"
    duration_ms = chance.uniform(800, 9000)
    common = {"flow_id": f"{session:08x}-{turn:04x}-4000-8000-{chance.getrandbits(48):012x}", "session_id": session_id}
    common |= {"client": client, "provider": provider}
    if turn == 0:
        yield layout.SESSION_NUMBERS, {"number": session + 1, "session_id": session_id}
    told = [hashlib.sha256(f"{session}/{each}".encode()).hexdigest()[:32] for each in range(2 * turn + 1)]
    for digest in told[-2:]:
        message = {"role": "user", "content": [{"type": "text", "text": words(chance, 40)}]}
        yield (
            layout.BLOBS,
            {"v": 1, "hash": digest, "kind": "message", "ts": stamp(at), **common, "content": message},
        )
    refs = [{"$ref": digest} for digest in told]
    yield (
        layout.FLOWS,
        {
            "v": 1,
            "ts": stamp(at + timedelta(milliseconds=300)),
            **common,
            "session_source": "header:x-claude-code-session-id",
            "agent_id": None,
            "parent_id": None,
            "purpose": "main",
            "transport": "sse",
            "api": api,
            "model": model,
            "method": "POST",
            "url": "https://api.anthropic.com/v1/messages?beta=true",
            "http_version": "HTTP/1.1",
            "status": 200,
            "request_headers": HEADERS,
            "response_headers": ANSWER_HEADERS,
            "request": {"model": model, "max_tokens": 32000, "stream": True, "messages": refs},
            "request_bytes": 60_000 + 1800 * turn,
        },
    )
    read, written, output = 20_000 + 900 * turn, chance.randrange(4000), chance.randrange(20, 2000)
    command = {"command": words(chance, 12), "description": words(chance, 5)}
    call = {"id": f"toolu_{session}_{turn}", "name": chance.choice(TOOLS), "kind": "client", "arguments": command}
    yield (
        layout.ENDS,
        {
            "v": 1,
            "ts": stamp(at + timedelta(milliseconds=duration_ms)),
            **common,
            "end": "complete",
            "error": None,
            "status": 200,
            "purpose": "main",
            "api": api,
            "model": model,
            "response_id": f"msg_{session}_{turn}",
            "events": output // 4,
            "bytes": output * 40,
            "duration_ms": round(duration_ms, 3),
            "ttft_ms": round(duration_ms / 4, 3),
            "stop_reason": "tool_use",
            "text": words(chance, 120),
            "thinking": words(chance, 60),
            "tool_calls": [call | {"arguments_raw": orjson.dumps(command).decode()}],
            "usage": {
                "input_tokens": 12 + read + written,
                "cache_read_input_tokens": read,
                "cache_creation_input_tokens": written,
                "cache_creation_5m_input_tokens": written,
                "cache_creation_1h_input_tokens": 0,
                "output_tokens": output,
                "reasoning_output_tokens": None,
            },
            "usage_raw": {"input_tokens": 12, "cache_read_input_tokens": read, "output_tokens": output},
            "dropped": 0,
        },
    )


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("calls", type=int)
    arguments.add_argument("--rotate", action="store_true")
    told = arguments.parse_args()
    write_log(told.folder, told.calls, 256 << 20 if told.rotate else None)
    for entry in sorted(os.scandir(layout.main_folder(told.folder)), key=lambda entry: entry.name):
        print(f"{entry.stat().st_size:>14,}  {entry.name}")  # noqa: T201


if __name__ == "__main__":
    main()

"""What redaction costs: a frame of a stream, and a text that is whole.

Run: .venv/bin/python tests/bench/redaction.py [--root CHECKOUT] [--rounds 5]

Prints microseconds per delta frame by dialect and kind of text, and megabytes per second on whole texts, best of the
rounds; asserts nothing. `--root` measures another checkout with the same samples, for comparisons.
"""

# ruff: noqa: T201, E402
from __future__ import annotations

import argparse
import base64
import itertools
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent.parent

parser = argparse.ArgumentParser()
parser.add_argument("--root", type=Path, default=HERE)
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()
sys.path.insert(0, str(options.root))

from addons.redaction.redactor import Redactor
from addons.redaction.stream import StreamRedactor
from addons.wire.frame import Frame

PROSE = (HERE / "README.md").read_text()
CODE = "".join(path.read_text() for path in sorted((HERE / "addons").rglob("*.py")))[:400_000]
SHELL = "git commit -m 'Fix the parser' && pytest -q tests/test_parser.py | tail -5; echo $? > out && ls -la\n" * 40
random.seed(1)
IMAGE = base64.b64encode(random.randbytes(600_000)).decode()
LOCK = "".join(
    f'"node_modules/x{n}": {{"version": "1.{n}.0", "integrity": "sha512-'
    f'{base64.b64encode(random.randbytes(64)).decode()}"}},\n'
    for n in range(2000)
)
WORDS = 6
"""About the characters of one token and a half, as providers stream."""


def anthropic(field: str, kind: str, piece: str) -> Frame:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": kind, field: piece}}
    return Frame(json.dumps(delta), "content_block_delta")


def chat(piece: str) -> Frame:
    choice = {"index": 0, "delta": {"content": piece}, "logprobs": None, "finish_reason": None}
    return Frame(json.dumps({"id": "chatcmpl-9abc", "object": "chat.completion.chunk", "choices": [choice]}))


def responses(piece: str) -> Frame:
    delta = {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0}
    return Frame(json.dumps({**delta, "delta": piece, "obfuscation": "aB3dEf"}), "response.output_text.delta")


def bedrock(piece: str) -> Frame:
    inner = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    return Frame(json.dumps({"bytes": base64.b64encode(json.dumps(inner).encode()).decode(), "p": "abc"}), "chunk")


def cut(text: str) -> list[str]:
    return [text[at : at + WORDS] for at in range(0, min(len(text), 24_000), WORDS)]


STREAMS: dict[str, list[Frame]] = {
    "anthropic, prose": [anthropic("text", "text_delta", piece) for piece in cut(PROSE)],
    "anthropic, code": [anthropic("text", "text_delta", piece) for piece in cut(CODE)],
    "anthropic, arguments": [
        anthropic("partial_json", "input_json_delta", piece) for piece in cut(json.dumps({"command": CODE[:24_000]}))
    ],
    "anthropic, shell": [
        anthropic("partial_json", "input_json_delta", piece) for piece in cut(json.dumps({"command": SHELL}))
    ],
    "chat, prose": [chat(piece) for piece in cut(PROSE)],
    "responses, prose": [responses(piece) for piece in cut(PROSE)],
    "bedrock, prose": [bedrock(piece) for piece in cut(PROSE)],
    "anthropic, base64": [anthropic("text", "text_delta", piece) for piece in cut(IMAGE)],
}
TEXTS = {
    "prose": PROSE * 20,
    "code": CODE,
    "JSON of code": json.dumps({"text": CODE}),
    "lock file": LOCK,
    "image": IMAGE,
    "shell": SHELL * 50,
}
VALUES: dict[str, Any] = {
    "request": {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "".join(lines)}]}
            for lines in itertools.batched(CODE.splitlines(keepends=True), 50)
        ]
    },
    "small strings": [{"type": "text", "text": word} for word in CODE.split()],
}


def frame_us(frames: list[Frame]) -> tuple[float, int]:
    """Microseconds per frame, and how many frames were not out at once."""
    stream: StreamRedactor[None] = StreamRedactor(Redactor())
    late = 0
    begin = time.process_time()
    for number, frame in enumerate(frames):
        late += not stream.feed(frame, None, number * 0.02)
    stream.close()
    return (time.process_time() - begin) / len(frames) * 1e6, late


def best(rounds: int, measure: Any, *what: Any) -> Any:
    return min(measure(*what) for _ in range(rounds))


def text_s(text: str) -> float:
    begin = time.process_time()
    Redactor().text(text)
    return time.process_time() - begin


def value_s(value: Any) -> float:
    begin = time.process_time()
    Redactor().value(value)
    return time.process_time() - begin


for name, frames in STREAMS.items():
    us, late = best(options.rounds, frame_us, frames)
    print(f"{name:24} {us:8.1f} us a frame, {100 * late / len(frames):5.1f} % wait for the next")
for name, text in TEXTS.items():
    print(f"{name:24} {len(text) / best(options.rounds, text_s, text) / 1e6:8.1f} MB/s")
for name, value in VALUES.items():
    print(f"{name:24} {len(json.dumps(value)) / best(options.rounds, value_s, value) / 1e6:8.1f} MB/s, as a JSON value")

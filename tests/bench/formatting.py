"""What formatting costs: escapes and JSON, as deltas and in one piece, on one core.

Run: .venv/bin/python tests/bench/formatting.py [--megachars 2] [--delta 12]

Prints millions of characters per second, best of five rounds; asserts nothing. Wanted: 10 for escapes, 5 for JSON.
Deltas are what an agent streams, and cost mostly what a call costs; one piece is what a call without deltas, a replay
or a finished call brings.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from renderers.escapes import TextDeltaNormalizer
from renderers.json_paths import JsonPaths
from renderers.json_stream import JsonStreamFormatter

CODE = """def area(shape: "Shape") -> float:
\tif shape.kind == "circle":
\t\treturn math.pi * shape.radius ** 2  # π·r²
\traise ValueError(f"unknown: {shape.kind!r}\\n")

"""
EDIT = {"file_path": "/home/me/project/src/shapes.py", "old_string": CODE * 4, "new_string": CODE * 6}
RECORD = {"id": 17, "name": "Ada Lovelace", "mail": "ada@example.org", "tags": ["a", "b"], "active": True, "score": 9.5}
NESTED = {"where": {"file": "shapes.py", "spans": [[1, 20], [22, 31]]}, "found": [{"line": 7, "notes": {"kind": "x"}}]}


def repeated(sample: str, chars: int) -> str:
    return sample * max(1, chars // len(sample))


def samples(chars: int) -> dict[str, tuple[str, Callable[[], Any]]]:
    def some(value: object, **style: Any) -> str:
        one = json.dumps(value, ensure_ascii=False, **style)
        return "[" + ",".join([one] * max(1, chars // len(one))) + "]"

    inside = json.dumps(CODE, ensure_ascii=False)[1:-1]
    return {
        "escapes, source code": (repeated(inside, chars), TextDeltaNormalizer),
        "escapes, all ASCII": (repeated(json.dumps("é 日本 👩 text")[1:-1], chars), TextDeltaNormalizer),
        "escapes, none in it": (repeated("Plain words, as models mostly write. ", chars), TextDeltaNormalizer),
        "JSON, file edits": (some(EDIT), JsonStreamFormatter),
        "JSON, records": (some(RECORD), JsonStreamFormatter),
        "JSON, records, compact": (some(RECORD, separators=(",", ":")), JsonStreamFormatter),
        "JSON, records, indented": (some(RECORD, indent=2), JsonStreamFormatter),
        "JSON, nested, compact": (some(NESTED, separators=(",", ":")), JsonStreamFormatter),
        "JSON, numbers": (some([1, 2, 3]), JsonStreamFormatter),
        "reader, file edits": (some(EDIT), JsonPaths),
        "reader, records": (some(RECORD), JsonPaths),
    }


def seconds(make: Callable[[], Any], pieces: Iterable[str]) -> float:
    """CPU time, so that what else runs on the machine matters less."""
    feed = make().feed
    begun = time.process_time()
    for piece in pieces:
        feed(piece)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megachars", type=float, default=2.0)
    parser.add_argument("--delta", type=int, default=12, help="characters in a delta")
    options = parser.parse_args()
    print(f"{'Mchar/s':26}{'one piece':>12}{'4 kB pieces':>14}{f'{options.delta}-char deltas':>18}{'µs/delta':>10}")
    for name, (text, make) in samples(int(options.megachars * 1e6)).items():
        cells = []
        for size in (len(text), 4096, options.delta):
            pieces = [text[at : at + size] for at in range(0, len(text), size)]
            best = min(seconds(make, pieces) for _ in range(5))
            cells.append(len(text) / best / 1e6)
        delta_us = options.delta / cells[2]
        print(f"{name:26}{cells[0]:12.1f}{cells[1]:14.1f}{cells[2]:18.1f}{delta_us:10.2f}")


main()

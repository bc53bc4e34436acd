"""How fast reports are: `python -m tests.bench.report_speed [CALLS] [--peers]`. It asserts nothing.

A log of so many calls (20,000) is generated in a temporary folder. Then, in one run: DuckDB's own read_json over the
end records; the first `tokens` by index; later ones, inside a process and from the shell; one after 1,000 more calls;
peak memory. With `--peers`, ccusage and tokscale on transcripts with as many messages: PEERS names the folder in which
`npm install ccusage @tokscale/cli` was run.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from addons.reports.database import connect
from addons.reports.facts import FACTS
from addons.reports.index import NAME
from addons.reports.question import parse_words
from addons.reports.report import answer
from addons.sinks import layout
from tests.bench.generated_log import STARTED, write_log

ROOT = Path(__file__).parents[2]
LATER = 5


def timed(what: str, action: Callable[[], Any], times: int = 1) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        took.append(time.perf_counter() - began)
    best = min(took)
    tell(f"{what:58} {best:8.3f} s" + (f"   (of {', '.join(f'{each:.3f}' for each in took)})" if times > 1 else ""))
    return best


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def ask(root: Path, *words: str, threads: int | None = None) -> None:
    report = answer(parse_words(words, datetime.now(UTC)), root, threads)
    list(report.rows)
    report.close()


def scan(path: Path, sums: str, columns: dict[str, str] | None) -> None:
    connection = connect(None)
    told = f", columns={columns}" if columns else ""
    connection.execute(f"SELECT {sums} FROM read_json('{path}', format='newline_delimited'{told})").fetchall()
    connection.close()


def reports(root: Path, calls: int) -> None:
    ends = layout.main_folder(root) / layout.ENDS
    tell(f"{calls:,} calls, end records of {ends.stat().st_size / 1e6:,.0f} MB")
    sums = "sum(usage.input_tokens), count(flow_id)"
    two = {"flow_id": "VARCHAR", "usage": "STRUCT(input_tokens BIGINT)"}
    every = "count(COLUMNS(*))"
    scans = {
        "two columns": timed("DuckDB's read_json, two columns", lambda: scan(ends, sums, two), 3),
        "these columns found by itself": timed("the same, found by itself", lambda: scan(ends, sums, None), 3),
        "the index's columns": timed("the index's columns", lambda: scan(ends, every, dict(FACTS["ends"].fields)), 3),
    }

    def anew() -> None:
        (layout.main_folder(root) / NAME).unlink(missing_ok=True)
        ask(root, "tokens")

    first = timed("tokens, first, by index", anew, 3)
    for what, took in scans.items():
        tell(f"  {took / first:.2f} of the speed of read_json, {what}")
    for mode in ("tokens", "daily", "sessions", "call_index --last 20"):
        words = mode.split()
        ask(root, *words)
        timed(f"{mode}, later, inside a process with one thread", lambda: ask(root, *words, threads=1), LATER)  # noqa: B023
    write_log(root, 1000, first=calls)
    timed("tokens after 1,000 more calls, one thread", lambda: ask(root, "tokens", threads=1))
    timed("tokens by duckdb", lambda: ask(root, "tokens", "--engine", "duckdb"))
    if calls <= 100_000:
        timed("tokens by rg", lambda: ask(root, "tokens", "--engine", "rg"))
    tell(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def shell(root: Path) -> None:
    words = [str(ROOT / "launch.sh"), "report", "tokens"]
    environment = os.environ | {"AGENT_LOG_DIR": str(root)}
    run(words, environment)
    timed("./launch.sh report tokens", lambda: run(words, environment), LATER)

    def anew() -> None:
        (layout.main_folder(root) / NAME).unlink()
        run(words, environment)

    timed("the same, without an index before", anew, 3)


def run(words: list[str], environment: dict[str, str]) -> None:
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)


def peers(folder: Path, home: Path, calls: int) -> None:
    write_transcripts(home / ".claude/projects/-made-project", calls)
    environment = os.environ | {"HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / ".claude"), "NO_COLOR": "1"}
    for name, words in (
        ("ccusage", ["daily", "--offline"]),
        ("tokscale", ["--no-spinner", "models", "--client", "claude"]),
    ):
        program = native(folder, name)
        if program is None:
            tell(f"{name} is not in {folder}")
            continue
        try:
            timed(f"{program.name} {' '.join(words)}", lambda: run([str(program), *words], environment), 3)  # noqa: B023
        except subprocess.CalledProcessError as failed:
            tell(f"{name} failed: {failed.stderr.decode()[:300]}")


def native(folder: Path, name: str) -> Path | None:
    """The program itself, not the script around it that starts Node."""
    found = [path for path in folder.glob(f"node_modules/@*{name}*/**/{name}*") if os.access(path, os.X_OK)]
    programs = [path for path in found if path.is_file() and path.stat().st_size > 1 << 20]
    return programs[0] if programs else next(iter(folder.glob(f"node_modules/.bin/{name}")), None)


def write_transcripts(folder: Path, calls: int, per_session: int = 50) -> None:
    """As Claude Code keeps them: a file a session, a line a message."""
    folder.mkdir(parents=True)
    for session in range(-(-calls // per_session)):
        session_id = f"{session:08x}-0000-4000-8000-000000000000"
        with (folder / f"{session_id}.jsonl").open("wb") as file:
            for turn in range(min(per_session, calls - session * per_session)):
                number = session * per_session + turn
                at = (STARTED + timedelta(seconds=number * 4)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                usage = {
                    "input_tokens": 12,
                    "cache_creation_input_tokens": 900,
                    "cache_read_input_tokens": 20_000 + 900 * turn,
                    "output_tokens": 400,
                }
                content = [{"type": "text", "text": "the function returns what its caller asked for " * 14}]
                message = {
                    "id": f"msg_{number}",
                    "type": "message",
                    "role": "assistant",
                    "model": "claude-sonnet-4-5-20250929",
                    "content": content,
                    "stop_reason": "tool_use",
                    "usage": usage,
                }
                line = {
                    "parentUuid": None,
                    "isSidechain": False,
                    "userType": "external",
                    "cwd": "/made/project",
                    "sessionId": session_id,
                    "version": "2.1.0",
                    "type": "assistant",
                    "requestId": f"req_{number}",
                    "uuid": f"{number:08x}-1111-4000-8000-000000000000",
                    "timestamp": at,
                    "message": message,
                }
                file.write(orjson.dumps(line) + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=20_000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--log", type=Path, help="a generated log to copy instead of making one")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "log"
        if told.log:
            shutil.copytree(told.log, root, ignore=shutil.ignore_patterns(".index*"))
        else:
            write_log(root, told.calls)
        os.sync()  # else the disk is busy with the log while it is being read
        reports(root, told.calls)
        shell(root)
        if told.peers:
            peers(Path(os.environ.get("PEERS", ".")), Path(folder) / "home", told.calls)


if __name__ == "__main__":
    sys.exit(main())

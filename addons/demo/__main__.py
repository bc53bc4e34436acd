"""`python -m addons.demo`, which `launch.sh demo` starts.

In: the command line. Out: a line that says what comes, mitmdump's live text of it, and where the log is and what to do
next. Exit status: 0; 1 when something did not work; 128 + the signal's number after Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import signal
import sys
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from addons.demo import agents, recording
from addons.demo.proxy import Ended, mitmdump
from addons.demo.upstream import Upstream


def main(arguments: Sequence[str] | None = None) -> int:
    parsed, options = _parser().parse_known_args(arguments)
    speed = math.inf if parsed.fast else parsed.speed
    log_dir = Path(os.environ.get("AGENT_LOG_DIR") or tempfile.mkdtemp(prefix="mitmagent-demo-log-")).expanduser()
    _say("two recorded agents, through the real mitmdump; no network, no key.")
    try:
        signal_number = asyncio.run(_interruptible(_demo(speed, log_dir, options)))
    except (Ended, agents.Altered, OSError) as problem:
        _say(f"it did not work: {problem}")
        return 1
    if signal_number:
        return 128 + signal_number
    _say(
        "every byte reached the agents unchanged.",
        f"The log:    {log_dir / 'all-mitm-sse'}",
        "What next:  ./launch.sh, and in another terminal ./launch.sh run claude (or codex, gemini, opencode, …)",
    )
    return 0


async def _interruptible(work: Coroutine[Any, Any, None]) -> int:
    """The number of the signal that ended it early, or 0. Being cancelled, the work ends mitmdump on its way out."""
    task = asyncio.create_task(work)
    caught: list[int] = []

    def interrupt(number: int) -> None:
        caught.append(number)
        if len(caught) == 1:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupt, number)
    try:
        await task
    except asyncio.CancelledError:
        return caught[0]
    return 0


async def _demo(speed: float, log_dir: Path, options: Sequence[str]) -> None:
    conversations = recording.read_file()
    upstream = Upstream([exchange for exchanges in conversations.values() for exchange in exchanges], speed)
    async with mitmdump(await upstream.start(), log_dir, options) as port:
        await asyncio.gather(*(agents.play(exchanges, port, speed) for exchanges in conversations.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./launch.sh demo",
        description="Plays a recorded conversation of two agents through the real mitmdump: no network, no key.",
        epilog="Any other option goes to mitmdump. AGENT_LOG_DIR sets the log's folder, else it is a temporary one.",
    )
    parser.add_argument("--speed", type=_speed, default=1.0, help="divides the pauses; 2 is twice as fast (1)")
    parser.add_argument("--fast", action="store_true", help="no pauses at all")
    return parser


def _speed(text: str) -> float:
    speed = float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError(f"{text} is no speed; give a number above 0")
    return speed


def _say(first: str, *others: str) -> None:
    """A paragraph apart from mitmdump's text."""
    sys.stdout.write("\n".join(["", f"mitmagent demo: {first}", *(f"  {line}" for line in others), "", ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

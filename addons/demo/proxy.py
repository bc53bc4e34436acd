"""The real mitmdump with mitmagent's addons, between the recorded agents and their recorded provider.

In: the upstream's port, the log's folder, further options. Out: a running mitmdump that writes to this terminal, and
its port. Its settings folder is a temporary one, so that the user's configuration and certificate take no part.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "all.py"

POLL_S = 0.05
STOP_S = 10.0


class Ended(Exception):
    """mitmdump has ended before its time."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"mitmdump ended with status {status}; what it said is above")


@contextlib.asynccontextmanager
async def mitmdump(upstream_port: int, log_dir: Path, options: Sequence[str]) -> AsyncIterator[int]:
    """Its port on 127.0.0.1. Afterwards it has ended, and everything that it had to say is on the screen."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="mitmagent-demo-") as settings:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("mitmdump"),
            *("--script", SCRIPT),
            *("--mode", f"upstream:http://127.0.0.1:{upstream_port}"),
            *("--listen-host", "127.0.0.1", "--listen-port", str(port)),
            *("--set", f"confdir={settings}"),
            # The conversation alone; warnings and errors still show.
            *("--set", "flow_detail=0", "--set", "termlog_verbosity=warn"),
            *options,
            stdin=asyncio.subprocess.DEVNULL,
            env=os.environ | {"AGENT_LOG_DIR": str(log_dir)},
        )
        try:
            await _listening(port, process)
            yield port
        except ConnectionError as problem:
            # It listens before it loads scripts, and ends when that fails.
            with contextlib.suppress(TimeoutError):
                raise Ended(await asyncio.wait_for(process.wait(), STOP_S)) from problem
            raise
        finally:
            await _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    while process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(POLL_S)
    raise Ended(process.returncode)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """mitmdump ends by itself when it is asked to; after Ctrl-C it has been asked already, by the terminal."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()

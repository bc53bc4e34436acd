"""Runs the real proxy as a process of its own and reads the log that it writes.

In: a folder for everything that the run leaves behind, the mode, options, scripts. Out: a `Proxy` that listens, its
CA, its log's records, its end (by signal, politely or not). Nothing outside the folder is read or written: the
configuration folder and the log folder are in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.authority import Authority

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons" / "all.py"
MITMDUMP = Path(sys.executable).with_name("mitmdump")
MITMWEB = Path(sys.executable).with_name("mitmweb")
CAPTURE_ON = "capture is on"
START_LIMIT_S = 30.0
STOP_LIMIT_S = 70.0


class Proxy:
    """A mitmdump with our addons. A context manager; leaving it stops the process with SIGINT."""

    def __init__(
        self,
        folder: Path,
        mode: str,
        authority: Authority,
        *,
        scripts: Sequence[Path] = (ADDONS,),
        options: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        stdout: int | None = None,
        confdir: Path | None = None,
        program: Path = MITMDUMP,
    ) -> None:
        """`mode` is mitmproxy's; standard output goes to `console` unless it is piped.

        A `confdir` that is shared saves making a CA.
        """
        self.folder = folder
        self.confdir = confdir or folder / "confdir"
        self.log_dir = folder / "log"
        self.console = folder / "console.txt"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._authority = authority
        self._stdout = stdout
        self._scripts = tuple(scripts)
        self._environment = {**os.environ, "AGENT_LOG_DIR": str(self.log_dir), **(environment or {})}
        settings = {
            "confdir": str(self.confdir),
            "ssl_verify_upstream_trusted_ca": str(authority.ca_file),
            **(options or {}),
        }
        self._command = [str(program), "--mode", mode, "--listen-host", "127.0.0.1", "--listen-port", str(self.port)]
        self._command += [word for script in scripts for word in ("-s", str(script))]
        self._command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def client_ca(self) -> Path:
        """What a client has to trust: the proxy's CA, and the upstream's for hosts that pass through undecrypted."""
        bundle = self.folder / "client-ca.pem"
        authorities = (self.confdir / "mitmproxy-ca-cert.pem", self._authority.ca_file)
        bundle.write_bytes(b"".join(file.read_bytes() for file in authorities))
        return bundle

    def start(self) -> None:
        """Starts the process and waits until it listens and says that capture is on."""
        with self.console.open("ab") as console:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=console if self._stdout is None else self._stdout,
                stderr=subprocess.STDOUT if self._stdout is None else console,
                bufsize=0,
                start_new_session=True,
            )
        self._await(self._listens, "listen")
        if ADDONS not in self._scripts:
            return
        if self._stdout == subprocess.PIPE:
            assert self.process.stdout is not None
            while CAPTURE_ON.encode() not in (line := self.process.stdout.readline()):
                assert line, "mitmdump closed its output before it said that capture is on"
        else:
            self._await(lambda: CAPTURE_ON in self.said(), "say that capture is on")

    def stop(self) -> int:
        """Ends the process with SIGINT, as Ctrl-C does, and returns its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """What the process has printed so far."""
        return self.console.read_text("utf-8", "replace")

    def records(self, name: str, folder: str = "all-mitm-sse") -> list[dict[str, Any]]:
        """The records of one log file; every line has to be whole JSON. Empty when there is no such file."""
        file = self.log_dir / folder / name
        if not file.exists():
            return []
        lines = file.read_bytes().split(b"\n")
        assert lines[-1] == b"", f"{name} ends in a torn line"
        return [json.loads(line) for line in lines[:-1]]

    def whole_records(self, name: str) -> list[dict[str, Any]]:
        """As `records`, of a file that is being written: a last line that is not whole yet is left out."""
        file = self.log_dir / "all-mitm-sse" / name
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]

    def await_ends(self, count: int, limit_s: float = 20.0) -> list[dict[str, Any]]:
        """The end records, once there are at least `count`; AssertionError when that takes too long."""
        wait_until(
            lambda: len(self.whole_records("sse_flow_ends.jsonl")) >= count,
            lambda: f"{len(self.whole_records('sse_flow_ends.jsonl'))} of {count} end records\n{self.said()[-2000:]}",
            limit_s,
        )
        return self.whole_records("sse_flow_ends.jsonl")

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        process = self.process
        assert process is not None

        def alive() -> bool:
            assert process.poll() is None, f"mitmdump ended with {process.returncode}:\n{self.said()[-4000:]}"
            return condition()

        try:
            wait_until(alive, lambda: f"mitmdump did not {what}:\n{self.said()[-4000:]}", START_LIMIT_S)
        except AssertionError:
            self.kill()
            raise


def wait_until(condition: Callable[[], bool], explain: Callable[[], str], limit_s: float) -> None:
    """Waits for the condition; AssertionError with the explanation when the limit has passed."""
    limit = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < limit, explain()
        time.sleep(0.02)


def free_port() -> int:
    """A port on 127.0.0.1 that was free a moment ago, and that no outgoing connection gets until it is used."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port

"""A real redis-server for tests: on a free port and on a unix socket, with a password, killed and started again.

Nothing outside its folder is read or written. Where the program is absent, tests skip and say so.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from addons.redis_stream.address import RedisAddress, parse_address
from tests.e2e.harness import free_port

PROGRAM = shutil.which("redis-server")
PASSWORD = "s3cret/of:the@test"
QUOTED = "s3cret%2Fof%3Athe%40test"
LIMIT_S = 20.0


class RedisServer:
    """Starts at once; a context manager. `keeps`: what it has survives kill -9, but for the last second."""

    def __init__(self, folder: Path, *settings: str, password: str | None = None, keeps: bool = False) -> None:
        if PROGRAM is None:
            pytest.skip("redis-server is not installed (apt install redis-server)")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        # Its path may have 107 characters at most, and pytest's folders are long.
        self._sockets = tempfile.TemporaryDirectory(prefix="redis-")
        self.socket = Path(self._sockets.name) / "s"
        self._settings = ["--appendonly", "yes", "--appendfsync", "everysec"] if keeps else []
        self._settings += ["--requirepass", password] if password else []
        self._settings += settings
        self.password = password
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://{f':{QUOTED}@' if self.password else ''}127.0.0.1:{self.port}/0"

    @property
    def unix_url(self) -> str:
        return f"unix://{f':{QUOTED}@' if self.password else ''}{self.socket}"

    @property
    def address(self) -> RedisAddress:
        return parse_address(self.url)

    @property
    def client(self) -> Any:
        return self.address.connect()

    def start(self) -> None:
        assert PROGRAM is not None
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)]
        command += ["--dir", str(self.folder), "--save", "", *self._settings]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + LIMIT_S
        client = self.client
        while True:
            with contextlib.suppress(Exception):
                client.ping()
                return
            assert time.monotonic() < deadline, (self.folder / "redis.log").read_text()[-2000:]
            time.sleep(0.02)

    def pause(self) -> None:
        """It goes on to accept connections, and answers nobody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As kill -9 does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._sockets.cleanup()

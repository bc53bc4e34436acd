"""mitmproxy's console in a terminal of its own: keys in, screen out.

In: a folder for everything that the run leaves behind, the terminal's size, options, scripts. Out: a `Console` with
our addons in tmux, on a server of its own; its port, its screen as text. Leaving it ends both.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.e2e.harness import ADDONS, MITMDUMP, ROOT, free_port, wait_until

MITMPROXY = MITMDUMP.with_name("mitmproxy")
START_LIMIT_S = 60.0
LIMIT_S = 20.0

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Console:
    """A context manager. `mode` is mitmproxy's."""

    def __init__(
        self,
        folder: Path,
        mode: str,
        *,
        confdir: Path,
        columns: int = 80,
        rows: int = 24,
        scripts: Sequence[Path] = (ADDONS,),
        options: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.port = free_port()
        self.log_dir = folder / "log"
        self._folder = folder
        self._size = (columns, rows)
        # A server of our own, with no configuration of the user's.
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(folder / "tmux")]
        settings = {"confdir": str(confdir), **(options or {})}
        command = [str(MITMPROXY), "--mode", mode, "--listen-host", "127.0.0.1", "--listen-port", str(self.port)]
        command += [word for script in scripts for word in ("-s", str(script))]
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        self._command = [*command, *arguments]

    def __enter__(self) -> Self:
        columns, rows = self._size
        shell = f"{shlex.join(self._command)} 2>{shlex.quote(str(self._folder / 'stderr.txt'))}"
        subprocess.run(
            [*self._tmux, "new-session", "-d", "-x", str(columns), "-y", str(rows), f"exec {shell}"],
            cwd=ROOT,
            env={**os.environ, "AGENT_LOG_DIR": str(self.log_dir), "TERM": "xterm-256color"},
            check=True,
        )
        self.await_screen("Flows", limit_s=START_LIMIT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_terminal()

    @property
    def pid(self) -> int:
        return int(self._ask("display-message", "-p", "#{pane_pid}"))

    def close_terminal(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True)

    def keys(self, *keys: str) -> None:
        """By tmux's names; any other text is typed."""
        for key in keys:
            subprocess.run([*self._tmux, "send-keys", key], check=True)
            # urwid takes what comes at once after an escape for one key.
            time.sleep(0.05)

    def command(self, line: str) -> None:
        """At mitmproxy's command prompt."""
        self.keys(":", line, "Enter")

    def screen(self) -> str:
        return self._ask("capture-pane", "-p")

    def title(self) -> str:
        """What programs have called the terminal."""
        return self._ask("display-message", "-p", "#{pane_title}")

    def await_screen(self, *texts: str, without: str = "", limit_s: float = LIMIT_S) -> str:
        """The screen, once it shows all these, and no longer what is not to be there."""

        def shown() -> bool:
            screen = self.screen()
            return all(text in screen for text in texts) and not (without and without in screen)

        wait_until(
            shown, lambda: f"{texts} without {without!r} did not come:\n{self.screen()}\n{self._said()}", limit_s
        )
        return self.screen()

    def _said(self) -> str:
        file = self._folder / "stderr.txt"
        return file.read_text("utf-8", "replace")[-3000:] if file.exists() else ""

    def _ask(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True)
        return done.stdout

"""A real terminal for tests: a window of a tmux server of their own.

In: a folder, the window's width, the command that runs in it. Out: what it shows, rows with their history; keys and
new sizes go in. Without tmux on the machine such tests are skipped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import pytest

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

HEIGHT = 40


class Tmux:
    """A context manager; leaving it ends what runs in the window."""

    def __init__(self, folder: Path, width: int, command: str, height: int = HEIGHT) -> None:
        self.width = width
        self.height = height
        self.file: TextIO
        """What the command reads, where a test writes the screen itself."""
        self._socket = folder / "tmux"
        self._command = command

    def __enter__(self) -> Self:
        size = ("-x", str(self.width), "-y", str(self.height))
        self._run("-f", os.devnull, "new-session", "-d", *size, self._command)
        self._run("set-option", "-g", "history-limit", "100000")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("kill-server")

    def write(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()

    def press(self, *keys: str) -> None:
        """In tmux' names, such as C-s."""
        self._run("send-keys", *keys)

    def resize(self, width: int) -> None:
        self.width = width
        self._run("resize-window", "-x", str(width), "-y", str(self.height))

    def screen(self) -> str:
        """The rows that are seen now."""
        return self._run("capture-pane", "-p")

    def told(self, variable: str) -> str:
        """What tmux knows of the window, such as its pane_title."""
        return self._run("display-message", "-p", f"#{{{variable}}}").strip()

    def processor_ticks(self) -> int:
        """What everything that runs in the window has used so far."""
        session, total = self.told("pane_pid"), 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
                if fields[3] == session:
                    total += int(fields[11]) + int(fields[12])
        return total

    def now(self, *how: str) -> str:
        """All rows with their history, as they are."""
        rows = self._run("capture-pane", "-p", "-S", "-", *how)
        return "\n".join(row.rstrip() for row in rows.rstrip().split("\n"))

    def rows(self, *how: str) -> str:
        """The same, when they rest."""
        before = ""
        for _ in range(50):
            time.sleep(0.1)
            now = self.now(*how)
            if now == before and now:
                break
            before = now
        return before

    def _run(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout

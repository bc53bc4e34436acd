"""mitmproxy's console in a terminal of its own: keys in, screen out.

In: a folder for everything that the run leaves behind, the terminal's size, options, scripts. Out: a `Console` with
our addons in tmux, on a server of its own; its port, its screen as text. Leaving it ends both.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.harness import ADDONS, MITMDUMP, ROOT, free_port, wait_until
from tests.tmux import Tmux

MITMPROXY = MITMDUMP.with_name("mitmproxy")
START_LIMIT_S = 60.0
LIMIT_S = 20.0


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
        settings = {"confdir": str(confdir), **(options or {})}
        command = [str(MITMPROXY), "--mode", mode, "--listen-host", "127.0.0.1", "--listen-port", str(self.port)]
        command += [word for script in scripts for word in ("-s", str(script))]
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        variables = {"AGENT_LOG_DIR": str(self.log_dir), "TERM": "xterm-256color"}
        environment = [f"{name}={value}" for name, value in variables.items()]
        shell = shlex.join(["env", "-C", str(ROOT), *environment, *command, *arguments])
        said = shlex.quote(str(folder / "stderr.txt"))
        self._terminal = Tmux(folder, columns, f"exec {shell} 2>{said}", rows)

    def __enter__(self) -> Self:
        self._terminal.__enter__()
        self.await_screen("Flows", limit_s=START_LIMIT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A test may have closed it.
        with contextlib.suppress(subprocess.CalledProcessError):
            self.close_terminal()

    @property
    def pid(self) -> int:
        return int(self._terminal.told("pane_pid"))

    def close_terminal(self) -> None:
        self._terminal.__exit__(None, None, None)

    def keys(self, *keys: str) -> None:
        """By tmux's names; any other text is typed."""
        for key in keys:
            self._terminal.press(key)
            # urwid takes what comes at once after an escape for one key.
            time.sleep(0.05)

    def command(self, line: str) -> None:
        """At mitmproxy's command prompt."""
        self.keys(":", line, "Enter")

    def screen(self) -> str:
        return self._terminal.screen()

    def title(self) -> str:
        """What programs have called the terminal."""
        return self._terminal.told("pane_title")

    def await_screen(self, *texts: str, without: str = "", limit_s: float = LIMIT_S) -> str:
        """The screen, once it shows all these, and no longer what is not to be there."""

        screen = ""

        def shown() -> bool:
            nonlocal screen
            screen = self.screen()
            return all(text in screen for text in texts) and not (without and without in screen)

        wait_until(
            shown, lambda: f"{texts} without {without!r} did not come:\n{self.screen()}\n{self._said()}", limit_s
        )
        return screen

    def _said(self) -> str:
        file = self._folder / "stderr.txt"
        return file.read_text("utf-8", "replace")[-3000:] if file.exists() else ""

"""Screens as people see them: scenes of one to ten agents, kept as text and compared with a real terminal.

`python -m tests.renderers.test_screens` writes the kept screens anew; read them before you commit them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderers.view_options import ViewOptions
from tests.renderers.live_screen import seen
from tests.renderers.scenes import SCENES, written

SCREENS = Path(__file__).parent / "screens"
WIDTHS = (80, 200)
OPTIONS = ViewOptions(colour=True)

CASES = [pytest.param(scene, width, id=f"{scene}-{width}") for scene in SCENES for width in WIDTHS]


def whole(scene: str, width: int, *, can_erase: bool = True) -> str:
    return "".join(written(SCENES[scene](), OPTIONS, lambda: width, can_erase))


def kept(scene: str, width: int) -> str:
    return (SCREENS / f"{scene}-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("scene", "width"), CASES)
def test_the_screen_is_as_it_was(scene, width):
    assert seen(whole(scene, width), width) == kept(scene, width)


@pytest.mark.parametrize("scene", SCENES)
def test_a_pipe_gets_the_same_without_any_erasing(scene):
    piped = whole(scene, 10_000, can_erase=False)
    assert "\x1b[2K" not in piped
    assert seen(piped, 10_000) == seen(whole(scene, 10_000), 10_000)


# -- a real terminal ------------------------------------------------------------------------------------------------


class Tmux:
    """A window of a tmux server of our own, which shows what is written to it."""

    def __init__(self, folder: Path, width: int) -> None:
        self.width = width
        self._socket = folder / "socket"
        self._fifo = folder / "fifo"
        os.mkfifo(self._fifo)
        self._run("-f", os.devnull, "new-session", "-d", "-x", str(width), "-y", "40", f"cat {self._fifo}; sleep 60")
        self._run("set-option", "-g", "history-limit", "20000")
        self._file = self._fifo.open("w", encoding="utf-8")

    def write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()

    def resize(self, width: int) -> None:
        self.width = width
        self._run("resize-window", "-x", str(width), "-y", "40")

    def rows(self, *how: str) -> str:
        """All rows with their history, when they rest."""
        before = ""
        for _ in range(50):
            time.sleep(0.1)
            now = self._run("capture-pane", "-p", "-S", "-", *how)
            if now == before and now.strip():
                break
            before = now
        return "\n".join(row.rstrip() for row in before.rstrip().split("\n"))

    def close(self) -> None:
        self._file.close()
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *words]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout


needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


@pytest.fixture
def tmux(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    window = Tmux(tmp_path, request.param)
    yield window
    window.close()


@needs_tmux
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("tmux", WIDTHS, indirect=True)
def test_a_real_terminal_shows_the_same(tmux, scene):
    tmux.write(whole(scene, tmux.width))
    assert tmux.rows() == kept(scene, tmux.width).rstrip()


@needs_tmux
@pytest.mark.parametrize("later", [37, 50, 120])
@pytest.mark.parametrize("tmux", [80], indirect=True, ids=["80"])
def test_a_resize_in_the_middle_of_a_provisional_line_leaves_no_trace(tmux, later):
    # A full screen, as usual: on an empty one tmux moves rows out of reach when they become more.
    tmux.write("before\n" * 60)
    for piece in written(SCENES["wrapped"](), OPTIONS, lambda: tmux.width):
        tmux.write(piece)
        if "終わり" in piece and tmux.width == 80:
            # The provisional line stands there in full.
            assert "look_it_up {" in tmux.rows()
            tmux.resize(later)
    assert tmux.width == later
    without = seen("before\n" * 60 + whole("wrapped", 10_000, can_erase=False), 10_000)
    # Prose is broken between words, in the width that it was written in.
    assert tmux.rows("-J").split() == without.split()


def write_screens() -> None:
    SCREENS.mkdir(exist_ok=True)
    for scene in SCENES:
        for width in WIDTHS:
            (SCREENS / f"{scene}-{width}.txt").write_text(seen(whole(scene, width), width), encoding="utf-8")


if __name__ == "__main__":
    write_screens()

"""Screens as people see them: scenes of one to ten agents, kept as text and compared with a real terminal.

`python -m tests.renderers.test_screens` writes the kept screens anew; read them before you commit them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderers.view_options import ViewOptions
from tests.renderers.live_screen import seen
from tests.renderers.scenes import SCENES, written
from tests.tmux import Tmux, needs_tmux

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


@pytest.fixture
def tmux(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with Tmux(tmp_path, request.param, f"cat {fifo}; sleep 60") as window, fifo.open("w", encoding="utf-8") as file:
        window.file = file
        yield window


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

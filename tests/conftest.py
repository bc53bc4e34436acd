"""For all tests: time is never a reason to fail, since machines are shared; a real pipeline with a real log; and what
is told of faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from addons import faults
from tests.exchanges import MakeRig, Rig

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture
def told() -> Iterator[list[tuple[str, str | None, str]]]:
    """Faults of our own, as they are told: where, of which flow, the exception's name."""
    heard: list[tuple[str, str | None, str]] = []
    faults.set_reporter(lambda *fault: heard.append(fault))
    yield heard
    faults.set_reporter(None)


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[MakeRig]:
    """Takes changed options; all rigs of a test share one log folder."""
    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(Rig(tmp_path, **changed))


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    return make_rig()

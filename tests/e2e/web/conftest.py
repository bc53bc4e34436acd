"""What the tests of mitmweb's page share: a stage, a browser with the page open, an agent with a session of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.authority import Authority
from tests.e2e.browser import CHROMIUM, Browser
from tests.e2e.stage import Agent, Stage, stage

names = itertools.count(1)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("web"), authority, confdir) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    with Browser() as found:
        yield found


@pytest.fixture
def browser(chromium: Browser, played: Stage) -> Iterator[Browser]:
    """The page, opened anew. Afterwards: nothing was complained about, nothing was asked for elsewhere."""
    chromium.complaints.clear()
    chromium.requested.clear()
    chromium.size(1280, 800)
    chromium.prefer(prefers_color_scheme="light")
    chromium.open("about:blank")
    chromium.open(played.url)
    chromium.wait_for("document.getElementById('connection').dataset.live === 'true'")
    yield chromium
    assert chromium.complaints == []
    own = (played.web, played.web.replace("http", "ws"), "about:blank", "data:", "blob:")
    assert [address for address in chromium.requested if not address.startswith(own)] == []


@pytest.fixture
def agent(played: Stage) -> Agent:
    """A session of its own."""
    return played.agent(f"session-{next(names)}")

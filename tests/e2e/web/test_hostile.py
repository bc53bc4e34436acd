"""What a model writes does nothing to the page (SPEC S3.7)."""

from __future__ import annotations

import pytest

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent
from tests.e2e.web.page import LOG, said, watch

MARKUP = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"


def test_what_a_model_writes_is_text(browser: Browser, agent: Agent) -> None:
    watch(browser, agent, MARKUP)
    agent.think(MARKUP)
    agent.use("c-1", f"Bash{MARKUP}", {"command": MARKUP})
    agent.use("c-2", "mystery", {MARKUP: {"x": MARKUP}})
    agent.say(MARKUP, "\x1b[2J\u202eevil\u2066")
    said(browser, "<U+202E>evil<U+2066>")
    assert browser.value("typeof window.hacked") == "undefined"
    assert browser.value(f"{LOG}.querySelectorAll('img, script').length") == 0
    assert "␛[2J" in browser.text("#log")
    agent.rest()
    agent.give_back("c-1", MARKUP)
    browser.wait_for("document.querySelector('.block.result')")
    browser.value("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert browser.value("typeof window.hacked") == "undefined"
    agent.rest()


@pytest.mark.parametrize(
    "text", [pytest.param("x", id="plain"), pytest.param(f"{MARKUP}\x1b[2J\u202e", id="markup and escapes")]
)
def test_five_megabytes_in_one_line_do_not_freeze_the_page(browser: Browser, agent: Agent, text: str) -> None:
    watch(browser, agent)
    agent.say(text * (5_000_000 // len(text)), done=False)
    agent.go_on(" and then this")
    said(browser, "and then this")
    assert browser.value(f"{LOG}.textContent.length") < 300_000
    assert "characters before this are not shown" in browser.text(".lacking")
    assert browser.value("typeof window.hacked") == "undefined"
    # The page still answers: a key does what it does.
    browser.press("?")
    browser.wait_for("document.getElementById('keys').open")
    browser.press("Escape")
    agent.rest()


def test_a_stream_of_tiny_blocks_is_bounded(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    for number in range(400):
        agent.say(f"b{number}")
    said(browser, "b399")
    assert browser.nodes() < 5_000
    agent.rest()

"""How the page looks: narrow, dark, still; and who can't see it."""

from __future__ import annotations

import pytest

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent, Stage
from tests.e2e.web.page import VIEWS, said, watch


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_sticks_out_on_a_phone(browser: Browser, agent: Agent, view: str) -> None:
    watch(browser, agent)
    agent.use("c-1", "Bash", {"command": "cat " + "a-rather-long-path/" * 20})
    agent.say("wide " * 100 + "x" * 500)
    agent.rest(input_tokens=1000)
    browser.size(390, 844, is_phone=True)
    browser.value(f"document.getElementById('tab-{view}').click()")
    browser.wait_for(f"document.getElementById('panel-{view}').offsetParent")
    assert browser.value("document.documentElement.scrollWidth") == 390
    assert browser.value("document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth")


def test_a_phone_says_whose_conversation_it_is(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    browser.size(390, 844, is_phone=True)
    browser.wait_for("document.querySelector('#summary h2').offsetParent")
    assert browser.text("#summary h2").startswith("#")
    agent.rest()


def test_the_colours_follow_the_system_until_told_otherwise(browser: Browser) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = browser.value(ground)
    browser.prefer(prefers_color_scheme="dark")
    browser.wait_for(f"{ground} !== {light!r}")
    browser.click("#theme")
    browser.wait_for(f"{ground} === {light!r}")
    browser.value("location.reload()")
    browser.wait_for(f"{ground} === {light!r}")
    browser.value("localStorage.clear()")


CONTRAST = """
(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const found = parse(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest("[hidden]")) continue;
    const style = getComputedStyle(node);
    const ink = light(parse(node instanceof SVGElement ? style.fill : style.color));
    const paper = light(ground(node));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) poor.push(`${node.tagName}.${node.className.baseVal ?? node.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_its_ground(browser: Browser, agent: Agent, scheme: str) -> None:
    browser.prefer(prefers_color_scheme=scheme)
    browser.size(1920, 1080)
    watch(browser, agent)
    agent.think("A thought.")
    agent.use("c-1", "Edit", {"file_path": "/src/a.py", "old_string": "a = 1", "new_string": "b = 'text'  # why"})
    agent.use("c-2", "Bash", {"command": "ls", "description": "Lists."})
    agent.use("c-3", "mystery", {"key": [1, True, None, "x"]})
    agent.use("c-4", "TodoWrite", {"todos": [{"content": "one", "status": "completed", "activeForm": "x"}]})
    agent.say("Text.")
    agent.rest("tool_use", input_tokens=1000)
    agent.give_back("c-2", "failed", is_error=True)
    browser.wait_for("document.querySelector('.block.result.failed')")
    for view in VIEWS:
        browser.value(f"document.getElementById('tab-{view}').click()")
        browser.wait_for(f"document.getElementById('panel-{view}').innerText.length > 10")
        assert browser.value(CONTRAST) == []
    agent.rest()


def test_everything_that_can_be_used_has_a_name(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.think("A thought.")
    agent.rest()
    for view in VIEWS:
        browser.value(f"document.getElementById('tab-{view}').click()")
        browser.wait_for(f"document.getElementById('panel-{view}').innerText.length > 10")
        assert browser.nameless() == []


def test_nothing_moves_for_who_wants_it_still(browser: Browser, agent: Agent) -> None:
    browser.prefer(prefers_reduced_motion="reduce")
    watch(browser, agent)
    agent.say("Text", done=False)
    said(browser, "Text")
    piece = "document.querySelector('.block.streaming .piece')"
    assert browser.value(f"getComputedStyle({piece}, '::after').animationName") == "none"
    agent.rest()


def test_mitmwebs_own_page_works_beside_it(browser: Browser, played: Stage) -> None:
    browser.open(played.web)
    browser.wait_for("document.body.innerText.includes('mitmproxy')")
    # Its own favicon and such are not ours to judge.
    browser.complaints.clear()

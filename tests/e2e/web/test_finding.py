"""Search, keys and the page's address."""

from __future__ import annotations

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent, Stage
from tests.e2e.web.page import row, said, watch


def test_search_finds_and_steps(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.think("needle one")
    agent.say("Needle two", " and more text", done=False)
    said(browser, "Needle two")
    browser.press("t")
    browser.press("/")
    browser.type("needle")
    browser.wait_for("document.getElementById('found').value === '1 / 2'")
    # A match in what is folded opens it.
    assert browser.value("document.querySelector('details.thinking').open")
    browser.press("Enter")
    browser.wait_for("document.getElementById('found').value === '2 / 2'")
    agent.go_on(" needle three")
    browser.wait_for("document.getElementById('found').value === '2 / 3'")
    assert browser.value("[...CSS.highlights.get('found')].length") == 3
    browser.press("Escape")
    assert browser.value("document.getElementById('search').value") == ""
    browser.press("t")
    browser.wait_for("document.querySelector('details.thinking').open === false")
    agent.rest()


def test_keys_go_from_session_to_session(browser: Browser, played: Stage) -> None:
    two = [played.agent("keys-1"), played.agent("keys-2")]
    for one in two:
        one.ask(f"Hello. ({one.name})")
        one.rest()
        browser.wait_for(row(one))
    chosen = "document.querySelector('#sessions [aria-current]').innerText"
    browser.value(f"{row(two[1])}.click()")
    browser.wait_for(f"{chosen}.includes('keys-2')")
    browser.press("j")
    browser.wait_for(f"{chosen}.includes('keys-1')")
    browser.press("k")
    browser.wait_for(f"{chosen}.includes('keys-2')")
    browser.press("a")
    browser.wait_for(f"{chosen}.includes('All sessions')")


def test_the_help_lists_the_keys(browser: Browser) -> None:
    browser.press("?")
    browser.wait_for("document.getElementById('keys').open")
    assert "fold or open thinking" in browser.text("#keys")
    browser.press("t")
    browser.press("Escape")
    browser.wait_for("!document.getElementById('keys').open")


def test_the_address_leads_back(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.rest()
    browser.press("3")
    address = browser.value("location.href")
    assert f"session={agent.name}" in address
    assert "token" not in address
    browser.open("about:blank")
    browser.open(address)
    browser.wait_for(f"document.querySelector('#sessions [aria-current]')?.innerText.includes('({agent.name})')")
    assert browser.value("document.body.dataset.view") == "calls"

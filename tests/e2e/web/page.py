"""What a test of the page says in one word: whose row, watch that session, this text is there."""

from __future__ import annotations

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent

PROMPT = "Why does the build fail?"
LOG = "document.getElementById('log')"
VIEWS = ("live", "charts", "calls", "reports")


def row(agent: Agent) -> str:
    """Its row in the list, by its prompt."""
    return f"[...document.querySelectorAll('#sessions button')].find(e => e.innerText.includes('({agent.name})'))"


def watch(browser: Browser, agent: Agent, prompt: str = PROMPT) -> None:
    """Ask, and choose the session with a click."""
    agent.ask(f"{prompt} ({agent.name})")
    browser.wait_for(row(agent))
    browser.value(f"{row(agent)}.scrollIntoView()")
    x, y = browser.value(f"(b => [b.x + b.width / 2, b.y + 20])({row(agent)}.getBoundingClientRect())")
    browser.click_at(x, y)
    browser.wait_for(f"document.querySelector('.block.prompt')?.innerText.includes('({agent.name})')")


def said(browser: Browser, text: str) -> None:
    """It is in the conversation, or comes into it."""
    browser.wait_for(f"{LOG}.textContent.includes({text!r})")

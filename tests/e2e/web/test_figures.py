"""Charts and tables."""

from __future__ import annotations

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent
from tests.e2e.web.page import row, watch


def test_charts_draw_the_calls(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.think("Hm.")
    agent.use("c-1", "Bash", {"command": "make"})
    agent.rest("tool_use", input_tokens=1000, output_tokens=50)
    agent.give_back("c-1", "done")
    agent.say("Built.")
    agent.rest(input_tokens=300, cache_read_input_tokens=900, output_tokens=20)
    browser.press("2")
    rects = "document.querySelectorAll('#panel-charts figure:nth-of-type({}) rect.{}').length"
    browser.wait_for(f"{rects.format(1, 'waiting')} === 2")
    assert browser.value(rects.format(1, "tools")) == 1
    browser.wait_for(f"{rects.format(2, 'cached')} === 1")
    assert browser.value(rects.format(2, "fresh")) == 2
    assert browser.value(rects.format(3, "output")) >= 1


def test_a_chart_is_read_with_the_keys(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.rest(input_tokens=300, cache_read_input_tokens=900, output_tokens=20)
    browser.press("2")
    plot = "document.querySelector('#panel-charts figure:nth-of-type(2) svg')"
    browser.wait_for(f"{plot}.querySelector('rect.cached')")
    browser.value(f"{plot}.focus()")
    browser.press("ArrowLeft")
    tooltip = browser.text("#tooltip")
    assert "call 1" in tooltip
    assert "cache share\n75 %" in tooltip
    browser.press("Escape")
    assert browser.value("document.getElementById('tooltip').hidden")


def test_a_chart_without_values_says_why(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    browser.press("2")
    browser.wait_for("document.querySelector('#panel-charts').innerText.includes('No call has ended yet.')")
    agent.rest()


def test_the_calls_are_a_table_that_sorts_and_filters(browser: Browser, agent: Agent) -> None:
    for tokens in (20, 3, 100):
        agent.ask(f"Hello. ({agent.name})")
        agent.rest(output_tokens=tokens)
    browser.wait_for(row(agent))
    browser.value(f"{row(agent)}.click()")
    browser.press("3")
    outputs = "[...document.querySelectorAll('#panel-calls tbody tr')].map(e => e.children[7].innerText)"
    browser.wait_for(f"{outputs}.join() === '100,3,20'")
    header = "#panel-calls th:nth-child(8) button"
    browser.click(header)
    assert browser.value(outputs) == ["100", "20", "3"]
    browser.click(header)
    assert browser.value(outputs) == ["3", "20", "100"]
    assert browser.value("document.querySelector('#panel-calls th:nth-child(8)').ariaSort") == "ascending"
    browser.press("/")
    browser.type("no such call")
    browser.wait_for(f"{outputs}.length === 0")
    assert browser.text("#panel-calls [role=status]") == "0 of 3 rows"
    browser.press("Escape")


def test_a_table_has_no_column_that_tells_nothing(browser: Browser, agent: Agent) -> None:
    agent.ask(f"Hello. ({agent.name})")
    agent.rest(output_tokens=5)
    browser.wait_for(row(agent))
    browser.value(f"{row(agent)}.click()")
    browser.press("3")
    browser.wait_for("document.querySelectorAll('#panel-calls tbody tr').length === 1")
    shown = "[...document.querySelectorAll('#panel-calls {}')].filter(e => e.offsetParent).map(e => e.innerText)"
    heads = browser.value(shown.format("th"))
    assert heads[:3] == ["Begun", "Call", "State"]
    assert len(browser.value(shown.format("tbody td"))) == len(heads)
    # Where calls of all sessions stand together it is said whose each is.
    browser.press("a")
    browser.wait_for(f"{shown.format('th')}[1] === 'Session'")


def test_a_table_that_is_wider_than_its_place_scrolls_and_says_so(browser: Browser, agent: Agent) -> None:
    agent.ask(f"Hello. ({agent.name})")
    agent.rest(output_tokens=5)
    browser.size(390, 844, is_phone=True)
    browser.press("3")
    scroller = "document.querySelector('#panel-calls .scroller')"
    browser.wait_for(f"{scroller}.hasAttribute('data-more-right')")
    browser.value(f"{scroller}.scrollLeft = 1e4")
    browser.wait_for(f"!{scroller}.hasAttribute('data-more-right')")


def test_reports_are_about_all_sessions_and_have_headings_to_read(browser: Browser, agent: Agent) -> None:
    agent.ask(f"Hello. ({agent.name})")
    agent.rest(output_tokens=5)
    browser.wait_for(row(agent))
    browser.press("4")
    browser.wait_for("document.querySelector('#panel-reports tbody tr')")
    modes = "document.querySelector('[name=mode]')"
    browser.value(f"{modes}.value = 'sessions'; {modes}.dispatchEvent(new Event('change'))")
    heads = "[...document.querySelectorAll('#panel-reports th')].map(e => e.innerText)"
    browser.wait_for(f"{heads}.includes('session') && {heads}.includes('output')")
    assert browser.value("['summary', 'sessions'].map(id => document.getElementById(id).offsetParent)") == [None, None]


def test_reports_are_tables_and_files(browser: Browser, agent: Agent) -> None:
    agent.ask(f"Hello. ({agent.name})")
    agent.rest(output_tokens=77)
    browser.wait_for(row(agent))
    browser.press("4")
    browser.wait_for("document.querySelector('#panel-reports tbody tr')")
    modes = "document.querySelector('[name=mode]')"
    browser.value(f"{modes}.value = 'token_usage'; {modes}.dispatchEvent(new Event('change'))")
    browser.click("#panel-reports [name=session]")
    browser.type(agent.name)
    browser.press("Enter")
    browser.wait_for("document.querySelector('#panel-reports tbody').innerText.includes('77')")
    assert browser.value("document.querySelectorAll('#panel-reports tbody tr').length") == 1
    csv = browser.value("fetch(document.querySelector('#panel-reports .files a').href).then(r => r.text())")
    assert csv.startswith("call,started,")
    assert len(csv.splitlines()) == 2


def test_a_report_without_rows_is_asked_again_when_it_is_looked_at_again(browser: Browser, agent: Agent) -> None:
    browser.press("4")
    browser.click("#panel-reports [name=session]")
    browser.type(agent.name)
    browser.press("Enter")
    browser.wait_for("document.querySelector('#panel-reports .note').innerText.includes('session')")
    browser.value("document.activeElement.blur()")
    browser.press("1")
    agent.ask(f"Hello. ({agent.name})")
    agent.rest()
    browser.wait_for(row(agent))
    browser.press("4")
    browser.wait_for("document.querySelector('#panel-reports tbody tr')")


def test_a_wrong_question_is_answered_in_words(browser: Browser) -> None:
    browser.press("4")
    browser.wait_for("document.querySelector('#panel-reports [name=since]')")
    browser.click("#panel-reports [name=since]")
    browser.type("soon")
    browser.press("Enter")
    browser.wait_for("document.querySelector('#panel-reports .note').innerText.includes('--since soon')")
    # The browser itself notes the status.
    browser.complaints.clear()

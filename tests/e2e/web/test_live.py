"""The live conversation: agents stream through the real proxy, the page shows it (SPEC S3.8)."""

from __future__ import annotations

from tests.e2e.browser import Browser
from tests.e2e.stage import Agent, Stage
from tests.e2e.web.page import LOG, row, said, watch


def test_text_is_on_the_page_before_the_answer_has_ended(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.say("The linker ", "misses", done=False)
    said(browser, "The linker misses")
    agent.go_on(" a symbol.")
    said(browser, "The linker misses a symbol.")
    assert "answering" in browser.text("#summary .state")
    agent.rest(output_tokens=7)
    browser.wait_for("document.querySelector('.card footer').innerText.includes('7 out')")
    assert "idle" in browser.text("#summary .state")


def test_an_answer_that_the_provider_has_cut_off_is_an_error(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.say("The linker", done=False)
    said(browser, "The linker")
    agent.break_off()
    browser.wait_for("document.querySelector('.card footer').innerText.includes('upstream closed')")
    assert browser.text(".card .state") == "✗ error"
    assert browser.text("#summary .state") == "✗ error"


def test_an_answer_that_the_client_has_stopped_is_interrupted(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.say("The linker", done=False)
    said(browser, "The linker")
    agent.hang_up()
    browser.wait_for("document.querySelector('.card footer').innerText.includes('client closed')")
    assert browser.text(".card .state") == "■ interrupted"
    assert browser.text("#summary .state") == "■ interrupted"


def test_a_call_s_number_says_that_it_is_its_session_s(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.rest()
    number = browser.text("#summary h2").split()[0]
    assert f"call 1 of {number} ·" in browser.text(".card .who")


def test_what_nobody_has_told_is_no_zero(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    figures = f"{row(agent)}.querySelector('.figures').innerText"
    assert browser.value(figures) == ""
    agent.rest(input_tokens=70, output_tokens=5)
    browser.wait_for(f"{figures} === '70 in · 5 out'")


def test_three_agents_at_once_do_not_mix(browser: Browser, played: Stage) -> None:
    three = [played.agent(f"three-{name}") for name in ("ada", "bob", "cyd")]
    for one in three:
        one.ask(f"Go. ({one.name})")
        one.think(f"{one.name} ponders")
        one.say(f"{one.name} begins", done=False)
    for one in three:
        browser.wait_for(f"{row(one)}.innerText.includes('answering')")
    for piece in range(5):
        for one in three:
            one.go_on(f" {one.name}{piece}")
    for one in three:
        browser.value(f"{row(one)}.click()")
        said(browser, f"{one.name} begins" + "".join(f" {one.name}{piece}" for piece in range(5)))
        others = [other.name for other in three if other is not one]
        assert not [name for name in others if name in browser.text("#log")]
    for one in three:
        one.rest()
        browser.wait_for(f"{row(one)}.innerText.includes('idle')")


def test_a_command_is_a_command_and_its_result_stands_under_it(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.use("c-1", "Bash", {"command": "make -j4 2>&1 | tail"})
    browser.wait_for("document.querySelector('.block.call .command')?.innerText === 'make -j4 2>&1 | tail'")
    agent.rest("tool_use")
    browser.wait_for(f"{row(agent)}.innerText.includes('running Bash')")
    agent.give_back("c-1", "undefined reference to `frob'", is_error=True)
    browser.wait_for("document.querySelector('.block.call > .block.result.failed')")
    result = "document.querySelector('.block.call > .block.result')"
    assert browser.value(f"{result}.open") is False
    browser.click(".block.result summary")
    browser.wait_for(f"{result}.open && {result}.innerText.includes('undefined reference')")
    agent.rest()


def test_a_result_is_what_the_command_said(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.use("c-1", "Bash", {"command": "make"})
    agent.rest("tool_use")
    agent.give_back("c-1", "Chunk ID: 8f21c0\nWall time: 2.5 seconds\nProcess exited with code 0\nOutput:\nbuilt\n")
    browser.wait_for("document.querySelector('.block.result')")
    assert browser.text(".block.result .title") == "◀ Result of Bash · exit 0 · 2.5 s"
    assert browser.text(".block.result .hint") == "built"
    agent.rest()


def test_an_edit_is_a_diff(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.use("c-1", "Edit", {"file_path": "/src/a.c", "old_string": "int a;", "new_string": "long a;"})
    browser.wait_for("document.querySelector('.block.call .added')")
    assert [text.strip() for text in browser.texts(".block.call .removed")] == ["- int a;"]
    assert [text.strip() for text in browser.texts(".block.call .added")] == ["+ long a;"]
    agent.rest("tool_use")


def test_thinking_folds(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.think("Perhaps the order of libraries.")
    said(browser, "Perhaps the order")
    browser.press("t")
    browser.wait_for("document.querySelector('details.thinking').open === false")
    agent.say("It is.")
    agent.think("And another thought.")
    browser.wait_for("document.querySelectorAll('details.thinking').length === 2")
    assert browser.value("[...document.querySelectorAll('details.thinking')].map(e => e.open)") == [False, False]
    browser.press("t")
    browser.wait_for("[...document.querySelectorAll('details.thinking')].every(e => e.open)")
    agent.rest()


def test_what_breaks_off_is_said(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.lines.put({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    agent.lines.put(None)
    browser.wait_for("document.querySelector('.card footer').innerText.includes('Overloaded')")
    browser.wait_for(f"{row(agent)}.innerText.includes('error')")


def test_who_reads_back_is_left_in_peace(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.say(*[f"line {number}\n" for number in range(200)], done=False)
    said(browser, "line 199")
    browser.wait_for(f"{LOG}.scrollTop > 500")
    browser.wheel(800, 500, -400)
    browser.wait_for("!document.getElementById('latest').hidden")
    top = browser.value(f"{LOG}.scrollTop")
    agent.go_on("one more line")
    said(browser, "one more line")
    assert abs(browser.value(f"{LOG}.scrollTop") - top) < 2
    browser.press("f")
    browser.wait_for(f"{LOG}.scrollHeight - {LOG}.scrollTop - {LOG}.clientHeight < 2")
    assert browser.value("document.getElementById('latest').hidden")
    agent.rest()


def test_earlier_calls_are_fetched(browser: Browser, agent: Agent) -> None:
    for number in range(30):
        agent.ask(f"Question {number}. ({agent.name})")
        agent.say(f"Answer {number}.")
        agent.rest()
    browser.wait_for(row(agent))
    browser.value(f"{row(agent)}.click()")
    said(browser, "Answer 29.")
    assert "Answer 9." not in browser.text("#log")
    browser.click(".earlier")
    said(browser, "Answer 0.")
    assert browser.value("[...document.querySelectorAll('.card')].map(e => Number(e.dataset.number))") == [
        *range(1, 31)
    ]
    assert browser.value("document.querySelector('.earlier').hidden")


def test_a_lost_connection_is_said_and_found_again(browser: Browser, agent: Agent) -> None:
    watch(browser, agent)
    agent.say("Before.")
    said(browser, "Before.")
    browser.hang_up()
    browser.wait_for("document.getElementById('connection').innerText.includes('trying again')")
    agent.say("Meanwhile.")
    browser.wait_for("document.getElementById('connection').dataset.live === 'true'")
    said(browser, "Meanwhile.")
    assert browser.value(f"{LOG}.textContent").count("Before.") == 1
    agent.rest()

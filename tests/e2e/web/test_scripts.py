"""The page's own modules, run in the browser: scales, texts, numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.browser import Browser


def run(browser: Browser, module: str, call: str) -> Any:
    return browser.value(f"import('/agent/static/{module}').then((m) => {call})")


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        pytest.param(4, [0, 1, 2, 3, 4], id="whole"),
        pytest.param(7, [0, 2, 4, 6, 8], id="past the most"),
        pytest.param(4523, [0, 2000, 4000, 6000], id="thousands"),
        pytest.param(0, [0, 0.5, 1], id="nothing"),
        pytest.param(0.03, [0, 0.01, 0.02, 0.03], id="cents"),
    ],
)
def test_ticks_are_round_and_reach_past_the_most(browser: Browser, most: float, expected: list[float]) -> None:
    found = run(browser, "charts/scales.js", f"m.ticks({most})")
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("span_s", "step_s"),
    [
        pytest.param(5, 1, id="seconds"),
        pytest.param(100, 10, id="ten seconds"),
        pytest.param(3_000, 300, id="five minutes"),
        pytest.param(40 * 86_400, 4 * 86_400, id="days"),
    ],
)
def test_time_is_divided_at_round_steps(browser: Browser, span_s: int, step_s: int) -> None:
    assert run(browser, "charts/scales.js", f"m.timeStep({span_s * 1000}, 10)") == step_s * 1000


def test_pauses_are_cut_out_and_what_lasts_keeps_its_scale(browser: Browser) -> None:
    found = run(
        browser,
        "charts/scales.js",
        "(({place, gaps}) => ({places: [0, 10, 12, 100, 110].map(place), gaps}))"
        "(m.withoutPauses([[0, 10], [10, 12], [100, 110]], [0, 242], {pause: 20, gap: 22}))",
    )
    assert found == {"places": [0, 100, 120, 142, 242], "gaps": [{"at": 120, "width": 22, "lasted": 88}]}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param("m.short(950)", "950", id="few"),
        pytest.param("m.short(12_430)", "12k", id="thousands"),
        pytest.param("m.short(999_960)", "1M", id="nearly a million"),
        pytest.param("m.dollars(0)", "$0", id="nothing"),
        pytest.param("m.dollars(0.0042)", "$0.0042", id="less than a cent"),
        pytest.param("m.dollars(12.3)", "$12.30", id="dollars"),
        pytest.param("m.dollars(undefined)", "", id="not told"),
        pytest.param("m.share(0, 0)", "", id="a share of nothing"),
        pytest.param("m.duration(999)", "999 ms", id="milliseconds"),
        pytest.param("m.duration(61_000)", "1 min 1 s", id="minutes"),
        pytest.param("m.duration(7_260_000)", "2 h 1 min", id="hours"),
        pytest.param("m.lasting(-5)", "0 s", id="clocks that differ"),
        pytest.param("m.plural(1, 'call')", "1 call", id="one"),
    ],
)
def test_numbers_for_people(browser: Browser, call: str, expected: str) -> None:
    assert run(browser, "format.js", call) == expected


FLOW = """
(() => {
  const node = document.createElement("div");
  const flow = new m.TextFlow(node);
  for (const piece of %s) flow.append(piece);
  const torn = [...node.children].some((one) => /[\\ud800-\\udbff]$/.test(one.textContent));
  return {text: node.textContent, pieces: node.children.length, torn};
})()
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("short", id="short"),
        pytest.param("line\n" * 3_000, id="lines"),
        pytest.param("x" * 30_000, id="one line"),
        pytest.param("😀" * 9_000, id="pairs"),
        pytest.param("a\n\n\nb" * 4_000, id="empty lines"),
    ],
)
@pytest.mark.parametrize("size", [7, 4_001, 10**6])
def test_a_text_is_whole_however_it_came(browser: Browser, text: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    found = run(browser, "text_flow.js", FLOW % json.dumps(pieces))
    assert found["text"] == text
    assert not found["torn"]
    assert found["pieces"] == 1 or found["pieces"] <= len(text) / 1_000


def test_of_a_very_long_text_the_end_stays(browser: Browser) -> None:
    found = run(browser, "text_flow.js", FLOW % json.dumps(["0" * 200_000, "the end"]))
    assert found["text"].endswith("the end")
    assert found["text"].startswith("… ")
    assert len(found["text"]) < 125_000


def test_a_guess_is_taken_back(browser: Browser) -> None:
    script = """(() => {
      const node = document.createElement("div");
      const flow = new m.TextFlow(node);
      flow.append("before");
      flow.guess("maybe", "tool");
      flow.erase();
      flow.append("for sure", "command");
      return [...node.children].map((one) => one.textContent);
    })()"""
    assert run(browser, "text_flow.js", script) == ["before\nfor sure"]

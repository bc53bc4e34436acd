"""renderers/plain.py: one or several exchanges on one screen."""

from __future__ import annotations

import pytest

from addons.protocols.events import (
    BlockFinished,
    ExchangeEnded,
    ExchangeStarted,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolReturn,
)
from renderers.plain import SILENCE_S, PlainText
from renderers.theme import Theme


def started(
    flow_id: str, number: int = 1, purpose: str = "main", prompt: str | None = None, returns=()
) -> ExchangeStarted:
    return ExchangeStarted(
        flow_id, f"s{number}", number, "claude-code", "anthropic", None, purpose, "m", prompt, tuple(returns), 0
    )


def ended(flow_id: str, end: str = "complete", error: str | None = None) -> ExchangeEnded:
    usage = {"input_tokens": 1200, "cache_read_input_tokens": 1000, "output_tokens": 30}
    return ExchangeEnded(flow_id, end, error, 200, "m", "end_turn", usage, 2500.0, 500.0)


def play(*steps, renderer: PlainText | None = None) -> str:
    renderer = renderer or PlainText(Theme(colour=False))
    return "".join(renderer.feed(flow_id, event, 0.0) for flow_id, event in steps)


END = "■ end_turn · 1,200 in (1,000 cached) · 30 out · first token 0.5 s · 2.5 s"


def test_a_conversation_from_prompt_to_end():
    shown = play(
        ("a", started("a", prompt="list the files")),
        ("a", ThinkingDelta("0", "I should ")),
        ("a", ThinkingDelta("0", "look.")),
        ("a", BlockFinished("0")),
        ("a", TextDelta("1", "Let me ")),
        ("a", TextDelta("1", "see.")),
        ("a", ToolCallStarted("2", "t1", "Bash", "client")),
        ("a", ToolArgumentsDelta("2", '{"command":')),
        ("a", ToolArgumentsDelta("2", '"ls"}')),
        ("a", ToolCallFinished("2", "t1", "Bash", "client", {"command": "ls"}, '{"command":"ls"}')),
        ("a", ended("a")),
    )
    assert shown == (
        f'── #1 claude-code · m ──\n> list the files\nI should look.\nLet me see.\n▶ Bash\n{{"command":"ls"}}\n{END}\n'
    )


def test_text_is_shown_as_it_comes():
    renderer = PlainText(Theme(colour=False))
    play(("a", started("a")), ("a", TextDelta("0", "x")), renderer=renderer)
    assert renderer.feed("a", TextDelta("0", "y"), 0.0) == "y"


def test_tool_results_come_under_the_same_session():
    shown = play(("a", started("a", returns=[ToolReturn("t1", "file\nother", False)])), ("a", ended("a")))
    assert shown == f"── #1 claude-code · m ──\n◀ file other\n{END}\n"


def test_who_has_the_floor_streams_and_the_other_is_shown_whole_in_its_turn():
    shown = play(
        ("a", started("a")),
        ("a", TextDelta("0", "first ")),
        ("b", started("b", 2)),
        ("b", TextDelta("0", "second")),
        ("a", TextDelta("0", "speaker")),
        ("a", ended("a")),
        ("b", ended("b")),
    )
    assert shown == (f"── #1 claude-code · m ──\nfirst speaker\n{END}\n\n── #2 claude-code · m ──\nsecond\n{END}\n")


def test_the_floor_passes_at_the_end_of_a_block():
    shown = play(
        ("a", started("a")),
        ("a", TextDelta("0", "one")),
        ("b", started("b", 2)),
        ("b", TextDelta("0", "two")),
        ("a", BlockFinished("0")),
        ("b", TextDelta("0", " more")),
    )
    assert shown == "── #1 claude-code · m ──\none\n\n── #2 claude-code · m ──\ntwo more"


def test_the_floor_passes_after_a_silence():
    renderer = PlainText(Theme(colour=False))
    play(
        ("a", started("a")),
        ("a", TextDelta("0", "x")),
        ("b", started("b", 2)),
        ("b", TextDelta("0", "y")),
        renderer=renderer,
    )
    assert renderer.tick(SILENCE_S / 2) == ""
    assert renderer.tick(SILENCE_S * 2) == "\n\n── #2 claude-code · m ──\ny"


@pytest.mark.parametrize("purpose", ["title", "router", "warmup", "count_tokens", "other"])
def test_side_calls_are_not_shown(purpose):
    assert play(("a", started("a", purpose=purpose)), ("a", TextDelta("0", "x")), ("a", ended("a"))) == ""


def test_errors_are_said():
    shown = play(("a", started("a")), ("a", StreamError("Overloaded")), ("a", ended("a", "error", "Overloaded")))
    assert "✗ Overloaded\n■ error · Overloaded" in shown


def test_what_a_model_writes_reaches_no_terminal_raw():
    shown = play(
        ("a", started("a", prompt="\x1b[2J")),
        ("a", TextDelta("0", "\x1b]0;t\x07")),
        ("a", ToolCallStarted("1", None, "\x1b", "client")),
    )
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_colours_follow_the_theme():
    renderer = PlainText(Theme(colour=True))
    renderer.feed("a", started("a"), 0.0)
    assert renderer.feed("a", TextDelta("0", "x"), 0.0).endswith("\x1b[35mx\x1b[0m")

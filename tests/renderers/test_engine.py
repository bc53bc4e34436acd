"""renderers/engine.py: whole conversations on one screen."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.protocols.events import (
    Allowance,
    BlockFinished,
    ExchangeEvent,
    Heartbeat,
    RequestPart,
    StreamError,
    TextDelta,
    ThinkingDelta,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolResult,
    ToolReturn,
    Unrecognised,
)
from renderers.engine import REMEMBERED_SESSIONS, LiveView
from renderers.view_options import ViewOptions
from tests.renderers.live_screen import END, FlatThenWhole, SmallTerminal, ended, play, seen, started, view

HEAD = "── #1 claude-code · m ──\n"


def call(block: str, raw: str, call_id: str = "t1", name: str = "Bash") -> list[tuple[str, ExchangeEvent]]:
    return [
        ("a", ToolCallStarted(block, call_id, name, "client")),
        ("a", ToolArgumentsDelta(block, raw)),
        ("a", ToolCallFinished(block, call_id, name, "client", {"command": raw}, raw)),
    ]


def test_a_conversation_from_prompt_to_end():
    shown = play(
        ("a", started("a", prompt="list the files")),
        ("a", ThinkingDelta("0", "I should ")),
        ("a", ThinkingDelta("0", "look.")),
        ("a", BlockFinished("0")),
        ("a", TextDelta("1", "Let me ")),
        ("a", TextDelta("1", "see.")),
        *call("2", "ls"),
        ("a", ended("a")),
    )
    assert seen(shown, 100) == f"{HEAD}> list the files\n✻ I should look.\nLet me see.\n▶ Bash\nls\n{END}\n"


def test_text_is_shown_as_it_comes():
    live = view()
    play(("a", started("a")), ("a", TextDelta("0", "x")), live=live)
    assert live.feed("a", TextDelta("0", "y"), 0.0) == "y"


def test_results_come_under_their_calls_by_name():
    live = view()
    play(("a", started("a")), *call("0", "ls"), ("a", ended("a")), live=live)
    assert play(("b", started("b", returns=[ToolReturn("t1", "x\ny", False)])), live=live) == (
        "◀ Bash: x y (2 lines, 3 characters)\n"
    )


def test_several_results_say_which_call_they_answer():
    live = view()
    play(("a", started("a")), *call("0", "ls"), *call("1", "pwd", "t2"), ("a", ended("a")), live=live)
    returns = [ToolReturn("t2", "/", False), ToolReturn("t1", "no", True), ToolReturn(None, "?", False)]
    assert play(("b", started("b", returns=returns)), live=live) == "◀ Bash pwd: /\n✗ Bash ls: no\n◀ ?\n"


def test_a_result_of_the_providers_own_tool():
    shown = play(("a", started("a")), *call("0", "q", name="web_search"), ("a", ToolResult("1", "t1", "found", False)))
    assert shown.endswith("◀ web_search: found\n")


@pytest.mark.parametrize("purpose", ["title", "router", "warmup", "count_tokens", "other"])
def test_side_calls_are_not_shown(purpose):
    assert play(("a", started("a", purpose=purpose)), ("a", TextDelta("0", "x")), ("a", ended("a"))) == ""


@pytest.mark.parametrize("purpose", ["title", "router", "warmup", "other"])
def test_side_calls_cost_the_session_what_their_usage_says(purpose):
    live = view()
    play(("w", started("w", purpose=purpose)), ("w", ended("w", cost_usd=0.25)), live=live)
    assert " · $0.5000 · session $0.7500 · " in play(("a", started("a")), ("a", ended("a", cost_usd=0.5)), live=live)


def test_a_side_call_without_a_price_makes_the_sessions_cost_a_lower_bound():
    live = view()
    play(("w", started("w", purpose="title")), ("w", ended("w")), live=live)
    play(("a", started("a")), ("a", ended("a", cost_usd=0.5)), live=live)
    assert "session at least $1.00" in play(("b", started("b")), ("b", ended("b", cost_usd=0.5)), live=live)


def test_the_next_block_ends_a_line_of_text_where_nobody_says_so():
    """Chat completions don't tell of a block's end: its size stands with it all the same."""
    live = LiveView(ViewOptions(details={"text": "one_line"}), lambda: 60, False, FlatThenWhole)
    said = ("a", TextDelta("text", "word " * 20))
    shown = play(("a", started("a")), said, ("a", ToolCallStarted("1", "t1", "Bash", "client")), live=live)
    assert shown.splitlines()[1:] == ["word word word word word word word word… (100 characters)", "▶ Bash"]


def test_events_of_an_unknown_flow_are_no_matter():
    assert play(("z", TextDelta("0", "x")), ("z", ended("z"))) == ""


def test_an_error_in_the_stream_is_said_once():
    shown = play(
        ("a", started("a")),
        ("a", StreamError("Too busy", "overloaded_error")),
        ("a", ended("a", "error", "Too busy", usage={})),
    )
    assert (
        shown
        == f"{HEAD}✗ overloaded_error: Too busy\n■ m · overloaded_error in mid-stream · first token 0.5 s · 2.5 s\n"
    )


def test_limits_that_run_out_and_how_long_to_wait_are_said():
    first = replace(started("a", prompt="go"), allowances=(Allowance("5-hour", 0.83, 2520.0),), retry_after_s=30.0)
    shown = play(
        ("a", first), ("a", StreamError("Slow down")), ("a", ended("a", "error", "Slow down", status=429, usage={}))
    )
    assert shown == (
        f"{HEAD}◔ 5-hour limit: 83% used, resets in 42 min\n> go\n✗ Slow down\n"
        "■ m · rate limited (429) · asks to wait 30 s · first token 0.5 s · 2.5 s\n"
    )


def test_a_retry_is_named_and_its_prompt_not_repeated():
    live = view()
    play(("a", started("a", prompt="go")), ("a", ended("a", "error", status=529, usage={})), live=live)
    assert play(("b", started("b", prompt="go")), live=live) == "↻ retry 2 after overloaded (529)\n"


def test_a_cache_break_is_told_before_the_answer_and_confirmed_after_it():
    def parts(system: str) -> list[RequestPart]:
        return [RequestPart("system", system, 40_000, True), RequestPart("message", "m1", 100, False)]

    live = view()
    usage: dict[str, int | None] = {
        "input_tokens": 10_000,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": 9_000,
    }
    play(("a", started("a", parts=parts("one"))), ("a", ended("a", usage=usage)), live=live)
    shown = play(("b", started("b", parts=parts("two"))), live=live)
    assert shown.startswith("⚠ cache break: system block 1 of 1 changed")
    assert "⚠ cache break confirmed" in play(("b", ended("b", usage=usage)), live=live)


def test_sub_agents_are_indented_and_numbered():
    shown = play(
        ("a", started("a", agent="0199-x")),
        ("a", TextDelta("0", "one\ntwo")),
        ("a", ended("a", usage={})),
        ("b", started("b", agent="0199-y")),
        ("b", TextDelta("0", "x")),
    )
    assert shown == (
        "  ── #1 claude-code ⤷1 · m ──\n  one\n  two\n  ■ m · end_turn · first token 0.5 s · 2.5 s\n"
        "\n  ── #1 claude-code ⤷2 · m ──\n  x"
    )


def test_a_session_that_the_log_can_not_number_is_named():
    assert play(("a", started("a", None)), ("a", TextDelta("0", "x"))) == "── #? session- claude-code · m ──\nx"


# -- time -----------------------------------------------------------------------------------------------------------


def test_a_silence_is_named_while_it_lasts_once_a_step():
    live = view()
    play(("a", started("a")), ("a", TextDelta("0", "x")), live=live)
    live.feed("a", Heartbeat(), 9.0)
    said = [(now_s, live.tick(now_s)) for now_s in range(35)]
    assert [(now_s, text) for now_s, text in said if text] == [
        (10, "\n‖ #1 claude-code: silent for 10 s inside text, last sign a ping 1 s ago\n"),
        (30, "‖ #1 claude-code: silent for 30 s inside text, last sign a ping 21 s ago\n"),
    ]
    assert live.feed("a", TextDelta("0", "y"), 36.0) == "\n── #1 claude-code · m · continues ──\ny"


def test_dead_and_back_again():
    live = view(ViewOptions(dead_after_s=20.0))
    play(("a", started("a")), ("a", ToolCallStarted("0", "t", "Bash", "client")), live=live)
    assert live.tick(20.0).endswith("‖ #1 claude-code: dead: silent for 20 s inside tool arguments (Bash)\n")
    shown = live.feed("a", ToolCallFinished("0", "t", "Bash", "client", {}, "{}"), 25.0)
    assert shown.startswith("‖ #1 claude-code: goes on after 25 s\n")


def test_a_silence_of_one_does_not_cut_the_line_of_another():
    live = view()
    play(("b", started("b", 2)), ("b", TextDelta("0", "before\n")), live=live)
    play(("a", started("a")), ("a", TextDelta("0", "x")), live=live)
    text = ""
    for tenth in range(105):
        text += live.tick(tenth / 10) + live.feed("a", TextDelta("0", "x"), tenth / 10)
    assert text.endswith("xxx")
    assert "silent" not in text
    assert live.feed("a", TextDelta("0", "!\n"), 10.5) == "!\n‖ #2 claude-code: silent for 10 s inside text\n"
    assert live.feed("a", TextDelta("0", "y"), 10.6) == "\n── #1 claude-code · m ──\ny"


def test_the_time_of_day():
    live = view(ViewOptions(show_time=True, timezone=datetime.UTC))
    assert play(("a", started("a")), ("a", TextDelta("0", "x")), live=live).startswith("── 22:13:20 #1 ")


def test_the_flow_id():
    live = view(ViewOptions(show_flow_id=True))
    assert play(("a", started("a")), ("a", TextDelta("0", "x")), live=live).startswith("── #1 claude-code · m · a ──")


def test_the_timing_of_deltas():
    live = view(ViewOptions(delta_timing=True))
    live.feed("a", started("a"), 0.0)
    for now_s in (1.0, 1.5, 1.6):
        live.feed("a", TextDelta("0", "x"), now_s)
    assert live.feed("a", BlockFinished("0"), 1.7) == "\n⏱ 3 deltas in 0.60 s, longest gap 500 ms\n"


def test_context_metrics():
    live = view(ViewOptions(context_metrics=True))
    assert play(("a", started("a")), ("a", ended("a")), live=live).endswith(" · context 1,230 tokens\n")


def test_a_delay_paces_the_display():
    live = view(ViewOptions(delay_ms=100))
    live.feed("a", started("a"), 0.0)
    said = [live.feed("a", TextDelta("0", char), 0.0) for char in "abc"]
    assert said == [f"{HEAD}a", "", ""]
    assert live.tick(0.1) == "b"
    assert live.close(0.1) == "c\n"


# -- details --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"thinking": "hide"}, "> go\nsay\n▶ Bash\nls\n◀ Bash: out\n", id="thinking off"),
        pytest.param({"tool": "one_line"}, "> go\n✻ think\nsay\n▶ Bash ls\n◀ Bash: out\n", id="calls on one line"),
        pytest.param({"tool": "raw"}, "> go\n✻ think\nsay\n▶ Bash\nls\n◀ Bash: out\n", id="arguments as they come"),
        pytest.param({"tool": "hide", "result": "hide"}, "> go\n✻ think\nsay", id="no tools"),
        pytest.param({"text": "hide", "prompt": "hide"}, "✻ think\n▶ Bash\nls\n◀ Bash: out\n", id="no text"),
    ],
)
def test_details(options, expected):
    steps = [
        ("a", started("a", prompt="go")),
        ("a", ThinkingDelta("0", "think")),
        ("a", TextDelta("1", "say")),
        *call("2", "ls"),
        ("a", ToolResult("3", "t1", "out", False)),
    ]
    assert seen(play(*steps, live=view(ViewOptions(details=options)))) == HEAD + expected


def test_options_may_change_while_agents_speak():
    live = view()
    text = play(("a", started("a", prompt="go")), ("a", ThinkingDelta("0", "seen")), live=live)
    text += live.configure(ViewOptions(details={"thinking": "hide"}, show_flow_id=True))
    text += play(
        ("a", BlockFinished("0")), ("a", ThinkingDelta("1", "not seen")), ("a", TextDelta("2", "said")), live=live
    )
    text += play(("b", started("b", 2)), ("b", TextDelta("0", "who")), ("a", ended("a")), live=live)
    assert seen(text) == f"{HEAD}> go\n✻ seen\nsaid\n{END}\n\n── #2 claude-code · m · b ──\nwho"


def test_function_only():
    live = view(ViewOptions(function_only=True))
    shown = play(("a", started("a", prompt="go")), ("a", TextDelta("1", "say")), *call("2", "ls"), live=live)
    assert seen(shown) == f"{HEAD}> go\n▶ Bash\nls\n"


# -- what must never be ---------------------------------------------------------------------------------------------


def test_what_a_model_writes_reaches_no_terminal_raw():
    hostile = "\x1b[2J\x1b]8;;http://x\x07\r\u202e\x9b"
    # Without what the view itself sends.
    live = view(can_erase=False)
    shown = play(
        ("a", started("a", prompt=hostile, model=hostile, client=hostile, returns=[ToolReturn("t", hostile, True)])),
        ("a", TextDelta("0", hostile)),
        ("a", ThinkingDelta("1", hostile)),
        ("a", StreamError(hostile, hostile)),
        ("a", ToolResult("2", None, hostile, False)),
        ("a", Unrecognised(hostile)),
        live=live,
    )
    shown += live.note(hostile, 0.0) + live.feed("a", ended("a", "error", hostile, stop=hostile), 0.0) + live.close(0.0)
    assert not set(shown) & set("\x1b\x07\r\u202e\x9b")


def test_close_shows_what_waits_of_everybody():
    live = view()
    play(("a", started("a")), ("a", TextDelta("0", "x")), ("b", started("b", 2)), ("b", TextDelta("0", "y")), live=live)
    assert live.close(0.0) == "\n\n── #2 claude-code · m ──\ny\n"


def test_sessions_without_end_are_forgotten():
    live = view()
    for number in range(REMEMBERED_SESSIONS + 10):
        play(("a", started("a", number)), ("a", ended("a")), live=live)
    assert len(live.sessions) == REMEMBERED_SESSIONS


# -- properties -----------------------------------------------------------------------------------------------------

BLOCKS = 4


def own_char(flow: int, block: int, position: int) -> str:
    """No other block of any flow has it: whose text it is can be seen on the screen."""
    return chr(0x4E00 + flow * 1000 + block * 200 + position % 200)


@st.composite
def a_flow(draw: st.DrawFn, flow: int) -> list[ExchangeEvent]:
    """Blocks one after the other, or two calls in parallel."""
    events: list[ExchangeEvent] = []
    for block in range(draw(st.integers(1, BLOCKS - 1))):
        kind = draw(st.sampled_from(["text", "thinking", "call"]))
        sizes = draw(st.lists(st.integers(1, 25), min_size=1, max_size=6))
        place = 0
        pieces = []
        for size in sizes:
            chars = [own_char(flow, block, place + offset) for offset in range(size)]
            pieces.append("".join(chars) + draw(st.sampled_from(["", "", "\n"])))
            place += size
        name = str(block)
        if kind == "call":
            events.append(ToolCallStarted(name, name, "Bash", "client"))
            events += [ToolArgumentsDelta(name, piece) for piece in pieces]
            if draw(st.booleans()):
                events.append(ToolCallFinished(name, name, "Bash", "client", None, "".join(pieces)))
        else:
            make = TextDelta if kind == "text" else ThinkingDelta
            events += [make(name, piece) for piece in pieces]
            if draw(st.booleans()):
                events.append(BlockFinished(name))
    return events


def text_of(events: list[ExchangeEvent]) -> str:
    kinds = (TextDelta, ThinkingDelta, ToolArgumentsDelta)
    return "".join(event.text for event in events if isinstance(event, kinds))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), can_erase=st.booleans(), width=st.sampled_from([20, 80]))
def test_each_flows_text_is_whole_and_in_order_however_flows_interleave(data, can_erase, width):
    flows = {str(number): data.draw(a_flow(number)) for number in range(data.draw(st.integers(1, 4)))}
    live = LiveView(ViewOptions(dead_after_s=15.0), lambda: width, can_erase, FlatThenWhole)
    terminal = SmallTerminal(width)
    left = {key: [started(key, int(key) % 3), *events] for key, events in flows.items()}
    now_s = 0.0
    while left:
        key = data.draw(st.sampled_from(sorted(left)))
        terminal.write(live.feed(key, left[key].pop(0), now_s))
        now_s += data.draw(st.sampled_from([0.0, 0.01, 0.2, 0.5, 2.0, 12.0]))
        if data.draw(st.booleans()):
            terminal.write(live.tick(now_s))
        if not left[key]:
            del left[key]
            if data.draw(st.booleans()):
                terminal.write(live.feed(key, ended(key), now_s))
    terminal.write(live.close(now_s))
    screen = terminal.text()
    for key, events in flows.items():
        first = 0x4E00 + int(key) * 1000
        for block in range(BLOCKS):
            own = range(first + block * 200, first + block * 200 + 200)
            wanted = "".join(char for char in text_of(events) if ord(char) in own)
            assert "".join(char for char in screen if ord(char) in own) == wanted


@settings(max_examples=100, deadline=None)
@given(data=st.data(), detail=st.sampled_from(["full", "one_line"]), can_erase=st.booleans())
def test_a_single_flow_looks_the_same_however_its_deltas_are_cut(data, detail, can_erase):
    blocks = data.draw(
        st.lists(
            st.tuples(st.sampled_from([TextDelta, ThinkingDelta, ToolArgumentsDelta]), st.text("ab 宽\n", min_size=1)),
            min_size=1,
            max_size=4,
        )
    )

    def screen(cut: bool) -> str:
        options = ViewOptions(details=dict.fromkeys(["text", "thinking", "tool"], detail))
        live = LiveView(options, lambda: 20, can_erase, FlatThenWhole)
        out = [live.feed("a", started("a"), 0.0)]
        for number, (make, text) in enumerate(blocks):
            name = str(number)
            places = sorted(data.draw(st.sets(st.integers(1, len(text) - 1)))) if cut and len(text) > 1 else []
            pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
            is_call = make is ToolArgumentsDelta
            events: list[ExchangeEvent] = [ToolCallStarted(name, None, "T", "client")] if is_call else []
            events += [make(name, piece) for piece in pieces]
            events.append(ToolCallFinished(name, None, "T", "client", None, text) if is_call else BlockFinished(name))
            out += [live.feed("a", event, 0.0) for event in events]
        return seen("".join(out) + live.close(0.0), 20)

    assert screen(cut=True) == screen(cut=False)


def test_results_without_an_id_are_their_calls_in_order():
    """Gemini numbers none. A failed answer's calls get no results."""
    calls = [
        ("a", started("a", prompt="Look.")),
        *(
            ("a", ToolCallFinished(str(n), None, name, "client", {"path": name}, None))
            for n, name in enumerate(("ls", "cat"))
        ),
    ]
    again = [
        ("b", started("b", prompt="Look.")),
        *(
            ("b", ToolCallFinished(str(n), None, name, "client", {"path": name}, None))
            for n, name in enumerate(("rg", "wc"))
        ),
    ]
    returns = [ToolReturn(None, "one", False), ToolReturn(None, "two", False)]
    text = play(
        *calls,
        ("a", ended("a", "upstream_closed")),
        *again,
        ("b", ended("b")),
        ("c", started("c", returns=returns)),
        ("c", ended("c")),
    )
    assert "◀ rg rg: one\n◀ wc wc: two\n" in text


def test_an_agent_of_an_agent_stands_under_it():
    parents = {"one": "root", "two": "one", "three": "two"}
    steps = [("r", started("r", prompt="go"))]
    steps += [(name, replace(started(name, agent=name), parent_id=parent)) for name, parent in parents.items()]
    headers = [
        line
        for line in play(*steps, *((name, ended(name)) for name in ["r", "one", "two", "three"])).split("\n")
        if "──" in line
    ]
    assert headers == [
        "── #1 claude-code · m ──",
        "  ── #1 claude-code ⤷1 · m ──",
        "    ── #1 claude-code ⤷2 · m ──",
        "      ── #1 claude-code ⤷3 · m ──",
    ]

"""addons/console/: the window as its user sees it, without a terminal."""

from __future__ import annotations

import pytest

from addons.protocols.events import TextDelta, ThinkingDelta, ToolCallFinished, ToolReturn
from renderers.board.board import Board
from tests.console.windows import Window, answer
from tests.renderers.board.exchanges_shown import Step, at_once, play
from tests.renderers.live_screen import ended, started

LONG = "".join(f"line {number}\n" for number in range(40))


def later(steps: list[Step], ms: float = 10.0) -> list[Step]:
    return [(flow_id, event, at + ms) for flow_id, event, at in steps]


def talked() -> Window:
    board = play(Board(), answer("a", "first words", prompt="Why?"))
    return Window(play(board, later(answer("b", LONG, session=2, client="codex"))))


def test_nothing_so_far():
    assert Window(Board()).left() == ["No agent so far."]


def test_the_session_that_spoke_last_is_chosen():
    assert talked().title.startswith("#2 codex · idle · 1.2k in (75% cached) 30 out · 1 ")


def test_what_has_no_room_ends_in_a_sign():
    assert talked().title == "#2 codex · idle · 1.2k in (75% cached) 30 out · 1 cal…"
    board = play(Board(), answer("a", "x", client="a-client-of-a-long-name"))
    assert Window(board).left()[0] == "○ #1 a-client-of-a-long-…"


def test_sessions_that_have_no_room_are_counted():
    board = play(Board(), [step for number in range(1, 10) for step in answer(f"f{number}", "x", session=number)])
    window = Window(board)
    assert window.left()[-1] == "  ↓ 3 more"
    window.keys("m_next", "down", "down", "down", "down", "down", "down")
    assert window.left()[-1] == "  ↑ 1 more    ↓ 2 more"
    window.keys("m_end")
    assert window.left()[-1] == "  ↑ 3 more"


def test_the_left_side():
    board = play(Board(), answer("a", "x"))
    play(board, at_once("b", started("b", 2, client="codex"), ThinkingDelta("0", "hm")))
    board.feed("c", started("c", 3, purpose="title"), 0.0, 0)
    assert Window(board).left() == [
        "● #2 codex",
        "  thinking",
        "○ #1 claude-code",
        "  idle",
        "  1.2k in 30 out",
    ]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param("complete", ["○ #1 claude-code", "  idle"], id="done"),
        pytest.param("upstream_closed", ["✗ #1 claude-code", "  error"], id="cut off by the provider"),
        pytest.param("client_closed", ["■ #1 claude-code", "  interrupted"], id="stopped by hand"),
    ],
)
def test_the_left_side_tells_how_an_answer_ended(end, expected):
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "x"), ended("a", end)))
    assert Window(board).left()[:2] == expected


def test_sub_agents_that_were_stopped_are_not_at_work():
    helper = at_once("b", started("b", agent="helper"), TextDelta("0", "x"), ended("b", "client_closed"))
    assert "  waiting" in Window(play(Board(), at_once("a", started("a")) + helper)).left()


def test_a_wide_window_shows_prompts_on_the_left():
    window = Window(talked().board, (160, 20))
    assert "  Why?" in [row[:38].rstrip() for row in window.rows()]


def test_sub_agents_at_work_are_counted():
    board = play(Board(), at_once("a", started("a")) + at_once("b", started("b", agent="helper"), TextDelta("0", "x")))
    assert "  waiting ⤷ 1 at work" in Window(board).left()


@pytest.mark.parametrize("size", [(80, 20), (200, 46), (30, 8), (20, 3)], ids=str)
def test_any_size_is_filled_exactly(size):
    window = Window(talked().board, size)
    canvas = (window.window.refresh(), window.window.render(size, True))[1]
    assert (canvas.cols(), canvas.rows()) == size


# -- following and scrolling ------------------------------------------------------------------------------------------


def test_it_follows():
    window = talked()
    assert window.right()[-3].strip() == "line 39"
    assert window.hints.startswith("following")
    play(window.board, answer("c", "newest", session=2))
    assert window.right()[-3].strip() == "newest"


def test_scrolled_back_it_stays_where_it_is():
    window = talked()
    window.keys("page up")
    before = window.right()
    play(window.board, answer("c", "newest", session=2))
    assert window.right() == before
    assert window.hints.startswith("22 below")


@pytest.mark.parametrize("key", ["m_end", "end"])
def test_the_end_is_followed(key):
    window = talked()
    window.keys("up", "up", key)
    assert window.hints.startswith("following")


def test_the_beginning():
    window = talked()
    window.keys("m_start")
    assert window.right()[0] == "❯ ── 1 · TIME · m ──"


def test_following_is_switched():
    window = talked()
    window.act("follow")
    assert window.hints.startswith("0 below")
    window.act("follow")
    assert window.hints.startswith("following")


def test_earlier_exchanges_come_when_the_top_is_reached():
    board = play(Board(), [step for number in range(30) for step in answer(f"f{number}", f"text {number}")])
    window = Window(board)
    window.keys("m_start")
    assert window.right()[0].endswith("── 11 · TIME · m ──")
    window.keys("up")
    window.keys("m_start")
    assert window.right()[0].endswith("── 1 · TIME · m ──")


def test_what_grows_above_moves_nothing():
    board = play(Board(), at_once("a", started("a"), TextDelta("0", "x")) + answer("b", LONG))
    window = Window(board)
    window.keys("page up")
    before = window.right()
    play(board, at_once("a", TextDelta("0", "\ny\nz")))
    assert window.right() == before


# -- folding -----------------------------------------------------------------------------------------------------------

CALL = ToolCallFinished("2", "c-1", "Bash", "client", {"command": "ls"}, '{"command":"ls"}')


def with_everything() -> Window:
    board = play(Board(), at_once("a", started("a"), ThinkingDelta("0", "hm\nwell"), CALL, ended("a")))
    play(
        board,
        at_once(
            "b", started("b", returns=[ToolReturn("c-1", "one\ntwo", False)]), TextDelta("0", "ok\nso"), ended("b")
        ),
    )
    return Window(board)


def test_results_are_folded_at_first():
    assert "  ◀ Bash: one … 1 more line" in with_everything().right()


@pytest.mark.parametrize(
    ("action", "folded", "unfolded"),
    [("thinking", "  ✻ hm … 1 more line", "  ┊ well"), ("results", "  ◀ Bash: one … 1 more line", "  ┊ two")],
)
def test_all_of_a_kind(action, folded, unfolded):
    window = with_everything()
    seen = set()
    for _ in range(2):
        rows = window.right()
        assert (folded in rows) != (unfolded in rows)
        seen.add(folded in rows)
        window.act(action)
    assert seen == {True, False}


def test_one_card():
    window = with_everything()
    window.keys("up", "up", "up")
    assert "❯ ok" in window.right()
    window.act("fold")
    assert "❯ ok … 1 more line" in window.right()
    window.act("fold")
    assert "❯ ok" in window.right()


def test_card_by_card():
    window = with_everything()
    window.act("card.previous")
    assert "❯ ok" in window.right()
    window.act("card.previous")
    assert "❯ ◀ Bash: one … 1 more line" in window.right()
    window.act("card.next", "card.next", "card.next")
    assert window.hints.startswith("following")


# -- searching ---------------------------------------------------------------------------------------------------------


def search(window: Window, term: str) -> None:
    window.act("search")
    assert window.host.answer is not None
    window.host.answer(term)


def test_a_term_is_found_backwards_from_the_end():
    window = talked()
    search(window, "line 7")
    assert "❯ line 7" in window.right()


def test_the_next_and_the_one_before():
    window = talked()
    search(window, "LINE 3")
    assert window.host.said == ["Not found: LINE 3"]
    search(window, "line 3")
    assert "❯ line 39" in window.right()
    window.act("previous")
    assert "❯ line 38" in window.right()
    window.act("next")
    window.act("next")
    # Round the end.
    assert "❯ line 3" in window.right()


def test_what_is_folded_is_found_too():
    window = with_everything()
    search(window, "two")
    assert "❯ ┊ two" in window.right()


# -- sessions and flows ------------------------------------------------------------------------------------------------


def test_another_session_is_chosen():
    window = talked()
    window.keys("m_next", "down")
    assert window.title.startswith("#1 claude-code")
    assert "  first words" in window.right()
    window.act("select")
    window.keys("up")
    assert window.hints.startswith("1 below")


def test_from_a_card_to_its_flow():
    window = talked()
    window.act("select")
    assert window.host.opened == ["b"]


def test_a_flow_that_is_not_in_the_list_any_more():
    window = talked()
    window.host.has_flows = False
    window.act("select")
    assert window.host.said == ["This card's flow is not in the list any more."]


def test_from_a_flow_to_its_card():
    window = talked()
    window.rows()
    assert window.window.show_flow("a")
    assert window.title.startswith("#1 claude-code")
    assert "❯ ── 1 · TIME · m ──" in window.right()


def test_a_flow_of_long_ago():
    board = play(Board(), [step for number in range(60) for step in answer(f"f{number}", f"text {number}")])
    window = Window(board)
    assert window.window.show_flow("f3")
    assert "❯ ── 4 · TIME · m ──" in window.right()


def test_a_flow_that_nobody_knows():
    assert not talked().window.show_flow("x")


def test_a_socket_s_flow_is_that_of_its_exchanges():
    window = Window(play(Board(), answer("s:0", "x") + answer("s:1", "y")))
    assert window.window.show_flow("s")
    window.act("select")
    assert window.host.opened == ["s"]


def test_a_forgotten_session_leaves_the_window(monkeypatch):
    from renderers.board import board as bounds

    monkeypatch.setattr(bounds, "MOST_SESSIONS", 1)
    window = talked()
    window.rows()
    play(window.board, later(answer("c", "x", session=3), 20))
    assert [row for row in window.left() if "#" in row] == ["○ #3 claude-code"]
    assert window.title.startswith("#3 claude-code")


@pytest.mark.parametrize("text", ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202egnp.exe", "<script>"])
def test_hostile_text_is_only_text(text):
    window = Window(play(Board(), answer("a", text, client=text, prompt=text, model=text)))
    screen = "\n".join(window.rows())
    assert not set(screen) & {"\x1b", "\x07", "\x9b", "\u202e"}

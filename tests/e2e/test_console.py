"""The live view inside mitmproxy's console, driven by keys in a real terminal (SPEC S3.8)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.answers import stream_response
from tests.e2e.authority import Authority
from tests.e2e.console import Console
from tests.e2e.harness import ADDONS, wait_until
from tests.e2e.three_agents import ALL, ALPHA, Agents
from tests.e2e.upstream import Upstream
from tests.tmux import needs_tmux

pytestmark = needs_tmux

SIZES = [pytest.param(80, 24, id="80x24"), pytest.param(200, 50, id="200x50")]


@contextmanager
def console(
    tmp_path: Path, authority: Authority, confdir: Path, agents: Agents | None = None, **settings: Any
) -> Iterator[tuple[Console, Agents]]:
    agents = agents or Agents()
    with (
        Upstream(agents.handler, authority) as upstream,
        Console(tmp_path, f"upstream:{upstream.url}", confdir=confdir, **settings) as screen,
    ):
        try:
            yield screen, agents
        finally:
            agents.close()


def talk(screen: Console, agents: Agents) -> None:
    """One agent says all that it has to say."""
    agents.go.set()
    assert agents.ask(ALPHA, screen.port).result(30) == b"".join(ALPHA.events)


# -- live ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_three_agents_at_once(tmp_path: Path, authority: Authority, confdir: Path, columns: int, rows: int) -> None:
    with console(tmp_path, authority, confdir, columns=columns, rows=rows) as (screen, agents):
        screen.keys("s")
        screen.await_screen("Agents", "following")
        answers = [agents.ask(agent, screen.port) for agent in ALL]
        # All three are in the middle of their answers.
        shown = screen.await_screen("● #1", "● #2", "● #3")
        assert "│" in shown or "◌" in shown
        agents.go.set()
        assert [answer.result(30) for answer in answers] == [b"".join(agent.events) for agent in ALL]
        # Two rest; one waits until its client has run the tool.
        screen.await_screen("running Bash", without="answering")
        wait_until(lambda: len(re.findall(r"^○ #\d", screen.screen(), re.MULTILINE)) == 2, screen.screen, limit_s=60.0)


def test_what_is_being_said_is_on_the_screen_before_the_answer_ends(
    tmp_path: Path, authority: Authority, confdir: Path
) -> None:
    with console(tmp_path, authority, confdir) as (screen, agents):
        screen.keys("s")
        answer = agents.ask(ALPHA, screen.port)
        screen.await_screen("> Why is the build red?", "✻ Let me look at the build.", "◌ answering")
        assert not answer.done()
        agents.go.set()
        answer.result(30)
        screen.await_screen("$ make check", "■ claude-sonnet-4-5", without="◌")


def test_a_flow_s_comment_lives_in_the_list(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """And the text that is for a terminal does not get into the console."""
    with console(tmp_path, authority, confdir) as (screen, agents):
        answer = agents.ask(ALPHA, screen.port)
        screen.await_screen("#1 claude-code · answering")
        agents.go.set()
        answer.result(30)
        assert "✻" not in screen.await_screen("#1 claude-code · running Bash · 2.1k in")


# -- keys, on a console in which three agents have talked ------------------------------------------------------------


@pytest.fixture(scope="module", params=[(80, 24), (200, 50)], ids=["80x24", "200x50"])
def talked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path
) -> Iterator[Console]:
    columns, rows = request.param
    folder = tmp_path_factory.mktemp("talked")
    with console(folder, authority, confdir, columns=columns, rows=rows) as (screen, agents):
        agents.go.set()
        for number, agent in enumerate(ALL, 1):
            agents.ask(agent, screen.port).result(30)
            screen.await_screen(f"#{number} ")
        yield screen


@pytest.fixture
def window(talked: Console) -> Console:
    """With the window open, the first session chosen, and its end on the screen."""
    while not talked.screen().startswith("Flows"):
        talked.keys("q")
    talked.keys("s")
    talked.await_screen("Agents")
    talked.keys("Tab", "G", "Tab", "G")
    talked.await_screen("following", "running Bash")
    return talked


def test_scrolled_back_and_followed_again(window: Console) -> None:
    window.keys("Up", "Up")
    window.await_screen("below", without="following")
    window.keys("F")
    window.await_screen("following", without="below")


def test_searched(window: Console) -> None:
    window.keys("/", "make", "Enter")
    assert re.search(r"❯ \$ make check", window.await_screen("make check", without="Search for"))
    window.keys("/", "nowhere", "Enter")
    window.await_screen("Not found: nowhere")


def test_from_a_card_to_its_flow_and_back(window: Console) -> None:
    window.keys("Enter")
    window.await_screen("Flow Details", "api.anthropic.com")
    window.keys("c")
    window.await_screen("Agents", "── 1 ·", "❯")
    window.keys("q")
    window.await_screen("Flow Details")


def test_from_a_flow_of_another_session_to_its_card(window: Console) -> None:
    window.keys("q", "G", "c")
    window.await_screen("Agents", "> List the harbours.")


def test_a_session_is_chosen_on_the_left(window: Console) -> None:
    window.keys("Tab", "g")
    window.await_screen("> List the harbours.")
    window.keys("Down", "Down", "Enter")
    window.await_screen("$ make check", without="> List the harbours.")


def test_the_keys_are_in_the_help(window: Console) -> None:
    window.keys("?")
    window.await_screen("Fold or unfold this card", "Follow what comes, or stay here")


def test_the_command(window: Console) -> None:
    window.keys("q")
    window.await_screen("Flows")
    window.command("agent.view")
    window.await_screen("Agents", "■ claude-sonnet-4-5")


def test_a_request_and_its_answer_in_mitmproxy_s_own_view(window: Console) -> None:
    window.keys("Enter")
    window.await_screen("Flow Details", "Agent", "claude-sonnet-4-5-20250929 ·")
    window.keys("Right")
    window.await_screen("✻ Let me look at the build.", "$ make check")


# -- keys, on a console of their own -----------------------------------------------------------------------------------


def test_a_long_thought_is_folded_with_all_others(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    event = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "one\ntwo\nthree"},
    }
    agents = Agents()
    agents.handler = lambda _request: stream_response([f"data: {json.dumps(event)}\n\n".encode()])  # type: ignore[method-assign]
    with console(tmp_path, authority, confdir, agents) as (screen, _):
        agents.ask(ALPHA, screen.port).result(30)
        screen.keys("s")
        screen.await_screen("✻ one", "three")
        screen.keys("t")
        screen.await_screen("✻ one … 2 more lines", without="three")
        screen.keys("t")
        screen.await_screen("three")


def test_the_user_s_own_bindings_win(tmp_path: Path, authority: Authority) -> None:
    confdir = tmp_path / "confdir"
    confdir.mkdir()
    bindings = [
        {"key": "s", "cmd": "console.view.options", "ctx": ["global"]},
        {"key": "y", "cmd": "agent.view", "ctx": ["global"]},
        {"key": "f", "cmd": "console.view.commands", "ctx": ["agent"]},
    ]
    (confdir / "keys.yaml").write_text(json.dumps(bindings))
    with console(tmp_path, authority, confdir) as (screen, _):
        screen.keys("s")
        screen.await_screen("Options")
        screen.keys("q", "y")
        screen.await_screen("Agents")
        screen.keys("f")
        screen.await_screen("Command Reference")


# -- what must do nothing --------------------------------------------------------------------------------------------

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b5m<script>alert(1)</script>\r\x1b[H\u202e \x1b]52;c;b3duZWQ=\x07 end of it"
)


def test_a_hostile_answer_does_nothing(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": HOSTILE}}
    agents = Agents()
    agents.handler = lambda _request: stream_response([f"data: {json.dumps(event)}\n\n".encode()])  # type: ignore[method-assign]
    with console(tmp_path, authority, confdir, agents, columns=120, rows=40) as (screen, _):
        screen.keys("s")
        agents.ask(ALPHA, screen.port).result(30)
        shown = screen.await_screen("end of it")
        assert "␛]0;owned␇␛[2J␛[31m<U+009B>5m<script>alert(1)</script>␍␛[H<U+202E>" in shown
        assert "Agents" in shown
        screen.keys("q", "Enter", "Right")
        shown = screen.await_screen("end of it", "Flow Details")
        assert "␛]0;owned␇" in shown
        assert screen.title() != "owned"


def test_five_megabytes_in_one_line_do_not_freeze_the_console(
    tmp_path: Path, authority: Authority, confdir: Path
) -> None:
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 5_000_000}}
    agents = Agents()
    agents.handler = lambda _request: stream_response([f"data: {json.dumps(event)}\n\n".encode()])  # type: ignore[method-assign]
    options = {"agent_keep_bodies": "20m"}
    with console(tmp_path, authority, confdir, agents, options=options) as (screen, _):
        screen.keys("s")
        agents.ask(ALPHA, screen.port).result(60)
        screen.await_screen("xxxxx", "■")
        screen.keys("q", "Enter", "Right")
        screen.await_screen("Flow Details", "Agent")
        screen.keys("G")
        screen.await_screen("xxxxx")
        screen.keys("q")
        screen.await_screen("Flows")


# -- when things are otherwise ---------------------------------------------------------------------------------------


def test_where_the_window_classes_are_others_the_event_log_tells_it(
    tmp_path: Path, authority: Authority, confdir: Path
) -> None:
    other = tmp_path / "another_console.py"
    other.write_text("from mitmproxy.tools.console import layoutwidget\n\ndel layoutwidget.LayoutWidget\n")
    with console(tmp_path, authority, confdir, columns=160, scripts=(other, ADDONS)) as (screen, agents):
        talk(screen, agents)
        screen.command("agent.view")
        screen.await_screen(
            "Events", "console is another than the window was made for", "#1 claude-code · running Bash"
        )


def test_a_closed_terminal_ends_the_proxy(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    with console(tmp_path, authority, confdir) as (screen, agents):
        pid = screen.pid
        agents.ask(ALPHA, screen.port)
        screen.await_screen("answering")
        screen.close_terminal()
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), lambda: f"process {pid} still runs", 20)
        (end,) = [json.loads(line) for line in (screen.log_dir / "all-mitm-sse/sse_flow_ends.jsonl").open()]
        assert end["error"] == "the proxy was stopped"

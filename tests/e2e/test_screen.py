"""The live view on real terminals, while real agents' traffic passes: who speaks is clear, and nothing is lost.

mitmdump runs in a window of tmux; a crowd of agents of several dialects works through it at once.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.answers import Handler, Request, Response, json_response, stream_response
from tests.e2e.authority import Authority
from tests.e2e.crowd import Crowd
from tests.e2e.harness import ADDONS, CAPTURE_ON, MITMDUMP, free_port, wait_until
from tests.e2e.laboratory import ASK
from tests.e2e.upstream import Upstream
from tests.e2e.wire_client import WireClient
from tests.tmux import Tmux, needs_tmux

pytestmark = needs_tmux

URL = "http://api.anthropic.com/v1/messages"
OTHER_URL = "https://shop.example/basket"
HEADER = re.compile(r" *── #(\d+) .*──")
LIMIT_S = 60.0


@dataclass(slots=True)
class Stage:
    """A proxy in a terminal."""

    window: Tmux
    port: int
    log: Path
    authority: Authority

    def records(self, name: str) -> list[dict[str, object]]:
        file = self.log / "all-mitm-sse" / name
        return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]] if file.exists() else []

    def await_ends(self, count: int) -> None:
        wait_until(lambda: len(self.records("sse_flow_ends.jsonl")) >= count, self.window.now, LIMIT_S)

    def await_rest(self) -> None:
        """Until the proxy has nothing more to do: what it has shown since is in the terminal, or was left out."""
        last = -100

        def rests() -> bool:
            nonlocal last
            before, last = last, self.window.processor_ticks()
            time.sleep(0.5)
            return last - before <= 5

        wait_until(rests, self.window.now, LIMIT_S)

    def await_text(self, text: str) -> None:
        wait_until(lambda: text in self.window.now(), self.window.now, LIMIT_S)

    def ask(self, url: str = URL) -> None:
        with WireClient(self.port, self.authority.ca_file, url) as client:
            client.read_until_cut(client.post(url, ASK, {}))


@contextlib.contextmanager
def stage(
    folder: Path,
    authority: Authority,
    handler: Handler,
    width: int,
    *,
    tool: str = "mitmdump",
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    port, log = free_port(), folder / "log"
    variables = {"AGENT_LOG_DIR": str(log), "LC_ALL": "C.UTF-8", **(environment or {})}
    with Upstream(handler, authority) as upstream:
        settings = {"confdir": str(folder / "confdir"), **(options or {})}
        command = ["env", *(f"{name}={value}" for name, value in variables.items()), str(MITMDUMP.with_name(tool))]
        command += ["-s", str(ADDONS), "--mode", f"upstream:{upstream.url}"]
        command += ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        with Tmux(folder, width, f"{shlex.join(command)}; sleep 60") as window:
            staged = Stage(window, port, log, authority)
            staged.await_text(CAPTURE_ON)
            yield staged


def speakers(screen: str) -> Iterator[tuple[str, str]]:
    """(the number in the last header, row) of each row below it."""
    number = ""
    for row in screen.split("\n"):
        if header := HEADER.fullmatch(row):
            number = header[1]
        elif number:
            yield number, row


@pytest.mark.parametrize("width", [80, 200])
def test_ten_agents_at_once(tmp_path: Path, authority: Authority, width: int) -> None:
    """All that each has said is there, and above each row stands whose it is."""
    crowd = Crowd(10, paragraphs=1)
    with stage(tmp_path, authority, crowd.handle, width) as staged:
        crowd.work(staged.port)
        staged.await_ends(20)
        rows = staged.window.rows()
    flat = "".join(rows.split())
    said = {line: "".join(line.split()) in flat for agent in crowd.agents for line in agent.lines()}
    assert said == dict.fromkeys(said, True)
    numbers: dict[str, set[str]] = {}
    for number, row in speakers(rows):
        for name in re.findall(r"agent-\d+", row):
            numbers.setdefault(name, set()).add(number)
    assert {name: len(whose) for name, whose in numbers.items()} == {agent.name: 1 for agent in crowd.agents}
    assert len({number for whose in numbers.values() for number in whose}) == len(crowd.agents)


def test_nobody_starves(tmp_path: Path, authority: Authority) -> None:
    """Of ten that never stop talking each has had the screen before any of them has ended."""
    crowd = Crowd(10, paragraphs=12)
    with stage(tmp_path, authority, crowd.handle, 120, options={"flow_detail": "0"}) as staged:
        threading.Thread(target=crowd.work, args=(staged.port,), daemon=True).start()
        headers: set[str] = set()

        def all_have_spoken() -> bool:
            headers.update(number for number, _ in speakers(staged.window.now()))
            return len(headers) == 10

        wait_until(all_have_spoken, lambda: f"only {headers}\n{staged.window.now()}", LIMIT_S)
        assert len(staged.records("sse_flow_ends.jsonl")) < 10


def pausing(text: str, pause_s: float) -> Callable[[Request], Response]:
    """An answer that stops in mid-line for so long. What is asked of others is answered at once."""

    def delta(said: str) -> bytes:
        event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": said}}
        return f"event: content_block_delta\ndata: {json.dumps(event)}\n\n".encode()

    def handle(request: Request) -> Response:
        if request.host not in URL:
            return json_response({})
        plain = stream_response([])
        half = len(text) // 2
        chunks = [(0.0, delta(text[:half])), (pause_s, delta(text[half:]))]
        return Response(plain.status, plain.headers, chunks)

    return handle


@pytest.mark.parametrize("tool", ["mitmdump", "mitmweb"])
def test_a_line_of_mitmproxys_own_does_not_cut_into_ours(tmp_path: Path, authority: Authority, tool: str) -> None:
    options = {"web_open_browser": "false", "web_port": str(free_port())} if tool == "mitmweb" else {}
    handler = pausing("the first half and the second half", 3.0)
    with stage(tmp_path, authority, handler, 100, tool=tool, options=options) as staged:
        asking = threading.Thread(target=staged.ask)
        asking.start()
        staged.await_text("the first half")
        staged.ask(OTHER_URL)
        asking.join()
        staged.await_ends(1)
        rows = staged.window.rows().split("\n")
    at = rows.index("the first half an")
    again = next(place for place in range(at, len(rows)) if "continues" in rows[place])
    assert HEADER.fullmatch(rows[again])
    assert rows[again + 1] == "d the second half"
    assert "shop.example passes undecrypted" in "".join(rows[at + 1 : again])
    assert "half" not in "".join(rows[at + 1 : again])


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        pytest.param({}, True, id="a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"TERM": "dumb"}, False, id="a dumb terminal"),
    ],
)
def test_colours(tmp_path: Path, authority: Authority, environment: dict[str, str], colours: bool) -> None:
    with stage(tmp_path, authority, pausing("some words", 0.1), 100, environment=environment) as staged:
        staged.ask()
        staged.await_text("■")
        coloured = staged.window.rows("-e")
    assert ("\x1b[35msome" in coloured) is colours


def test_a_terminal_that_is_stopped_holds_up_nothing(tmp_path: Path, authority: Authority) -> None:
    """Ctrl-S, more than the bounded writer keeps, Ctrl-Q: traffic and log go on, and the screen says what it lacks."""
    piece = "".join(f"line {number} of many\n" for number in range(1000))
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    frame = f"event: content_block_delta\ndata: {json.dumps(event)}\n\n".encode()
    answer = [(0.0, frame)] * 250
    plain = stream_response([])
    handler = lambda _: Response(plain.status, plain.headers, answer)  # noqa: E731
    with stage(tmp_path, authority, handler, 100) as staged:
        staged.window.press("C-s")
        time.sleep(0.3)
        begun_s = time.monotonic()
        staged.ask()
        passed_s = time.monotonic() - begun_s
        staged.await_ends(1)
        (end,) = staged.records("sse_flow_ends.jsonl")
        assert (end["dropped"], len(str(end["text"]))) == (0, len(piece) * len(answer))
        assert "line 999" not in staged.window.now()
        staged.await_rest()
        staged.window.press("C-q")
        staged.await_text("characters not shown: the terminal was not read")
        staged.ask()
        staged.await_text("■")
    assert passed_s < LIMIT_S


def test_resized_in_the_middle_of_a_line(tmp_path: Path, authority: Authority) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    with stage(tmp_path, authority, pausing(words, 3.0), 100) as staged:
        asking = threading.Thread(target=staged.ask)
        asking.start()
        staged.await_text("word20")
        staged.window.resize(60)
        asking.join()
        staged.await_text("■")
        rows = staged.window.rows()
    assert "".join(words.split()) in "".join(rows.split())

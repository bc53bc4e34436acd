"""addons/all.py: the script as mitmproxy loads it, and loads it again."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from addons.agent import Agent
from addons.options import NAMES
from tests.exchanges import ANSWER, ASK

ROOT = Path(__file__).resolve().parents[1]
MITMDUMP = Path(sys.executable).with_name("mitmdump")
LIMIT_S = 30.0


def test_it_can_be_imported_without_mitmproxy_running() -> None:
    before = set(sys.modules)
    path = list(sys.path)
    import addons.all as script

    (agent,) = script.addons
    assert isinstance(agent, Agent)
    assert sys.path == path
    assert before <= set(sys.modules)


LOADED = """
import json, sys
from mitmproxy.addons.script import load_script

first = load_script(sys.argv[1])
second = load_script(sys.argv[1])
import redis, addons.agent
json.dump({
    "path": sys.path,
    "names": [type(addon).__name__ for addon in second.addons],
    "fresh": type(first.addons[0]) is not type(second.addons[0]),
    "current": type(second.addons[0]) is addons.agent.Agent,
    "redis": redis.__file__,
}, sys.stdout)
"""


@pytest.mark.parametrize(
    ("folder", "script"),
    [
        pytest.param(ROOT / "addons", "all.py", id="from its own folder"),
        pytest.param(Path("/"), str(ROOT / "addons" / "all.py"), id="from anywhere"),
    ],
)
def test_the_checkout_is_on_the_path_in_place_of_the_scripts_folder(folder: Path, script: str) -> None:
    """Also when it is loaded twice: then every module of ours is read again."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED, script], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    told: dict[str, Any] = json.loads(loaded.stdout)
    places = [(folder / entry).resolve() for entry in told["path"]]
    assert places[0] == ROOT
    assert places.count(ROOT) == 1
    assert ROOT / "addons" not in places
    assert (told["names"], told["fresh"], told["current"]) == (["Agent"], True, True)
    assert "site-packages" in told["redis"]


def test_mitmdump_lists_the_options() -> None:
    listed = subprocess.run(
        [MITMDUMP, "-s", "addons/all.py", "--options"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    declared = [line.partition(":")[0] for line in listed.stdout.splitlines()]
    assert set(NAMES) <= set(declared)
    assert "Traceback" not in listed.stdout + listed.stderr


# -- edited while the proxy runs -------------------------------------------------------------------------------------


class Upstream(http.server.BaseHTTPRequestHandler):
    """Streams the answer; one to `/v1/messages?slow` goes on only when it is told."""

    go_on = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"".join(ANSWER[:3]))
        if "slow" in self.path:
            self.go_on.wait(LIMIT_S)
        self.wfile.write(b"".join(ANSWER[3:]))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[int]:
    Upstream.go_on.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        Upstream.go_on.set()
        server.shutdown()
        thread.join()


def wait_until(condition: Callable[[], bool], said: Callable[[], str]) -> None:
    limit = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < limit, said()
        time.sleep(0.02)


def ask(port: int, path: str = "/v1/messages") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
    connection.request("POST", path, json.dumps(ASK), {"connection": "close"})
    return connection.getresponse()


def test_an_edited_script_goes_on_capturing_with_all_of_its_modules_new(tmp_path: Path, upstream: int) -> None:
    """An exchange that is open just then gets its end record, and its client every byte."""
    for name in ("addons", "renderers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    script, agent = tmp_path / "addons" / "all.py", tmp_path / "addons" / "agent.py"
    console = tmp_path / "console.txt"
    with contextlib.closing(http.server.socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    command = [MITMDUMP, "-s", script, "--mode", f"reverse:http://127.0.0.1:{upstream}@127.0.0.1:{port}"]
    command += ["--set", f"confdir={tmp_path / 'confdir'}", "--set", f"agent_log_dir={tmp_path / 'log'}"]
    with console.open("wb") as output:
        proxy = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait_until(lambda: "capture is on" in console.read_text(), console.read_text)
        assert ask(port).read() == b"".join(ANSWER)
        slow = ask(port, "/v1/messages?slow")
        agent.write_text(agent.read_text().replace("capture is on", "capture is on again"))
        os.utime(script, (time.time() + 10,) * 2)
        wait_until(lambda: "capture is on again" in console.read_text(), console.read_text)
        Upstream.go_on.set()
        assert slow.read() == b"".join(ANSWER)
        assert ask(port).read() == b"".join(ANSWER)
        proxy.send_signal(signal.SIGINT)
        assert proxy.wait(LIMIT_S) == 0
    finally:
        proxy.kill()
        proxy.wait()
    ends = [json.loads(line) for line in (tmp_path / "log/all-mitm-sse/sse_flow_ends.jsonl").read_text().splitlines()]
    assert [end["end"] for end in ends] == ["complete", "error", "complete"]
    assert (ends[1]["error"], ends[1]["text"]) == ("the proxy was stopped", "Hello")
    assert "Traceback" not in console.read_text()

"""Several proxies, one view (SPEC S1.5): real proxies, a real redis-server, a viewer and a reporter, each a process.

Two proxies, one by TCP and one by unix socket, both with a password, capture four streams each at the same time. The
server is left alone, or killed and started again while they stream.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import dialects
from tests.e2e.answers import Request, Response, stream_response
from tests.e2e.authority import Authority
from tests.e2e.dialects import Reply
from tests.e2e.harness import ADDONS, MITMDUMP, ROOT, Proxy, wait_until
from tests.e2e.laboratory import ASK, CASE_HEADER, URL, Laboratory
from tests.e2e.upstream import Upstream
from tests.e2e.wire_client import WireClient
from tests.redis_stream.server import PASSWORD, QUOTED, RedisServer

STREAMS = 4
HOSTS = ("ana", "ben")
WORDS = 60
PACE_S = 0.05
LIMIT_S = 60.0
STEMS = {"flows": "flows", "lines": "lines", "ends": "flow_ends"}
"""Kind of a record, as a key of the stream begins with it, to its file's name."""
FILES = tuple(f"sse_{stem}.jsonl" for stem in STEMS.values())


def said_in(case: str) -> list[str]:
    return [f"{case}w{number}" for number in range(WORDS)]


def events(case: str) -> list[bytes]:
    """A thought and a text of so many words, which no other answer has."""
    text = " ".join(said_in(case))
    return list(dialects.anthropic(Reply(f"msg_{case}", text=text, thinking=f"Thinking of {case}."), "claude-lab"))


def serve(request: Request) -> Response:
    headers = dict(request.headers)
    pieces = events(headers[CASE_HEADER])
    plain = stream_response(pieces)
    return Response(plain.status, plain.headers, [(PACE_S, piece) for piece in pieces])


@dataclass
class Fleet:
    """Everything that runs, and what it has said. `name` begins the names of this test's answers."""

    folder: Path
    redis: RedisServer
    laboratories: dict[str, Laboratory]
    name: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def cases(self) -> list[tuple[str, str]]:
        return [(host, f"{self.name}{host}{number}") for host in HOSTS for number in range(STREAMS)]

    def ask_all(self, between: Callable[[], None] = lambda: None) -> None:
        """All streams at once; what each client got is what was sent. `between` is called while they stream."""
        with ExitStack() as stack:
            clients = [stack.enter_context(self.laboratories[host].client()) for host, _ in self.cases]
            pool = stack.enter_context(ThreadPoolExecutor(len(clients)))
            asked = [pool.submit(_ask, client, case) for client, (_, case) in zip(clients, self.cases, strict=True)]
            between()
            bodies = [each.result(LIMIT_S) for each in asked]
        assert bodies == [b"".join(events(case)) for _, case in self.cases]

    @property
    def drained(self) -> Path:
        return self.folder / "drained"

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.txt").read_text("utf-8", "replace")

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.txt").open("ab") as console:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "AGENT_REDIS_URL": self.redis.url, "AGENT_LOG_DIR": str(self.folder / "no-log")},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )

    def start_viewer(self) -> None:
        options = [f"confdir={self.folder / 'confdir'}", "agent_source=env:AGENT_REDIS_URL"]
        words = [word for option in options for word in ("--set", option)]
        self.start("viewer", str(MITMDUMP), "-n", "-s", str(ADDONS), *words)
        wait_until(lambda: self._has_client("xread"), lambda: self.said("viewer"), LIMIT_S)

    def start_reporter(self, *options: str) -> None:
        self.tool("reporter", "drain", "--log-dir", str(self.drained), "--group", self.name, *options)
        self.await_said("reporter", "draining")

    def tool(self, name: str, *words: str) -> None:
        self.start(name, sys.executable, "-m", "addons.redis_shell", *words)

    def _has_client(self, command: str) -> bool:
        return any(each["cmd"] == command for each in self.redis.client.client_list())

    def await_said(self, name: str, text: str) -> None:
        wait_until(lambda: text in self.said(name), lambda: self.said(name)[-3000:], LIMIT_S)

    def stop(self, name: str, number: int = signal.SIGINT) -> int:
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(LIMIT_S)

    def logged(self, root: Path, name: str) -> list[dict[str, Any]]:
        file = root / "all-mitm-sse" / name
        return [json.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []

    def expected(self, name: str) -> list[dict[str, Any]]:
        """What the proxies have logged, with their hosts."""
        return [
            record | {"host": host}
            for host, laboratory in self.laboratories.items()
            for record in self.logged(laboratory.proxy.log_dir, name)
        ]

    def await_sent(self) -> None:
        """All exchanges have ended, and the stream has all of them."""

        def kinds() -> tuple[Counter[str], Counter[str]]:
            logged = Counter({kind: len(self.expected(f"sse_{name}.jsonl")) for kind, name in STEMS.items()})
            entries = self.redis.client.xrange("agent:events")
            sent = Counter(fields[b"key"].partition(b":")[0].decode() for _, fields in entries)
            return logged, Counter({kind: sent[kind] for kind in STEMS})

        def is_sent() -> bool:
            logged, sent = kinds()
            return logged == sent and logged["flows"] == logged["ends"]

        wait_until(is_sent, kinds, LIMIT_S)

    def await_drained(self, limit_s: float = LIMIT_S) -> None:
        def lacking() -> dict[str, int]:
            return {name: len(self.expected(name)) - len(self.logged(self.drained, name)) for name in FILES}

        wait_until(
            lambda: not any(lacking().values()), lambda: (lacking(), self.said("reporter"), self.said("ana")), limit_s
        )

    def assert_drained_once_and_in_order(self) -> None:
        for name in FILES:
            expected, drained = self.expected(name), self.logged(self.drained, name)
            for flow_id in {record["flow_id"] for record in expected}:
                mine = [record for record in drained if record["flow_id"] == flow_id]
                assert mine == [record for record in expected if record["flow_id"] == flow_id]
            assert len(drained) == len(expected)
        flows = self.expected("sse_flows.jsonl")
        references = {part["$ref"] for flow in flows for part in flow["request"]["messages"]}
        assert references <= {blob["hash"] for blob in self.logged(self.drained, "sse_blobs.jsonl")}

    def assert_viewer_shows_all(self) -> None:
        """To the letter: an answer may be cut anywhere, when the screen passes to another agent for a while."""
        wait_until(
            lambda: self.said("viewer").count("■ claude-lab · end_turn") == len(self.cases),
            lambda: self.said("viewer"),
            LIMIT_S,
        )
        # What mitmproxy itself prints stands between, anywhere.
        said = re.sub(r"\[[\d:.]{12}\] .*\n?", "", self.said("viewer"))
        text = "".join(line for line in said.splitlines() if not line.startswith(("──", "■", "✻", ">")))
        expected = "".join(word for _, case in self.cases for word in said_in(case))
        assert Counter(text.replace(" ", "")) == Counter(expected), said
        assert all(f"@{host}" in said for host in HOSTS)
        assert "lacks" not in self.said("viewer")

    def assert_nobody_saw_the_password(self) -> None:
        folders = [self.folder, *(laboratory.proxy.folder for laboratory in self.laboratories.values())]
        for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            assert PASSWORD.encode() not in content, path
            assert QUOTED.encode() not in content, path


def _ask(client: WireClient, case: str) -> bytes:
    response = client.post(URL, ASK, {CASE_HEADER: case, "x-claude-code-session-id": f"session-{case}"})
    return client.read_until_cut(response)


@pytest.fixture(scope="module")
def proxies(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path
) -> Iterator[tuple[RedisServer, dict[str, Laboratory]]]:
    folder = tmp_path_factory.mktemp("proxies")
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(folder / "redis", password=PASSWORD, keeps=True))
        upstream = stack.enter_context(Upstream(serve, authority))
        laboratories = {}
        for host, url in zip(HOSTS, (redis.url, redis.unix_url), strict=True):
            proxy = Proxy(
                folder / host,
                f"upstream:{upstream.url}",
                authority,
                confdir=confdir,
                options={"agent_host": host},
                environment={"AGENT_REDIS_URL": url},
            )
            proxy.folder.mkdir()
            laboratories[host] = Laboratory(stack.enter_context(proxy), upstream)
        yield redis, laboratories


_numbers = itertools.count()


@pytest.fixture
def fleet(tmp_path: Path, proxies: tuple[RedisServer, dict[str, Laboratory]]) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path, *proxies, f"t{next(_numbers)}")
    yield fleet
    for process in fleet.processes.values():
        process.kill()
        process.wait()


def test_a_viewer_shows_and_a_reporter_keeps_what_two_proxies_capture(fleet: Fleet) -> None:
    fleet.start_viewer()
    fleet.start_reporter()
    fleet.ask_all()
    fleet.await_drained()
    fleet.assert_viewer_shows_all()
    assert (fleet.stop("viewer"), fleet.stop("reporter")) == (0, 0)
    fleet.assert_drained_once_and_in_order()
    fleet.assert_nobody_saw_the_password()
    assert not (fleet.folder / "no-log").exists()


def test_the_server_is_killed_twice_while_they_stream(fleet: Fleet) -> None:
    fleet.start_viewer()
    fleet.start_reporter()

    def kill_twice() -> None:
        for _ in range(2):
            time.sleep(0.8)
            fleet.redis.kill()
            time.sleep(0.3)
            fleet.redis.start()

    fleet.ask_all(kill_twice)
    fleet.await_drained()
    fleet.assert_viewer_shows_all()
    assert (fleet.stop("viewer"), fleet.stop("reporter")) == (0, 0)
    fleet.assert_drained_once_and_in_order()
    keys = [fields[b"key"] for _, fields in fleet.redis.client.xrange("agent:events")]
    assert len(keys) == len(set(keys))
    lines = {f"lines:{record['flow_id']}:{record['seq']}".encode() for record in fleet.expected("sse_lines.jsonl")}
    assert lines <= set(keys)
    fleet.assert_nobody_saw_the_password()


def test_a_reporter_is_killed_while_it_writes(fleet: Fleet) -> None:
    fleet.start_reporter()

    def kill_it() -> None:
        for _ in range(3):
            time.sleep(0.6)
            fleet.stop("reporter", signal.SIGKILL)
            fleet.start_reporter()

    fleet.ask_all(kill_it)
    fleet.await_drained()
    assert fleet.stop("reporter") == 0
    fleet.assert_drained_once_and_in_order()


def test_a_proxy_is_killed_while_it_streams(fleet: Fleet) -> None:
    """What was on its way to the stream then is sent after at its next start."""
    fleet.start_reporter()
    proxy = fleet.laboratories["ana"].proxy
    ends, lines = len(proxy.records("sse_flow_ends.jsonl")), len(proxy.records("sse_lines.jsonl"))
    with fleet.laboratories["ana"].client() as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_ask, client, fleet.cases[0][1])
        wait_until(lambda: len(proxy.whole_records("sse_lines.jsonl")) > lines + 20, proxy.said, LIMIT_S)
        proxy.kill()
        asked.result(LIMIT_S)
    proxy.start()
    proxy.await_ends(ends + 1, LIMIT_S)
    fleet.await_drained()
    assert "the proxy was killed" in [end["error"] for end in fleet.expected("sse_flow_ends.jsonl")]
    fleet.assert_drained_once_and_in_order()


def test_a_viewer_that_was_stopped_catches_up(fleet: Fleet) -> None:
    fleet.start_viewer()
    fleet.processes["viewer"].send_signal(signal.SIGSTOP)
    fleet.ask_all()
    fleet.processes["viewer"].send_signal(signal.SIGCONT)
    fleet.assert_viewer_shows_all()
    assert fleet.stop("viewer") == 0


def test_a_viewer_that_was_stopped_for_too_long_says_what_it_lacks(fleet: Fleet) -> None:
    fleet.start_viewer()
    fleet.processes["viewer"].send_signal(signal.SIGSTOP)
    fleet.ask_all()
    fleet.await_sent()
    # The tests that come after are of the whole stream.
    fleet.redis.client.copy("agent:events", "whole")
    fleet.redis.client.xtrim("agent:events", maxlen=200, approximate=False)
    fleet.processes["viewer"].send_signal(signal.SIGCONT)
    fleet.await_said("viewer", "entries were trimmed from the stream before they could be read")
    assert fleet.stop("viewer") == 0
    fleet.redis.client.rename("whole", "agent:events")


def test_what_was_captured_without_redis_is_sent_after_from_the_shell(fleet: Fleet) -> None:
    before = {
        host: len(laboratory.proxy.records("sse_flow_ends.jsonl")) for host, laboratory in fleet.laboratories.items()
    }
    fleet.redis.kill()
    fleet.ask_all()
    for host, laboratory in fleet.laboratories.items():
        laboratory.proxy.await_ends(before[host] + STREAMS)
        laboratory.proxy.kill()
        assert "Traffic and log go on; up to 32 MB wait in memory" in laboratory.proxy.said()
    fleet.redis.start()
    for host, laboratory in fleet.laboratories.items():
        options = ["--log-dir", str(laboratory.proxy.log_dir), "--set", f"agent_host={host}"]
        for _ in range(2):
            fleet.tool("backfill", "backfill", *options)
            assert fleet.processes.pop("backfill").wait(LIMIT_S) == 0
    fleet.start_reporter("--once")
    assert fleet.processes.pop("reporter").wait(LIMIT_S) == 0, fleet.said("reporter")
    fleet.assert_drained_once_and_in_order()
    fleet.assert_nobody_saw_the_password()

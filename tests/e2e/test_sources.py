"""A log as a source, through the real mitmdump: a viewer that captures nothing and writes nothing (SPEC S3.5)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.harness import ADDONS, MITMDUMP, ROOT
from tests.sources.captured import Capture

LIMIT_S = 60.0
SAID = "All 20 tests pass"


def command(tmp_path: Path, *settings: str, option: str = "-n") -> list[str]:
    words = [word for each in (f"confdir={tmp_path / 'confdir'}", *settings) for word in ("--set", each)]
    return [str(MITMDUMP), option, "-s", str(ADDONS), *words]


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "AGENT_LOG_DIR": str(tmp_path / "no-log")}


def view(tmp_path: Path, *settings: str, stdin: bytes = b"", option: str = "-n") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(tmp_path, *settings, option=option),
        cwd=ROOT,
        env=environment(tmp_path),
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LIMIT_S,
    )


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    capture = Capture(tmp_path_factory.mktemp("log"))
    capture.finish()
    return capture.lines


def test_a_replay_shows_the_log_and_ends(tmp_path: Path, lines: Path) -> None:
    done = view(tmp_path, f"agent_source=file:{lines}", "agent_source_speed=inf")
    said = done.stdout.decode()
    assert done.returncode == 0, said
    assert "fails since this morning" in said
    assert SAID in said
    assert "nothing is captured" in said
    assert "the recording is over: 13 exchanges" in said
    assert not (tmp_path / "no-log").exists()


def test_standard_input(tmp_path: Path, lines: Path) -> None:
    done = view(tmp_path, "agent_source=file:-", stdin=lines.read_bytes())
    said = done.stdout.decode()
    assert done.returncode == 0, said
    assert SAID in said
    assert "there is no sse_flows.jsonl beside the lines" in said
    assert not (tmp_path / "no-log").exists()


def test_following_a_log_that_does_not_exist_yet(tmp_path: Path) -> None:
    """Until it is interrupted, as by Ctrl-C."""
    console = tmp_path / "console.txt"
    path = tmp_path / "log/all-mitm-sse/sse_lines.jsonl"
    with console.open("wb") as file:
        process = subprocess.Popen(
            command(tmp_path, f"agent_source=file:{path}"),
            cwd=ROOT,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        await_text(console, "which does not exist yet · nothing is captured")
        capture = Capture(tmp_path / "log")
        assert capture.lines == path
        capture.finish()
        await_text(console, SAID)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(LIMIT_S)
    assert status == 0
    assert not (tmp_path / "no-log").exists()


def await_text(console: Path, text: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while text not in console.read_text("utf-8", "replace"):
        assert time.monotonic() < deadline, console.read_text("utf-8", "replace")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(["agent_source=/x"], "agent_source=/x: use file:PATH", id="no kind of source"),
        pytest.param(
            ["agent_source=file:/no/such", "agent_source_speed=2"],
            "agent_source=file:/no/such: it can't be read (No such file or directory)",
            id="nothing to replay",
        ),
        pytest.param(["agent_source=file:-", "agent_source_speed=soon"], "agent_source_speed=soon: use", id="no speed"),
    ],
)
def test_what_can_not_be_shown_is_refused_at_the_start(tmp_path: Path, settings: list[str], said: str) -> None:
    done = view(tmp_path, *settings)
    assert said in done.stdout.decode()
    assert done.returncode == 1


def test_a_proxy_captures_or_shows_but_not_both(tmp_path: Path) -> None:
    settings = ("agent_source=file:-", "listen_host=127.0.0.1", "listen_port=0")
    done = view(tmp_path, *settings, option="--flow-detail=0")
    assert "agent_source=file:-: a log is shown in place of a capture; start mitmdump with -n" in done.stdout.decode()
    assert done.returncode == 1
    assert not (tmp_path / "no-log").exists()

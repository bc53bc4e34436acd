"""What goes wrong at our side: a killed process, a torn file, a full disk, a dead terminal, a fault in our code.

The traffic never notices. Each case breaks one thing while an Anthropic stream passes through the real proxy.
"""

from __future__ import annotations

import itertools
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e import dialects
from tests.e2e.answers import Ending, Request, Response, stream_response
from tests.e2e.authority import Authority
from tests.e2e.dialects import Reply
from tests.e2e.harness import ADDONS, Proxy
from tests.e2e.laboratory import (
    ASK,
    EVENTS,
    FLUSH_LIMIT_S,
    HALF,
    URL,
    laboratory,
    logged_payloads,
    payloads,
    stream,
)

OUTAGE = "can't be written"
"""What the terminal says when the log can't be written, once for each outage."""


def serve(_: Request) -> Response:
    return stream(EVENTS)()


def test_killed_in_mid_stream(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """`kill -9`: what the client has got is in the file. The next start ends the exchange that was left open."""
    with laboratory(tmp_path, authority, confdir, lambda _: stream(HALF, Ending.STALL)()) as lab:
        with lab.client() as client:
            got = client.read_until_cut(client.post(URL, ASK, {"x-lab-mark": "killed"}), len(b"".join(HALF)))
            time.sleep(FLUSH_LIMIT_S)
            lab.proxy.kill()
        assert got == b"".join(HALF)
        (flow,) = lab.proxy.records("sse_flows.jsonl")
        assert payloads(HALF) == logged_payloads(lab.lines(flow["flow_id"]))
        assert lab.proxy.records("sse_flow_ends.jsonl") == []
        lab.proxy.start()
        (end,) = lab.proxy.await_ends(1)
    assert (end["flow_id"], end["end"]) == (flow["flow_id"], "error")
    assert end["error"]


def test_a_torn_last_line_is_repaired(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """After a power cut the whole lines are kept, and what is written next stands on a line of its own."""
    with laboratory(tmp_path, authority, confdir, serve) as lab:
        lab.ask("complete")
        lab.proxy.stop()
        before = lab.proxy.records("sse_lines.jsonl")
        with (lab.proxy.log_dir / "all-mitm-sse" / "sse_lines.jsonl").open("ab") as torn:
            torn.write(b'{"v":1,"ts":"2026-01-01T00:00:00.000000+00:00","flow_id":"torn","da')
        lab.proxy.start()
        lab.ask("complete")
    after = lab.proxy.records("sse_lines.jsonl")
    assert before == after[: len(before)]
    assert len(after) == 2 * len(before)


def test_an_unusable_log_folder(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """Traffic goes on, the terminal says so once, and what was kept is written when it can be."""
    obstacle = tmp_path / "log" / "all-mitm-sse"
    obstacle.parent.mkdir()
    obstacle.write_text("a file where the folder should be")
    with laboratory(tmp_path, authority, confdir, serve) as lab:
        for _ in range(3):
            with lab.client() as client:
                assert client.post(URL, ASK, {}).read() == b"".join(EVENTS)
        obstacle.unlink()
        ends = lab.proxy.await_ends(3, 30.0)
        assert [end["end"] for end in ends] == ["complete"] * 3
    assert lab.proxy.said().count(OUTAGE) == 1


def test_a_full_disk(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """Writes fail for a while (a size limit set from outside): traffic goes on, the log goes on where it can."""
    big = list(dialects.anthropic(Reply("lab0002", text="x" * 7000), "claude-lab"))
    with laboratory(tmp_path, authority, confdir, lambda _: stream_response(big)) as lab:
        assert lab.proxy.process is not None
        pid = lab.proxy.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, hard))
        for _ in range(4):
            with lab.client() as client:
                assert client.post(URL, ASK, {}).read() == b"".join(big)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        with lab.client() as client:
            assert client.post(URL, ASK, {"x-lab-mark": "after"}).read() == b"".join(big)
        lab.proxy.stop()
        end, lines = lab.logged("after")
    assert (end["end"], len(lines), end["dropped"]) == ("complete", len(big), 0)
    lost = sum(end["dropped"] for end in lab.proxy.records("sse_flow_ends.jsonl"))
    assert len(lab.proxy.records("sse_lines.jsonl")) + lost == 5 * len(big)
    assert lab.proxy.said().count(OUTAGE) == 1, lab.proxy.said()


@pytest.mark.parametrize("closed", [pytest.param(False, id="unread"), pytest.param(True, id="closed")])
def test_a_terminal_that_does_not_read(tmp_path: Path, authority: Authority, confdir: Path, closed: bool) -> None:
    """Standard output is a pipe that nobody reads, or that is closed: traffic and log go on."""
    long = list(dialects.anthropic(Reply("lab0003", text="A line of text.\n" * 2000), "claude-lab"))
    pieces = [b"".join(batch) for batch in itertools.batched(long, 100)]
    with laboratory(tmp_path, authority, confdir, lambda _: stream_response(pieces), stdout=subprocess.PIPE) as lab:
        assert lab.proxy.process is not None
        assert lab.proxy.process.stdout is not None
        if closed:
            lab.proxy.process.stdout.close()
        for number in range(3):
            with lab.client() as client:
                response = client.post(URL, ASK, {"x-lab-mark": f"terminal {number}"})
                assert response.read() == b"".join(long)
        end, lines = lab.logged("terminal 2")
        assert (end["end"], len(lines)) == ("complete", len(long))
        lab.proxy.process.send_signal(signal.SIGINT)
        # Ctrl-C works all the same.
        assert lab.proxy.process.wait(20) == 0
        lab.proxy.process.stdout.close()


SEAMS = [
    ("addons.capture.thread:CaptureThread.put", 5),
    ("addons.capture.http_exchange:HttpExchange.chunk", 3),
    ("addons.wire.sse:SseFramer.feed", 3),
    ("addons.capture.exchange:Exchange.frame", 3),
    ("addons.redaction.stream:StreamRedactor.feed", 3),
]


@pytest.mark.parametrize(("place", "call"), [pytest.param(*seam, id=seam[0].rpartition(":")[2]) for seam in SEAMS])
def test_a_fault_of_our_own(tmp_path: Path, authority: Authority, confdir: Path, place: str, call: int) -> None:
    """One function fails once: the client has every byte, the end record says `error`, the next exchange is whole."""
    pieces = [(0.01, piece) for piece in EVENTS]
    answer = Response(200, (("content-type", "text/event-stream"),), pieces)
    scripts = (ADDONS, Path(__file__).with_name("injected_fault.py"))
    environment = {"LAB_FAULT_AT": place, "LAB_FAULT_CALL": str(call)}
    with laboratory(tmp_path, authority, confdir, lambda _: answer, scripts=scripts, environment=environment) as lab:
        _, got, end, _ = lab.ask("failing")
        assert got == b"".join(EVENTS)
        assert end["end"] == "error"
        assert "payload" not in end["error"], "an exception's message may quote what it choked on"
        _, got, end, lines = lab.ask("next")
        assert got == b"".join(EVENTS)
        assert (end["end"], len(lines)) == ("complete", len(EVENTS))
        faults = (lab.proxy.log_dir / "all-mitm-sse" / "sse_logger.error").read_text()
    assert "MemoryError" in faults


def test_log_files_are_private(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """Folders 0700, files 0600 (SPEC S4.22)."""
    with laboratory(tmp_path, authority, confdir, serve) as lab:
        lab.ask("complete")
        for path in (lab.proxy.log_dir, *lab.proxy.log_dir.rglob("*")):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_bad_options_are_refused_at_start(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """mitmdump exits and names option and value, in place of going on without capture."""
    for number, (option, value) in enumerate([("agent_intercept", "zz"), ("agent_no_such_option", "1")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        proxy = Proxy(folder, "regular", authority, confdir=confdir, options={option: value})
        with pytest.raises(AssertionError, match="mitmdump ended"):
            proxy.start()
        assert option in proxy.said()
        assert not proxy.log_dir.exists()

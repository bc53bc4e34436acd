"""What goes wrong on the wire and at the client, and what the log says about it.

Each case serves an Anthropic stream through the real proxy in forward mode and breaks something. What the client got is
compared with what was sent, what the log has with what the client got.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e import dialects
from tests.e2e.answers import Ending, Request, Response, json_response
from tests.e2e.authority import Authority
from tests.e2e.laboratory import (
    ASK,
    CASE_HEADER,
    EVENTS,
    HALF,
    REPLY,
    TORN,
    URL,
    Laboratory,
    laboratory,
    logged_payloads,
    payloads,
    stream,
)
from tests.e2e.reference import frames_of

ERROR_EVENT = dialects.sse(
    dialects.compact({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded, come back"}}),
    "error",
)
TOO_MANY = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down"}}


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and how the log is to judge it. `error` is a part of the end record's."""

    answer: Callable[[], Response]
    end: str
    error: str | None = None
    frames: list[bytes] = field(default_factory=list)
    status: int = 200
    leaves_after: int | None = None
    """The client reads so many bytes of the body, then goes away; None: it reads to the end."""


CASES = {
    "complete": Case(stream(EVENTS), "complete", frames=EVENTS),
    "cut between events": Case(stream(HALF, Ending.CUT), "upstream_closed", frames=HALF),
    "cut in mid-event": Case(stream(TORN, Ending.CUT), "upstream_closed", frames=TORN),
    "reset": Case(stream(HALF, Ending.RESET), "upstream_closed", frames=HALF),
    "body ends without the last events": Case(stream(HALF), "upstream_closed", frames=HALF),
    "cut after the last event": Case(stream(EVENTS, Ending.CUT), "complete", frames=EVENTS),
    "error event": Case(stream([*HALF, ERROR_EVENT]), "error", "Overloaded, come back", [*HALF, ERROR_EVENT]),
    "error status": Case(
        lambda: json_response(TOO_MANY, 429, (("retry-after", "1"),)),
        "error", "Slow down", [json.dumps(TOO_MANY).encode()], 429,
    ),
    "error status without JSON": Case(
        lambda: Response(502, (("content-type", "text/html"),), [(0.0, b"<h1>Bad gateway</h1>")]),
        "error", "502", [b"<h1>Bad gateway</h1>"], 502,
    ),
    "client leaves in mid-stream": Case(
        stream(HALF, Ending.STALL), "client_closed", frames=HALF, leaves_after=len(b"".join(HALF))
    ),
    "client leaves after the last event": Case(
        stream(EVENTS, Ending.STALL), "complete", frames=EVENTS, leaves_after=len(b"".join(EVENTS))
    ),
}  # fmt: skip


def serve(request: Request) -> Response:
    return CASES[request.header(CASE_HEADER) or "complete"].answer()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("faults"), authority, confdir, serve) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_the_log_tells_how_it_ended(lab: Laboratory, name: str) -> None:
    """The client has all that was sent, the log all that the client has, and the right word for the end."""
    case = CASES[name]
    status, got, end, lines = lab.ask(name, case.leaves_after)
    assert (case.status, b"".join(case.frames)) == (status, got)
    assert (case.end, case.status) == (end["end"], end["status"])
    if case.error is None and case.end == "complete":
        assert end["error"] is None
    assert (case.error or "") in (end["error"] or "")
    form = ".sse" if case.status == 200 else ".json"
    assert payloads(case.frames, form) == [text.strip() if text else text for text in logged_payloads(lines)]
    assert end["dropped"] == 0


def test_a_cut_stream_keeps_the_text_so_far(lab: Laboratory) -> None:
    _, got, end, _ = lab.ask("cut in mid-event")
    frames = [json.loads(data) for _, data, _ in frames_of(b"".join(HALF), ".sse") if data]
    deltas = [frame["delta"] for frame in frames if frame["type"] == "content_block_delta"]
    assert end["text"] == "".join(delta.get("text", "") for delta in deltas) != ""
    assert end["thinking"] == REPLY.thinking
    assert (end["stop_reason"], end["bytes"]) == (None, len(got))


def test_a_request_without_an_answer_is_logged(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """The upstream never answers and the client gives up: a flow record without status, and an end record."""
    with laboratory(tmp_path, authority, confdir, lambda _: Response(ending=Ending.SILENT)) as lab:
        with lab.client() as client:
            client.connection.request("POST", "/v1/messages", ASK, {"x-lab-mark": "silent"})
            lab.upstream.wait_for(lambda requests: len(requests) == 1)
        end, lines = lab.logged("silent")
    assert (end["end"], end["status"], lines) == ("client_closed", None, [])


def test_a_stalled_stream_ends_with_the_proxy(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """Ctrl-C while a stream hangs: one end record that says so, and what had come."""
    with laboratory(tmp_path, authority, confdir, lambda _: stream(HALF, Ending.STALL)()) as lab:
        with lab.client() as client:
            client.read_until_cut(client.post(URL, ASK, {"x-lab-mark": "stalled"}), len(b"".join(HALF)))
            assert lab.proxy.stop() == 0
        end, lines = lab.logged("stalled")
    assert end["end"] == "error"
    assert end["error"]
    assert payloads(HALF) == logged_payloads(lines)

"""Credentials where no decoder looks: no byte of an answer reaches the log folder past redaction (SPEC S4.21, S4.22).

Each answer hides a key in a part of the wire that is no text of the model: a field that SSE does not know, a line cut
off, a body that is not what its headers say.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.answers import Ending, Request, Response
from tests.e2e.authority import Authority
from tests.e2e.harness import wait_until
from tests.e2e.laboratory import CASE_HEADER, EVENTS, Laboratory, laboratory

SSE = (("content-type", "text/event-stream"),)
KEY = f"ghp_{secrets.token_hex(18)}".encode()
ANSWERS = {
    "unknown SSE field": Response(200, SSE, [(0, EVENTS[0][:-1] + b"note: " + KEY + b"\n\n"), (0, EVENTS[-1])]),
    "SSE comment": Response(200, SSE, [(0, b": " + KEY + b"\n\n"), (0, EVENTS[-1])]),
    "SSE event name": Response(200, SSE, [(0, b"event: " + KEY + b"\ndata: 1\n\n"), (0, EVENTS[-1])]),
    "SSE id": Response(200, SSE, [(0, b"id: " + KEY + b"\ndata: 1\n\n"), (0, EVENTS[-1])]),
    "line that was cut off": Response(200, SSE, [(0, EVENTS[0]), (0, b"event: x\nfoo " + KEY)], Ending.CUT),
    "data that was cut off": Response(200, SSE, [(0, EVENTS[0]), (0, b'data: {"type":"' + KEY)], Ending.CUT),
    "no gzip under gzip": Response(200, (*SSE, ("content-encoding", "gzip")), [(0, b"data: " + KEY + b"\n\n")]),
    "error page": Response(500, (("content-type", "text/html"),), [(0, b"<p>" + KEY)]),
    "binary": Response(200, (("content-type", "application/octet-stream"),), [(0, b"\xff\x00" + KEY + b"\xff")]),
    "response header": Response(200, (*SSE, ("x-echo", KEY.decode())), [(0, EVENTS[-1])]),
}


def serve(request: Request) -> Response:
    return ANSWERS[request.header(CASE_HEADER) or ""]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("bypass"), authority, confdir, serve) as made:
        yield made


@pytest.mark.parametrize("name", ANSWERS)
def test_a_key_anywhere_in_an_answer_is_redacted(lab: Laboratory, name: str) -> None:
    marks = {file: file.stat().st_size for file in lab.proxy.log_dir.rglob("*") if file.is_file()}
    _, got, end, _ = lab.ask(name)
    assert KEY in got or name == "response header", "the client gets it as it is"
    raw_log = lab.proxy.log_dir / "all-mitm-sse" / "sse_responses.log"
    # It is written after the end record.
    wait_until(lambda: end["flow_id"].encode() in raw_log.read_bytes(), lambda: "no raw body in the log", 10.0)
    for file in lab.proxy.log_dir.rglob("*"):
        if file.is_file():
            assert KEY not in file.read_bytes()[marks.get(file, 0) :], file.name

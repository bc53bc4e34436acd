"""Every recorded stream, under its real host, through the real proxy in forward mode, in every content encoding.

What the client gets is what the upstream sent, byte for byte; the log has every frame verbatim and without a gap, and
its end record says what truth.json says. One proxy carries all of them, many at a time, bodies cut at random places.
"""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.answers import ENCODINGS, Request, Response, cut, encoded
from tests.e2e.authority import Authority
from tests.e2e.harness import Proxy
from tests.e2e.recorded import FOLDER, Stream, expected_usage, streams
from tests.e2e.reference import PlainFrame, as_logged, embedded_data, frames_of
from tests.e2e.upstream import Upstream
from tests.e2e.wire_client import WireClient

CASE_HEADER = "x-lab-case"
SEED = 20
CLIENTS_AT_ONCE = 8
PIECE_DELAY_S = 0.001
STREAMS = streams()

pytestmark = pytest.mark.skipif(not STREAMS, reason=f"no recorded streams at {FOLDER}")


@dataclass(slots=True)
class Outcome:
    """What became of one stream in one encoding."""

    sent: bytes = b""
    got: bytes = b""
    status: int = 0
    flow: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


type Outcomes = dict[str, dict[str, Outcome]]
"""By stream name, then by encoding."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path) -> Outcomes:
    results: Outcomes = {stream.name: {encoding: Outcome() for encoding in ENCODINGS} for stream in STREAMS}
    by_name = {stream.name: stream for stream in STREAMS}

    def serve(request: Request) -> Response:
        name, _, encoding = (request.header(CASE_HEADER) or "").rpartition(" ")
        stream = by_name[name]
        pieces = encoded(cut(stream.body, random.Random(f"{SEED} {name} {encoding}")), encoding)
        results[name][encoding].sent = b"".join(pieces)
        coding = (("content-encoding", encoding),) if encoding != "identity" else ()
        chunks = [(PIECE_DELAY_S, piece) for piece in pieces if piece]
        return Response(stream.meta["status"], (*stream.headers, *coding), chunks)

    folder = tmp_path_factory.mktemp("streams")
    with (
        Upstream(serve, authority) as upstream,
        Proxy(
            folder, f"upstream:{upstream.url}", authority, confdir=confdir, options={"agent_intercept": "all"}
        ) as proxy,
    ):
        trust = proxy.client_ca
        problems: list[str] = []
        lock = threading.Lock()

        def ask(stream: Stream) -> None:
            with WireClient(proxy.port, trust, stream.url) as client:
                for encoding, outcome in results[stream.name].items():
                    headers = {CASE_HEADER: f"{stream.name} {encoding}", "accept-encoding": encoding}
                    try:
                        response = client.post(stream.url, stream.request, headers)
                        outcome.status, outcome.got = response.status, response.read()
                    except OSError as error:
                        with lock:
                            problems.append(f"{stream.name} {encoding}: {error!r}")
                        return

        with ThreadPoolExecutor(CLIENTS_AT_ONCE) as pool:
            list(pool.map(ask, STREAMS))
        assert problems == []
    _read_log(proxy, results)
    return results


def _read_log(proxy: Proxy, results: Outcomes) -> None:
    by_flow: dict[str, Outcome] = {}
    for flow in proxy.records("sse_flows.jsonl"):
        name, _, encoding = flow["request_headers"][CASE_HEADER].rpartition(" ")
        outcome = results[name][encoding]
        assert not outcome.flow, f"{name} {encoding} is in the log twice"
        outcome.flow = flow
        by_flow[flow["flow_id"]] = outcome
    for end in proxy.records("sse_flow_ends.jsonl"):
        by_flow[end["flow_id"]].end = end
    for line in (proxy.log_dir / "all-mitm-sse" / "sse_lines.jsonl").read_text().split("\n")[:-1]:
        by_flow[json.loads(line)["flow_id"]].lines.append(line)


def every_encoding(value: Any) -> dict[str, Any]:
    return dict.fromkeys(ENCODINGS, value)


def each_stream() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stream", [pytest.param(stream, id=stream.name) for stream in STREAMS])


@each_stream()
def test_client_gets_the_upstreams_bytes(outcomes: Outcomes, stream: Stream) -> None:
    """Status and body arrive as they were sent, still under their content encoding."""
    expected = {encoding: (stream.meta["status"], outcome.sent) for encoding, outcome in outcomes[stream.name].items()}
    actual = {encoding: (outcome.status, outcome.got) for encoding, outcome in outcomes[stream.name].items()}
    assert expected == actual


@each_stream()
def test_log_has_every_frame_verbatim(outcomes: Outcomes, stream: Stream) -> None:
    """All frames, in order, with the payload's own text, under any encoding."""
    expected = [(event, as_logged(data), comment) for event, data, comment in frames_of(stream.body, stream.form)]
    actual = {encoding: _logged_frames(outcome.lines) for encoding, outcome in outcomes[stream.name].items()}
    assert every_encoding(expected) == actual


def _logged_frames(lines: list[str]) -> list[PlainFrame]:
    records = [json.loads(line) for line in lines]
    data = [embedded_data(line) for line in lines]
    return [
        (record["event"], text.strip() if text is not None and not isinstance(record["data"], str) else text,
         record.get("comment"))
        for record, text in zip(records, data, strict=True)
    ]  # fmt: skip


@each_stream()
def test_frames_are_numbered_without_a_gap(outcomes: Outcomes, stream: Stream) -> None:
    for encoding, outcome in outcomes[stream.name].items():
        records = [json.loads(line) for line in outcome.lines]
        assert [record["seq"] for record in records] == list(range(len(records))), encoding
        times = [record["t_ms"] for record in records]
        assert times == sorted(times), encoding
        assert outcome.end["events"] == len(records), encoding
        assert outcome.end["bytes"] == len(outcome.sent), encoding
        assert outcome.end["dropped"] == 0, encoding


@each_stream()
def test_end_record_says_what_truth_says(outcomes: Outcomes, stream: Stream) -> None:
    """Text, thinking, tool calls, stop reason: as an independent decoder found them."""
    names = ("text", "thinking", "tool_calls", "stop_reason")
    expected = {name: stream.truth[name] for name in names}
    ends = {encoding: outcome.end for encoding, outcome in outcomes[stream.name].items()}
    actual = {encoding: {name: end.get(name) for name in names} for encoding, end in ends.items()}
    assert every_encoding(expected) == actual
    # Gateways change the id in mid-stream, so only whether there is one can be compared.
    has_id = {encoding: end["response_id"] is not None for encoding, end in ends.items()}
    assert every_encoding(stream.truth["response_id"] is not None) == has_id


@each_stream()
def test_usage_is_told_in_common_terms(outcomes: Outcomes, stream: Stream) -> None:
    expected = expected_usage(stream)
    usages = {encoding: outcome.end["usage"] or {} for encoding, outcome in outcomes[stream.name].items()}
    actual = {encoding: {name: usage.get(name) for name in expected} for encoding, usage in usages.items()}
    assert every_encoding(expected) == actual
    raw = {encoding: outcome.end["usage_raw"] for encoding, outcome in outcomes[stream.name].items()}
    assert every_encoding(stream.truth["usage_raw"]) == raw


@each_stream()
def test_end_is_judged_by_the_stream(outcomes: Outcomes, stream: Stream) -> None:
    """An error in the stream or an error status, a terminal event, or neither; and the dialect's name."""
    truth = stream.truth
    end = "error" if truth["error"] or stream.meta["status"] >= 400 else "complete"
    if not truth["complete"] and end == "complete":
        end = "upstream_closed"
    actual = {
        encoding: (outcome.end["end"], outcome.end["api"], outcome.end["status"])
        for encoding, outcome in outcomes[stream.name].items()
    }
    assert every_encoding((end, stream.meta["api"], stream.meta["status"])) == actual
    if truth["error"] and truth["error"]["message"]:
        for outcome in outcomes[stream.name].values():
            assert truth["error"]["message"] in outcome.end["error"]


def test_an_unlisted_host_passes_undecrypted(tmp_path: Path, authority: Authority, confdir: Path) -> None:
    """Its client sees the origin's own certificate, the log nothing, and the console names the host once."""
    url = "https://shop.example/v1/messages"
    with (
        Upstream(lambda _: Response(200, (("content-type", "text/event-stream"),), [(0.0, b"data: 1\n\n")]), authority)
        as upstream,
        Proxy(tmp_path, f"upstream:{upstream.url}", authority, confdir=confdir) as proxy,
    ):  # fmt: skip
        for _ in range(2):
            with WireClient(proxy.port, authority.ca_file, url) as client:
                assert client.peer_issuer() == "mitmagent laboratory"
                assert client.post(url, b"{}", {}).read() == b"data: 1\n\n"
    assert proxy.records("sse_flows.jsonl") == []
    assert proxy.said().count("agent_hosts=shop.example") == 1

"""What fault tests have in common: a proxy with our addons before a scripted Anthropic upstream, and a plain client.

In: a handler, the proxy's settings. Out: a `Laboratory` that asks, and finds what the log has of the exchange by a mark
in its request headers.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e import dialects
from tests.e2e.answers import Ending, Handler, Response, stream_response
from tests.e2e.authority import Authority
from tests.e2e.dialects import Reply
from tests.e2e.harness import Proxy, wait_until
from tests.e2e.reference import as_logged, embedded_data, frames_of
from tests.e2e.upstream import Upstream
from tests.e2e.wire_client import WireClient

URL = "https://api.anthropic.com/v1/messages"
ASK = json.dumps(
    {"model": "claude-lab", "stream": True, "max_tokens": 9, "messages": [{"role": "user", "content": "Hello."}]}
).encode()
CASE_HEADER = "x-lab-case"
REPLY = Reply("lab0001", text="The quick brown fox jumps over the lazy dog. " * 4, thinking="Something to quote.")
EVENTS = list(dialects.anthropic(REPLY, "claude-lab"))
HALF = EVENTS[: len(EVENTS) // 2]
TORN = [*HALF, EVENTS[len(HALF)][:40]]
"""Ends in mid-event, after its `data:` has begun."""
PAUSE_S = 0.3
"""Before a cut, so that what was sent before has passed: a reset throws away what is still on its way."""
FLUSH_LIMIT_S = 0.1
"""What the client has got is in the file after this, also if the process is killed then (issue: Storage)."""


def stream(pieces: list[bytes], ending: Ending = Ending.COMPLETE) -> Callable[[], Response]:
    def answer() -> Response:
        plain = stream_response(pieces)
        return Response(plain.status, plain.headers, [*plain.chunks, (PAUSE_S, b"")], ending)

    return answer


@dataclass(slots=True)
class Laboratory:
    proxy: Proxy
    upstream: Upstream
    asked: Iterator[int] = field(default_factory=itertools.count)

    def ask(self, case: str, leaves_after: int | None = None) -> tuple[int, bytes, dict[str, Any], list[str]]:
        """(status, body, end record, log lines) of one exchange."""
        mark = f"{case} #{next(self.asked)}"
        with self.client() as client:
            response = client.post(URL, ASK, {CASE_HEADER: case, "x-lab-mark": mark})
            got = client.read_until_cut(response, leaves_after)
            response.close()
        return response.status, got, *self.logged(mark)

    def client(self) -> WireClient:
        return WireClient(self.proxy.port, self.proxy.client_ca, URL)

    def logged(self, mark: str) -> tuple[dict[str, Any], list[str]]:
        """The end record and the lines of the exchange whose request had this mark."""

        def find() -> list[dict[str, Any]]:
            flows = self.proxy.whole_records("sse_flows.jsonl")
            ids = {flow["flow_id"] for flow in flows if flow["request_headers"].get("x-lab-mark") == mark}
            return [end for end in self.proxy.whole_records("sse_flow_ends.jsonl") if end["flow_id"] in ids]

        wait_until(lambda: bool(find()), lambda: f"no end record for {mark}\n{self.proxy.said()[-3000:]}", 20.0)
        (end,) = find()
        return end, self.lines(end["flow_id"])

    def lines(self, flow_id: str) -> list[str]:
        file = self.proxy.log_dir / "all-mitm-sse" / "sse_lines.jsonl"
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        return [line for line in lines if json.loads(line)["flow_id"] == flow_id]


@contextmanager
def laboratory(
    folder: Path, authority: Authority, confdir: Path, handler: Handler, **settings: Any
) -> Iterator[Laboratory]:
    with (
        Upstream(handler, authority) as upstream,
        Proxy(folder, f"upstream:{upstream.url}", authority, confdir=confdir, **settings) as proxy,
    ):
        yield Laboratory(proxy, upstream)


def payloads(pieces: list[bytes], form: str = ".sse") -> list[str | None]:
    """What the log is to hold of these pieces."""
    return [as_logged(data) for _, data, _ in frames_of(b"".join(pieces), form)]


def logged_payloads(lines: list[str]) -> list[str | None]:
    return [embedded_data(line) for line in lines]

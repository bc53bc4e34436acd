"""Requests of megabytes through the real proxy: sent on as they came, whole in the log, their answers with them.

They are read in slices, on a thread of their own (SPEC S4.2, S4.3, S4.8).
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from addons.sinks.reader import load_blobs, rebuild_request
from tests.e2e.answers import Request, Response
from tests.e2e.authority import Authority
from tests.e2e.laboratory import (
    CASE_HEADER,
    EVENTS,
    URL,
    Laboratory,
    laboratory,
    logged_payloads,
    payloads,
    stream,
)

KEY = f"ghp_{secrets.token_hex(18)}"
CODINGS: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}


def conversation(note: str) -> dict[str, Any]:
    """4 MB: many messages, a picture, a long text with escapes; nothing of it has been seen before."""
    words = f'"{secrets.token_hex(4)}"\n\\é\U0001f600 '
    messages = [{"role": ("user", "assistant")[n % 2], "content": f"{n} {words * 30}"} for n in range(2000)]
    picture = {"type": "base64", "media_type": "image/png", "data": secrets.token_hex(500_000)}
    content = [{"type": "image", "source": picture}, {"type": "text", "text": words * 40_000}]
    messages.append({"role": "user", "content": [*content, {"type": "text", "text": note}]})
    return {"model": "claude-lab", "stream": True, "max_tokens": 9, "messages": messages, "n": 2**70}


@pytest.fixture(scope="module")
def seen() -> dict[str, bytes]:
    """What the upstream got, by case."""
    return {}


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path, seen: dict[str, bytes]
) -> Iterator[Laboratory]:
    def serve(request: Request) -> Response:
        seen[request.header(CASE_HEADER) or ""] = request.body
        return stream(EVENTS)()

    with laboratory(tmp_path_factory.mktemp("large"), authority, confdir, serve) as made:
        yield made


@pytest.mark.parametrize("coding", CODINGS)
def test_a_large_request_is_in_the_log(lab: Laboratory, seen: dict[str, bytes], coding: str) -> None:
    body = conversation("and now?")
    wire = CODINGS[coding](json.dumps(body).encode())
    with lab.client() as client:
        headers = {CASE_HEADER: coding, "x-lab-mark": coding, "content-encoding": coding}
        got = client.post(URL, wire, headers).read()
    end, lines = lab.logged(coding)
    (flow,) = [flow for flow in lab.proxy.whole_records("sse_flows.jsonl") if flow["flow_id"] == end["flow_id"]]
    assert (seen[coding], got) == (wire, b"".join(EVENTS))
    assert rebuild_request(flow, load_blobs(lab.proxy.log_dir)) == body
    assert logged_payloads(lines) == payloads(EVENTS)
    assert end["end"] == "complete"


def test_a_secret_at_its_end_is_redacted(lab: Laboratory) -> None:
    with lab.client() as client:
        body = json.dumps(conversation(f"use {KEY}")).encode()
        client.post(URL, body, {CASE_HEADER: "secret", "x-lab-mark": "secret"}).read()
    lab.logged("secret")
    for file in lab.proxy.log_dir.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file.name

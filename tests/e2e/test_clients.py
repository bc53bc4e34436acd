"""Real coding agents, through the real proxy, against a scripted model: forward (TLS intercepted) and reverse.

Each client runs once a route and has to finish a prompt that takes one shell command; where it can, once more with
the command left to a sub-agent. Then its log is read. The clients are looked for in
`$MITMAGENT_CLIENTS/node_modules/.bin`, else on the PATH; those that are absent are skipped.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.authority import Authority
from tests.e2e.clients import CLIENTS, CLIENTS_VARIABLE, Keys, Route, Setup, program, run_client
from tests.e2e.harness import Proxy
from tests.e2e.llm_script import CONCLUSION, Part, Said, Script
from tests.e2e.upstream import Upstream

PURPOSES: dict[Part, set[str]] = {
    "call": {"main"},
    "conclusion": {"main"},
    "delegation": {"main"},
    "agent_call": {"subagent"},
    "agent_conclusion": {"subagent"},
    "side": {"title", "other"},
    "router": {"router"},
    "warmup": {"warmup"},
    "count_tokens": {"count_tokens"},
}
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a client's session id comes from and what it looks like; `printed` finds it in the client's own output.

    `field` is the field of the request that tells it, where older versions of the client don't send one.
    """

    source: str
    form: str
    printed: str | None = None
    field: str | None = None


DERIVED = Identity(r"derived", r".+")
"""Of those who send no id."""


IDENTITIES: dict[tuple[str, Route], Identity] = {
    ("claude-code", "forward"): Identity(r"header:x-claude-code-session-id", UUID, rf'"session_id":"({UUID})"'),
    ("claude-code", "reverse"): Identity(r"header:x-claude-code-session-id", UUID, rf'"session_id":"({UUID})"'),
    ("codex-websocket", "forward"): Identity(r"(header|body):.*", UUID, rf'"thread_id":"({UUID})"'),
    ("codex-websocket", "reverse"): Identity(r"(header|body):.*", UUID, rf'"thread_id":"({UUID})"'),
    ("codex-sse", "forward"): Identity(r"header:session-id", UUID, rf'"thread_id":"({UUID})"'),
    ("codex-sse", "reverse"): Identity(r"header:session-id", UUID, rf'"thread_id":"({UUID})"'),
    ("gemini-cli", "forward"): DERIVED,
    ("gemini-cli", "reverse"): DERIVED,
    ("opencode", "forward"): Identity(r"header:x-session-(id|affinity)", r"ses_\w+"),
    ("opencode", "reverse"): Identity(r"header:x-session-(id|affinity)", r"ses_\w+"),
    ("qwen-code", "forward"): Identity(r"body:prompt_cache_key", rf"(qwen-code:)?{UUID}", field="prompt_cache_key"),
    ("qwen-code", "reverse"): DERIVED,
}
MAIN = ("call", "delegation", "conclusion")
ASIDE = ("side", "router", "warmup", "count_tokens")
DELEGATING = ("claude-code", "codex-websocket", "codex-sse", "opencode")
"""Clients that leave work to sub-agents when the model asks for it."""
PROVIDERS = {"anthropic.messages": "anthropic", "openai.responses": "openai", "openai.chat": "openai"}


@dataclass(frozen=True, slots=True)
class Play:
    """One finished run: what the client printed, what the model said, what the log has."""

    case: str
    route: Route
    delegates: bool
    process: subprocess.CompletedProcess[str]
    script: Script
    keys: Keys
    proxy: Proxy
    faults: list[BaseException]

    @property
    def flows(self) -> dict[str, dict[str, Any]]:
        return {flow["flow_id"]: flow for flow in self.proxy.records("sse_flows.jsonl")}

    @property
    def exchanges(self) -> list[tuple[Said, dict[str, Any], dict[str, Any]]]:
        """(what was said, flow record, end record), paired by the response's id."""
        ends = {end["response_id"]: end for end in self.proxy.records("sse_flow_ends.jsonl")}
        flows = self.flows
        assert {said.told.response_id for said in self.script.said} == set(ends)
        found = [(said, ends[said.told.response_id]) for said in self.script.said]
        return [(said, flows[end["flow_id"]], end) for said, end in found]

    def redacted(self, text: str) -> str:
        secret = self.keys.planted
        return text.replace(secret, f"hash:{hashlib.sha256(secret.encode()).hexdigest()[:16]}")


RUNS: list[tuple[str, Route, bool]] = [
    *((case, "forward", False) for case in CLIENTS),
    *((case, "reverse", False) for case in CLIENTS),
    *((case, "forward", True) for case in DELEGATING),
]
CASES = [
    pytest.param(
        run,
        id=f"{run[0]}-{run[1]}{'-delegating' if run[2] else ''}",
        marks=pytest.mark.skipif(
            program(CLIENTS[run[0]][0]) is None,
            reason=f"{CLIENTS[run[0]][0]} is neither in ${CLIENTS_VARIABLE}/node_modules/.bin nor on the PATH",
        ),
    )
    for run in RUNS
]


@pytest.fixture(scope="module", params=CASES)
def play(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority, confdir: Path
) -> Iterator[Play]:
    case, route, delegates = request.param
    folder = tmp_path_factory.mktemp(f"{case}-{route}")
    home = folder / "home"
    home.mkdir()
    keys = Keys()
    script = Script(quote=f" You gave me {keys.planted}!", delegate=delegates)
    with Upstream(script.handle, authority) as upstream:
        mode = f"upstream:{upstream.url}" if route == "forward" else f"reverse:{upstream.url}"
        with Proxy(folder, mode, authority, confdir=confdir) as proxy:
            process = run_client(case, Setup(home, route, proxy.url, proxy.client_ca, keys))
        yield Play(case, route, delegates, process, script, keys, proxy, upstream.faults)


def test_client_concludes(play: Play) -> None:
    """The agent ran the scripted command and prints the conclusion, unredacted: its traffic is untouched."""
    assert play.process.returncode == 0, play.process.stderr[-2000:]
    assert f"{CONCLUSION} You gave me {play.keys.planted}!" in play.process.stdout
    parts = Counter(said.part for said in play.script.said)
    expected = (
        ("delegation", "agent_call", "agent_conclusion", "conclusion") if play.delegates else ("call", "conclusion")
    )
    assert dict.fromkeys(expected, 1) == {part: parts[part] for part in parts if part not in ASIDE}
    assert play.faults == []


def test_every_model_exchange_is_in_the_log_and_nothing_else(play: Play) -> None:
    """Telemetry, settings and catalogues are no exchanges."""
    assert len(play.script.said) == len(play.exchanges) == len(play.flows)
    expected = [
        (said.dialect, said.transport, 200 if said.transport != "websocket" else 101) for said in play.script.said
    ]
    assert expected == [(flow["api"], flow["transport"], flow["status"]) for _, flow, _ in play.exchanges]


def test_client_and_purpose_are_told(play: Play) -> None:
    word = CLIENTS[play.case][1]
    for said, flow, end in play.exchanges:
        assert flow["client"] == end["client"] == word
        assert flow["purpose"] in PURPOSES[said.part], said.part
        assert end["purpose"] == flow["purpose"]
        if play.case == "opencode" and said.part == "side":
            assert flow["purpose"] == "title"
        if play.route == "forward":
            assert flow["provider"] == PROVIDERS.get(said.dialect, "google")


def test_one_session_with_the_clients_own_id(play: Play) -> None:
    """The conversation's exchanges share one id, from where the client tells it: the one that the client prints."""
    identity = IDENTITIES[play.case, play.route]
    if identity.field and not any(identity.field in said.body for said in play.script.said if said.part in MAIN):
        identity = DERIVED
    talk = [flow for said, flow, _ in play.exchanges if said.part in MAIN]
    (session,) = {flow["session_id"] for flow in talk}
    for flow in talk:
        assert re.fullmatch(identity.source, flow["session_source"])
        assert flow["agent_id"] is None
    assert re.fullmatch(identity.form, session)
    if identity.printed:
        (printed,) = {found[0] for found in re.findall(identity.printed, play.process.stdout)}
        assert printed == session


def test_sub_agents_are_told_apart(play: Play) -> None:
    """All of a sub-agent's exchanges have one agent id, which no other has, and lead back to the conversation."""
    main = {flow["session_id"] for said, flow, _ in play.exchanges if said.part in MAIN}
    agents = [flow for said, flow, _ in play.exchanges if said.part.startswith("agent_")]
    assert len({flow["agent_id"] for flow in agents}) == play.delegates
    for flow in agents:
        assert flow["agent_id"]
        assert flow["session_id"] in main or flow["parent_id"] in main
    for said, flow, _ in play.exchanges:
        assert said.part.startswith("agent_") or said.part == "warmup" or flow["agent_id"] is None


def test_end_records_say_what_the_model_said(play: Play) -> None:
    for said, _, end in play.exchanges:
        told = said.told
        assert (end["end"], end["error"], end["dropped"]) == ("complete", None, 0), said.part
        assert end["text"] == play.redacted(told.text)
        assert end["thinking"] == told.thinking
        calls = [(call["id"], call["name"], call["kind"], call["arguments"]) for call in end["tool_calls"]]
        assert calls == list(told.tool_calls)
        assert end["stop_reason"] == told.stop_reason
        usage = {name: count for name, count in (end["usage"] or {}).items() if count is not None}
        assert usage == told.usage
        assert end["ttft_ms"] is None or 0 <= end["ttft_ms"] <= end["duration_ms"]


def test_frames_are_numbered_without_a_gap(play: Play) -> None:
    numbers: dict[str, list[int]] = {}
    for line in play.proxy.records("sse_lines.jsonl"):
        numbers.setdefault(line["flow_id"], []).append(line["seq"])
    assert numbers.keys() == play.flows.keys()
    for flow_id, found in numbers.items():
        assert found == list(range(len(found))), flow_id


def test_requests_can_be_rebuilt(play: Play) -> None:
    """With the blobs in place of their references a logged request equals the one sent, redaction aside."""
    blobs = {blob["hash"]: blob["content"] for blob in play.proxy.records("sse_blobs.jsonl")}
    for said, flow, _ in play.exchanges:
        sent = json.loads(play.redacted(json.dumps(said.body, ensure_ascii=False)))
        assert _rebuilt(flow["request"], blobs) == sent


def _rebuilt(value: Any, blobs: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$ref"}:
            return _rebuilt(blobs[value["$ref"]], blobs)
        return {name: _rebuilt(part, blobs) for name, part in value.items()}
    return [_rebuilt(part, blobs) for part in value] if isinstance(value, list) else value


def test_no_credential_is_in_the_log_folder(play: Play) -> None:
    """Not as it is, not percent-encoded, not inside base64, nor in deltas that can be put together."""
    needles = {form for key in play.keys.all() for form in _forms(key)}
    for file in play.proxy.log_dir.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for needle in needles:
            assert needle not in content, f"{needle!r} in {file.name}"
    streamed: dict[str, str] = {}
    for line in play.proxy.records("sse_lines.jsonl"):
        streamed[line["flow_id"]] = streamed.get(line["flow_id"], "") + "".join(_texts(line["data"]))
    for key in play.keys.all():
        assert not any(key in text for text in streamed.values())


def _forms(key: str) -> Iterator[bytes]:
    yield key.encode()
    yield quote(key, safe="").encode()
    for shift in range(3):
        # What is before and after in the same base64 text changes the first and last characters.
        yield base64.b64encode(b" " * shift + key.encode())[4:-4]


def _texts(value: Any) -> Iterator[str]:
    """The pieces of text in a frame, without ids, names and the like."""
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str) and name in ("text", "delta", "content", "thinking", "reasoning_content"):
                yield part
            elif not isinstance(part, str):
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)

"""addons/reading.py and the pipeline: a large request holds up its own flow only."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from addons import request_reader
from addons.observed import Cut, FlowRedaction
from addons.request_reader import ReadBody, RequestReader
from addons.sinks.records import Kind
from tests.exchanges import ANSWER, ASK, FLOW, HALF, Rig, chunks, end, head, request

type Make = Callable[..., Rig]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:
        yield lambda **changed: stack.enter_context(Rig(tmp_path, **changed))


@pytest.fixture
def rig(make: Make) -> Rig:
    return make()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Bodies count as large, and none has been read before this is set."""
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 100)
    may_read = threading.Event()
    read = RequestReader.read

    def wait_and_read(self: RequestReader, wire: bytes, encoding: str | None) -> ReadBody:
        if len(wire) > 100:
            may_read.wait(10)
        return read(self, wire, encoding)

    monkeypatch.setattr(RequestReader, "read", wait_and_read)
    yield may_read
    may_read.set()


def handled(rig: Rig, flow_id: str, *items: Any) -> None:
    for item in items:
        rig.pipeline.handle(flow_id, item)
    rig.pipeline.flush()


def test_while_a_large_request_is_read_other_flows_go_on(rig: Rig, held: threading.Event) -> None:
    handled(rig, FLOW, request(), head(), *chunks(*ANSWER), end())
    handled(rig, "f-2", request(b"{}", flow_id="f-2"), head(), *chunks(*ANSWER), end())
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2"]
    held.set()
    rig.play()
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2", FLOW]
    assert rig.records(Kind.ENDS)[1]["text"] == "Hello, you."


def test_what_a_flow_is_to_hold_is_told_once_its_request_has_been_read(rig: Rig, held: threading.Event) -> None:
    told: list[FlowRedaction | None] = []
    handled(rig, FLOW, request(), head(), *chunks(*ANSWER), end())
    handled(rig, FLOW, lambda pipeline: told.append(pipeline.redaction_of(FLOW, [])))
    assert told == []
    held.set()
    rig.play()
    assert [kept and kept.request_body for kept in told] == [json.dumps(ASK).encode()]


def test_the_end_of_the_proxy_waits_for_large_requests(make: Make, held: threading.Event) -> None:
    rig = make()
    handled(rig, FLOW, request(), head(), *chunks(*HALF), end(Cut.PROXY, "the proxy was stopped"))
    threading.Timer(0.05, held.set).start()
    rig.pipeline.close()
    assert rig.end["error"] == "the proxy was stopped"


def test_a_fault_while_a_large_request_is_read_costs_that_exchange_only(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_reader, "LARGE_BYTES", 100)
    monkeypatch.setattr(RequestReader, "_read_value", lambda *_: 1 // 0)
    rig.play(request(), head(), chunks(*ANSWER), end())
    monkeypatch.undo()
    rig.play(request(flow_id="f-2"), head(), chunks(*ANSWER), end(), flow_id="f-2")
    assert [record["flow_id"] for record in rig.records(Kind.ENDS)] == ["f-2"]


def test_recorded_flows_are_read_in_their_order(rig: Rig, held: threading.Event) -> None:
    held.set()
    rig.pipeline.handle(FLOW, request(from_file=True))
    rig.pipeline.handle(FLOW, head())
    assert not rig.pipeline._readings

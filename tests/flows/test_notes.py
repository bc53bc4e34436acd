"""addons/flows/notes.py: comments that live, markers, and the user's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from mitmproxy import http
from mitmproxy.addons import view
from mitmproxy.test import taddons, tflow

from addons.flows import notes as flow_notes
from addons.flows.notes import FlowNotes
from addons.protocols.events import ThinkingDelta
from addons.screens.printing import SHOWN
from renderers.board.board import Board
from tests.renderers.board.exchanges_shown import at_once, play
from tests.renderers.live_screen import ended, started


class Updates:
    """Notes of which flows mitmproxy was told."""

    def __init__(self) -> None:
        self.comments: list[str] = []

    def update(self, flows: list[http.HTTPFlow]) -> None:
        self.comments += [flow.comment for flow in flows]


class Bench:
    def __init__(self) -> None:
        self.board: Board | None = Board()
        self.view = view.View()
        self.updates = Updates()
        self.notes = FlowNotes(lambda: self.board)
        self.flow = tflow.tflow(resp=True)
        self.flow.metadata[SHOWN] = "captured"

    def begin(self) -> http.HTTPFlow:
        self.notes.request(self.flow)
        self.view.add([self.flow])
        return self.flow

    def happens(self, *events: object, flow_id: str = "") -> http.HTTPFlow:
        assert self.board is not None
        play(self.board, at_once(flow_id or self.flow.id, *events))  # type: ignore[arg-type]
        self.notes.response(self.flow)
        return self.flow


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    with taddons.context(made.view, made.updates):
        yield made


def test_a_comment_lives(bench: Bench) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id), ThinkingDelta("0", "hm"))
    assert flow.comment == "#1 claude-code · thinking · m"
    bench.happens(ended(flow.id))
    assert flow.comment.startswith("#1 claude-code · done: end_turn")
    assert len(bench.updates.comments) == 2


def test_mitmproxy_is_told_of_changes_of_the_state_alone(bench: Bench) -> None:
    """Not of each delta: mitmweb hashes a flow's bodies each time."""
    flow = bench.begin()
    bench.happens(started(flow.id), ThinkingDelta("0", "hm"))
    for _ in range(9):
        bench.happens(ThinkingDelta("0", "hm"))
    assert len(bench.updates.comments) == 1


def test_the_user_s_comment_stands(bench: Bench) -> None:
    flow = bench.begin()
    flow.comment = "mine"
    bench.happens(started(flow.id))
    assert flow.comment == "mine"


def test_a_comment_that_the_user_has_changed_stands(bench: Bench) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id))
    flow.comment = ""
    bench.happens(ended(flow.id))
    assert flow.comment == ""


@pytest.mark.parametrize(
    ("end", "expected"), [("complete", ""), ("error", ":x:"), ("upstream_closed", ":x:"), ("client_closed", "")]
)
def test_failures_are_marked(bench: Bench, end: str, expected: str) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id), ended(flow.id, end))
    assert flow.marked == expected


def test_a_stall_is_marked_while_it_lasts(bench: Bench) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id))
    assert bench.board is not None
    bench.board.tick(11.0)
    bench.notes.response(flow)
    assert flow.marked == ":hourglass:"
    bench.happens(ThinkingDelta("0", "hm"))
    assert flow.marked == ""


@pytest.mark.parametrize("marker", [":grapes:", ""])
def test_the_user_s_marker_stands(bench: Bench, marker: str) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id))
    if not marker:
        assert bench.board is not None
        bench.board.tick(11.0)
        bench.notes.response(flow)
    flow.marked = marker
    bench.happens(ended(flow.id, "error", "Busy", status=529))
    assert flow.marked == marker


def test_a_socket_s_comment_is_that_of_its_latest_exchange(bench: Bench) -> None:
    flow = bench.begin()
    bench.happens(started(f"{flow.id}:0"), ended(f"{flow.id}:0"), flow_id=f"{flow.id}:0")
    bench.happens(started(f"{flow.id}:1"), flow_id=f"{flow.id}:1")
    assert flow.comment == "#1 claude-code · waiting · m"


def test_other_flows_get_none(bench: Bench) -> None:
    del bench.flow.metadata[SHOWN]
    flow = bench.begin()
    bench.happens(started(flow.id))
    assert flow.comment == ""


def test_a_flow_that_the_user_has_removed(bench: Bench) -> None:
    flow = bench.begin()
    bench.view.remove([flow])
    bench.happens(started(flow.id))
    assert bench.updates.comments == []


def test_without_a_board_nothing_happens(bench: Bench) -> None:
    """In mitmdump."""
    bench.board = None
    flow = bench.begin()
    bench.notes.running()
    bench.notes.response(flow)
    bench.notes.done()
    assert flow.comment == ""


def test_whether_the_user_has_left_a_trace(bench: Bench) -> None:
    flow = bench.begin()
    bench.happens(started(flow.id), ended(flow.id, "error", "Busy", status=529))
    assert bench.notes.is_ours(flow)
    flow.comment += "!"
    assert not bench.notes.is_ours(flow)


def test_what_has_been_written_is_remembered_for_so_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_notes, "REMEMBERED_FLOWS", 1)
    first, bench.flow = bench.begin(), tflow.tflow()
    bench.flow.metadata[SHOWN] = "captured"
    bench.begin()
    bench.happens(started(first.id), flow_id=first.id)
    assert first.comment == ""


async def ticking() -> str:
    made = Bench()
    with taddons.context(made.view, made.updates):
        flow = made.begin()
        assert made.board is not None
        play(made.board, at_once(flow.id, started(flow.id)))
        made.notes.running()
        await asyncio.sleep(0)
        made.notes.done()
        return flow.comment


def test_the_board_is_looked_at_by_itself() -> None:
    assert asyncio.run(ticking()) == "#1 claude-code · waiting · m"

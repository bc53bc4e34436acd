"""addons/flows/retention.py: how many LLM flows the list keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mitmproxy import http
from mitmproxy.addons import view
from mitmproxy.test import taddons, tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from addons.flows import retention as flow_retention
from addons.flows.notes import FlowNotes
from addons.flows.retention import KEPT_MESSAGES, MOST_MESSAGES, FlowRetention
from addons.screens.printing import SHOWN
from renderers.board.board import Board


class Bench:
    def __init__(self) -> None:
        self.most = 2
        self.view = view.View()
        self.notes = FlowNotes(Board)
        self.retention = FlowRetention(lambda: self.most, self.notes)

    def flow(self, *, live: bool = True, captured: bool = True, error: bool = False) -> http.HTTPFlow:
        """One that has come and gone."""
        flow = tflow.tflow(resp=not error, err=error)
        flow.live = live
        if captured:
            flow.metadata[SHOWN] = "captured"
        self.notes.request(flow)
        self.view.add([flow])
        (self.retention.error if error else self.retention.response)(flow)
        flow.live = False
        return flow

    def kept(self, flows: list[http.HTTPFlow]) -> list[bool]:
        return [self.view.get_by_id(flow.id) is not None for flow in flows]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    with taddons.context(made.view):
        yield made


def test_the_oldest_go_first(bench: Bench) -> None:
    assert bench.kept([bench.flow() for _ in range(5)]) == [False, False, False, True, True]


def test_zero_keeps_all(bench: Bench) -> None:
    bench.most = 0
    assert bench.kept([bench.flow() for _ in range(5)]) == [True] * 5


def test_other_flows_are_neither_counted_nor_removed(bench: Bench) -> None:
    assert bench.kept([bench.flow(captured=False) for _ in range(5)] + [bench.flow() for _ in range(2)]) == [True] * 7


def test_flows_from_a_file_stay(bench: Bench) -> None:
    assert bench.kept([bench.flow(live=False) for _ in range(5)]) == [True] * 5


def test_flows_that_failed_are_counted_too(bench: Bench) -> None:
    assert bench.kept([bench.flow(error=True) for _ in range(3)]) == [False, True, True]


@pytest.mark.parametrize(("name", "value"), [("marked", ":grapes:"), ("comment", "look at this")])
def test_what_the_user_has_touched_stays(bench: Bench, name: str, value: str) -> None:
    flows = [bench.flow()]
    setattr(flows[0], name, value)
    assert bench.kept(flows + [bench.flow() for _ in range(4)]) == [True, False, False, True, True]


def test_what_the_user_looks_at_stays_while_it_is_looked_at(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_retention, "is_console", lambda _master: True)
    flows = [bench.flow()]
    bench.view.focus.flow = flows[0]
    flows += [bench.flow() for _ in range(2)]
    assert bench.kept(flows) == [True, False, True]
    bench.view.focus.flow = flows[2]
    flows += [bench.flow()]
    assert bench.kept(flows) == [False, False, True, True]


def test_a_flow_that_is_still_under_way_stays(bench: Bench) -> None:
    first = bench.flow()
    first.live = True
    assert bench.kept([first, *[bench.flow() for _ in range(3)]]) == [True, False, False, True]


def test_what_the_user_has_removed_is_not_counted(bench: Bench) -> None:
    flows = [bench.flow() for _ in range(2)]
    bench.view.remove(flows[:1])
    assert bench.kept([*flows, bench.flow()]) == [False, True, True]


def socket(bench: Bench, count: int) -> list[bytes]:
    flow = tflow.twebsocketflow()
    flow.metadata[SHOWN] = "captured"
    assert flow.websocket is not None
    flow.websocket.messages.clear()
    for number in range(count):
        flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, False, str(number).encode()))
        bench.retention.websocket_message(flow)
    return [message.content for message in flow.websocket.messages]


def test_a_socket_s_messages_are_trimmed(bench: Bench) -> None:
    messages = socket(bench, MOST_MESSAGES + 1)
    assert (len(messages), messages[-1]) == (KEPT_MESSAGES, str(MOST_MESSAGES).encode())


def test_zero_keeps_all_messages(bench: Bench) -> None:
    bench.most = 0
    assert len(socket(bench, MOST_MESSAGES + 1)) == MOST_MESSAGES + 1


def test_without_a_list_nothing_is_kept_or_removed() -> None:
    """In mitmdump."""
    made = Bench()
    with taddons.context():
        assert len(socket(made, MOST_MESSAGES + 1)) == MOST_MESSAGES + 1
        made.flow()

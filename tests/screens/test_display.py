"""addons/screens/display.py: every display is shown what happens, and one's fault is no other's."""

from __future__ import annotations

import time

import pytest

from addons.protocols.events import ExchangeEvent, TextDelta
from addons.screens.display import BoardDisplay, Displays
from renderers.board.board import Board
from tests.renderers.live_screen import ended, started


class Noted:
    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def show(self, flow_id: str, event: ExchangeEvent, at_ns: int | None = None) -> None:
        self.calls.append(("show", flow_id, event, at_ns))

    def tick(self, now_s: float) -> None:
        self.calls.append(("tick", now_s))

    def close(self) -> None:
        self.calls.append(("close",))


def test_all_are_shown_the_same() -> None:
    one, other = Noted(), Noted()
    both = Displays(one, other)
    both.show("f", TextDelta("0", "x"), 5)
    both.tick(1.0)
    both.close()
    assert one.calls == other.calls == [("show", "f", TextDelta("0", "x"), 5), ("tick", 1.0), ("close",)]


def test_the_board_takes_what_it_is_shown() -> None:
    board = Board()
    BoardDisplay(board).show("a", started("a", prompt="go"))
    assert [block.text for block in board.blocks("a")] == ["go"]


def test_a_recording_has_its_own_time() -> None:
    board = Board()
    display = BoardDisplay(board)
    at_ns = started("a").started_epoch_ns
    display.show("a", started("a"), at_ns)
    display.show("a", TextDelta("0", "x"), at_ns + 500_000_000)
    display.show("a", ended("a"), at_ns + 2_500_000_000)
    (exchange,) = board.changes(0).exchanges
    assert [(phase.kind, phase.begin_ms, phase.end_ms) for phase in exchange.phases] == [
        ("waiting", 0, 500),
        ("text", 500, 500),
    ]


def test_silences_are_told_by_the_clock() -> None:
    board = Board()
    display = BoardDisplay(board)
    display.show("a", started("a"))
    display.tick(time.monotonic() + 11)
    assert [exchange.state for exchange in board.changes(0).exchanges] == ["stalled"]


def test_a_fault_of_the_board_is_reported_and_goes_no_further(
    monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, str | None, str]]
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Board, "feed", fail)
    monkeypatch.setattr(Board, "tick", fail)
    display = BoardDisplay(Board())
    display.show("f-1", started("f-1"))
    display.tick(0.0)
    assert [(where.split(" at ")[0], flow_id, error) for where, flow_id, error in told] == [
        ("board", "f-1", "MemoryError"),
        ("board", None, "MemoryError"),
    ]
